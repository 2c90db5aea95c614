# mypy: disable-error-code="comparison-overlap"
# A Decimal equals a whole number, also inside a tuple.
# ruff: noqa: ANN401 - what is changed is checked by the classes that take it
"""One intent becomes a quantity per account: every policy, every size, and rounding that adds no risk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidwell.engine.allocation import Holding, allocate
from bidwell.model.account import Account, Group, Member, Policy
from bidwell.model.errors import InvalidInput
from bidwell.model.events import Allocation
from bidwell.model.ids import AccountId, GroupId, InstrumentId, IntentId
from bidwell.model.instrument import Instrument
from bidwell.model.intent import Intent, Sizing, SizingBy, Source
from bidwell.model.terms import OrderType, Protection, Side, Terms
from bidwell.simulation.proof import nouns

NQ = replace(nouns.share("NQ"), multiplier=Decimal(20))
MNQ = replace(nouns.share("MNQ"), multiplier=Decimal(2))
PLAIN = nouns.share("AAA")
GROUP = GroupId("grp")


def holding(number: int = 0, *, step: str | None = None, instrument: Instrument | None = PLAIN, **more: Any) -> Holding:
    account = Account(AccountId(f"acc_{number}"), f"A{number}", "proof", f"a{number}", "USD",
                      quantity_step=Decimal(step) if step else None)  # fmt: skip
    plain = Holding(
        account, Member(account.id), PLAIN.id, instrument, Decimal(10_000), Decimal(1), Decimal(0), Decimal(0)
    )
    return replace(plain, **more)


def weighed(*weights: str, **more: Any) -> list[Holding]:
    return [
        holding(n, member=Member(AccountId(f"acc_{n}"), Decimal(weight)), **more) for n, weight in enumerate(weights)
    ]


def intent(value: str, by: SizingBy = SizingBy.QUANTITY, side: Side | None = Side.BUY, **more: Any) -> Intent:
    receiver: dict[str, Any] = {} if "account" in more else {"group": GROUP}
    terms = more.pop("terms", Terms())
    return Intent(IntentId("int_1"), "k", Source.TICKET, more.pop("instrument", PLAIN.id), side, Sizing(by, Decimal(value)),
                  terms, nouns.START, nouns.START + timedelta(seconds=30), **receiver, **more)  # fmt: skip


def group(policy: Policy) -> Group:
    return Group(GROUP, "G", policy, ())


def split(one: Intent, policy: Policy, holdings: list[Holding], instrument: Instrument = PLAIN,
          reference: str | None = "100") -> list[Decimal]:  # fmt: skip
    price = Decimal(reference) if reference is not None else None
    return [part.quantity for part in allocate(one, group(policy), holdings, instrument, price)]


def test_equal_gives_whole_lots_by_largest_remainder() -> None:
    assert split(intent("11"), Policy.EQUAL, [holding(n) for n in range(3)]) == [4, 4, 3]


def test_weighted_splits_by_weight_and_proportional_by_equity() -> None:
    assert split(intent("10"), Policy.WEIGHTED, weighed("1", "3")) == [3, 7]
    rich = [holding(0, equity=Decimal(30_000)), holding(1, equity=Decimal(10_000)), holding(2, equity=Decimal(-5))]
    assert split(intent("8"), Policy.PROPORTIONAL, rich) == [6, 2, 0]


def test_proportional_compares_equities_of_different_currencies_in_one() -> None:
    rupees = holding(1, equity=Decimal(830_000), rate=Decimal(83))
    assert split(intent("8"), Policy.PROPORTIONAL, [holding(0), rupees]) == [4, 4]


def test_fixed_ratio_and_single_give_each_account_its_own() -> None:
    assert split(intent("1"), Policy.FIXED, weighed("3", "5")) == [3, 5]
    assert split(intent("10"), Policy.RATIO, weighed("0.5", "2")) == [5, 20]
    alone = allocate(intent("7", account=AccountId("acc_0")), None, [holding()], PLAIN, None)
    assert [(part.quantity, part.side) for part in alone] == [(7, "BUY")]


def test_sizes_in_money_become_units_at_the_reference_price() -> None:
    assert split(intent("1050", SizingBy.NOTIONAL), Policy.RATIO, weighed("1")) == [10]
    assert split(
        intent("10", SizingBy.PERCENT_OF_EQUITY), Policy.EQUAL, [holding(), holding(1, equity=Decimal(-1))]
    ) == [10, 0]
    assert split(intent("1"), Policy.PERCENT_OF_EQUITY, weighed("10", "20")) == [10, 20]
    risk = intent("100", SizingBy.RISK_AMOUNT, protection=Protection(stop_price=Decimal(95)))
    assert split(risk, Policy.RATIO, weighed("1")) == [20]
    assert split(risk, Policy.RISK_AMOUNT, weighed("50", "100", rate=Decimal(2))) == [5, 10]
    trailing = intent("100", SizingBy.RISK_AMOUNT, protection=Protection(trail_amount=Decimal(4)))
    assert split(trailing, Policy.RATIO, weighed("1")) == [25]
    limited = replace(risk, terms=Terms(OrderType.LIMIT, limit_price=Decimal(97)))
    assert split(limited, Policy.RATIO, weighed("1"), reference=None) == [50]


@pytest.mark.parametrize(
    ("one", "policy", "holdings", "reference", "code"),
    [
        (intent("10", SizingBy.NOTIONAL), Policy.EQUAL, [holding()], None, "sizing.price_missing"),
        (intent("10", SizingBy.PERCENT_OF_EQUITY), Policy.EQUAL, [holding()], "0", "sizing.price_missing"),
        (intent("10", SizingBy.RISK_AMOUNT), Policy.EQUAL, [holding()], "100", "sizing.stop_missing"),
        (intent("10", SizingBy.RISK_AMOUNT, protection=Protection(stop_price=Decimal(100))), Policy.EQUAL, [holding()],
         "100", "sizing.stop_at_entry"),
        (intent("10"), Policy.WEIGHTED, weighed("0", "0"), "100", "allocation.no_weight"),
        (intent("10"), Policy.EQUAL, [holding(instrument=None)], "100", "allocation.no_weight"),
    ],
)  # fmt: skip
def test_what_cannot_be_split_is_refused_with_its_code(
    one: Intent, policy: Policy, holdings: list[Holding], reference: str | None, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        split(one, policy, holdings, reference=reference)
    assert refused.value.code == code


def test_an_instrument_that_is_mapped_is_scaled_by_its_multiplier() -> None:
    mapped = holding(1, instrument=MNQ, wanted=MNQ.id)
    big = holding(0, instrument=NQ, wanted=NQ.id)
    one = intent("3", instrument=NQ.id)
    assert split(one, Policy.RATIO, [big, mapped], NQ) == [3, 30]
    assert split(one, Policy.EQUAL, [big, mapped], NQ) == [1, 15]


def parts(one: Intent, holdings: list[Holding], policy: Policy = Policy.RATIO) -> tuple[Allocation, ...]:
    return allocate(one, group(policy), holdings, PLAIN, Decimal(100))


def test_an_account_that_cannot_take_part_says_why() -> None:
    (gone,) = parts(intent("10"), [holding(instrument=None, wanted=InstrumentId("X.SIM"))])
    assert (gone.quantity, gone.note, gone.instrument) == (0, "its instrument is not listed here", "X.SIM")
    (small,) = parts(intent("0.5"), [holding()])
    assert small.note == "smaller than one lot"
    (foreign,) = parts(intent("5", SizingBy.PERCENT_OF_EQUITY), [holding(rate=None)])
    assert foreign.note == "no rate into this account's currency is known"
    (capped,) = parts(intent("10"), [holding(member=Member(AccountId("acc_0"), cap=Decimal("6.00")))])
    assert (capped.quantity, capped.note) == (6, "capped at 6")


def test_a_close_takes_the_senders_share_and_no_more_than_is_free() -> None:
    close = intent("100", SizingBy.CLOSE, None)
    held = holding(position=Decimal(12), share=Decimal(5))
    assert [(one.quantity, one.side) for one in parts(close, [held])] == [(12, "SELL")]
    own = replace(close, strategy="str")  # type: ignore[arg-type]
    assert [(one.quantity, one.side) for one in parts(own, [held])] == [(5, "SELL")]
    assert [one.quantity for one in parts(replace(own, close_all=True), [held])] == [12]
    assert [(one.quantity, one.side) for one in parts(own, [replace(held, share=Decimal(-5))])] == [(5, "BUY")]
    half = intent("50", SizingBy.CLOSE, None)
    assert [one.quantity for one in parts(half, [replace(held, position=Decimal(7))])] == [3]
    (taken,) = parts(close, [replace(held, closable=Decimal(0))])
    assert (taken.quantity, taken.note) == (0, "open exits already take it")
    (flat,) = parts(close, [holding()])
    assert flat.note == "nothing to close"
    (wrong,) = parts(intent("100", SizingBy.CLOSE, Side.BUY), [held])
    assert wrong.note == "holds no position that a BUY would close"


def test_a_target_trades_the_difference_of_the_senders_share() -> None:
    target = intent("-4", SizingBy.TARGET, None)
    assert [(one.quantity, one.side) for one in parts(target, [holding(share=Decimal(3))])] == [(7, "SELL")]
    assert [(one.quantity, one.side) for one in parts(target, [holding(share=Decimal(-9))])] == [(5, "BUY")]
    assert [one.note for one in parts(target, [holding(share=Decimal(-4))])] == ["already at the target"]


# --- properties ----------------------------------------------------------------------------------

steps = st.sampled_from([None, "0.001", "0.5", "1", "5"])
amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(100_000), places=2)
weights = st.lists(st.tuples(st.integers(0, 50), steps), min_size=1, max_size=12)


@given(amounts, weights, st.sampled_from([Policy.EQUAL, Policy.WEIGHTED]))
def test_a_split_never_gives_out_more_than_the_whole_and_stays_on_every_grid(
    total: Decimal, rows: list[tuple[int, str | None]], policy: Policy
) -> None:
    holdings = [holding(n, step=step, member=Member(AccountId(f"acc_{n}"), Decimal(weight) + 1)) for n, (weight, step)
                in enumerate(rows)]  # fmt: skip
    given_out = split(intent(str(total)), policy, holdings)
    assert sum(given_out) <= total
    assert all(quantity % one.step == 0 for quantity, one in zip(given_out, holdings, strict=True))
    coarsest = max(one.step for one in holdings)
    assert total - sum(given_out) < coarsest * len(holdings)


@given(st.integers(1, 10_000), st.lists(st.integers(1, 50), min_size=1, max_size=12))
def test_whole_lots_are_given_out_to_the_last_and_within_one_lot_of_the_exact_share(
    total: int, rows: list[int]
) -> None:
    holdings = weighed(*map(str, rows))
    given_out = split(intent(str(total)), Policy.WEIGHTED, holdings)
    assert sum(given_out) == total
    for weight, quantity in zip(rows, given_out, strict=True):
        assert abs(quantity - Decimal(total) * weight / sum(rows)) < 1


@given(amounts, weights)
def test_the_same_split_is_the_same_every_time(total: Decimal, rows: list[tuple[int, str | None]]) -> None:
    holdings = [holding(n, step=step) for n, (_, step) in enumerate(rows)]
    one = intent(str(total))
    assert split(one, Policy.EQUAL, holdings) == split(one, Policy.EQUAL, list(holdings))


@given(amounts, weights, st.decimals(min_value=Decimal("0.5"), max_value=Decimal(1000), places=1))
def test_a_cap_is_never_passed(total: Decimal, rows: list[tuple[int, str | None]], cap: Decimal) -> None:
    holdings = [
        holding(n, step=step, member=Member(AccountId(f"acc_{n}"), cap=cap)) for n, (_, step) in enumerate(rows)
    ]
    assert all(quantity <= cap for quantity in split(intent(str(total)), Policy.EQUAL, holdings))


@given(st.integers(1, 500), st.integers(1, 6), st.integers(1, 6))
def test_mapped_instruments_never_carry_more_than_the_whole(total: int, big: int, small: int) -> None:
    holdings = [holding(n, instrument=NQ, wanted=NQ.id) for n in range(big)]
    holdings += [holding(big + n, instrument=MNQ, wanted=MNQ.id) for n in range(small)]
    given_out = split(intent(str(total), instrument=NQ.id), Policy.EQUAL, holdings, NQ)
    worth = sum((quantity * one.instrument.multiplier for quantity, one in zip(given_out, holdings, strict=True)
                 if one.instrument), Decimal(0))  # fmt: skip
    assert worth <= total * NQ.multiplier
