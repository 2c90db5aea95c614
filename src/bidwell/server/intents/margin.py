"""What the brokers would block for wishes, account by account: asked beside the preview, never in an order's way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from bidwell.engine import obstacles
from bidwell.engine.desk import Desk
from bidwell.engine.intake import Request
from bidwell.engine.ports import Margin, MarginSource
from bidwell.model.account import Account
from bidwell.model.errors import BrokerError, Refused
from bidwell.model.ids import AccountId
from bidwell.model.order import Order
from bidwell.server.intents import schemas
from bidwell.server.intents.schemas import MarginTold
from bidwell.server.ports import Connections

PATIENCE = 12.0
"""Seconds after which a broker's answer is not waited for any more."""
TOO_LATE = "broker_unavailable"


@dataclass(slots=True)
class _Asked:
    """An account's orders, and why they are not asked for, if so."""

    orders: list[Order] = field(default_factory=list)
    obstacle: str = ""


def marked(preview: schemas.Preview, connections: Connections | None) -> schemas.Preview:
    """The preview, with the accounts marked whose broker says what it would block."""
    if connections is None:
        return preview
    lines = [
        line.model_copy(update={"tells_margin": connections.margin_source(AccountId(line.account)) is not None})
        for line in preview.allocations
    ]
    return preview.model_copy(update={"allocations": lines})


async def margins(desk: Desk, connections: Connections | None, requests: Sequence[Request]) -> schemas.MarginAnswer:
    """Ask the broker of each account of the wishes; raises InvalidInput for a wish that can never become an order.

    An order that our own gate would deny is asked for all the same: it is the broker's figure that is wanted.
    """
    asked = _orders(desk, requests)
    lines = (_line(desk.state.accounts[account], each, connections) for account, each in asked.items())
    return schemas.MarginAnswer(accounts=list(await asyncio.gather(*lines)))


def _orders(desk: Desk, requests: Sequence[Request]) -> dict[AccountId, _Asked]:
    found: dict[AccountId, _Asked] = {}
    for request in requests:
        for decision in desk.preview(request)[0]:
            account = found.setdefault(decision.allocation.account, _Asked())
            # Of two exits one fills, and both only take from what is held: together they would be reckoned as neither is.
            if decision.proposal is None or request.protects:
                continue
            order = decision.proposal.order
            unable = obstacles.unable(desk.capabilities(order.account), order, ())
            account.obstacle = account.obstacle or ("" if unable is None else unable.message)
            account.orders.append(order)
    return found


async def _line(account: Account, asked: _Asked, connections: Connections | None) -> schemas.MarginLine:
    source = None if connections is None else connections.margin_source(account.id)
    if source is None:
        return _without(account, asked, MarginTold.NOT_OFFERED, "margin.not_offered",
                        "This account's broker does not say beforehand what it would block.")  # fmt: skip
    if not asked.orders:
        return _without(
            account,
            asked,
            MarginTold.NO_ORDER,
            "margin.no_order",
            "Nothing would be ordered here that could take margin.",
        )
    try:
        told = await _ask(source, asked)
    except BrokerError as problem:
        return _without(account, asked, MarginTold.NOT_TOLD, problem.code, str(problem))
    except TimeoutError:
        return _without(account, asked, MarginTold.NOT_TOLD, TOO_LATE, "The broker did not say it in time.")
    alone = {part.order: part.required for part in told.parts}
    orders = [
        schemas.MarginOrder(instrument=order.instrument, side=order.side, quantity=order.quantity,
                            required=alone.get(order.client_order_id)) for order in asked.orders
    ]  # fmt: skip
    return schemas.MarginLine(account=account.id, name=account.name, told=MarginTold.TOLD, currency=told.currency,
                              required=told.required, available=told.available, orders=orders)  # fmt: skip


async def _ask(source: MarginSource, asked: _Asked) -> Margin:
    if asked.obstacle:
        raise Refused(asked.obstacle)
    async with asyncio.timeout(PATIENCE):
        return await source.margin(asked.orders)


def _without(account: Account, asked: _Asked, told: MarginTold, code: str, reason: str) -> schemas.MarginLine:
    orders = [schemas.MarginOrder(instrument=order.instrument, side=order.side, quantity=order.quantity, required=None)
              for order in asked.orders]  # fmt: skip
    return schemas.MarginLine(account=account.id, name=account.name, told=told, currency=account.currency, required=None,
                              available=None, orders=orders, code=code, reason=reason)  # fmt: skip
