"""What a broker lacks and the desk does instead: decided from capabilities, order by order, the broker's own way first.

A stop or a trailing stop is held at the desk and leaves as a market order (a stop limit as a limit order) once its
price is seen. An end of validity is kept by the desk, which cancels. Exits of an entry wait here for its fills; then
the stop goes to the broker where that takes such orders, and the target stays here, so that never two exits work at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bidwell.model.money import ZERO
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from bidwell.engine.ports import Capabilities
    from bidwell.model.instrument import Instrument
    from bidwell.model.market import Quote
    from bidwell.model.order import Order

TARGET, STOP = 1, 2
"""The legs of an entry's exits."""

STOPS: Final = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
_LEAVES_AS: Final = {
    OrderType.STOP: OrderType.MARKET, OrderType.TRAILING_STOP: OrderType.MARKET, OrderType.STOP_LIMIT: OrderType.LIMIT,
    OrderType.LIMIT: OrderType.LIMIT, OrderType.MARKET: OrderType.MARKET,
}  # fmt: skip
_LONGER: Final = {
    TimeInForce.GTD: frozenset({TimeInForce.GTC, TimeInForce.DAY}), TimeInForce.DAY: frozenset({TimeInForce.GTC}),
}  # fmt: skip
_ENDING: Final = frozenset(_LONGER)
_INSTEAD: Final = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC)


class Part(StrEnum):
    """What of an order the desk does itself."""

    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    TRAILING_STOP = "trailing_stop"
    END = "end"
    EXITS = "exits"
    TARGET = "target"
    STOP_LOSS = "stop_loss"
    TRAILING_STOP_LOSS = "trailing_stop_loss"


@dataclass(frozen=True, slots=True)
class Plan:
    """How an order and its exits are worked at a broker that lacks something.

    `holds` is whether the order itself waits at the desk, `terms` what is sent of one that does not (None: its own).
    `exits` is whether the desk holds its exits. `parts` names all of it for a person.
    """

    holds: bool
    terms: Terms | None
    exits: bool
    parts: tuple[Part, ...]


def native(able: Capabilities, terms: Terms) -> bool:
    """Whether the broker takes an order of these terms as it is."""
    return terms.order_type in able.order_types and _lasts(able, terms)


def _lasts(able: Capabilities, terms: Terms) -> bool:
    """Whether the broker takes this validity: what trades around the clock has no day, and a market order needs none."""
    return terms.time_in_force in able.times_in_force or terms == Terms()


def plan(able: Capabilities | None, order: Order, attached: Sequence[Order]) -> Plan | None:
    """What the desk must do for an order and its exits, or None where the broker does all of it (or none is known)."""
    if able is None or (native(able, order.terms) and (able.attached_exits or not attached)
                        and all(native(able, one.terms) for one in attached)):  # fmt: skip
        return None
    own, exits = order.terms, False
    holds = own.order_type in STOPS and own.order_type not in able.order_types
    parts = [Part(own.order_type.value.lower())] if holds else []
    if own.time_in_force in _ENDING and not _lasts(able, own):
        parts.append(Part.END)
    if attached:
        exits = holds or not able.attached_exits or not all(native(able, one.terms) for one in attached)
        parts += [Part.EXITS, *exit_parts(able, attached)] if exits else []
    return Plan(holds, None if holds or native(able, own) else working_terms(able, own), exits, tuple(parts))


def exit_parts(able: Capabilities, attached: Sequence[Order]) -> list[Part]:
    """The exits that rest on this desk for as long as they are needed."""
    found = []
    for one in attached:
        if one.leg == TARGET:
            # One without a stop beside it is the broker's once its entry is closed.
            found += [Part.TARGET] if len(attached) > 1 else []
        elif one.terms.order_type not in able.order_types:
            trails = one.terms.order_type is OrderType.TRAILING_STOP
            found.append(Part.TRAILING_STOP_LOSS if trails else Part.STOP_LOSS)
    return found


def lacking(able: Capabilities, order: Order, attached: Sequence[Order]) -> str:
    """What neither the broker takes nor the desk can do instead, or nothing."""
    for terms in (order.terms, *(one.terms for one in attached)):
        needed = _LEAVES_AS[terms.order_type]
        if terms.order_type not in able.order_types and needed not in able.order_types:
            return f"{terms.order_type} orders"
    if order.entry is not None:
        return ""
    own = order.terms
    held = own.order_type in STOPS and own.order_type not in able.order_types
    if _lasts(able, own) or held:
        return ""
    if able.times_in_force & _LONGER.get(own.time_in_force, frozenset()):
        return ""
    return f"{own.time_in_force} orders"


def working_terms(able: Capabilities, asked: Terms) -> Terms:
    """The same order as the broker can work it, with the longest validity that does not end before it is asked to."""
    if asked.time_in_force in able.times_in_force:
        return asked
    longest = (TimeInForce.GTC, TimeInForce.DAY, TimeInForce.IOC)
    valid = next((one for one in longest if one in able.times_in_force), TimeInForce.DAY)
    return replace(asked, time_in_force=valid, expires_at=None)


def leaving_terms(able: Capabilities, asked: Terms) -> Terms:
    """What is sent once the price of `asked` was seen."""
    if asked.order_type is OrderType.LIMIT:
        return working_terms(able, asked)
    if _LEAVES_AS[asked.order_type] is OrderType.LIMIT:
        asked = replace(asked, order_type=OrderType.LIMIT, stop_price=None)
        return working_terms(able, asked)
    valid = next((one for one in _INSTEAD if one in able.times_in_force), TimeInForce.DAY)
    return Terms(OrderType.MARKET, time_in_force=valid)


def better(side: Side, price: Decimal, best: Decimal | None) -> bool:
    """Whether a price moves what a trailing stop is measured from: higher for SELL, lower for BUY."""
    return best is None or (price > best if side is Side.SELL else price < best)


def level(order: Order, instrument: Instrument, best: Decimal | None) -> Decimal | None:
    """The price that sets an order off; None for a trailing stop that has seen no price yet.

    A trailing level off the tick grid is rounded away from the market, which never sets it off early.
    """
    terms = order.asked or order.terms
    if terms.order_type is OrderType.LIMIT:
        return terms.limit_price
    if terms.order_type is not OrderType.TRAILING_STOP:
        return terms.stop_price
    if best is None:
        return None
    trail = terms.trail_amount if terms.trail_amount is not None else best * (terms.trail_percent or ZERO) / 100
    tick = instrument.tick_size
    raw = best + order.side.sign * trail
    return raw // tick * tick if order.side is Side.SELL else -(-raw // tick) * tick


def price_of(order: Order, quote: Quote) -> Decimal:
    """The price that an order watches: the last one for a stop, the touch it would take for a target."""
    terms = order.asked or order.terms
    if terms.order_type in STOPS:
        return quote.last
    return quote.bid if order.side is Side.SELL else quote.ask


def reached(order: Order, price: Decimal, at: Decimal) -> bool:
    """Whether a price sets off an order at its level."""
    falls = (order.side is Side.SELL) is ((order.asked or order.terms).order_type in STOPS)
    return price <= at if falls else price >= at
