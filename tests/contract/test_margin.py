"""What a broker would block, asked over a real socket: the figures, what is refused, and that no order ever waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from bidwell.brokers.ibkr import wire
from bidwell.brokers.ibkr.client import library
from bidwell.brokers.transport import TellsMargin, Throttled
from bidwell.brokers.transport.circuit import FAILURES
from bidwell.brokers.zerodha.client import ZerodhaClient
from bidwell.engine.ports import MarginSource
from bidwell.model.errors import BrokerError, ProtocolError, Refused, Unavailable
from bidwell.model.events import OrderAccepted
from bidwell.model.ids import InstrumentId
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from bidwell.twins.mishaps import MishapType, On, Script
from tests.contract.angelone_stand import CALL, FUTURE, angelone_stand
from tests.contract.broker_stand import Ear, Maker, approved, limit_terms
from tests.contract.dhan_stand import dhan_stand
from tests.contract.ibkr_stand import ibkr_stand
from tests.contract.twin_stand import TwinStand
from tests.contract.zerodha_stand import zerodha_stand

DAY = TimeInForce.DAY
Open = Callable[..., AbstractAsyncContextManager[Any]]
STANDS: dict[str, Open] = {"angelone": angelone_stand, "dhan": dhan_stand, "ibkr": ibkr_stand, "zerodha": zerodha_stand}
PAIRS = {
    "angelone": (FUTURE, CALL), "dhan": (InstrumentId("NIFTY270128F.XNSE"), InstrumentId("NIFTY270128C26000.XNSE")),
    "zerodha": (InstrumentId("NIFTY310130F.XNSE"), InstrumentId("NIFTY310130C25000.XNSE")),
}  # fmt: skip
OVER_HTTP = sorted(PAIRS)


@dataclass
class Table:
    """A connected session at a twin."""

    name: str
    stand: TwinStand[Any]
    broker: TellsMargin
    ear: Ear
    make: Maker

    def order(self, price: str = "90.00", quantity: str = "10") -> Order:
        return self.make.order(limit_terms(price, DAY), quantity=quantity)

    def pair(self) -> list[Order]:
        """A future that is sold, with a call that hedges it."""
        future, call = PAIRS[self.name]
        sold = self.make.order(limit_terms("100.00", DAY), side=Side.SELL, quantity="75")
        bought = self.make.order(limit_terms("5.00", DAY), quantity="75")
        return [replace(sold, instrument=future), replace(bought, instrument=call)]

    @property
    def placed(self) -> int:
        """How many orders the venue ever had."""
        return len(self.stand.stage.state.orders)


@asynccontextmanager
async def table(name: str, **changes: Any) -> AsyncIterator[Table]:  # noqa: ANN401 - fields of several types
    async with STANDS[name](**changes) as stand:
        broker, ear = stand.broker(), Ear()
        await broker.connect(ear)
        try:
            yield Table(name, stand, broker, ear, Maker(stand, DAY))
        finally:
            await broker.close()


@pytest.fixture(params=sorted(STANDS))
async def at(request: pytest.FixtureRequest) -> AsyncIterator[Table]:
    async with table(request.param) as found:
        yield found


async def test_an_order_is_reckoned_and_not_placed(at: Table) -> None:
    order = at.order()
    assert isinstance(at.broker, MarginSource)
    told = await at.broker.margin([order])
    assert told.required == 900
    assert told.currency == at.stand.account.currency
    assert told.available == 100_000
    assert [(part.order, part.required) for part in told.parts] == [(order.client_order_id, Decimal(900))]
    await asyncio.sleep(0.05)
    assert at.placed == 0
    assert not at.ear.events
    assert not (await at.broker.snapshot()).orders


async def test_an_order_after_a_question_is_an_order_like_any(at: Table) -> None:
    order = at.order()
    await at.broker.margin([order])
    await at.broker.submit(approved(order))
    await at.ear.hears(order.client_order_id, OrderAccepted)
    assert at.placed == 1
    # The twin of Zerodha shows cash as what is free, whatever works.
    free = 100_000 if at.name == "zerodha" else 100_000 - 900
    assert (await at.broker.margin([at.order()])).available == free


async def test_what_closes_takes_nothing(at: Table) -> None:
    bought = at.make.order()
    await at.broker.submit(approved(bought))
    await at.ear.hears(bought.client_order_id, OrderAccepted)
    sell = at.make.order(limit_terms("110.00", DAY), side=Side.SELL, quantity="10")
    assert (await at.broker.margin([sell])).required == 0


@pytest.mark.parametrize("name", OVER_HTTP)
async def test_what_hedges_another_order_counts(name: str) -> None:
    async with table(name) as at:
        sold, bought = at.pair()
        alone = [(await at.broker.margin([each])).required for each in (sold, bought)]
        told = await at.broker.margin([sold, bought])
        assert alone == [7500, 375]
        assert told.required == 7500
        assert told.available == 100_000
        expected = alone if name == "zerodha" else []
        assert [part.required for part in told.parts] == expected
        assert at.placed == 0


async def test_a_gateway_reckons_one_order_at_a_time() -> None:
    async with table("ibkr") as at:
        with pytest.raises(Refused, match="one order at a time"):
            await at.broker.margin([at.order(), at.order()])


async def test_what_is_no_question_is_refused_before_anything_is_sent(at: Table) -> None:
    trailing = at.make.order(Terms(OrderType.TRAILING_STOP, trail_percent=Decimal(2), time_in_force=DAY))
    wrong: list[list[Order]] = [[], [at.order(quantity="0")], [at.order() for _ in range(21)]]
    if at.name != "ibkr":
        wrong += [[trailing], [at.make.order(limit_terms("90", TimeInForce.GTC))]]
    for orders in wrong:
        with pytest.raises(Refused):
            await at.broker.margin(orders)
    assert at.placed == 0


async def test_an_instrument_that_the_broker_does_not_trade_is_refused(at: Table) -> None:
    for ident in ("NOSUCH.XNSE", "NOSUCH.XNAS", "NIFTY.XNSE"):
        with pytest.raises(Refused, match=ident):
            await at.broker.margin([replace(at.order(), instrument=InstrumentId(ident))])
    assert at.placed == 0


async def test_dhan_is_not_asked_without_a_price() -> None:
    async with table("dhan") as at:
        with pytest.raises(Refused, match="names none"):
            await at.broker.margin([at.make.order(Terms(time_in_force=DAY))])
        stop = Terms(OrderType.STOP, stop_price=Decimal(110), time_in_force=DAY)
        assert (await at.broker.margin([at.make.order(stop)])).required == 1100


@pytest.mark.parametrize("name", ["angelone", "ibkr", "zerodha"])
async def test_an_order_without_a_price_is_reckoned_by_the_broker(name: str) -> None:
    async with table(name) as at:
        told = await at.broker.margin([at.make.order(Terms(time_in_force=DAY))])
        assert 990 <= told.required <= 1000


async def test_a_session_that_is_not_open_is_not_asked(at: Table) -> None:
    await at.broker.close()
    with pytest.raises(Unavailable):
        await at.broker.margin([at.order()])


@pytest.mark.parametrize("name", OVER_HTTP)
@pytest.mark.parametrize(
    ("mishap", "more", "error"),
    [
        (MishapType.GARBAGE, {}, ProtocolError),
        (MishapType.THROTTLE, {"seconds": 0.2}, Throttled),
        (MishapType.ERROR, {"status": 500}, Unavailable),
        (MishapType.ERROR, {"status": 503}, Unavailable),
        (MishapType.TIMEOUT, {}, Unavailable),
    ],
)
async def test_what_goes_wrong_is_told_as_what_it_is_and_holds_no_order_up(
    name: str, mishap: MishapType, more: dict[str, Any], error: type[BrokerError]
) -> None:
    async with table(name, answer_timeout=0.5) as at:
        await at.broker.margin([at.order()])
        at.stand.fault(mishap, on=On.READ, **more)
        with pytest.raises(error):
            await at.broker.margin([at.order()])
        order = at.order()
        at.stand.stage.set_script(Script())
        async with asyncio.timeout(10):
            await at.broker.submit(approved(order))
            await at.ear.hears(order.client_order_id, OrderAccepted)


@pytest.mark.parametrize("name", OVER_HTTP)
async def test_a_calculator_that_keeps_failing_opens_no_circuit_but_its_own(name: str) -> None:
    async with table(name) as at:
        await at.broker.margin([at.order()])
        at.stand.fault(MishapType.ERROR, on=On.READ, status=500, count=FAILURES)
        for _ in range(FAILURES):
            with pytest.raises(Unavailable):
                await at.broker.margin([at.order()])
        with pytest.raises(Throttled, match="does not answer"):
            await at.broker.margin([at.order()])
        order = at.order()
        await at.broker.submit(approved(order))
        await at.ear.hears(order.client_order_id, OrderAccepted)
        await asyncio.sleep(1.2)
        assert (await at.broker.margin([at.order()])).required == 900


@pytest.mark.parametrize("name", OVER_HTTP)
async def test_a_login_that_is_over_is_told_as_refused(name: str) -> None:
    async with table(name) as at:
        await at.broker.margin([at.order()])
        at.stand.fault(MishapType.KILLED, on=On.READ, seconds=30)
        with pytest.raises((Refused, Unavailable)):
            await at.broker.margin([at.order()])
        assert at.placed == 0


async def test_a_question_leaves_half_of_the_rate_to_orders() -> None:
    async with table("zerodha") as at:
        await at.broker.margin([at.order()])
        client = at.broker._client
        assert isinstance(client, ZerodhaClient)
        bucket = client._reads.bucket
        while bucket.take_spare():
            pass
        bucket._rate = 1e-9
        left = bucket._tokens
        with pytest.raises(Throttled, match="kept for orders"):
            await at.broker.margin([at.order()])
        assert bucket._tokens >= left >= bucket._burst / 2
        assert at.placed == 0


async def test_a_gateway_that_does_not_answer_a_question_goes_on_with_orders() -> None:
    async with table("ibkr", answer_timeout=0.4, patience=5.0) as at:
        await at.broker.margin([at.order()])
        at.stand.fault(MishapType.TIMEOUT, on=On.READ, processed=False)
        with pytest.raises(Unavailable, match="in time"):
            await at.broker.margin([at.order()])
        assert at.ear.states == ["up"]
        order = at.order()
        await at.broker.submit(approved(order))
        await at.ear.hears(order.client_order_id, OrderAccepted)


async def test_a_gateway_for_looking_only_refuses_questions_too() -> None:
    async with table("ibkr") as at:
        at.stand.twin.trading.read_only = True  # type: ignore[attr-defined]
        with pytest.raises(Refused):
            await at.broker.margin([at.order()])
        assert at.placed == 0


async def test_a_pause_that_the_broker_asked_of_orders_holds_questions_up_too() -> None:
    async with table("zerodha") as at:
        at.stand.fault(MishapType.THROTTLE, on=On.SUBMIT, seconds=30)
        with pytest.raises(Throttled):
            await at.broker.submit(approved(at.order()))
        with pytest.raises(Throttled, match="asked for a pause"):
            await at.broker.margin([at.order()])
        assert at.placed == 0


# --- a question to a Gateway is an order that says of itself that it is none ------------------------------


def written(order: object, version: int) -> tuple[bytes, bytes]:
    """A question and the order that it is about, as messages."""
    writer, contract = library.Writer(version, 0), library.contract(wire.Contract(con_id=5, symbol="ACME"))
    return writer.write_question(7, contract, order), writer.write("placeOrder", 7, contract, order)


@pytest.mark.parametrize("version", range(library.LOWEST, library.HIGHEST + 1))
@pytest.mark.parametrize(
    "terms", [{"orderType": "LMT", "lmtPrice": "5"}, {"orderType": "TRAIL", "trailingPercent": "2"}]
)
def test_a_question_differs_from_its_order_in_one_field(version: int, terms: dict[str, str]) -> None:
    order = library.order(action="BUY", totalQuantity="3", account="DU1", orderRef="x", transmit=True, **terms)
    question, meant = (message.split(b"\0") for message in written(order, version))
    assert [(one, other) for one, other in zip(question, meant, strict=True) if one != other] == [(b"1", b"0")]
    assert order.whatIf is False


def unmarked(order: Any) -> None:  # noqa: ANN401 - the library's
    order.whatIf = False


def changed_along(order: Any) -> None:  # noqa: ANN401 - the library's
    order.lmtPrice = "6" if order.whatIf else "5"


@pytest.mark.parametrize("spoil", [unmarked, changed_along])
async def test_a_question_that_is_not_marked_as_one_is_never_sent(
    spoil: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a version of the library that leaves the mark out, or writes something else along with it."""
    write = library.Writer.write

    def forgetful(self: library.Writer, call: str, *arguments: Any) -> bytes:  # noqa: ANN401 - the library's
        if call == "placeOrder":
            spoil(arguments[2])
        return write(self, call, *arguments)

    async with table("ibkr") as at:
        await at.broker.margin([at.order()])
        monkeypatch.setattr(library.Writer, "write", forgetful)
        with pytest.raises(ProtocolError, match="is not asked"):
            await at.broker.margin([at.order()])
        await asyncio.sleep(0.1)
        assert at.placed == 0
        assert at.ear.states == ["up"]
