"""The login, the accounts of a user with money and positions, and the user's preferences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.twins.mishaps import On
from bidwell.twins.scenario import Person
from bidwell.twins.schwab import words
from bidwell.twins.schwab.answers import denied, reply
from bidwell.twins.schwab.records import Records, number_of, numbers
from bidwell.twins.schwab.trading import TradingRoutes

CORRELATION = "3be0b7e7-5b8b-4fd3-9bed-7f49106cfe1a"


class AccountRoutes:
    """/v1/oauth, /trader/v1/accounts and /trader/v1/userPreference."""

    def __init__(self, records: Records, trading: TradingRoutes) -> None:
        self._records = records
        self._stage = records.stage
        self._trading = trading

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.get("/v1/oauth/authorize", self.authorize),
            web.post("/v1/oauth/token", self.token),
            web.get("/trader/v1/accounts/accountNumbers", self.numbers),
            web.get("/trader/v1/accounts", self.accounts),
            web.get("/trader/v1/accounts/{account}", self._trading.read(self.account)),
            web.get("/trader/v1/userPreference", self.preference),
        ]

    # --- the login --------------------------------------------------------------------------------

    async def authorize(self, request: web.Request) -> web.Response:
        """GET /v1/oauth/authorize: the twin lets the app's user in and sends the browser on."""
        app, back = request.query.get("client_id", ""), request.query.get("redirect_uri", "")
        if self._stage.who(app_key=app, callback_url=back) is None:
            return denied("invalid_client", "Unauthorized", 401)
        code = self._records.make("C0", app)
        self._records.codes[code] = app
        raise web.HTTPFound(f"{back}?{urlencode({'code': code, 'session': 'twin'})}")

    async def token(self, request: web.Request) -> web.Response:
        """POST /v1/oauth/token: a code is good once; the scenario's own are good as often as one likes."""
        app, form = self._records.proved(request.headers.get("Authorization", "")), await request.post()
        if not app:
            return denied("invalid_client", "Unauthorized", 401)
        if form.get("grant_type") == "refresh_token":
            refresh = str(form.get("refresh_token"))
            known = self._records.refreshing.get(refresh)
            if known is None or known[0] != app or self._stage.market.now() >= known[1]:
                return denied("unsupported_token_type", '400 Bad Request: "{"error_description":"Exception while '
                              'authenticating refresh token","error":"refresh_token_authentication_error"}"')  # fmt: skip
            return reply(self._records.renew(app, refresh))
        code = str(form.get("code"))
        fixed = self._stage.who(app_key=app, auth_code=code)
        opened = self._records.codes.pop(code, fixed.fields["app_key"] if fixed is not None else "")
        if form.get("grant_type") != "authorization_code" or opened != app or not self._called_back(app, form):
            return denied("invalid_grant", "Bad authorization code")
        return reply(self._records.login(app))

    def _called_back(self, app: str, form: Any) -> bool:  # noqa: ANN401 - a form of aiohttp's
        return self._stage.who(app_key=app, callback_url=str(form.get("redirect_uri"))) is not None

    # --- accounts ---------------------------------------------------------------------------------

    async def numbers(self, request: web.Request) -> web.Response:
        """GET /trader/v1/accounts/accountNumbers."""
        people = self._records.callers(request)
        return await self._stage.play(request, On.READ, people[0].account, lambda *_: (reply(numbers(people)), ()))

    async def accounts(self, request: web.Request) -> web.Response:
        """GET /trader/v1/accounts."""
        return reply([self._account(request, each) for each in self._records.callers(request)])

    def account(self, request: web.Request, account: str) -> web.Response:
        """GET /trader/v1/accounts/{hash}."""
        return reply(self._account(request, self._stage.people[account]))

    def _account(self, request: web.Request, person: Person) -> dict[str, Any]:
        held = self._stage.state.accounts[person.account]
        cash, quotes, rows = held.cash.get(person.currency, ZERO), self._stage.venue.quotes, self._stage.market.rows
        symbols = self._stage.market.symbols
        positions = [words.position(rows[symbols[name]], each, quotes[name])
                     for name, each in held.holdings.items() if each.quantity]  # fmt: skip
        equity = cash + sum((row["marketValue"] for row in positions), ZERO)
        free = max(self._stage.venue.margin.free(held), ZERO)
        shown = {"positions": positions} if "positions" in request.query.get("fields", "") and positions else {}
        return {"securitiesAccount": {
            "type": "MARGIN", "accountNumber": number_of(person), "roundTrips": 0, "isDayTrader": False,
            "isClosingOnlyRestricted": False, "pfcbFlag": False, **shown,
            "initialBalances": words.balances(held.spec.cash, equity, free),
            "currentBalances": words.balances(cash, equity, free),
            "projectedBalances": {"availableFunds": free, "buyingPower": free, "isInCall": False},
        }, "aggregatedBalance": {"currentLiquidationValue": equity, "liquidationValue": equity}}  # fmt: skip

    async def preference(self, request: web.Request) -> web.Response:
        """GET /trader/v1/userPreference."""
        people = self._records.callers(request)
        where = str(request.url.origin()).replace("http", "ws", 1) + "/ws"
        return reply({
            "accounts": [{"accountNumber": number_of(each), "primaryAccount": place == 0, "type": "BROKERAGE",
                          "nickName": "", "accountColor": "Green", "displayAcctId": f"...{number_of(each)[-3:]}",
                          "autoPositionEffect": False} for place, each in enumerate(people)],
            "streamerInfo": [{
                "streamerSocketUrl": where, "schwabClientCustomerId": people[0].fields["app_key"],
                "schwabClientCorrelId": CORRELATION, "schwabClientChannel": "N9", "schwabClientFunctionId": "APIAPP"}],
            "offers": [{"level2Permissions": True, "mktDataPermission": "NP"}],
        })  # fmt: skip
