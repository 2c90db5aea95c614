"""Finished intents of one workspace that left the desk's memory, in PostgreSQL: the durable `engine.ports.Archive`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import psycopg

from bidwell.engine import codec
from bidwell.engine.memory_archive import name_of
from bidwell.engine.ports import Place
from bidwell.engine.retired import names_of
from bidwell.model.errors import JournalUnavailable
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, IntentId
from bidwell.model.order import Order
from bidwell.model.retirement import Finished
from bidwell.storage.errors import StorageUnavailable
from bidwell.storage.pool import Connection, Pool

_KEEP_ORDERS = """
    INSERT INTO archived_orders (workspace_id, client_order_id, account, instrument, created_at, intent_id)
    SELECT %(workspace)s, row->>0, row->>1, row->>2, (row->>3)::timestamptz, row->>4
    FROM jsonb_array_elements(%(rows)s::jsonb) AS row ON CONFLICT DO NOTHING
"""
_KEEP_NAMES = """
    INSERT INTO archived_order_names (workspace_id, name, account, intent_id)
    SELECT %(workspace)s, row->>0, row->>1, row->>2
    FROM jsonb_array_elements(%(rows)s::jsonb) AS row ON CONFLICT DO NOTHING
"""
_KEEP_FILLS = """
    INSERT INTO archived_fills (workspace_id, account, client_order_id, execution_id, received_at, name, intent_id)
    SELECT %(workspace)s, row->>0, row->>1, row->>2, (row->>3)::timestamptz, row->>4, row->>5
    FROM jsonb_array_elements(%(rows)s::jsonb) AS row ON CONFLICT DO NOTHING
"""
_KEEP_INTENTS = """
    INSERT INTO archived_intents (workspace_id, intent_id, number, touched, key, received_at, source,
        instrument, group_id, body)
    SELECT %(workspace)s, row->>0, (row->>1)::bigint, (row->>2)::bigint, row->>3, (row->>4)::timestamptz, row->>5,
        row->>6, row->>7, body
    FROM ROWS FROM (jsonb_array_elements(%(rows)s::jsonb), unnest(%(bodies)s::text[])) AS given (row, body)
    ON CONFLICT (workspace_id, intent_id) DO UPDATE SET body = excluded.body, touched = excluded.touched
    WHERE archived_intents.touched <= excluded.touched
"""
_BY_KEY = """
    SELECT body FROM archived_intents WHERE workspace_id = %s AND key = %s ORDER BY number LIMIT 1
"""
_BY_INTENT = "SELECT body FROM archived_intents WHERE workspace_id = %s AND intent_id = %s"
_BY_ORDERS = """
    SELECT body FROM archived_intents WHERE workspace_id = %(workspace)s AND intent_id IN (
        SELECT known.intent_id
        FROM unnest(%(accounts)s::text[], %(names)s::text[]) AS wanted (account, name)
        JOIN archived_order_names AS known
            ON known.workspace_id = %(workspace)s AND known.name = wanted.name
            AND (wanted.account IS NULL OR known.account = wanted.account)
    ) ORDER BY number
"""
_INTENTS = """
    SELECT body FROM archived_intents
    WHERE workspace_id = %(workspace)s
        AND (%(at)s::timestamptz IS NULL OR (received_at, intent_id) < (%(at)s, %(name)s))
        AND (%(source)s::text IS NULL OR source = %(source)s)
        AND (%(instrument)s::text IS NULL OR instrument = %(instrument)s)
        AND (%(group)s::text IS NULL OR group_id = %(group)s)
    ORDER BY received_at DESC, intent_id DESC LIMIT %(limit)s
"""
_ORDERS = """
    SELECT intents.body, found.client_order_id FROM (
        SELECT client_order_id, created_at, intent_id FROM archived_orders
        WHERE workspace_id = %(workspace)s
            AND (%(at)s::timestamptz IS NULL OR (created_at, client_order_id) < (%(at)s, %(name)s))
            AND (%(account)s::text IS NULL OR account = %(account)s)
            AND (%(instrument)s::text IS NULL OR instrument = %(instrument)s)
        ORDER BY created_at DESC, client_order_id DESC LIMIT %(limit)s
    ) AS found JOIN archived_intents AS intents
        ON intents.workspace_id = %(workspace)s AND intents.intent_id = found.intent_id
    ORDER BY found.created_at DESC, found.client_order_id DESC
"""
_FILLS = """
    SELECT intents.body, found.name, found.received_at FROM (
        SELECT name, received_at, intent_id FROM archived_fills
        WHERE workspace_id = %(workspace)s
            AND (%(at)s::timestamptz IS NULL OR (received_at, name) < (%(at)s, %(name)s))
            AND (%(account)s::text IS NULL OR account = %(account)s)
        ORDER BY received_at DESC, name DESC LIMIT %(limit)s
    ) AS found JOIN archived_intents AS intents
        ON intents.workspace_id = %(workspace)s AND intents.intent_id = found.intent_id
    ORDER BY found.received_at DESC, found.name DESC
