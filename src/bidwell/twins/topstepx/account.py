"""Accounts, positions and fills."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from aiohttp import web

from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.twins.mishaps import On
from bidwell.twins.topstepx import words
from bidwell.twins.topstepx.answers import bad, good
from bidwell.twins.topstepx.records import Records
from bidwell.twins.topstepx.session import ACCOUNT_NOT_FOUND, Body, Handler, account_of, body_of, reading
from bidwell.twins.topstepx.trading import between

POSITION_NOT_FOUND, BAD_SIZE = 2, 5


class AccountRoutes:
    """/api/Account, /api/Position, /api/Trade."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.post("/api/Account/search", self.accounts),
            web.post("/api/Position/searchOpen", reading(self._records, self.positions)),
            web.post("/api/Position/closeContract", self._closing(part=False)),
            web.post("/api/Position/partialCloseContract", self._closing(part=True)),
            web.post("/api/Trade/search", reading(self._records, self.trades)),
        ]

    async def accounts(self, request: web.Request) -> web.Response:
        """POST /api/Account/search."""
        people = self._records.callers(request)
        return await self._stage.play(
            request, On.READ, people[0].account,
            lambda _refusal, _first: (good(accounts=[self._records.account(each) for each in people]), ()),
        )  # fmt: skip

    def positions(self, _body: Body, account: str) -> web.Response:
        """POST /api/Position/searchOpen."""
        return good(positions=self._records.positions(account))

    def trades(self, body: Body, account: str) -> web.Response:
        """POST /api/Trade/search: newest first."""
        rows = [words.trade(held, done, self._records.listed(held), gain)
                for held, done, gain in self._records.fills(account)]  # fmt: skip
        return good(trades=between(body, rows)[::-1])

    def _closing(self, *, part: bool) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            people, body = self._records.callers(request), await body_of(request)
            account = account_of(people, body)
            if account is None:
                return bad(ACCOUNT_NOT_FOUND)
            listed = self._stage.market.instrument(str(body.get("contractId")))
            holding = self._stage.state.accounts[account].holdings.get(listed.id) if listed is not None else None
            if listed is None or holding is None:
                return bad(POSITION_NOT_FOUND)
            size = abs(holding.quantity)
            if part:
                asked = body.get("size")
                if not isinstance(asked, int) or not 0 < asked <= size:
                    return bad(BAD_SIZE)
                size = Decimal(asked)
            side = Side.SELL if holding.quantity > 0 else Side.BUY
            self._stage.publish(
                self._stage.submit(account, Ticket(listed.id, side, size, OrderType.MARKET, TimeInForce.DAY))
            )
            return good()

        return handle
