"""Contracts and bars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from bidwell.model.market import Bar
from bidwell.twins.topstepx import words
from bidwell.twins.topstepx.answers import bad, good
from bidwell.twins.topstepx.records import Records
from bidwell.twins.topstepx.session import Body, reading

UNITS = {1: 1, 2: 60, 3: 3600, 4: 86400, 5: 604800, 6: 2592000}
MOST_CONTRACTS, MOST_BARS = 20, 20_000
NOT_FOUND, BAD_UNIT, BAD_NUMBER, BAD_LIMIT = 1, 2, 3, 4


class DataRoutes:
    """/api/Contract and /api/History."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        works = {"Contract/search": self.search, "Contract/searchById": self.by_id, "Contract/available": self.available,
                 "History/retrieveBars": self.bars}  # fmt: skip
        return [web.post(f"/api/{name}", reading(self._records, work)) for name, work in works.items()]

    def search(self, body: Body, _account: str) -> web.Response:
        """POST /api/Contract/search: at most twenty, by a part of name or description."""
        wanted = str(body.get("searchText") or "").upper()
        rows = [words.contract(row) for row in self._stage.market.rows.values()]
        found = [row for row in rows if wanted in row["name"] or wanted in row["description"].upper()]
        return good(contracts=found[:MOST_CONTRACTS])

    def by_id(self, body: Body, _account: str) -> web.Response:
        """POST /api/Contract/searchById."""
        row = self._stage.market.rows.get(str(body.get("contractId")))
        return bad(NOT_FOUND, contract=None) if row is None else good(contract=words.contract(row))

    def available(self, _body: Body, _account: str) -> web.Response:
        """POST /api/Contract/available."""
        return good(contracts=[words.contract(row) for row in self._stage.market.rows.values()])

    def bars(self, body: Body, _account: str) -> web.Response:
        """POST /api/History/retrieveBars: newest first."""
        symbol = str(body.get("contractId"))
        unit, count, limit = UNITS.get(body.get("unit", 0)), body.get("unitNumber"), body.get("limit")
        if symbol not in self._stage.market.rows:
            return bad(NOT_FOUND, bars=None)
        if unit is None:
            return bad(BAD_UNIT, bars=None)
        if not isinstance(count, int) or count <= 0:
            return bad(BAD_NUMBER, bars=None)
        if not isinstance(limit, int) or not 0 < limit <= MOST_BARS:
            return bad(BAD_LIMIT, bars=None)
        try:
            start, end = (datetime.fromisoformat(str(body[name])) for name in ("startTime", "endTime"))
        except (KeyError, ValueError):
            return web.Response(status=400)
        found = self._stage.market.bars(symbol, unit * count, start, min(end, self._stage.market.now()))
        return good(bars=[_bar(each) for each in found[::-1][:limit]])


def _bar(bar: Bar) -> dict[str, Any]:
    return {"t": words.stamp(bar.start), "o": bar.open, "h": bar.high, "l": bar.low, "c": bar.close, "v": bar.volume}
