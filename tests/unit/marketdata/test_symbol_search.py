"""Searching a broker's list: what matches is found, nothing else is, in the order that is promised."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.brokers.transport import indian
from bidwell.marketdata import symbol_search
from bidwell.marketdata.symbol_search import Rank, SymbolIndex, build, expiry_words, pieces, query_words
from bidwell.model.errors import DataError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Crypto, Equity, Future, Instrument, Option, Right

TODAY = date(2026, 11, 20)
NEAR, FAR = date(2026, 11, 26), date(2026, 12, 31)
TICK, LOT = Decimal("0.05"), Decimal(1)
PLAIN = [
    indian.share("NIFTYBEES", "NSE", "Nippon ETF Nifty", TICK, LOT),
    indian.share("RELIANCE", "NSE", "Reliance Industries Ltd", TICK, LOT),
    indian.share("RELIANCE", "BSE", "Reliance Industries Ltd", TICK, LOT),
    indian.share("M&M", "NSE", "Mahindra & Mahindra", TICK, LOT),
    indian.index("NIFTY 50", "NSE"),
    Instrument(InstrumentId("BTCUSD.ALPACA"), "BTC/USD", "Bitcoin", "ALPACA", "USD", TICK, LOT, Crypto("BTC")),
    Instrument(InstrumentId("BRK-B.XNYS"), "BRK.B", "Berkshire Hathaway", "XNYS", "USD", TICK, LOT, Equity()),
    *(indian.future("NIFTY", "NFO", day, TICK, LOT) for day in (FAR, NEAR)),
    *(indian.option("NIFTY", "NFO", day, Decimal(strike), right, TICK, LOT)
      for day in (FAR, NEAR) for strike in ("9900", "25000", "25000.5") for right in (Right.PUT, Right.CALL)),
]  # fmt: skip


@pytest.fixture(scope="module")
def index() -> SymbolIndex:
    return build(PLAIN, TODAY)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("nifty", ["NIFTY.XNSE", "NIFTYBEES.XNSE", "NIFTY261126F.XNSE", "NIFTY261126C9900.XNSE"]),
        ("NIFTY 25000 ce", ["NIFTY261126C25000.XNSE", "NIFTY261126C25000_5.XNSE", "NIFTY261231C25000.XNSE"]),
        ("nifty 26nov 25000.5 put", ["NIFTY261126P25000_5.XNSE"]),
        ("nifty 2026-12-31 9900 call", ["NIFTY261231C9900.XNSE"]),
        ("nifty dec26 fut", ["NIFTY261231F.XNSE"]),
        ("RELIANCE.XBOM", ["RELIANCE.XBOM"]),
        ("reliance", ["RELIANCE.XNSE", "RELIANCE.XBOM"]),
        ("indus rel", ["RELIANCE.XNSE", "RELIANCE.XBOM"]),
        ("m&m", ["M&M.XNSE"]), ("brk.b", ["BRK-B.XNYS"]), ("BRK-B", ["BRK-B.XNYS"]),
        ("btcusd", ["BTCUSD.ALPACA"]), ("btc/usd", ["BTCUSD.ALPACA"]), ("bitcoin", ["BTCUSD.ALPACA"]),
        ("shire", ["BRK-B.XNYS"]),
        ("1126C2", ["NIFTY261126C25000.XNSE", "NIFTY261126C25000_5.XNSE"]),
        ("nothing", []), ("", []), ("  , ", []), ("&", []), ("nifty nothing", []),
    ],
)  # fmt: skip
def test_words_find_what_a_person_means_the_best_first(index: SymbolIndex, text: str, first: list[str]) -> None:
    found = [each.id for each in index.search(text, 50)]
    assert found[: len(first)] == first
    assert bool(found) == bool(first)


def test_a_row_tells_its_terms(index: SymbolIndex) -> None:
    (found,) = index.search("NIFTY261126P25000.5", 1)
    assert (found.symbol, found.kind, found.underlying, found.expiry, found.strike, found.rank) == (
        "NIFTY261126P25000.5", "put", "NIFTY", NEAR, "25000.5", Rank.EXACT)  # fmt: skip
    assert found.name == "NIFTY 26 Nov 2026 25000.5 put"


def test_what_two_rows_claim_what_has_ended_and_what_is_too_much_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = indian.share("TWICE", "NSE", "One of two", TICK, LOT)
    over = indian.future("OVER", "NFO", TODAY - timedelta(days=1), TICK, LOT)
    made = build([twice, over, twice, PLAIN[0]], TODAY)
    assert (len(made), made.left_out) == (1, 2)
    assert [each.id for each in made.search("o", 9)] == []
    assert [each.id for each in made.search("nippon", 9)] == ["NIFTYBEES.XNSE"]
    assert build([], TODAY).search("nifty", 5) == []
    monkeypatch.setattr(symbol_search, "MOST_ROWS", 2)
    with pytest.raises(DataError, match="more than 2 rows"):
        build(PLAIN, TODAY)


def spoken(each: Instrument) -> set[str]:
    """The words of a row, as the module's head says them."""
    terms, venue = each.contract, each.id.rpartition(".")[2]
    if isinstance(terms, Option):
        rights = {"CALL", "CE"} if terms.right is Right.CALL else {"PUT", "PE"}
        strike = pieces(f"{terms.strike.normalize():f}")
        return {
            *pieces(terms.underlying.rpartition(".")[0]),
            *expiry_words(terms.expiry),
            *strike,
            *rights,
            "OPTION",
            venue,
        }
    words = {*pieces(each.name), *pieces(each.symbol), venue}
    if isinstance(terms, Future):
        return words | {*pieces(terms.underlying), *expiry_words(terms.expiry), "FUTURE"}
    return words | {"SHARE" if terms.type == "equity" else terms.type.upper()}


