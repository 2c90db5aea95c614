"""The admin role: accounts, cash, speed, faults, orders by hand, and the venue's own books."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from bidwell.model.ids import InstrumentId
from bidwell.model.market import Quote
from bidwell.simulation import reports, wire
from bidwell.simulation.facts import Placed
from bidwell.simulation.faults import FaultScript
from bidwell.simulation.floor import Outcome
from bidwell.simulation.gateway import Gateway
from bidwell.simulation.market import Market
from bidwell.simulation.orders import AccountSpec, Models, Ticket, VenueOrder
from bidwell.simulation.scripted import ScriptedMarket


class Refusable(Exception):
    """A request that cannot be carried out; carries a code."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class _Opening(msgspec.Struct):
    account: str
    currency: str
    cash: Decimal
    leverage: Decimal = Decimal(1)
    quantity_step: Decimal | None = None
    models: Models | None = None


class _Payment(msgspec.Struct):
    account: str
    currency: str
    amount: Decimal


class _Speed(msgspec.Struct):
    speed: float


class _Silence(msgspec.Struct):
    seconds: float


class _Script(msgspec.Struct):
    script: FaultScript


class _ByHand(msgspec.Struct):
    account: str
    order: Ticket


class _TakeOff(msgspec.Struct):
    account: str
    broker_order_id: str


class _Pushed(msgspec.Struct):
    quotes: list[wire.QuoteRow]


class _Which(msgspec.Struct):
    account: str = ""


