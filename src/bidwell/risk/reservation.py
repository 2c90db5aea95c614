"""What a passing order sets aside: its worst price, and the cash and quantity that it may still take."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NamedTuple

from bidwell.model.account import Account
from bidwell.model.errors import Missing
from bidwell.model.events import Reservation
from bidwell.model.instrument import Instrument
from bidwell.model.market import Quote
from bidwell.model.money import ZERO
from bidwell.model.terms import OrderType, Side, Terms
from bidwell.risk.exposure import added_quantity
from bidwell.risk.view import Proposal

FEE_BUFFER: Final = Decimal("1.002")
"""Room for fees on top of the worst notional."""

SLIPPAGE: Final = Decimal("0.01")
"""How far past its reference an order without a limit price may fill, where no collar says."""

_ONE: Final = Decimal(1)
_HUNDRED: Final = Decimal(100)


def expected_price(proposal: Proposal) -> Decimal | None:
    """The price at which the order would fill as things stand: its limit or trigger, or the touch; None when unknown.

    A sell that is priced below the bid counts at the bid, a stop already passed counts at the touch.
    """
    terms, buy = proposal.order.terms, proposal.order.side is Side.BUY
    touch = _touch(proposal.market.quote, buy=buy)
    price = terms.limit_price
    if price is not None:
        return price if buy or touch is None else max(price, touch)
    if terms.order_type is OrderType.TRAILING_STOP:
        return None if touch is None else touch + _trail(terms, touch) if buy else touch
    if terms.stop_price is None:
        return touch
    return terms.stop_price if touch is None else max(terms.stop_price, touch)


def worst_price(proposal: Proposal) -> Decimal:
    """The highest price that the order's exposure may have to be reckoned at.

    A limit price binds it; any other order may slip past its reference by the collar, or by 1 % without one.
    Raises Missing where there is neither a price on the order nor a quote.
    """
    price = worst_price_or_none(proposal)
    if price is None:
        msg = f"{proposal.instrument.id} has no quote and the order has no price"
        raise Missing(msg)
    return price


def worst_price_or_none(proposal: Proposal) -> Decimal | None:
    """Like `worst_price`, with None where it is unknown."""
    price = expected_price(proposal)
    if price is None or proposal.order.terms.limit_price is not None:
        return price
    collar = proposal.view.limits.price_collar
    return price * (_ONE + (SLIPPAGE if collar is None else collar))


def unit_cash(account: Account, instrument: Instrument, price: Decimal, rate: Decimal) -> Decimal:
    """Cash that one unit of added quantity sets aside, in the account's currency."""
    return price * instrument.multiplier * rate * FEE_BUFFER / account.leverage


def reserve(proposal: Proposal) -> Reservation:
    """What the order sets aside: cash for the part that adds exposure, and that part's quantity, signed.

    Raises Missing where an order that adds exposure has no price or no rate to be reckoned with; the gate lets
    no such order pass.
    """
    order = proposal.order
    added = added_quantity(proposal, order.quantity)
    rate = proposal.market.rate
    if not added:
        return Reservation(ZERO, ZERO, worst_price_or_none(proposal) or ZERO, _ONE if rate is None else rate)
    price = worst_price(proposal)
    if rate is None:
        msg = f"no rate from {proposal.instrument.currency} to {proposal.view.account.currency} is known"
        raise Missing(msg)
    cash = added * unit_cash(proposal.view.account, proposal.instrument, price, rate)
    return Reservation(cash, added if order.side is Side.BUY else -added, price, rate)


class Claim(NamedTuple):
    """What an open order may still fill, with what it reserved; a target and a stop of one entry make one claim."""

    side: Side
    quantity: Decimal
    reservation: Reservation


def committed(account: Account, instrument: Instrument, position: Decimal, claims: Iterable[Claim]) -> Decimal:
    """Cash that open orders in one instrument may still take together, in the account's currency.

    It is reckoned from the position as it stands now, because orders of one side compete for what there is to
    close: when one of them closes it, what was approved as a reduction or a reversal adds instead. `claims` are
    in the order of their approval; of each side the newest are taken to be the adding ones, as the gate did.
    """
    total = ZERO
    buys: list[Claim] = []
    sells: list[Claim] = []
    for claim in claims:
        (buys if claim.side is Side.BUY else sells).append(claim)
    units: dict[tuple[Decimal, Decimal], Decimal] = {}
    for side, held in ((buys, -position), (sells, position)):
        adding = sum([claim.quantity for claim in side], ZERO) - max(held, ZERO)
        for _, quantity, reservation in reversed(side):
            if adding <= 0:
                break
            terms = (reservation.price, reservation.rate)
            unit = units.get(terms)
            if unit is None:
                unit = units[terms] = unit_cash(account, instrument, *terms)
            total += unit * min(quantity, adding)
            adding -= quantity
    return total


def _touch(quote: Quote | None, *, buy: bool) -> Decimal | None:
    if quote is None:
        return None
    price = quote.ask if buy else quote.bid
    return price if price > 0 else None


def _trail(terms: Terms, touch: Decimal) -> Decimal:
    if terms.trail_amount is not None:
        return terms.trail_amount
    return touch * (terms.trail_percent or ZERO) / _HUNDRED
