"""What a broker must do whose orders are a list of the day, beside the cards of `broker_contract`: changes made elsewhere,
holdings, and when an order is taken for absent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Any, ClassVar

from aiohttp import web
from aiohttp.typedefs import Middleware

from bidwell.model.events import OrderAccepted, OrderFilled, OrderReplaced, ReplaceRejected
from bidwell.model.ids import ClientOrderId
from bidwell.model.terms import TimeInForce
from bidwell.simulation.orders import Ticket, VenueOrder
from bidwell.twins.stage import ORDERS
from tests.contract.broker_stand import Ear, Maker, approved, until
from tests.contract.twin_stand import TwinStand

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class DayContract(ABC):
    """The cards: `nothing` is all that the broker may answer, by status and text, where a tag finds no order."""

    nothing: ClassVar[Sequence[tuple[int, str]]]

    @abstractmethod
    def stands(self, middlewares: Sequence[Middleware] = ()) -> AbstractAsyncContextManager[TwinStand[Any]]:
        """A stand whose requests these see."""

    @abstractmethod
    def seeks_a_tag(self, request: web.Request) -> bool:
        """Whether a request asks for the order with a tag."""

    @abstractmethod
    def rejection(self, stand: TwinStand[Any], held: VenueOrder) -> str | bytes:
        """A frame of the order stream that says that an order was rejected."""

    async def test_a_change_that_was_made_elsewhere_is_told(self) -> None:
        async with self.stands() as stand:
            broker, ear, order = await _working(stand)
            held = stand.stage.state.named[stand.owner, order]
            await until(lambda: broker._updates.mentioned(stand.order_id(held)), "the first event")
            ticket = Ticket(held.instrument, held.side, Decimal(12), held.order_type, held.time_in_force, "",
                            Decimal("91.00"))  # fmt: skip
            stand.stage.publish(stand.stage.venue.replace(stand.owner, ticket, held.broker_order_id))
            await ear.hears(order, OrderReplaced)
            event = ear.of(order)[-1]
            assert isinstance(event, OrderReplaced)
            assert (event.quantity, event.terms.limit_price) == (Decimal(12), Decimal("91.00"))
            await broker.close()

    async def test_a_change_that_is_rejected_after_it_was_taken_leaves_the_order_working(self) -> None:
        async with self.stands() as stand:
            broker, ear, order = await _working(stand)
            held = stand.stage.state.named[stand.owner, order]
            broker._updates.changing(stand.order_id(held))
            stand.stage.lines.tell(stand.owner, [self.rejection(stand, held)], ORDERS)
            await ear.hears(order, ReplaceRejected)
            assert "OrderRejected" not in ear.kinds(order)
            await broker.close()

    async def test_holdings_and_the_days_positions_add_up_and_cash_is_moved_by_fills_alone(self) -> None:
        async with self.stands() as stand:
            twin: Any = stand.stage.dialect
            twin.records.deposit(stand.owner, stand.symbol, Decimal(30), Decimal("90.00"))
            broker, ear, make = await _connected(stand)
            order = make.order(quantity="10")
            await broker.submit(approved(order))
            await ear.hears(order.client_order_id, OrderFilled)
            await broker.submit(approved(make.limit("50.00", quantity="100")))
            book = await broker.snapshot()
            assert book.positions == {stand.instrument: Decimal(40)}
            assert book.average_prices == {stand.instrument: Decimal("92.5")}
            assert book.cash == {"INR": Decimal(100_000 - 1000)}
            assert await broker.held() == [stand.instrument]
            await broker.close()

    async def test_an_order_is_absent_only_when_tag_and_list_have_none(self) -> None:
        answers = list(self.nothing)

        @web.middleware
        async def hide(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self.seeks_a_tag(request):
                return await handler(request)
            status, text = answers[0]
            return web.Response(status=status, text=text, content_type="application/json")

        async with self.stands([hide]) as stand:
            broker, _, order = await _working(stand)
            while answers:
                theirs = await broker.find(order)
                assert theirs is not None
                assert theirs.client_order_id == order
                assert await broker.find(ClientOrderId("NOSUCHORDER0000000")) is None
                del answers[0]
            await broker.close()

    async def test_the_days_list_is_all_that_is_known_of_orders(self) -> None:
        async with self.stands() as stand:
            able = stand.broker().capabilities
            assert able.lists_the_day
            assert able.wall_times


async def _connected(stand: TwinStand[Any]) -> tuple[Any, Ear, Maker]:
    broker, ear = stand.broker(), Ear()
    await broker.connect(ear)
    return broker, ear, Maker(stand, TimeInForce.DAY)


async def _working(stand: TwinStand[Any]) -> tuple[Any, Ear, ClientOrderId]:
    """A session with an order that was accepted."""
    broker, ear, make = await _connected(stand)
    order = make.limit("90.00")
    await broker.submit(approved(order))
    await ear.hears(order.client_order_id, OrderAccepted)
    return broker, ear, order.client_order_id
