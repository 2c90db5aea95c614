"""Fills put together from orders."""

from __future__ import annotations

from functools import partial

from bidwell.engine.desk import Desk
from bidwell.engine.memory_archive import name_of
from bidwell.engine.ports import Archive, Place
from bidwell.model.fill import Fill
from bidwell.model.order import Order
from bidwell.model.retirement import Finished
from bidwell.server import retired
from bidwell.server.fills import schemas

Pair = tuple[Order, Fill]
_AT_ONCE = 500


async def page(desk: Desk, account: str | None, cursor: str | None, limit: int) -> tuple[list[Pair], str | None]:
    """Fills with their orders, the newest first, and the cursor after them."""
    _, found, following = await retired.page(desk, retired.Source(
        partial(_newest_first, desk, account), _place, lambda pair: pair[0].client_order_id in desk.state.orders,
        partial(_archived, account), _find), cursor, limit)  # fmt: skip
    return found, following


async def newest(desk: Desk, account: str, most: int) -> list[Pair]:
    """At most so many fills of an account with their orders, the newest first, whether they left the memory or not."""
    found: list[Pair] = []
    cursor: str | None = None
    while len(found) < most:
        part, cursor = await page(desk, account, cursor, min(_AT_ONCE, most - len(found)))
        found += part
        if cursor is None:
            break
    return found


def _newest_first(desk: Desk, account: str | None) -> list[Pair]:
    found = [
        (order, fill)
        for order in desk.state.orders.values()
        if order.fills and (account is None or order.account == account)
        for fill in order.fills
    ]
    found.sort(key=lambda pair: (pair[1].received_at, pair[1].execution_id), reverse=True)
    return found


def _place(pair: Pair) -> Place:
    return Place(pair[1].received_at, name_of(pair[1]))


async def _archived(account: str | None, archive: Archive, before: Place | None,
                    limit: int) -> list[tuple[Finished, Pair]]:  # fmt: skip
    return [(known, (order, fill)) for known, order, fill in await archive.fills(before, limit, account=account)]


async def _find(archive: Archive, name: str) -> Place | None:
    of = name.split("|")
    for known in await archive.by_orders([(None, of[1])] if len(of) > 1 else []):
        for one in known.orders:
            for fill in one.order.fills:
                if name_of(fill) == name:
                    return Place(fill.received_at, name)
    return None


def view(desk: Desk, order: Order, fill: Fill) -> schemas.Fill:
    """One fill."""
    account, instrument = desk.state.accounts.get(fill.account), desk.state.instruments.get(fill.instrument)
    return schemas.Fill(
        execution_id=fill.execution_id, client_order_id=fill.client_order_id, account=fill.account,
        account_name=account.name if account else fill.account, instrument=fill.instrument,
        symbol=instrument.symbol if instrument else fill.instrument, side=fill.side, quantity=fill.quantity,
        price=fill.price, fee=fill.fee, fee_currency=fill.fee_currency, occurred_at=fill.occurred_at,
        received_at=fill.received_at, strategy=order.strategy, intent=order.intent,
    )  # fmt: skip