"""


class PostgresArchive:
    """`engine.ports.Archive` over a pool of the app role's connections; raises JournalUnavailable where that is away."""

    def __init__(self, pool: Pool, workspace: str) -> None:
        self._pool = pool
        self._workspace = workspace

    async def keep(self, finished: Sequence[Finished]) -> None:
        """Make intents durable, all or none, in the place of what was kept of them."""
        orders, names, fills, intents = _rows_of(finished)
        bodies = [codec.encode_finished(one).decode() for one in finished]
        async with self._asking() as connection:
            for query, rows in ((_KEEP_ORDERS, orders), (_KEEP_NAMES, names), (_KEEP_FILLS, fills)):
                await connection.execute(query, {"workspace": self._workspace, "rows": _json(rows)})
            given = {"workspace": self._workspace, "rows": _json(intents), "bodies": bodies}
            await connection.execute(_KEEP_INTENTS, given)

    async def by_key(self, key: str) -> Finished | None:
        """The first intent that was received under a key."""
        return await self._one(_BY_KEY, [self._workspace, _text(key)])

    async def by_intent(self, name: IntentId) -> Finished | None:
        """One intent."""
        return await self._one(_BY_INTENT, [self._workspace, name])

    async def by_orders(self, names: Sequence[tuple[AccountId | None, str]]) -> Sequence[Finished]:
        """The intents of orders by any of their names, in the order of receipt."""
        accounts, wanted = [account for account, _ in names], [_text(name) for _, name in names]
        rows = await self._rows(_BY_ORDERS, accounts=accounts, names=wanted)
        return [codec.decode_finished(row["body"]) for row in rows]

    async def intents(self, before: Place | None, limit: int, *, source: str | None = None,
                      instrument: str | None = None, group: str | None = None) -> Sequence[Finished]:  # fmt: skip
        """Intents that match, the newest first."""
        rows = await self._rows(_INTENTS, before, limit=limit, source=source, instrument=instrument, group=group)
        return [codec.decode_finished(row["body"]) for row in rows]

    async def orders(self, before: Place | None, limit: int, *, account: str | None = None,
                     instrument: str | None = None) -> Sequence[tuple[Finished, Order]]:  # fmt: skip
        """Orders that match, the newest first."""
        rows = await self._rows(_ORDERS, before, limit=limit, account=account, instrument=instrument)
        found = []
        for row in rows:
            known = codec.decode_finished(row["body"])
            order = next(one.order for one in known.orders if one.order.client_order_id == row["client_order_id"])
            found.append((known, order))
        return found

    async def fills(self, before: Place | None, limit: int, *,
                    account: str | None = None) -> Sequence[tuple[Finished, Order, Fill]]:  # fmt: skip
        """Fills that match, the newest first; one that was renamed since it was first archived has one name only."""
        found: list[tuple[Finished, Order, Fill]] = []
        while len(found) < limit:
            rows = await self._rows(_FILLS, before, limit=limit, account=account)
            for row in rows:
                known = codec.decode_finished(row["body"])
                found += [(known, one.order, fill) for one in known.orders for fill in one.order.fills
                          if _text(name_of(fill)) == row["name"]]  # fmt: skip
            if len(rows) < limit:
                break
            before = Place(rows[-1]["received_at"], rows[-1]["name"])
        return found[:limit]

    async def _one(self, query: str, given: list[str]) -> Finished | None:
        async with self._asking() as connection:
            row = await (await connection.execute(query.encode(), given)).fetchone()
        return None if row is None else codec.decode_finished(row["body"])

    async def _rows(self, query: str, before: Place | None = None, **given: object) -> list[dict[str, Any]]:
        place = {"at": before.at if before is not None else None, "name": before.name if before is not None else None}
        async with self._asking() as connection:
            found = await connection.execute(query.encode(), {"workspace": self._workspace, **place, **given})
            return await found.fetchall()

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[Connection]:
        try:
            async with self._pool.transaction(workspace=self._workspace) as connection:
                yield connection
        except (StorageUnavailable, psycopg.Error) as error:
            raise JournalUnavailable(f"the archive cannot be asked: {str(error).strip()}") from error


def _rows_of(finished: Sequence[Finished]) -> tuple[list[object], list[object], list[object], list[object]]:
    """What the tables of orders, of their names, of fills and of intents hold, column by column."""
    orders: list[object] = []
    names: list[object] = []
    fills: list[object] = []
    intents: list[object] = []
    for one in finished:
        intent = one.intent
        intents.append((intent.id, one.number, one.touched, _text(intent.key), intent.received_at, intent.source,
                        intent.instrument, intent.group))  # fmt: skip
        for order in (each.order for each in one.orders):
            name, account = order.client_order_id, order.account
            orders.append((name, account, order.instrument, order.created_at, intent.id))
            names += [(_text(theirs), account, intent.id) for theirs in names_of(order)]
            fills += [(account, name, _text(fill.execution_id), fill.received_at, _text(name_of(fill)), intent.id)
                      for fill in order.fills]  # fmt: skip
    return orders, names, fills, intents


def _text(given: str) -> str:
    """A text that the database takes: it knows no NUL."""
    return given.replace("\x00", "\N{SYMBOL FOR NULL}")


def _json(rows: list[object]) -> str:
    return msgspec.json.encode(rows).decode()
