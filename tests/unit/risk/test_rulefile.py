"""Rulebook files: what is shipped can be read and says where it comes from; what is wrong is refused with its line."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bidwell.model.errors import InvalidInput
from bidwell.model.funded import Phase
from bidwell.risk.funded.library import Library, shipped
from bidwell.risk.funded.rulefile import RulebookError, parse

DAY = date(2026, 11, 21)
GOOD = """firm = "Mine"
plan = "Own"
currency = "USD"
effective_from = 2026-01-01
source = "my own head"
read_on = 2026-01-01
zone = "Europe/Berlin"
rolls_at = 00:00:00

[[phase]]
id = "mine"
phase = "evaluation"
size = 10000
profit_target = 500
contracts = 2

[phase.maximum_loss]
amount = 400
basis = "static"

[[phase]]
id = "mine-funded"
phase = "funded"
size = 10000

[phase.maximum_loss]
amount = 400
basis = "trailing_intraday"
lock = 10000
"""


def test_every_shipped_rulebook_is_read_and_names_its_source_and_date() -> None:
    library = Library(shipped())
    assert library.faults == {}
    books = library.all(DAY)
    assert {book.firm for book in books} == {"Topstep", "Apex", "TradeDay", "Practice"}
    sizes = {(book.firm, book.phase, book.size) for book in books}
    for firm in ("Topstep", "Apex", "TradeDay"):
        assert {(firm, phase, Decimal(size)) for phase in Phase for size in (50_000, 100_000, 150_000)} <= sizes
    for book in books:
        assert book.source
        assert book.effective_from <= book.read_on <= DAY
        assert not book.next or library.at(book.next, DAY).phase is Phase.FUNDED


@pytest.mark.parametrize(
    ("plan", "loss", "daily", "target", "contracts"),
    [
        ("topstep-combine-50k", 2000, 1000, 3000, 5), ("topstep-combine-100k", 3000, 2000, 6000, 10),
        ("topstep-combine-150k", 4500, 3000, 9000, 15), ("apex-evaluation-50k", 2500, None, 3000, 10),
        ("tradeday-eod-50k", 2000, None, 3000, 5),
    ],
)  # fmt: skip
def test_the_figures_of_the_plans(plan: str, loss: int, daily: int | None, target: int, contracts: int) -> None:
    book = Library(shipped()).at(plan, DAY)
    assert book.contracts is not None
    assert book.maximum_loss.amount == loss
    assert book.profit_target == target
    assert book.contracts.limit == contracts
    assert book.daily_loss is None if daily is None else book.daily_loss and book.daily_loss.amount == daily
    assert dict(book.contracts.weights)["MES"] == Decimal("0.1")


def test_a_file_of_ones_own_is_read() -> None:
    first, second = parse(GOOD, "mine.toml")
    assert (first.id, first.maximum_loss.amount, second.phase, second.maximum_loss.lock) == (
        "mine", Decimal(400), Phase.FUNDED, Decimal(10_000))  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("size = 10000\nprofit", "size = -5\nprofit", 13, "size: -5 is not zero or above"),
        ("profit_target = 500\n", "", 10, "profit_target: is missing"),
        ('zone = "Europe/Berlin"', 'zone = "Europe/Nowhere"', 7, "zone:"),
        ('phase = "funded"', 'phase = "bought"', 23, "phase:"),
        ('basis = "static"', 'basis = "steady"', 19, "basis:"),
        ('basis = "static"', 'basis = "static"\nlock = 5', 20, "lock: a static floor does not move"),
        ("amount = 400", 'amount = "lots"', 18, "amount: 'lots' is no number"),
        ("lock = 10000", "lock = 10", 26, "the lock lies below the first floor"),
        ('id = "mine-funded"', 'id = "mine"', 22, "mine is there twice"),
        ("contracts = 2", "contracts = 2\nleverage = 3", 16, "leverage: is not known here"),
        ("rolls_at = 00:00:00", "rolls_at = 25:00:00", 8, ""),
        ('[phase.maximum_loss]\namount = 400\nbasis = "static"\n', "", 10, "maximum_loss: is missing"),
        ("effective_from = 2026-01-01", 'effective_from = "2026-01-01"', 4, "effective_from: a date"),
        ("size = 10000\n\n", "size = true\n\n", 24, "size: a number is needed"),
        (
            "read_on = 2026-01-01",
            'read_on = 2026-01-01\nunconfirmed = ["target"]',
            7,
            "unconfirmed: a list of consistency",
        ),
    ],
)
def test_an_error_is_refused_with_its_line(old: str, new: str, line: int, problem: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    with pytest.raises(RulebookError) as refused:
        parse(text, "mine.toml")
    assert str(refused.value).startswith(f"mine.toml:{line}: "), str(refused.value)
    assert problem in str(refused.value)
    assert refused.value.line == line


def test_a_broken_file_is_a_fault_and_its_plans_are_unknown() -> None:
    library = Library({"mine.toml": GOOD.replace("size = 10000\nprofit", "size = no\nprofit")})
    assert list(library.faults) == ["mine.toml"]
    with pytest.raises(InvalidInput, match="no rulebook") as refused:
        library.at("mine", DAY)
    assert refused.value.hint is not None
    assert "mine.toml:13" in refused.value.hint


def test_the_version_in_force_is_that_of_the_day() -> None:
    later = GOOD.replace("effective_from = 2026-01-01", "effective_from = 2026-06-01").replace(
        "amount = 400", "amount = 300"
    )
    split = GOOD.index("[[phase]]")
    both = Library({"mine.toml": GOOD})
    assert both.at("mine", date(2026, 1, 1)).maximum_loss.amount == 400
    with pytest.raises(InvalidInput, match="in force from 2026-01-01"):
        both.at("mine", date(2025, 12, 31))
    assert split
    twice = Library({"a.toml": GOOD, "b.toml": later})
    assert twice.faults == {"b.toml": "b.toml: mine is defined in a.toml already"}
    assert twice.at("mine", DAY + timedelta(days=1)).maximum_loss.amount == 400
