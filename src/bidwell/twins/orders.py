"""What requests do to orders, in the way that the script has it: a dialect gives the words, the stage carries it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation

from aiohttp import web

from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.checks import Refusal
from bidwell.simulation.floor import NotCanceled, NotReplaced, Outcome
from bidwell.simulation.orders import Ticket, VenueOrder
from bidwell.twins.mishaps import On
from bidwell.twins.stage import Stage

Said = Callable[[Refusal | None], web.Response]
"""The answer to a change of an order: to one that was carried out, or that was refused for this."""

UNKNOWN = Refusal("order.unknown", "there is no such order")


async def submit(stage: Stage, request: web.Request, account: str, ticket: Ticket,
                 said: Callable[[Sequence[Outcome]], web.Response]) -> web.Response:  # fmt: skip
    """Take an order in."""

    def work(refusal: Refusal | None, first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
        outcomes = stage.submit(account, ticket, refusal, first)
        return said(outcomes), outcomes

    return await stage.play(request, On.SUBMIT, account, work, [ticket])


async def cancel(stage: Stage, request: web.Request, account: str, held: VenueOrder | None, said: Said) -> web.Response:
    """Take an order off the book."""

    def work(refusal: Refusal | None, _first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
        if held is None:
            return said(UNKNOWN), ()
        outcomes = stage.venue.cancel(account, "", held.broker_order_id, refusal=refusal)
        return said(refused(outcomes)), outcomes

    return await stage.play(request, On.CANCEL, account, work)


async def replace(stage: Stage, request: web.Request, account: str, held: VenueOrder, changes: Ticket,
                  said: Said) -> web.Response:  # fmt: skip
    """Work an order on with other terms, under the same id."""

    def work(refusal: Refusal | None, _first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
        outcomes = stage.venue.replace(account, changes, held.broker_order_id, refusal=refusal)
        return said(refused(outcomes)), outcomes

    return await stage.play(request, On.REPLACE, account, work)


def refused(outcomes: Iterable[Outcome]) -> Refusal | None:
    """Why a change was not carried out, None where it was."""
    return next((each.refusal for each in outcomes if isinstance(each, NotCanceled | NotReplaced)), None)


def forget(stage: Stage, order: VenueOrder) -> None:
    """Free the id of an order, as a broker does that makes no order of what it refuses; it still counts as having come."""
    name = (order.account, order.client_order_id)
    held = stage.state.named.pop(name, None)
    if held is not None:
        stage.state.seen[name] = stage.state.seen.get(name, 0) + held.submissions


def cancel_all(stage: Stage, account: str) -> list[Outcome]:
    """Take everything off the book that an account has there."""
    orders = list(stage.state.open_orders(account))
    return [each for held in orders for each in stage.venue.cancel(account, "", held.broker_order_id)]


def close_all(stage: Stage, account: str) -> list[Outcome]:
    """Sell or buy back at the market everything that an account holds."""
    outcomes: list[Outcome] = []
    for name, holding in list(stage.state.accounts[account].holdings.items()):
        side = Side.SELL if holding.quantity > 0 else Side.BUY
        outcomes += stage.submit(account, Ticket(name, side, abs(holding.quantity), OrderType.MARKET, TimeInForce.DAY))
    return outcomes


def figure(value: object) -> Decimal | None:
    """A figure of a request, where zero and nothing are the same; raises ValueError for what is none or below zero."""
    if not value:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None
    if not number.is_finite() or number < 0:
        raise ValueError("quantity and prices must be above zero")
    return number or None
