"""What the venue refuses, each with a code; docs/paper-venue.md lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from bidwell.model.errors import InvalidInput
from bidwell.model.instrument import Instrument
from bidwell.model.terms import TimeInForce
from bidwell.simulation.orders import AccountSpec, Ticket

_NAME = re.compile(r"[A-Za-z0-9_-]{1,36}")
LARGEST = Decimal("1e15")
MOST_DIGITS = 28


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused: a stable code and a sentence."""

    code: str
    reason: str


def step_of(spec: AccountSpec, instrument: Instrument) -> Decimal:
    """The quantity step that holds for an account."""
    return spec.quantity_step or instrument.lot_size


def check_ticket(ticket: Ticket, spec: AccountSpec, instrument: Instrument | None, now: datetime) -> Refusal | None:
    """What is wrong with a ticket by itself; `now` is the market clock."""
    if ticket.client_order_id and not _NAME.fullmatch(ticket.client_order_id):
        return Refusal("client_order_id", "a client_order_id is 1 to 36 of A-Z a-z 0-9 _ -")
    if instrument is None:
        return Refusal("instrument.unknown", f"{ticket.instrument} is not traded here")
    if not instrument.tradable:
        return Refusal("instrument.untradable", f"{instrument.id} can be watched but not traded")
    return check_figures(ticket, spec, instrument, now) or _check_notional(ticket, instrument)


def check_figures(ticket: Ticket, spec: AccountSpec, instrument: Instrument, now: datetime) -> Refusal | None:
    """Whether quantity, prices and time in force of a ticket, new or amended, can be worked."""
    try:
        return _check_quantity(ticket.quantity, spec, instrument) or _check_terms(ticket, instrument, now)
    except InvalidOperation:
        return Refusal("figures", "a figure has too many digits to be reckoned with")


def _check_quantity(quantity: Decimal, spec: AccountSpec, instrument: Instrument) -> Refusal | None:
    """Whether a quantity is a positive number of steps."""
    if not quantity.is_finite() or quantity <= 0:
        return Refusal("quantity.invalid", f"the quantity must be a positive number, not {quantity}")
    if quantity > LARGEST or len(quantity.as_tuple().digits) > MOST_DIGITS:
        return Refusal("quantity.too_large", f"a quantity has at most {MOST_DIGITS} digits and is at most {LARGEST}")
    step = step_of(spec, instrument)
    if quantity % step:
        return Refusal("quantity.lot", f"{quantity} is not a multiple of {step}")
    return None


def _check_terms(ticket: Ticket, instrument: Instrument, now: datetime) -> Refusal | None:
    """Whether prices and time in force fit together, lie on the tick grid and in the future."""
    try:
        ticket.terms()
    except InvalidInput as problem:
        return Refusal(problem.code, str(problem))
    for name in ("limit_price", "stop_price", "trail_amount"):
        price: Decimal | None = getattr(ticket, name)
        if price is None:
            continue
        if price > LARGEST or len(price.as_tuple().digits) > MOST_DIGITS:
            return Refusal("price.too_large", f"{name} has too many digits")
        if not instrument.on_tick(price):
            return Refusal("price.tick", f"{name} {price} is not a multiple of {instrument.tick_size}")
    if ticket.trail_percent is not None and ticket.trail_percent >= 100:
        return Refusal("terms.trail", "a trail of 100 percent or more is never reached")
    if ticket.time_in_force is TimeInForce.GTD and ticket.expires_at is not None and ticket.expires_at <= now:
        return Refusal("terms.expires_at", "expires_at is not after the market clock's time")
    return None


def _check_notional(ticket: Ticket, instrument: Instrument) -> Refusal | None:
    price = ticket.limit_price or ticket.stop_price
    if price is None or not instrument.min_notional:
        return None
    if instrument.notional(ticket.quantity, price) < instrument.min_notional:
        return Refusal("notional.minimum", f"the order is worth less than {instrument.min_notional}")
    return None
