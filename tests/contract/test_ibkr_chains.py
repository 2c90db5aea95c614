"""Option chains and newest prices at Interactive Brokers, over the twin's socket, and a Gateway that answers oddly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.ibkr import IbkrMarket, Link, parse, wire
from bidwell.brokers.ibkr.broker import market as markets
from bidwell.brokers.ibkr.broker import reading
from bidwell.brokers.ibkr.client.reader import Reader
from bidwell.brokers.ibkr.symbols import SymbolBook
from bidwell.brokers.transport.caller import Denied
from bidwell.model.errors import InvalidInput, Missing, ProtocolError, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument, Option, Right
from bidwell.twins.ibkr import words
from bidwell.twins.ibkr.session import Session
from bidwell.twins.scenario import Listed
from tests.contract.broker_stand import until
from tests.contract.ibkr_stand import ACME, CRUDE, IbkrStand, ibkr_stand
from tests.contract.paper_stand import SeededEntropy

FIRST, SECOND, THIRD = date(2030, 12, 20), date(2031, 1, 17), date(2031, 3, 21)
OIL, BRK, DARK, MUTE = (InstrumentId(each) for each in (f"{CRUDE}.XNYM", "BRK-B.XNYS", "DARK.XNYS", "MUTE.XNYS"))


def option(
    expiry: date, right: str, strike: str, root: str = "ACME", *, ends: date | None = None, under: str = "ACME"
) -> Listed:
    symbol = f"{root}{expiry:%y%m%d}{right}{int(Decimal(strike) * 1000):08d}"
    return Listed(symbol, Decimal("5.10"), Decimal("5.20"), f"{root} {strike}", "option", "NASDAQ", multiplier=Decimal(100),
                  underlying=under, expiry=ends or expiry, strike=Decimal(strike), right="call" if right == "C" else "put")  # fmt: skip


LISTED = (
    *(option(day, right, strike) for day in (THIRD, SECOND, FIRST) for right in "PC" for strike in ("102.5", "97.5")),
    # Its name says another day than its terms, and one is on a share in pounds.
    option(SECOND, "C", "90", ends=THIRD), option(SECOND, "C", "9", "VOD", under="VOD"),
    Listed("MUTE", Decimal(9), Decimal(10), "MUTE MARKETS", exchange="NYSE", extra={"market_data": "silent"}),
)  # fmt: skip


@asynccontextmanager
async def market(stand: IbkrStand, **changes: object) -> AsyncIterator[IbkrMarket]:
    made = IbkrMarket(SymbolBook(), WallClock(), Link(stand.changed(**changes), WallClock(), SeededEntropy()))
    made.open()
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
async def stand() -> AsyncIterator[IbkrStand]:
    async with ibkr_stand(listed=LISTED) as stand:
        yield stand


@pytest.fixture
async def made(stand: IbkrStand) -> AsyncIterator[IbkrMarket]:
    async with market(stand) as made:
        yield made


def answering(stand: IbkrStand, call: str, answer: Callable[[Session, list[str]], None]) -> list[list[str]]:
    """Let the Gateway answer a call so; what was asked."""
    asked: list[list[str]] = []

    def said(session: Session, fields: list[str]) -> None:
        asked.append(fields)
        answer(session, fields)

    stand.twin._calls[call] = said
    return asked


def terms(found: Instrument) -> tuple[date, Decimal, Right]:
    assert isinstance(found.contract, Option)
    return found.contract.expiry, found.contract.strike, found.contract.right


# --- chains ------------------------------------------------------------------------------------------------


async def test_a_chain_has_the_contracts_of_an_expiry_that_there_are(made: IbkrMarket) -> None:
    found = await made.options(ACME, SECOND)
    assert [terms(each) for each in found] == [
        (SECOND, Decimal(strike), right) for strike in ("97.5", "102.5") for right in (Right.CALL, Right.PUT)]  # fmt: skip
    assert {each.contract.underlying for each in found if isinstance(each.contract, Option)} == {ACME}
    assert await made.options(ACME, SECOND + timedelta(days=1)) == []


async def test_an_option_of_the_chain_is_the_one_that_its_exact_symbol_lists(
    stand: IbkrStand, made: IbkrMarket
) -> None:
    chain = await made.options(ACME, SECOND)
    async with market(stand, client_id=7) as other:
        assert await other.listing([each.id.partition(".")[0] for each in chain]) == list(chain)
    assert chain


async def test_all_expiries_are_the_nearest_and_asked_for_one_by_one(
    stand: IbkrStand, made: IbkrMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(stand, "9", stand.twin._reads.contracts)
    days = await made.expiries(ACME)
    assert [each for each in days if each.year >= 2030] == [FIRST, SECOND, THIRD]
    found = await made.options(ACME)
    assert [terms(each) for each in found] == sorted(map(terms, found))
    assert sorted({terms(each)[0] for each in found}) == days
    # The share by its name, each expiry, and the share below the options of each.
    assert [fields[6] for fields in asked if fields[6]] == [f"{each:%Y%m%d}" for each in days]
    assert len(asked) == 1 + 2 * len(days)
    monkeypatch.setattr(markets, "MOST_EXPIRIES", 1)
    assert {terms(each)[0] for each in await made.options(ACME)} == {days[0]}


async def test_what_has_no_options_has_an_empty_chain_and_what_there_is_not_is_missing(
    stand: IbkrStand, made: IbkrMarket
) -> None:
    asked = answering(stand, "9", stand.twin._reads.contracts)
    for underlying in (BRK, OIL):
        assert await made.options(underlying) == []
        assert await made.options(underlying, SECOND) == []
        assert await made.expiries(underlying) == []
    before = len(asked)
    assert await made.options(BRK, date(2020, 1, 17)) == []
    assert len(asked) == before
    for absent in ("NOSUCH.XNAS", "INFY.XNSE", "VOD.XLON"):
        with pytest.raises(Missing):
            await made.options(InstrumentId(absent), SECOND)
        with pytest.raises(Missing):
            await made.expiries(InstrumentId(absent))


async def test_a_chain_that_takes_too_long_ends_nothing(
    stand: IbkrStand, made: IbkrMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await made.expiries(ACME)
    late: list[tuple[Session, list[str]]] = []
    answering(stand, "9", lambda session, fields: late.append((session, fields)))
    monkeypatch.setattr(markets, "CHAIN_WAIT", 0.1)
    with pytest.raises(Unavailable, match="did not answer reqContractDetails"):
        await made.options(ACME, SECOND)
    stand.twin._calls["9"] = stand.twin._reads.contracts
    for session, fields in late:
        stand.twin._reads.contracts(session, fields)
    monkeypatch.undo()
    assert len(await made.options(ACME, SECOND)) == 4
    assert made._seat.link.logins == 1


async def test_an_answer_without_an_end_is_refused(
    stand: IbkrStand, made: IbkrMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await made.expiries(ACME)
    monkeypatch.setattr(reading, "MOST_CONTRACTS", 3)
    with pytest.raises(ProtocolError, match="more than 3 rows"):
        await made.options(ACME, SECOND)
    monkeypatch.setattr(reading, "MOST_CONTRACTS", 1)
    with pytest.raises(ProtocolError, match="more than 1 rows"):
        await made.expiries(ACME)
    monkeypatch.undo()
    assert len(await made.options(ACME, SECOND)) == 4


@pytest.mark.parametrize(
    ("code", "problem"), [(200, None), (100, "50 messages"), (321, "did not take"), (9999, "9999")]
)
async def test_a_gateway_that_says_no_to_a_chain_is_told_as_such(
    stand: IbkrStand, made: IbkrMarket, code: int, problem: str | None
) -> None:
    assert await made.expiries(ACME)

    def no(at: int) -> Callable[[Session, list[str]], None]:
        return lambda session, fields: session.line.put(words.error(int(fields[at]), code, "no"))

    answering(stand, "78", no(1))
    answering(stand, "9", no(2))
    if problem is None:
        assert await made.expiries(ACME) == []
        assert await made.options(ACME, SECOND) == []
        return
    for ask in (made.expiries(ACME), made.options(ACME, SECOND)):
        with pytest.raises(Exception, match=problem):
            await ask


async def test_a_connection_that_breaks_under_a_chain_is_told_and_mended(stand: IbkrStand, made: IbkrMarket) -> None:
    assert await made.expiries(ACME)
    answering(stand, "78", lambda session, _fields: session.line.cut())
    with pytest.raises(Unavailable):
        await made.expiries(ACME)
    stand.twin._calls["78"] = stand.twin._reads.option_parameters
    await until(lambda: made._seat.link.is_up, "the next login")
    assert await made.expiries(ACME)


@pytest.mark.parametrize("fields", [
    ("SMART", 1, "ACME", 100, 2, "20310117"), ("SMART", 1, "ACME", 100, -1), ("SMART", 1, "ACME", 100, 1, "20310117", 1),
    ("SMART", 1, "ACME", 100, "x"), ("SMART", 1, "ACME", 100), (), ("SMART", 1, "ACME", 100, 1, "20310117", 1, 100, 105),
])  # fmt: skip
def test_parameters_that_are_cut_short_are_refused(fields: tuple[object, ...]) -> None:
    with pytest.raises(ProtocolError):
        Reader(words.VERSION).read(["75", "7", *map(str, fields)])


def test_days_of_the_best_exchange_count_and_each_is_a_day() -> None:
    def told(exchange: str, *days: str) -> wire.OptionParameters:
        return wire.OptionParameters(7, exchange, "ACME", days)

    assert parse.expiries([told("CBOE", "20310117"), told("SMART", "20301220", "20310321"), told("SMART")]) == {
        FIRST,
        THIRD,
    }
    assert parse.expiries([told("CBOE", "20310117")]) == {SECOND}
    for odd in ("", "20310230", "never", "NaN", "2031"):
        with pytest.raises(ProtocolError, match="no day"):
            parse.expiries([told("SMART", odd)])


# --- newest prices -----------------------------------------------------------------------------------------


async def test_options_of_a_chain_have_quotes_that_leave_no_stream_behind(stand: IbkrStand, made: IbkrMarket) -> None:
    chain = [each.id for each in await made.options(ACME)]
    found = {each.instrument: each for each in await made.quotes([ACME, *chain])}
    assert set(found) == {ACME, *chain}
    assert (found[ACME].bid, found[ACME].ask, found[ACME].previous_close) == (
        Decimal("99.90"), Decimal("100.00"), Decimal("99.90"))  # fmt: skip
    assert {(found[each].bid, found[each].ask) for each in chain} == {(Decimal("5.10"), Decimal("5.20"))}
    assert not any(stand.twin.streams.values())
    assert await made.quotes([]) == []


async def test_a_snapshot_that_the_gateway_does_not_end_is_over_once_it_is_whole(
    stand: IbkrStand, made: IbkrMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markets, "SNAPSHOT_WAIT", 120.0)
    answering(stand, "1", lambda session, fields: stand.twin._reads.follow(session, [*fields[:17], "0", *fields[18:]]))
    async with asyncio.timeout(60):
        (found,) = await made.quotes([ACME])
    assert (found.ask, found.previous_close) == (Decimal("100.00"), Decimal("99.90"))
    await until(lambda: not any(stand.twin.streams.values()), "nothing is followed")


async def test_what_has_no_price_is_left_out_and_where_nothing_has_one_it_is_said_why(
    stand: IbkrStand, made: IbkrMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markets, "SNAPSHOT_WAIT", 0.2)
    assert [each.instrument for each in await made.quotes([DARK, ACME, MUTE])] == [ACME]
    assert await made.quotes([MUTE]) == []
    with pytest.raises(Denied, match="subscribe to it"):
        await made.quotes([DARK, MUTE])
    with pytest.raises(Missing):
        await made.quotes([ACME, InstrumentId("NOSUCH.XNAS")])
    assert made._seat.link.logins == 1
    assert not any(stand.twin.streams.values())


async def test_no_more_prices_are_asked_for_than_the_account_has_lines(
    stand: IbkrStand, made: IbkrMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInput, match="100 instruments"):
        await made.quotes([InstrumentId(f"A{number}.XNAS") for number in range(101)])
    chain = [each.id for each in await made.options(ACME)]
    out: list[list[str]] = []
    most = 0

    def hold(_session: Session, fields: list[str]) -> None:
        nonlocal most
        out.append(fields)
        most = max(most, len(out))

    answering(stand, "1", hold)
    monkeypatch.setattr(markets, "SNAPSHOTS_AT_ONCE", 3)
    asking = asyncio.ensure_future(made.quotes(chain))
    for _ in chain:
        await until(lambda: bool(out), "a question")
        session = next(iter(stand.twin._clients.values()))
        stand.twin._reads.follow(session, out.pop(0))
    assert len(await asking) == len(chain)
    assert 1 <= most <= 3


async def test_an_account_without_lines_left_and_a_lost_connection_are_told(stand: IbkrStand, made: IbkrMarket) -> None:
    assert await made.quotes([ACME])
    answering(stand, "1", lambda session, fields: session.line.put(words.error(int(fields[2]), 101, "max tickers")))
    with pytest.raises(Exception, match="no more market data lines"):
        await made.quotes([ACME])
    answering(stand, "1", lambda session, _fields: session.line.cut())
    with pytest.raises(Unavailable):
        await made.quotes([ACME, BRK])
