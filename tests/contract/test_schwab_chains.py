"""Option chains at Schwab, over the twin's socket, and chains that cannot be what they say."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from bidwell.brokers.schwab import SchwabMarket, parse, wire
from bidwell.brokers.schwab.broker import market as markets
from bidwell.brokers.schwab.broker.reading import chain_of, listing
from bidwell.brokers.schwab.symbols import SymbolBook
from bidwell.brokers.transport import decoder, read
from bidwell.model.errors import Missing, ProtocolError, Unavailable
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument, Option, Right
from bidwell.twins.mishaps import MishapType, On
from bidwell.twins.scenario import Listed
from tests.contract.schwab_stand import ACME, SchwabStand, schwab_stand

FIRST, SECOND, THIRD = date(2030, 12, 20), date(2031, 1, 17), date(2031, 3, 21)
SPY, BRK = InstrumentId("SPY.ARCX"), InstrumentId("BRK-B.XNYS")


def option(expiry: date, right: str, strike: str, root: str = "ACME", **more: str) -> Listed:
    symbol = f"{root:<6}{expiry:%y%m%d}{right}{int(Decimal(strike) * 1000):08d}"
    return Listed(symbol, Decimal("5.10"), Decimal("5.20"), "", "option", multiplier=Decimal(100), underlying="ACME",
                  expiry=expiry, strike=Decimal(strike), right="call" if right == "C" else "put", extra=more)  # fmt: skip


LISTED = (
    *(option(expiry, right, strike) for expiry in (THIRD, SECOND, FIRST) for right in "PC" for strike in ("102.5", "97.5")),
    option(SECOND, "C", "100", "ACME1"), option(SECOND, "C", "100", "OTHER"), option(SECOND, "C", "105", mini="yes"),
    option(SECOND, "C", "110", non_standard="yes"),
)  # fmt: skip


class Asked:
    """What was asked of the twin; a chain is answered as `answer` says where it says something."""

    def __init__(self) -> None:
        self.chains: list[tuple[str, str]] = []
        self.paths: list[str] = []
        self.answer: bytes | None = None

    @web.middleware
    async def hear(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.paths.append(request.path)
        if request.path.endswith("/chains"):
            self.chains.append((request.query["fromDate"], request.query["toDate"]))
        if self.answer is not None and request.path.endswith(("/chains", "/expirationchain")):
            return web.Response(body=self.answer, content_type="application/json")
        return await handler(request)


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
async def stand(asked: Asked) -> AsyncIterator[SchwabStand]:
    async with schwab_stand(middlewares=[asked.hear], listed=LISTED) as stand:
        yield stand


@pytest.fixture
async def market(stand: SchwabStand) -> AsyncIterator[SchwabMarket]:
    made = SchwabMarket(stand.config, stand.user(), SymbolBook(), stand.clock)
    made.open()
    yield made
    await made.close()


def terms(found: Instrument) -> tuple[date, Decimal, Right]:
    assert isinstance(found.contract, Option)
    return found.contract.expiry, found.contract.strike, found.contract.right


async def test_a_chain_has_the_options_of_an_expiry_and_nothing_else(market: SchwabMarket, asked: Asked) -> None:
    found = await market.options(ACME, SECOND)
    assert [terms(each) for each in found] == [
        (SECOND, Decimal(strike), right) for strike in ("97.5", "102.5") for right in (Right.CALL, Right.PUT)]  # fmt: skip
    assert {each.contract.underlying for each in found if isinstance(each.contract, Option)} == {ACME}
    assert asked.chains == [(SECOND.isoformat(), SECOND.isoformat())]


async def test_an_option_of_the_chain_is_the_one_that_its_exact_symbol_lists(market: SchwabMarket) -> None:
    chain = await market.options(ACME, SECOND)
    exact = await listing(market._client, SymbolBook(), [each.id.partition(".")[0] for each in chain])
    assert list(chain) == exact
    assert exact


async def test_all_expiries_are_asked_for_a_few_at_a_time_and_no_more_than_are_told(
    market: SchwabMarket, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = await market.expiries(ACME)
    # One of the stand's own ends in 2027.
    assert [each for each in days if each.year >= 2030] == [FIRST, SECOND, THIRD]
    monkeypatch.setattr(markets, "EXPIRIES_AT_ONCE", 2)
    found = await market.options(ACME)
    assert sorted({terms(each)[0] for each in found}) == days
    assert [terms(each) for each in found] == sorted(map(terms, found))
    assert len(asked.chains) == (len(days) + 1) // 2
    monkeypatch.setattr(markets, "MOST_EXPIRIES", 1)
    assert {terms(each)[0] for each in await market.options(ACME)} == {days[0]}


async def test_what_has_expired_has_no_options_and_is_not_asked_for(market: SchwabMarket, asked: Asked) -> None:
    assert await market.options(ACME, date(2020, 1, 17)) == []
    assert await market.options(ACME, SECOND + timedelta(days=1)) == []
    assert len(asked.chains) == 1


async def test_what_has_no_options_has_an_empty_chain_and_what_there_is_not_is_missing(market: SchwabMarket) -> None:
    for underlying in (BRK, SPY, InstrumentId("ACME310117C00097500.OPRA")):
        assert await market.options(underlying) == []
        assert await market.options(underlying, SECOND) == []
        assert await market.expiries(underlying) == []
    for absent in ("NOSUCH.XNAS", "ACME.XNYS", "INFY.XNSE"):
        with pytest.raises(Missing):
            await market.options(InstrumentId(absent), SECOND)
        with pytest.raises(Missing):
            await market.expiries(InstrumentId(absent))


async def test_options_of_a_chain_have_quotes(market: SchwabMarket) -> None:
    chain = [each.id for each in await market.options(ACME, SECOND)]
    found = await market.quotes(chain)
    assert sorted(each.instrument for each in found) == sorted(chain)
    assert {(each.bid, each.ask) for each in found} == {(Decimal("5.10"), Decimal("5.20"))}


async def test_a_chain_is_asked_for_again_when_the_server_fails_or_throttles(
    stand: SchwabStand, market: SchwabMarket
) -> None:
    assert await market.expiries(ACME)
    stand.fault(MishapType.ERROR, on=On.READ, count=2, status=503)
    assert len(await market.options(ACME, SECOND)) == 4
    stand.fault(MishapType.THROTTLE, on=On.READ, seconds=0.05)
    assert len(await market.expiries(ACME)) >= 3
    assert market.health.report().troubles
    stand.fault(MishapType.ERROR, on=On.READ, count=50, status=503)
    with pytest.raises(Unavailable):
        await market.options(ACME, SECOND)


def body(
    symbol: str | None = "ACME  310117C00097500", day: str = "2031-01-17:420", strike: str = "97.5", **more: object
) -> dict[str, Any]:
    return {"symbol": "ACME", "status": "SUCCESS", "callExpDateMap": {day: {strike: [{"symbol": symbol, **more}]}},
            "putExpDateMap": {}}  # fmt: skip


UNREADABLE: tuple[bytes, ...] = (
    b"", b"[]", b"null", b"<html>", b'{"callExpDateMap": [1]}', json.dumps(body()).encode()[:-20],
    *(json.dumps(each).encode() for each in (
        body(day="2031-02-30:1"), body(day="never"), body(day=""), body(strike="NaN"), body(strike="-5"), body(strike="0"),
        body(strike="1e400"), body(strike="x"), body(multiplier=float("nan")), body(multiplier="sNaN"), body(multiplier=-100), body(strike="sNaN"), body(symbol=None), body(symbol="A" * 5000),
    )),
)  # fmt: skip


@pytest.mark.parametrize("told", UNREADABLE)
async def test_a_chain_that_cannot_be_read_is_told_as_such(market: SchwabMarket, asked: Asked, told: bytes) -> None:
    assert await market.symbol(ACME) == "ACME"
    asked.answer = told
    with pytest.raises(ProtocolError):
        await market.options(ACME, SECOND)


@pytest.mark.parametrize("told", [b"", b"[]", b"{", b'{"expirationList": 5}', b'{"expirationList": [{}]}',
                                  b'{"expirationList": [{"expirationDate": "2031-02-30"}]}'])  # fmt: skip
async def test_expiries_that_cannot_be_read_are_told_as_such(market: SchwabMarket, asked: Asked, told: bytes) -> None:
    assert await market.symbol(ACME) == "ACME"
    asked.answer = told
    with pytest.raises(ProtocolError):
        await market.expiries(ACME)


@pytest.mark.parametrize("odd", [
    body(strike="98"), body(symbol="ACME  310117P00097500"), body(symbol="ACME  301220C00097500"), body(symbol="ACME"),
    body(symbol="ACME  319917C00097500"), body(symbol="ACME1 310117C00097500"), body(multiplier=10), body(isMini=True),
    body(nonStandard=True), body(day="2031-01-18:1", symbol="ACME  310118C00097500"), {}, {"callExpDateMap": None},
])  # fmt: skip
def test_an_option_that_contradicts_its_place_or_is_no_standard_one_is_left_out(odd: dict[str, Any]) -> None:
    told = read(decoder(wire.Chain), json.dumps(odd).encode(), "it")
    assert chain_of(told, ACME, "ACME", [SECOND]) == []
    assert len(chain_of(read(decoder(wire.Chain), json.dumps(body()).encode(), "it"), ACME, "ACME", [SECOND])) == 1


def test_a_chain_longer_than_any_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "MOST_OPTIONS", 3)
    row = wire.Optioned("ACME  310117C00097500")
    with pytest.raises(ProtocolError, match="more than 3"):
        parse.chain(wire.Chain({"2031-01-17:420": {"97.5": [row] * 4}}))
