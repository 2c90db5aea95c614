"""The login, the profile, money, positions and holdings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.simulation.checks import Refusal
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.dhan import words
from bidwell.twins.dhan.answers import problem, reply
from bidwell.twins.dhan.records import Records, body_of
from bidwell.twins.dhan.trading import TradingRoutes
from bidwell.twins.margins import Wanted, alone, free, together
from bidwell.twins.mishaps import On
from bidwell.twins.orders import cancel_all, close_all, figure
from bidwell.twins.positions import by_product, day_position


class AccountRoutes:
    """/app/generateAccessToken, /v2/RenewToken, /v2/profile, /v2/fundlimit, /v2/positions, /v2/holdings, /v2/ip."""

    def __init__(self, records: Records, trading: TradingRoutes) -> None:
        self._records = records
        self._stage = records.stage
        self._trading = trading

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        read = self._trading.read
        return [
            web.post("/app/generateAccessToken", self.generate_token),
            web.get("/v2/RenewToken", self.renew_token),
            web.post("/v2/RenewToken", self.renew_token),
            web.get("/v2/profile", self.profile),
            web.get("/v2/fundlimit", read(self.funds)),
            web.get("/v2/positions", read(self.positions)),
            web.delete("/v2/positions", self.flatten),
            web.get("/v2/holdings", read(self.holdings)),
            web.post("/v2/margincalculator", self.margin),
            web.post("/v2/margincalculator/multi", self.basket_margin),
            web.get("/v2/ip/getIP", read(self.address)),
        ]

    # --- the login --------------------------------------------------------------------------------

    async def generate_token(self, request: web.Request) -> web.Response:
        """POST /app/generateAccessToken: PIN and one-time password; the twin takes any password of six digits."""
        asked = request.query
        person = self._stage.who(client_id=asked.get("dhanClientId", ""), pin=asked.get("pin", ""))
        password = asked.get("totp", "")
        if person is None or len(password) != 6 or not password.isdigit():
            return problem(401, "DH-901", "Invalid PIN or TOTP")
        token, ends = self._records.make_token(person)
        return reply({"dhanClientId": self._records.client(person.account), "dhanClientName": "TWIN",
                      "accessToken": token, "expiryTime": words.stamp(ends).replace(" ", "T")})  # fmt: skip

    async def renew_token(self, request: web.Request) -> web.Response:
        """GET or POST /v2/RenewToken: another token for one that still holds."""
        token, ends = self._records.make_token(self._records.caller(request))
        return reply({"accessToken": token, "expiryTime": words.stamp(ends).replace(" ", "T")})

    async def profile(self, request: web.Request) -> web.Response:
        """GET /v2/profile."""
        person = self._records.caller(request)
        ends = self._records.valid_until(request.headers.get("access-token", ""))
        until = ends.astimezone(words.IST).strftime("%d/%m/%Y %H:%M")
        return reply({
            "dhanClientId": self._records.client(person.account), "tokenValidity": until,
            "activeSegment": "Equity, Derivative, Currency, Commodity", "ddpi": "Active", "mtf": "Active",
            "dataPlan": "Active", "dataValidity": f"{until}:00",
        })  # fmt: skip

    # --- money ------------------------------------------------------------------------------------

    def funds(self, _request: web.Request, account: str) -> web.Response:
        """GET /v2/fundlimit."""
        held = self._stage.state.accounts[account]
        free = max(self._stage.venue.margin.free(held), ZERO)
        opening = held.spec.cash
        return reply({
            "dhanClientId": self._records.client(account), "availabelBalance": free, "sodLimit": opening,
            "collateralAmount": ZERO, "receiveableAmount": ZERO, "utilizedAmount": max(opening - free, ZERO),
            "blockedPayoutAmount": ZERO, "withdrawableBalance": free,
        })  # fmt: skip

    async def margin(self, request: web.Request) -> web.Response:
        """POST /v2/margincalculator: one order."""

        def said(account: str, basket: Sequence[Wanted]) -> dict[str, Any]:
            needed, left = alone(self._stage, account, basket[0]), free(self._stage, account)
            return {
                "totalMargin": needed, "spanMargin": ZERO, "exposureMargin": ZERO, "availableBalance": left,
                "variableMargin": ZERO, "insufficientBalance": max(needed - left, ZERO), "brokerage": ZERO,
                "leverage": "1.00",
            }  # fmt: skip

        body = await body_of(request)
        return await self._reckoned(request, [body], said)

    async def basket_margin(self, request: web.Request) -> web.Response:
        """POST /v2/margincalculator/multi: orders together."""

        def said(account: str, basket: Sequence[Wanted]) -> dict[str, Any]:
            whole = together(self._stage, account, basket)
            benefit = sum((alone(self._stage, account, each) for each in basket), ZERO) - whole
            return {"totalMargin": whole, "spanMargin": whole, "exposure": ZERO, "equityMargin": ZERO, "foMargin": whole,
                    "commodityMargin": ZERO, "currency": ZERO, "hedgeBenefit": benefit}  # fmt: skip

        body = await body_of(request)
        return await self._reckoned(request, body.get("scripList") or [], said)

    async def _reckoned(
        self, request: web.Request, rows: object, said: Callable[[str, Sequence[Wanted]], dict[str, Any]]
    ) -> web.Response:
        account = self._records.caller(request).account

        def work(_refusal: Refusal | None, _first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            try:
                return reply(said(account, self._basket(rows))), ()
            except ValueError as wrong:
                return problem(400, "DH-905", str(wrong)), ()

        return await self._stage.play(request, On.READ, account, work)

    def _basket(self, rows: object) -> list[Wanted]:
        """The orders of a question; raises ValueError for what Dhan would not take."""
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            raise ValueError("Missing required fields, bad values for parameters")
        found = []
        for row in rows:
            listed = self._records.by_security(str(row.get("exchangeSegment")), str(row.get("securityId")))
            side = words.side_of(row.get("transactionType"))
            quantity, price = figure(row.get("quantity")), figure(row.get("price"))
            if listed is None or self._stage.market.instrument(listed.symbol) is None:
                raise ValueError("Invalid SecurityId")
            if side is None or quantity is None or price is None or row.get("productType") not in words.PRODUCTS:
                raise ValueError("Missing required fields, bad values for parameters")
            found.append(Wanted(listed, side, quantity, price))
        return found

    def address(self, request: web.Request, _account: str) -> web.Response:
        """GET /v2/ip/getIP."""
        return reply({"primaryIP": request.remote, "secondaryIP": "", "modifyDatePrimary": "2026-01-01"})

    # --- what is held -----------------------------------------------------------------------------

    def positions(self, _request: web.Request, account: str) -> web.Response:
        """GET /v2/positions: what was traded today, closed ones too."""
        by_instrument = by_product(self._records.orders(account), self._records.product)
        return reply([self._position(account, orders, product) for (_, product), orders in by_instrument.items()])

    def _position(self, account: str, orders: Sequence[VenueOrder], product: str) -> dict[str, Any]:
        row = self._records.listed(orders[0])
        at = day_position(orders, self._stage.venue.quotes[orders[0].instrument].last)
        net = at.net
        return {
            "dhanClientId": self._records.client(account), "tradingSymbol": row.symbol,
            "securityId": words.security_of(row), "positionType": "LONG" if net > 0 else "SHORT" if net < 0 else "CLOSED",
            "exchangeSegment": words.segment_of(row), "productType": product, "buyAvg": at.bought.average,
            "costPrice": at.cost, "buyQty": at.bought.quantity, "sellAvg": at.sold.average, "sellQty": at.sold.quantity,
            "netQty": net, "realizedProfit": at.realized, "unrealizedProfit": at.unrealized,
            "rbiReferenceRate": ZERO, "multiplier": 1, "carryForwardBuyQty": 0, "carryForwardSellQty": 0,
            "carryForwardBuyValue": ZERO, "carryForwardSellValue": ZERO, "dayBuyQty": at.bought.quantity,
            "daySellQty": at.sold.quantity, "dayBuyValue": at.bought.value, "daySellValue": at.sold.value,
            **words.contract(row), "crossCurrency": False,
        }  # fmt: skip

    async def flatten(self, request: web.Request) -> web.Response:
        """DELETE /v2/positions: cancel what works and sell or buy back everything."""
        account = self._records.caller(request).account

        def work(_refusal: Refusal | None, _first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            outcomes = [*cancel_all(self._stage, account), *close_all(self._stage, account)]
            return reply({"status": "SUCCESS", "message": "All orders and positions exited successfully"}), outcomes

        return await self._stage.play(request, On.SUBMIT, account, work)

    def holdings(self, _request: web.Request, account: str) -> web.Response:
        """GET /v2/holdings."""
        rows = self._records.holdings.get(account, [])
        return reply(rows) if rows else problem(404, "DH-1111", "No holdings available")