def rank(each: Instrument, text: str) -> Rank | None:
    """How a row fits, said as plainly as can be."""
    whole, local, words = " ".join(text.upper().split()), each.id.rpartition(".")[0], spoken(each)

    def begins(piece: str) -> bool:
        return any(word.startswith(piece) for word in words)

    def within(word: str) -> bool:
        inside = len(word) >= 3 and (word in each.symbol or word in local)
        parts = pieces(word)
        return inside or (bool(parts) and all(
            begins(part) or (len(part) >= 3 and any(part in other for other in words)) for part in parts))  # fmt: skip

    asked = query_words(text)
    if not asked:
        return None
    if whole in {each.symbol, local, each.id}:
        return Rank.EXACT
    if each.symbol.startswith(whole) or local.startswith(whole):
        return Rank.PREFIX
    if all(pieces(word) and all(map(begins, pieces(word))) for word in asked):
        return Rank.WORD
    return Rank.CONTAINS if all(map(within, asked)) else None


ROOTS = st.sampled_from(["AB", "ABC", "BCA", "A&B", "CAB1", "B2"])
DAYS = st.integers(0, 40).map(lambda days: TODAY + timedelta(days=days))
ROWS = st.one_of(
    st.builds(lambda root, name: indian.share(root, "NSE", name, TICK, LOT), ROOTS,
              st.text("ABC &1", min_size=1, max_size=12)),
    st.builds(lambda root, day: indian.future(root, "NFO", day, TICK, LOT), ROOTS, DAYS),
    st.builds(lambda root, day, strike, right: indian.option(root, "NFO", day, strike, right, TICK, LOT), ROOTS, DAYS,
              st.sampled_from([Decimal(10), Decimal("100.5"), Decimal(1000)]), st.sampled_from(Right)),
)  # fmt: skip
WORD = st.one_of(
    st.text("ABC1&. ", max_size=5), st.sampled_from(["NOV", "DEC26", "10", "1000", "CE", "fut", "XNSE", "00.5"])
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(ROWS, max_size=25, unique_by=lambda each: each.id),
    st.lists(WORD, max_size=3).map(" ".join),
    st.integers(1, 30),
)
def test_what_matches_is_found_and_nothing_else_the_best_first(rows: list[Instrument], text: str, limit: int) -> None:
    made = build(rows, TODAY)
    expected = {each.id: fits for each in rows if (fits := rank(each, text)) is not None}
    found = made.search(text, limit)
    assert len(found) == min(limit, len(expected))
    assert {each.id: each.rank for each in found}.items() <= expected.items()
    ranks = [each.rank for each in found]
    assert ranks == sorted(expected.values())[:limit]
    for before, after in pairwise(found):
        if before.rank is after.rank:
            assert (before.expiry is not None, before.expiry or TODAY) <= (
                after.expiry is not None,
                after.expiry or TODAY,
            )
