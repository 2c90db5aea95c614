"""A spot exchange as every crypto twin needs it: one coin against one money, nothing sold that is not held."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.checks import Refusal
from bidwell.simulation.facts import Declined, Placed
from bidwell.simulation.floor import Duplicate, Outcome
from bidwell.simulation.orders import Execution, Ticket, VenueOrder
from bidwell.twins.mishaps import On
from bidwell.twins.orders import UNKNOWN, cancel, forget, refused
from bidwell.twins.scenario import Listed
from bidwell.twins.stage import Stage

IMMEDIATE = frozenset({TimeInForce.IOC, TimeInForce.FOK})
_DIGITS = re.compile(r"\d+")
_FIRST = 1_000_000


@dataclass(frozen=True, slots=True)
class Draft:
    """An order as a request asks for it; `symbol` is the scenario's (BTC/USDT)."""

    symbol: str
    side: Side
    quantity: Decimal
    order_type: OrderType
    force: TimeInForce
    name: str
    limit: Decimal | None = None
    stop: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Placing:
    """What came of a draft: an order, or why not; `again` is the order that had its id before."""

    order: VenueOrder | None = None
    refusal: Refusal | None = None
    again: VenueOrder | None = None


Answer = Callable[[Placing], web.Response]


def number(venue_id: str) -> int:
    """The exchange's order number of the venue's P00000042."""
    return _FIRST + int(_DIGITS.findall(venue_id)[-1])


def venue_id_of(text: str) -> str:
    """The venue's id of an order number; empty where it is none."""
    return f"P{int(text) - _FIRST:08d}" if text.isdecimal() and _FIRST <= int(text) < _FIRST * 100 else ""


def execution_number(execution: Execution) -> int:
    """The exchange's number of an execution."""
    return int(_DIGITS.findall(execution.execution_id)[-1])


def milliseconds(at: datetime | None) -> int:
    """A time as exchanges write it."""
    return 0 if at is None else int(at.timestamp() * 1000)


