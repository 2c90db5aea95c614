"""The twin as a whole: a Gateway that is logged in for the scenario's accounts, and what each fact means on its connections."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.order import OrderStatus
from bidwell.simulation.facts import Amended, Closed, Declined, Placed, Traded
from bidwell.simulation.floor import NotCanceled, NotReplaced, Outcome
from bidwell.twins.ibkr import trading, words
from bidwell.twins.ibkr.reads import Reads
from bidwell.twins.ibkr.records import Records
from bidwell.twins.ibkr.session import Session, owner
from bidwell.twins.scenario import Listed, Person, Scenario, us_options
from bidwell.twins.stage import Stage

LOST, BACK_WITHOUT, BACK_WITH = 1100, 1101, 1102


def login(account: str) -> dict[str, str]:
    """What opens an account: its number, and the Gateway that is logged in for it."""
    return {"account": account}


def _share(symbol: str, bid: str, ask: str, name: str, exchange: str = "NASDAQ") -> Listed:
    return Listed(symbol, Decimal(bid), Decimal(ask), name, exchange=exchange, quantity=Decimal(1000))


_AAPL = _share("AAPL", "229.98", "230.02", "APPLE INC")
SCENARIO = Scenario(
    accounts=(
        Person("DU1000001", Decimal(100_000), login("DU1000001"), leverage=Decimal(25), fee=Decimal("0.005")),
        Person("DU1000002", Decimal(25_000), login("DU1000002"), leverage=Decimal(25), fee=Decimal("0.005")),
    ),
    instruments=(
        _AAPL, _share("MSFT", "505.10", "505.16", "MICROSOFT CORP"),
        _share("SPY", "669.50", "669.52", "SPDR S&P 500 ETF TRUST", "ARCA"),
        _share("BRK B", "498.20", "498.35", "BERKSHIRE HATHAWAY INC-CL B", "NYSE"),
        Listed("ESZ7", Decimal("6905.25"), Decimal("6905.50"), "E-mini S&P 500", "future", "CME", tick=Decimal("0.25"),
               multiplier=Decimal(50), quantity=Decimal(40), underlying="ES", expiry=date(2027, 12, 17)),
        Listed("MESZ7", Decimal("6905.25"), Decimal("6905.50"), "Micro E-Mini S&P 500", "future", "CME", tick=Decimal("0.25"),
               multiplier=Decimal(5), quantity=Decimal(40), underlying="MES", expiry=date(2027, 12, 17)),
        *us_options(_AAPL, "AAPL"),
    ),
    walk=True,
)  # fmt: skip


class IbkrTwin:
    """`twins.Dialect` for a Gateway; `server.GatewayServer` hands it the connections that are none of HTTP's."""

    name = "ibkr"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.records = Records(stage)
        self.trading = trading.Trading(self.records)
        self.speaks = words.VERSION
        self._reads = Reads(self.records)
        self._clients: dict[int, Session] = {}
        self._events: dict[type[Any], Callable[[Any], tuple[str, list[bytes]]]] = {
            Placed: self._placed, Declined: self._declined, Traded: self._traded, Closed: self._closed,
            Amended: self._amended, NotCanceled: self._not_canceled, NotReplaced: self._not_replaced,
        }  # fmt: skip
        reads, orders = self._reads, self.trading
        self._calls: dict[str, Callable[[Session, list[str]], None]] = {
            "1": reads.follow, "2": reads.unfollow, "3": orders.place, "4": orders.cancel, "5": reads.open_orders,
            "7": reads.executions, "9": reads.contracts, "16": reads.open_orders, "20": reads.bars, "49": reads.time,
            "58": orders.cancel_all, "61": reads.positions, "62": reads.summary, "78": reads.option_parameters, "99": reads.completed_orders,
        }  # fmt: skip

    @property
    def streams(self) -> Mapping[Session, Mapping[str, Listed]]:
        """The prices that each connection follows."""
        return self._reads.streams

    # --- connections --------------------------------------------------------------------------------

    def session(self) -> Session:
        """A connection that has just been made."""
        return Session(self, self._clients)

    def accounts(self) -> list[str]:
        """For whom the Gateway is logged in."""
        return [name for name, person in self.stage.people.items() if self.stage.who(**person.fields)]

    def first_number(self) -> int:
        """From where on numbers of orders are free."""
        return self.records.next_number

    def version(self) -> int:
        """Which protocol it speaks."""
        return self.speaks

    def handle(self, session: Session, fields: list[str]) -> None:
        """A message; those that only set something up are taken without a word."""
        call = self._calls.get(fields[0])
        if call is not None:
            try:
                call(session, fields)
            except (IndexError, ValueError, KeyError) as problem:
                session.line.put(words.error(-1, 320, f"Server error when reading an API client request: {problem}"))

    def leave(self, session: Session) -> None:
        """A connection is gone, and with it its prices."""
        self._reads.streams.pop(session, None)

    def notice(self, code: int, text: str = "") -> None:
        """Tell every connection what befell the Gateway, such as that it lost Interactive Brokers (1100)."""
        for session in self._clients.values():
            session.line.put(words.error(-1, code, text))

    # --- twins.Dialect ------------------------------------------------------------------------------

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """None: a Gateway speaks no HTTP."""
        return ()

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Number what was placed by hand."""
        self.records.on_outcomes(outcomes)

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The messages of what happened, for the connection whose order it is."""
        say = self._events.get(type(outcome))
        return say(outcome) if say is not None else None

    def _placed(self, fact: Placed) -> tuple[str, list[bytes]]:
        held = fact.order
        waits = held.order_type in words.STOPS
        told = [self.records.open_order(held, "PendingSubmit"), self.records.open_order(held, "PreSubmitted"),
                self.records.status(held, "PreSubmitted")]  # fmt: skip
        if not waits:
            told += [self.records.open_order(held, "Submitted"), self.records.status(held, "Submitted")]
        return self._owner(held.broker_order_id), told

    def _declined(self, fact: Declined) -> tuple[str, list[bytes]]:
        held = fact.order
        number = self.records.orders[held.broker_order_id].number
        return self._owner(held.broker_order_id), [
            words.error(number, *trading.declined(held)), self.records.status(held, "Inactive")]  # fmt: skip

    def _traded(self, fact: Traded) -> tuple[str, list[bytes]]:
        held = self.stage.state.orders[fact.broker_order_id]
        status = (
            words.STATUSES[held.status] if held.fills[-1].execution_id == fact.execution.execution_id else "Submitted"
        )
        return self._owner(fact.broker_order_id), [
            self.records.execution(held, fact.execution.execution_id, -1), words.commission(fact.execution),
            self.records.open_order(held, status), self.records.status(held, status)]  # fmt: skip

    def _closed(self, fact: Closed) -> tuple[str, list[bytes]]:
        held = self.stage.state.orders[fact.broker_order_id]
        number = self.records.orders[fact.broker_order_id].number
        rejected = fact.status is OrderStatus.REJECTED
        said = (trading.REJECTED, f"Order rejected - reason:{fact.reason}") if rejected else (
            202, f"Order Canceled - reason:{fact.reason}")  # fmt: skip
        return self._owner(fact.broker_order_id), [
            words.error(number, *said), self.records.status(held, words.STATUSES[fact.status])]  # fmt: skip

    def _amended(self, fact: Amended) -> tuple[str, list[bytes]]:
        held = self.stage.state.orders[fact.broker_order_id]
        return self._owner(fact.broker_order_id), [
            self.records.open_order(held, "PreSubmitted"), self.records.status(held, "PreSubmitted"),
            self.records.open_order(held, "Submitted"), self.records.status(held, "Submitted")]  # fmt: skip

    def _not_canceled(self, outcome: NotCanceled) -> tuple[str, list[bytes]]:
        held = self.stage.state.orders[outcome.client_order_id]
        number = self.records.orders[held.broker_order_id].number
        return self._owner(held.broker_order_id), [
            words.error(number, *trading.uncanceled(number, held, outcome.refusal))
        ]

    def _not_replaced(self, outcome: NotReplaced) -> tuple[str, list[bytes]]:
        held = self.stage.state.orders[outcome.client_order_id]
        number = self.records.orders[held.broker_order_id].number
        return self._owner(held.broker_order_id), [words.error(number, *trading.unchanged(held, outcome.refusal))]

    def _owner(self, venue_id: str) -> str:
        return owner(self.records.orders[venue_id].client)

    def prices(self, instruments: Sequence[str]) -> None:
        """Quotes moved."""
        self._reads.moved(set(instruments))

    # --- failing: only the twin's own page asks by HTTP ----------------------------------------------

    def throttled(self, seconds: float) -> web.Response:
        """Too many requests."""
        return web.Response(status=429, headers={"Retry-After": f"{seconds:g}"})

    def failed(self, status: int) -> web.Response:
        """Trouble of its own."""
        return web.Response(status=status)

    def unauthorized(self) -> web.Response:
        """Nobody is logged in."""
        return web.Response(status=401)
