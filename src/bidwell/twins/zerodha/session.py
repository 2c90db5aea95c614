"""The login, the profile and the funds."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.twins.stage import Handler, Look
from bidwell.twins.zerodha import words
from bidwell.twins.zerodha.answers import refuse, reply
from bidwell.twins.zerodha.records import Records

_EXCHANGES = ["NSE", "NFO", "BSE", "BFO"]
_PRODUCTS = ["CNC", "NRML", "MIS"]
_ORDER_TYPES = ["MARKET", "LIMIT", "SL", "SL-M"]
_UTILISED = ("debits", "exposure", "m2m_realised", "m2m_unrealised", "option_premium", "payout", "span", "holding_sales",
             "turnover", "liquid_collateral", "stock_collateral", "delivery")  # fmt: skip
_PAGE = """<!doctype html><title>Login at the twin</title><h1>Logged in as {account}</h1>
<p>Kite would send your browser to the app's redirect address now:</p><p><code id="redirect">{address}</code></p>"""


class SessionRoutes:
    """/connect/login, /session, /user."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stage = records.stage

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.get("/connect/login", self.login),
            web.post("/session/token", self.redeem),
            web.delete("/session/token", self.logout),
            web.get("/user/profile", self._read(self.profile)),
            web.get("/user/margins", self._read(self.margins)),
            web.get("/user/margins/{segment}", self._read(self.margins)),
        ]

    def _read(self, work: Look) -> Handler:
        return self._stage.reading(self._records.caller, work)

    async def login(self, request: web.Request) -> web.Response:
        """GET /connect/login: everybody who has the key is let in; the page shows where Kite would send the browser."""
        person = self._stage.who(api_key=request.query.get("api_key", ""))
        if person is None:
            return refuse(400, "Invalid `api_key`.", "InputException")
        asked = urlencode(
            {"action": "login", "status": "success", "request_token": self._records.request(person.account)}
        )
        target = person.fields.get("redirect_url", "")
        if target:
            raise web.HTTPFound(f"{target}{'&' if '?' in target else '?'}{asked}")
        page = _PAGE.format(account=html.escape(person.account), address=html.escape(f"https://127.0.0.1/?{asked}"))
        return web.Response(text=page, content_type="text/html")

    async def redeem(self, request: web.Request) -> web.Response:
        """POST /session/token."""
        form = await request.post()
        key, asked = str(form.get("api_key", "")), str(form.get("request_token", ""))
        person = self._stage.who(api_key=key)
        if person is None:
            return refuse(403, "Invalid `api_key`.", "TokenException")
        checksum = hashlib.sha256(f"{key}{asked}{person.fields['api_secret']}".encode()).hexdigest()
        if str(form.get("checksum", "")) != checksum:
            return refuse(403, "Invalid `checksum`.", "TokenException")
        token = self._records.redeem(person, asked)
        if token is None:
            return refuse(403, "Token is invalid or has expired.", "TokenException")
        return reply(self._profile(person.account) | {
            "api_key": key, "access_token": token, "public_token": token[:16], "enctoken": token[16:], "refresh_token": "",
            "silo": "", "login_time": words.stamp(self._stage.market.now()),
        })  # fmt: skip

    async def logout(self, request: web.Request) -> web.Response:
        """DELETE /session/token."""
        token = request.query.get("access_token", "")
        if self._records.person(request.query.get("api_key", ""), token) is None:
            return refuse(403, "Incorrect `api_key` or `access_token`.", "TokenException")
        self._records.end(token)
        return reply(data=True)

    @staticmethod
    def _profile(account: str) -> dict[str, Any]:
        return {
            "user_id": account, "user_type": "individual", "email": f"{account.lower()}@example.com",
            "user_name": f"Twin {account}", "user_shortname": "Twin", "broker": "ZERODHA", "exchanges": _EXCHANGES,
            "products": _PRODUCTS, "order_types": _ORDER_TYPES, "avatar_url": None, "meta": {"demat_consent": "physical"},
        }  # fmt: skip

    def profile(self, _request: web.Request, account: str) -> web.Response:
        """GET /user/profile."""
        return reply(self._profile(account))

    def margins(self, request: web.Request, account: str) -> web.Response:
        """GET /user/margins: one purse for shares and their contracts, an empty one for commodities."""
        held = self._stage.state.accounts[account]
        cash, opening = held.cash.get(held.spec.currency, ZERO), held.spec.cash
        found = {"equity": _purse(words.number(opening), words.number(cash)), "commodity": _purse(0, 0)}
        segment = request.match_info.get("segment")
        if segment is not None and segment not in found:
            return refuse(400, "Invalid segment.", "InputException")
        return reply(found if segment is None else found[segment])


def _purse(opening: float, live: float) -> dict[str, Any]:
    available = {"adhoc_margin": 0, "cash": opening, "opening_balance": opening, "live_balance": live, "collateral": 0,
                 "intraday_payin": 0}  # fmt: skip
    return {"enabled": True, "net": live, "available": available,
            "utilised": dict.fromkeys(_UTILISED, 0) | {"debits": opening - live}}  # fmt: skip
