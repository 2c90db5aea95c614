"""How near an account would come to its floors if every open stop filled, slippage included."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from bidwell.engine import risk_views, views
from bidwell.model.errors import CurrencyMismatch
from bidwell.model.money import ZERO
from bidwell.model.terms import Side
from bidwell.risk.exposure import added_quantity
from bidwell.risk.reservation import expected_price
from bidwell.risk.stops import stop_distance
from bidwell.risk.view import Floor

if TYPE_CHECKING:
    from bidwell.engine.market import Market
    from bidwell.engine.state import State
    from bidwell.model.account import Account
    from bidwell.model.ids import InstrumentId
    from bidwell.model.order import Order
    from bidwell.risk.view import Proposal

SLIPPAGE: Final = Decimal("0.001")
"""How far past its price a stop is taken to fill, as a part of the price."""


@dataclass(frozen=True, slots=True)
class AtStops:
    """An account if every open stop filled; money in its currency.

    `equity` is what would be left, `loss` what the stops would take from the equity now. `unprotected` names what has
    no stop for its whole quantity: nothing bounds that. `floor` is the nearest floor, `left` the distance to it then.
    """

    equity: Decimal
    loss: Decimal
    unprotected: tuple[InstrumentId, ...]
    floor: Floor | None
    left: Decimal | None


def at_stops(state: State, market: Market, account: Account, asked: Proposal | None = None,
             slippage: Decimal = SLIPPAGE) -> AtStops | None:  # fmt: skip
    """Reckon it for what is held and open, and for an order that is asked about; None while a price or rate is unknown."""
    worth = views.valuation_or_none(state, market, account)
    if worth is None or worth.missing:
        return None
    loss, bare = ZERO, []
    try:
        for name, position in state.portfolios[account.id].positions.items():
            taken, whole = _position_loss(state, market, account, name, position.quantity, slippage)
            loss += taken
            if not whole:
                bare.append(name)
        floors = all_floors(state, market, account)
    except CurrencyMismatch:
        return None
    if asked is not None:
        taken, whole = _asked_loss(asked, slippage)
        loss += taken
        if not whole and asked.instrument.id not in bare:
            bare.append(asked.instrument.id)
    equity = worth.equity - loss
    floor = max(floors, key=lambda one: one.level, default=None)
    return AtStops(equity, loss, tuple(bare), floor, None if floor is None else equity - floor.level)


def all_floors(state: State, market: Market, account: Account) -> list[Floor]:
    """Every equity that the account must stay above: drawdowns, its rulebook's, and its own daily loss limit."""
    worth = views.valuation(state, market, account)
    limits, origins = views.limits_of(state, state.scopes_of(account.id, None), market)
    found = list(risk_views.floors(state, market, account, limits, origins, worth))
    opening = views.opening_equity(state, market, account)
    if limits.max_daily_loss is not None and opening is not None:
        found.append(Floor(opening - limits.max_daily_loss, "Daily loss", origins.get("max_daily_loss", "")))
    return found


def _position_loss(state: State, market: Market, account: Account, name: InstrumentId, quantity: Decimal,
                   slippage: Decimal) -> tuple[Decimal, bool]:  # fmt: skip
    """What the stops of one position would lose from its last price, and whether they cover all of it."""
    if not quantity:
        return ZERO, True
    instrument, last = state.instruments[name], market.price(name) or ZERO
    rate = market.rates.rate(instrument.currency, account.currency)
    closing = Side.SELL if quantity > 0 else Side.BUY
    stops = [(price, order.leaves_quantity) for order in state.book(account.id, name)
             if order.side is closing and (price := _stop_price(order, last)) is not None]  # fmt: skip
    # The furthest first: of a pair of exits on the same quantity the worst is what must be borne.
    stops.sort(reverse=closing is Side.BUY)
    left, loss = abs(quantity), ZERO
    for price, most in stops:
        filled = min(left, most)
        fill = price * (1 - slippage if closing is Side.SELL else 1 + slippage)
        apart = last - fill if closing is Side.SELL else fill - last
        loss += max(apart, ZERO) * filled * instrument.multiplier * rate
        left -= filled
    return loss, not left


def _stop_price(order: Order, last: Decimal) -> Decimal | None:
    """Where a stop stands: a trailing one at its distance from the last price; None for what is no stop."""
    terms = order.terms
    if terms.trail_amount is not None or terms.trail_percent is not None:
        trail = terms.trail_amount if terms.trail_amount is not None else last * (terms.trail_percent or ZERO) / 100
        return last - trail if order.side is Side.SELL else last + trail
    return terms.stop_price


def _asked_loss(asked: Proposal, slippage: Decimal) -> tuple[Decimal, bool]:
    """What an order would lose from its expected price to its attached stop, and whether it has one."""
    added, rate = added_quantity(asked, asked.order.quantity), asked.market.rate
    if not added:
        return ZERO, True
    distance, price = stop_distance(asked), expected_price(asked)
    protected = any(leg.terms.stop_price is not None or leg.terms.trail_amount is not None for leg in asked.attached)
    if distance is None or price is None or rate is None or not protected:
        return ZERO, False
    return added * (distance + price * slippage) * asked.instrument.multiplier * rate, True
