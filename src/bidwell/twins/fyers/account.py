"""The login, the profile, money, positions and holdings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.simulation.checks import Refusal
from bidwell.simulation.floor import Outcome
from bidwell.simulation.orders import VenueOrder
from bidwell.twins.fyers import words
from bidwell.twins.fyers.answers import bad, good
from bidwell.twins.fyers.records import Records, body_of
from bidwell.twins.fyers.trading import TradingRoutes
from bidwell.twins.mishaps import On
from bidwell.twins.orders import cancel_all, close_all
from bidwell.twins.positions import by_product, day_position

_TITLES = ("Total Balance", "Utilized Amount", "Clear Balance", "Realized Profit and Loss", "Collaterals",
           "Fund Transfer", "Receivables", "Adhoc Limit", "Limit at start of the day", "Available Balance")  # fmt: skip


class AccountRoutes:
    """The login's four steps, /api/v3/profile, /funds, /positions, /holdings."""

    def __init__(self, records: Records, trading: TradingRoutes) -> None:
        self._records = records
        self._stage = records.stage
        self._trading = trading

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        read = self._trading.read
        return [
            web.get("/api/v3/generate-authcode", self.login),
            web.post("/api/v3/validate-authcode", self.validate_code),
            web.post("/api/v3/validate-refresh-token", self.validate_refresh),
            web.post("/api/v3/logout", self.logout),
            web.get("/api/v3/profile", read(self.profile)),
            web.get("/api/v3/funds", read(self.funds)),
            web.get("/api/v3/positions", read(self.positions)),
            web.delete("/api/v3/positions", self.flatten),
            web.get("/api/v3/holdings", read(self.holdings)),
        ]

    # --- the login --------------------------------------------------------------------------------

    async def login(self, request: web.Request) -> web.Response:
        """GET /api/v3/generate-authcode: the twin lets the first account of the app in and sends the browser on."""
        app = request.query.get("client_id", "")
        account = next((each.account for each in self._stage.people.values() if each.fields.get("app_id") == app), None)
        if account is None or "redirect_uri" not in request.query:
            return bad(-352, "Invalid app id", 400)
        sent = {"s": "ok", "code": "200", "auth_code": self._records.make_code(account),
                "state": request.query.get("state", "")}  # fmt: skip
        mark = "&" if "?" in request.query["redirect_uri"] else "?"
        raise web.HTTPFound(request.query["redirect_uri"] + mark + urlencode(sent))

    async def validate_code(self, request: web.Request) -> web.Response:
        """POST /api/v3/validate-authcode: a code is good once; the scenario's own are good as often as one likes."""
        body = await body_of(request)
        code = str(body.get("code"))
        fixed = next(
            (each.account for each in self._stage.people.values() if each.fields.get("auth_code") == code), None
        )
        account = self._records.codes.pop(code, fixed)
        if account is None or body.get("grant_type") != "authorization_code" or not self._proved(account, body):
            return bad(-437, "invalid auth code", 400)
        refresh = f"refresh-{account}-{len(self._records.refreshing) + 1}"
        self._records.refreshing[refresh] = account
        return good(access_token=self._records.make_token(account), refresh_token=refresh)

    async def validate_refresh(self, request: web.Request) -> web.Response:
        """POST /api/v3/validate-refresh-token: another access token, with the PIN."""
        body = await body_of(request)
        account = self._records.refreshing.get(str(body.get("refresh_token")))
        pin = None if account is None else self._stage.people[account].fields.get("pin")
        if account is None or str(body.get("pin")) != pin or not self._proved(account, body):
            return bad(-501, "Please provide valid refresh token", 400)
        return good(access_token=self._records.make_token(account))

    def _proved(self, account: str, body: dict[str, Any]) -> bool:
        fields = self._stage.people[account].fields
        wanted = hashlib.sha256(f"{fields['app_id']}:{fields['app_secret']}".encode()).hexdigest()
        return body.get("appIdHash") == wanted and self._records.alive(account) is not None

    async def logout(self, request: web.Request) -> web.Response:
        """POST /api/v3/logout."""
        self._records.caller(request)
        self._records.tokens.pop(request.headers["Authorization"].partition(":")[2], None)
        return good(message="you are successfully logged out")

    def profile(self, _request: web.Request, account: str) -> web.Response:
        """GET /api/v3/profile."""
        person = self._stage.people[account]
        return good(data={"fy_id": person.fields["fy_id"], "name": "TWIN", "display_name": "", "image": None,
                          "email_id": "", "PAN": "", "pin_change_date": "", "pwd_change_date": "",
                          "mobile_number": "", "totp": True, "pwd_to_expire": 90, "ddpi_enabled": True,
                          "mtf_enabled": False})  # fmt: skip

    # --- money ------------------------------------------------------------------------------------

    def funds(self, _request: web.Request, account: str) -> web.Response:
        """GET /api/v3/funds."""
        held = self._stage.state.accounts[account]
        free, opening = max(self._stage.venue.margin.free(held), ZERO), held.spec.cash
        amounts = (free, max(opening - free, ZERO), opening, ZERO, ZERO, ZERO, ZERO, ZERO, opening, free)
        return good(fund_limit=[{"id": number, "title": title, "equityAmount": amount, "commodityAmount": ZERO}
                                for number, (title, amount) in enumerate(zip(_TITLES, amounts, strict=True), 1)])  # fmt: skip

    # --- what is held -----------------------------------------------------------------------------

    def positions(self, _request: web.Request, account: str) -> web.Response:
        """GET /api/v3/positions: what was traded today, closed ones too."""
        by_instrument = by_product(self._records.orders(account), self._records.product)
        rows = [self._position(orders, product, number)
                for number, ((_, product), orders) in enumerate(by_instrument.items())]  # fmt: skip
        return good(netPositions=rows, overall={
            "count_total": len(rows), "count_open": sum(1 for row in rows if row["netQty"]),
            "pl_realized": sum((row["realized_profit"] for row in rows), ZERO),
            "pl_unrealized": sum((row["unrealized_profit"] for row in rows), ZERO),
            "pl_total": sum((row["pl"] for row in rows), ZERO)})  # fmt: skip

    def _position(self, orders: Sequence[VenueOrder], product: str, number: int) -> dict[str, Any]:
        row = self._records.listed(orders[0])
        at = day_position(orders, self._stage.venue.quotes[orders[0].instrument].last)
        net = at.net
        return {
            "symbol": row.symbol, "id": f"{row.symbol}-{product}", "buyAvg": at.bought.average,
            "buyQty": at.bought.quantity, "buyVal": at.bought.value, "sellAvg": at.sold.average,
            "sellQty": at.sold.quantity, "sellVal": at.sold.value, "netAvg": at.cost, "netQty": net, "side": 1 if net > 0 else -1 if net < 0 else 0, "qty": abs(net),
            "productType": product, "realized_profit": at.realized, "unrealized_profit": at.unrealized,
            "pl": at.realized + at.unrealized, "rbiRefRate": 1, "fyToken": words.token_of(row),
            "exchange": words.EXCHANGES[row.exchange or "NSE"], "segment": words.SEGMENTS[row.type],
            "dayBuyQty": at.bought.quantity, "daySellQty": at.sold.quantity, "cfBuyQty": 0, "cfSellQty": 0,
            "qtyMulti_com": 1, "crossCurrency": "N", "ltp": at.last, "slNo": number,
        }  # fmt: skip

    async def flatten(self, request: web.Request) -> web.Response:
        """DELETE /api/v3/positions: cancel what works where that is asked for, else close what is held."""
        account = self._records.caller(request).account
        body = await body_of(request)

        def work(_refusal: Refusal | None, _first: Decimal | None) -> tuple[web.Response, Sequence[Outcome]]:
            if body.get("pending_orders_cancel"):
                return good(message="Pending orders cancelled"), cancel_all(self._stage, account)
            return good(message="The position is closed."), close_all(self._stage, account)

        return await self._stage.play(request, On.SUBMIT, account, work)

    def holdings(self, _request: web.Request, account: str) -> web.Response:
        """GET /api/v3/holdings."""
        rows = self._records.holdings.get(account, [])
        return good(holdings=rows, overall={"count_total": len(rows), "total_investment": ZERO,
                                            "total_current_value": ZERO, "total_pl": ZERO, "pnl_perc": ZERO})  # fmt: skip