def plain(value: Decimal | None) -> str:
    """A figure as text, without needless zeros; empty for none."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class SpotRoom:
    """The accounts, pairs and orders of one twin."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._open_names: dict[tuple[str, str], str] = {}

    # --- pairs ------------------------------------------------------------------------------------

    def rows(self) -> Sequence[Listed]:
        """Every pair."""
        return list(self.stage.market.rows.values())

    def row_of(self, order: VenueOrder) -> Listed:
        """The pair of an order."""
        return self.stage.market.rows[self.stage.market.symbols[order.instrument]]

    # --- orders -----------------------------------------------------------------------------------

    def find(self, account: str, order_id: str, name: str = "") -> VenueOrder | None:
        """An order by the exchange's number or, the newest, by the client's id."""
        if order_id:
            held = self.stage.state.orders.get(venue_id_of(order_id))
            return held if held is not None and held.account == account else None
        found = [each for each in self.orders(account) if each.client_order_id == name and name]
        return found[-1] if found else None

    def orders(self, account: str) -> list[VenueOrder]:
        """Orders that were taken in, oldest first; what is refused never becomes one."""
        kept = (each for each in self.stage.state.orders.values() if each.account == account)
        return sorted((each for each in kept if each.status is not OrderStatus.REJECTED or each.code in _TAKEN_IN),
                      key=lambda each: each.number)  # fmt: skip

    def executions(self, account: str) -> Iterator[tuple[VenueOrder, Execution]]:
        """Executions, oldest first."""
        found = [(done, held) for held in self.orders(account) for done in held.fills]
        for done, held in sorted(found, key=lambda pair: execution_number(pair[0])):
            yield held, done

    @staticmethod
    def filled_with(held: VenueOrder, done: Execution) -> Decimal:
        """What of an order had filled with an execution."""
        place = next(i for i, each in enumerate(held.fills) if each.execution_id == done.execution_id)
        return sum((each.quantity for each in held.fills[: place + 1]), ZERO)

    async def place(self, request: web.Request, account: str, draft: Draft, answer: Answer) -> web.Response:
        """Take an order in, in the way that the script has it."""
        listed = self.stage.market.instrument(draft.symbol)
        if listed is None:
            return answer(Placing(refusal=Refusal("instrument.unknown", "there is no such pair")))
        ticket = Ticket(listed.id, draft.side, draft.quantity, draft.order_type, draft.force, draft.name, draft.limit,
                        draft.stop)  # fmt: skip

        def work(refusal: Refusal | None, first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            again = self._taken(account, draft.name)
            if again is not None or self.stage.under_way(account, draft.name):
                self.stage.venue.note(account, [ticket])
                return answer(Placing(again=again, refusal=Refusal("duplicate", "duplicate"))), ()
            outcomes = self.stage.submit(account, ticket, refusal or self._unheld(account, draft), first)
            return answer(self._placing(outcomes)), outcomes

        return await self.stage.play(request, On.SUBMIT, account, work, [ticket])

    def _taken(self, account: str, name: str) -> VenueOrder | None:
        """The open order under a client's id: ids of closed ones are free again."""
        held = self.stage.state.named.get((account, name))
        if held is None or held.is_open:
            return held
        forget(self.stage, held)
        return None

    def _placing(self, outcomes: Sequence[Outcome]) -> Placing:
        for outcome in outcomes:
            if isinstance(outcome, Declined):
                forget(self.stage, outcome.order)
                return Placing(refusal=Refusal(outcome.order.code, outcome.order.reason))
            if isinstance(outcome, Duplicate):
                return Placing(again=outcome.order, refusal=Refusal("duplicate", "duplicate"))
            if isinstance(outcome, Placed):
                return Placing(order=self.stage.state.orders[outcome.order.broker_order_id])
        return Placing(refusal=Refusal("internal", "nothing came of it"))

    def _unheld(self, account: str, draft: Draft) -> Refusal | None:
        """A sale of more than is free is refused: this is no margin account."""
        if draft.side is Side.BUY:
            return None
        free, _ = self.balance(account, draft.symbol.partition("/")[0])
        if draft.quantity > free:
            return Refusal("insufficient_funds", f"only {free} are free")
        return None

    async def cancel(
        self, request: web.Request, account: str, held: VenueOrder | None,
        answer: Callable[[VenueOrder | None, Refusal | None], web.Response],
    ) -> web.Response:  # fmt: skip
        """Take an order off the book."""
        return await cancel(self.stage, request, account, held, lambda refusal: answer(held, refusal))

    async def replace(
        self, request: web.Request, account: str, held: VenueOrder | None, quantity: Decimal | None,
        limit: Decimal | None, answer: Callable[[VenueOrder | None, Refusal | None], web.Response],
    ) -> web.Response:  # fmt: skip
        """Work an order on with another total quantity or limit, under the same number."""

        def work(refusal: Refusal | None, _first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            if held is None:
                return answer(None, UNKNOWN), ()
            changes = Ticket(held.instrument, held.side, quantity or held.quantity, held.order_type, held.time_in_force, "",
                             limit or held.limit_price, held.stop_price)  # fmt: skip
            outcomes = self.stage.venue.replace(account, changes, held.broker_order_id, refusal=refusal)
            return answer(held, refused(outcomes)), outcomes

        return await self.stage.play(request, On.REPLACE, account, work)

    # --- what is held -----------------------------------------------------------------------------

    def coins(self, account: str) -> list[str]:
        """The account's money and every coin of which something is held."""
        held = self.stage.state.accounts[account]
        symbols = (self.stage.market.symbols[name] for name, each in held.holdings.items() if each.quantity)
        return [held.spec.currency, *sorted({symbol.partition("/")[0] for symbol in symbols})]

    def balance(self, account: str, coin: str) -> tuple[Decimal, Decimal]:
        """What is free of a coin, and what open orders hold of it."""
        held = self.stage.state.accounts[account]
        orders = [each for each in self.orders(account) if each.is_open]
        if coin == held.spec.currency:
            locked = sum((each.leaves * (each.limit_price or each.stop_price or ZERO) for each in orders
                          if each.side is Side.BUY), ZERO)  # fmt: skip
            return held.cash.get(coin, ZERO) - locked, locked
        own = [name for name, symbol in self.stage.market.symbols.items() if symbol.partition("/")[0] == coin]
        total = sum((held.holdings[name].quantity for name in own if name in held.holdings), ZERO)
        locked = sum((each.leaves for each in orders if each.side is Side.SELL and each.instrument in own), ZERO)
        return total - locked, locked


_TAKEN_IN = frozenset({"by_hand"})
"""Why an order that was on the book may be rejected."""
