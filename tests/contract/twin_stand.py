"""A broker's twin in the tests' hands: what every stand does alike, in this process, reached over its socket by the adapter.

A stand says its broker's symbol, its account at the twin, the ids and the words of its errors, and how a session is made.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar

from aiohttp.typedefs import Middleware

from bidwell.brokers.transport import Limits, StreamSettings
from bidwell.engine.ports import BrokerSession
from bidwell.model.account import Account
from bidwell.model.ids import BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.facts import Placed
from bidwell.simulation.orders import Ticket, VenueOrder
from bidwell.twins import Dialect, Mishap, Script, Stage, TwinServer
from bidwell.twins.mishaps import MishapType, On
from bidwell.twins.scenario import inner_id

ConfigT = TypeVar("ConfigT")

QUICK = StreamSettings(heartbeat=10.0, login=10.0, backoff_first=0.01, backoff_most=0.05)
FREE = Limits(Decimal(2000), 2000, 100, pause=0.05)


@asynccontextmanager
async def serving(stage: Stage, dialect: Dialect, middlewares: Sequence[Middleware] = ()) -> AsyncIterator[TwinServer]:
    """A twin on a port of its own."""
    server = TwinServer(stage, dialect, middlewares=middlewares)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
        await asyncio.sleep(0)


@dataclass
class TwinStand(ABC, Generic[ConfigT]):
    """`broker_contract.Stand` over a twin: quotes and hands move the stage, mishaps are a script of one.

    `symbol`, `owner`: the instrument and the account as the twin names them. `wrong`: fields of the config that let nobody
    in. `poor`, `kept`: how the broker words a refused order and a refused cancel. `resting`, `by_hand`: the time in force
    and the client's id of an order placed by hand, where {} stands for the number of the last one.
    """

    server: TwinServer
    config: ConfigT
    account: Account
    instrument: InstrumentId
    streams_only: bool = field(default=False, kw_only=True)

    symbol: ClassVar[str]
    owner: ClassVar[str] = "plain"
    wrong: ClassVar[dict[str, str]]
    poor: ClassVar[str]
    kept: ClassVar[str]
    resting: ClassVar[TimeInForce] = TimeInForce.DAY
    by_hand: ClassVar[str] = "by-hand-{}"

    # what is the broker's own

    @abstractmethod
    def broker(self, config: ConfigT | None = None) -> BrokerSession:
        """A new session of the account, under another config where one is given."""

    @abstractmethod
    def order_id(self, order: VenueOrder) -> str:
        """The broker's id of one of the stage's orders."""

    @abstractmethod
    def venue_id(self, theirs: BrokerOrderId) -> str:
        """The stage's id of one of the broker's."""

    def desk_id(self, client_order_id: str) -> str:
        """The desk's id in the one that the stage knows an order by."""
        return client_order_id

    # sessions

    @property
    def stage(self) -> Stage:
        return self.server.stage

    def changed(self, **changes: Any) -> ConfigT:  # noqa: ANN401 - fields of several types
        """The config with other fields."""
        config: Any = self.config  # the adapters' configs are dataclasses that share no type
        found: ConfigT = replace(config, **changes)
        return found

    def hasty_broker(self) -> BrokerSession:
        return self.broker(self.changed(answer_timeout=0.5))

    def broker_with_bad_credentials(self) -> BrokerSession:
        return self.broker(self.changed(**self.wrong))

    def broker_without_server(self) -> BrokerSession:
        return self.broker(self.changed(twin="http://127.0.0.1:1"))

    # the market

    async def quote(self, bid: str, ask: str, quantity: str = "100000") -> None:
        self.stage.quote(self.symbol, Decimal(bid), Decimal(ask), Decimal(quantity))

    async def close_market(self) -> None:
        self.stage.put_forward(timedelta(days=1))

    # mishaps

    def fault(self, mishap: MishapType, **more: Any) -> None:  # noqa: ANN401 - fields of several types
        """Let this befall the next request of its sort."""
        self.stage.set_script(Script((Mishap(mishap, **more),)))

    async def lose_next_ack(self) -> None:
        self.fault(MishapType.TIMEOUT, silent=True)

    async def accept_next_late(self, seconds: float) -> None:
        self.fault(MishapType.LATE, seconds=seconds)

    async def reject_next(self, code: str) -> None:
        self.fault(MishapType.REJECT, code=code, text=self.poor)

    async def reject_next_later(self) -> None:
        self.fault(MishapType.REJECTED_LATER, seconds=0.02)

    async def say_next_twice(self) -> None:
        self.fault(MishapType.DUPLICATE)

    async def reorder_next(self) -> None:
        self.fault(MishapType.REORDER)

    async def fill_next_in_part(self, fraction: str) -> None:
        self.fault(MishapType.PARTIAL, fraction=Decimal(fraction), seconds=0.05)

    async def garble_next(self) -> None:
        self.fault(MishapType.MALFORMED)

    async def break_on_next(self, *, processed: bool) -> None:
        self.fault(MishapType.DISCONNECT, processed=processed)

    async def fall_silent(self, seconds: float) -> None:
        self.fault(MishapType.MUTE, seconds=seconds)

    async def throttle_next(self, seconds: float) -> None:
        self.fault(MishapType.THROTTLE, seconds=seconds)

    async def fail_next(self, *, processed: bool) -> None:
        self.fault(MishapType.ERROR, processed=processed, status=502)

    async def answer_next_unreadably(self) -> None:
        self.fault(MishapType.GARBAGE)

    async def refuse_next_cancel(self) -> None:
        self.fault(MishapType.REJECT, on=On.CANCEL, text=self.kept)

    async def end_session(self) -> None:
        self.stage.kill(self.owner, 3600)

    async def restore_session(self) -> None:
        self.stage.revive()

    # orders moved by hand

    async def place_by_hand(self, side: Side, quantity: str, limit_price: str) -> BrokerOrderId:
        name = self.by_hand.format(self.stage.state.number)
        ticket = Ticket(inner_id(self.symbol), side, Decimal(quantity), OrderType.LIMIT, self.resting, name,
                        Decimal(limit_price))  # fmt: skip
        outcomes = self.stage.submit(self.owner, ticket)
        self.stage.publish(outcomes)
        return BrokerOrderId(next(self.order_id(each.order) for each in outcomes if isinstance(each, Placed)))

    async def fill_by_hand(self, theirs: BrokerOrderId, quantity: str) -> None:
        self.stage.fill(self.venue_id(theirs), Decimal(quantity))

    async def expire_by_hand(self, theirs: BrokerOrderId) -> None:
        self.stage.end(self.venue_id(theirs), OrderStatus.EXPIRED, "by hand")

    # what arrived

    async def submissions(self, name: ClientOrderId) -> int:
        return sum(int(count) for said, count in self._book()["submissions"].items() if self.desk_id(said) == name)

    async def orders_under(self, name: ClientOrderId) -> int:
        return sum(1 for order in self._book()["orders"] if self.desk_id(order["client_order_id"]) == name)

    def _book(self) -> dict[str, Any]:
        book: dict[str, Any] = self.stage.books()[self.owner]
        return book