class Administration:
    """Carries out admin requests; raises Refusable, msgspec's errors for arguments that do not fit."""

    def __init__(
        self,
        gateway: Gateway,
        market: Market,
        publish: Callable[[list[Outcome]], None],
        mute_feed: Callable[[float], None],
        models: Models,
    ) -> None:
        self._gateway = gateway
        self._venue = gateway.venue
        self._market = market
        self._publish = publish
        self._mute_feed = mute_feed
        self._models = models
        self._requests: dict[str, tuple[type[Any], Callable[[Any], dict[str, Any]]]] = {
            "open_account": (_Opening, self._open_account),
            "move_cash": (_Payment, self._move_cash),
            "speed": (_Speed, self._set_speed),
            "faults": (_Script, self._set_faults),
            "mute_feed": (_Silence, self._fall_silent),
            "place": (_ByHand, self._place),
            "take_off": (_TakeOff, self._take_off),
            "quotes": (_Pushed, self._push),
            "dump": (_Which, self._dump),
            "names": (_Which, self._names),
        }

    def carry_out(self, what: str, arguments: bytes | msgspec.Raw) -> dict[str, Any]:
        """Do it and give its answer."""
        known = self._requests.get(what)
        if known is None:
            raise Refusable(
                "admin.unknown", f"there is no admin request {what!r}; there are {', '.join(self._requests)}"
            )
        shape, act = known
        return act(msgspec.json.decode(arguments, type=shape))

    def _open_account(self, asked: _Opening) -> dict[str, Any]:
        if not asked.account or not asked.currency:
            raise Refusable("account.name", "an account needs a name and a currency")
        for name, value in (("cash", asked.cash), ("leverage", asked.leverage)):
            if not value.is_finite() or value < 0 or (name == "leverage" and value == 0):
                raise Refusable(f"account.{name}", f"{name} cannot be {value}")
        step = asked.quantity_step
        if step is not None and not (step.is_finite() and step > 0):
            raise Refusable("account.quantity_step", f"quantity_step cannot be {step}")
        spec = AccountSpec(
            asked.account, asked.currency, asked.cash, asked.leverage, step, asked.models or self._models
        )  # fmt: skip
        outcomes = self._venue.open_account(spec)
        self._publish(outcomes)
        return {"opened": bool(outcomes)}

    def _move_cash(self, asked: _Payment) -> dict[str, Any]:
        self._known(asked.account)
        if not asked.amount.is_finite():
            raise Refusable("amount", f"the amount cannot be {asked.amount}")
        self._publish(self._venue.move_cash(asked.account, asked.currency, asked.amount))
        return {"cash": self._venue.state.accounts[asked.account].cash}

    def _set_speed(self, asked: _Speed) -> dict[str, Any]:
        return set_speed(self._market, asked.speed)

    def _set_faults(self, asked: _Script) -> dict[str, Any]:
        self._gateway.set_faults(asked.script)
        return {"faults": len(asked.script.faults)}

    def _fall_silent(self, asked: _Silence) -> dict[str, Any]:
        self._mute_feed(asked.seconds)
        return {"seconds": asked.seconds}

    def _place(self, asked: _ByHand) -> dict[str, Any]:
        self._known(asked.account)
        outcomes = self._venue.submit(asked.account, [msgspec.structs.replace(asked.order, client_order_id="")])
        self._publish(outcomes)
        first = outcomes[0]
        if not isinstance(first, Placed):
            declined = next(iter(self._venue.state.closed_since(asked.account, None)[-1:]))
            raise Refusable(declined.code, declined.reason)
        return {"broker_order_id": first.order.broker_order_id}

    def _take_off(self, asked: _TakeOff) -> dict[str, Any]:
        self._known(asked.account)
        order = self._venue.state.orders.get(asked.broker_order_id)
        if order is None or order.account != asked.account or not order.is_open:
            raise Refusable("order.unknown", "there is no such working order")
        self._publish(self._venue.cancel(asked.account, "", asked.broker_order_id))
        return {"canceled": asked.broker_order_id}

    def _push(self, asked: _Pushed) -> dict[str, Any]:
        if not isinstance(self._market, ScriptedMarket):
            raise Refusable("market.not_scripted", "this market says its own quotes")
        self._market.push([_quote(row) for row in asked.quotes])
        return {"quotes": len(asked.quotes)}

    def _dump(self, asked: _Which) -> dict[str, Any]:
        if asked.account:
            self._known(asked.account)
        names = [asked.account] if asked.account else list(self._venue.state.accounts)
        return {"at": self._market.now(), "accounts": {name: self._books(name) for name in names}}

    def _names(self, asked: _Which) -> dict[str, Any]:
        """Who was taken in and how often, of books that are too long to be told whole."""
        self._known(asked.account)
        orders = self._orders(asked.account)
        return {
            "orders": [order.client_order_id for order in orders],
            "submissions": self._submissions(asked.account, orders),
        }

    def _orders(self, name: str) -> list[VenueOrder]:
        state = self._venue.state
        return sorted([*state.closed_since(name, None), *state.open_orders(name)], key=lambda order: order.number)

    def _submissions(self, name: str, orders: list[VenueOrder]) -> dict[str, int]:
        state = self._venue.state
        counts = {
            order.client_order_id: order.submissions + state.seen.get((name, order.client_order_id), 0)
            for order in orders
            if order.client_order_id
        }
        for (owner, client_order_id), count in state.seen.items():
            if owner == name:
                counts.setdefault(client_order_id, count)
        return counts

    def _books(self, name: str) -> dict[str, Any]:
        account, orders = self._venue.state.accounts[name], self._orders(name)
        return {
            "currency": account.spec.currency,
            "cash": account.cash,
            "positions": {instrument: each.quantity for instrument, each in account.holdings.items()},
            "reserved": account.reserved,
            "orders": [reports.order_view(order) for order in orders],
            "submissions": self._submissions(name, orders),
        }

    def _known(self, account: str) -> None:
        if account not in self._venue.state.accounts:
            raise Refusable("account.unknown", f"there is no account {account!r}")


def set_speed(market: Market, speed: float) -> dict[str, Any]:
    """Run the market at another speed; raises Refusable for one that cannot be."""
    if not 0 <= speed <= 1e6:
        raise Refusable("speed", f"speed is between 0 and 1000000, not {speed}")
    market.speed = speed
    return {"at": market.now(), "speed": market.speed}


def _quote(row: wire.QuoteRow) -> Quote:
    name, bid, ask, last, bid_quantity, ask_quantity, at, volume, opened, previous = row
    return Quote(InstrumentId(name), bid, ask, last, bid_quantity, ask_quantity, at, at, volume, opened, previous)
