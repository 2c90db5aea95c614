"""The twin as a whole: who calls, what each fact means on the user socket, and how Tradovate says that it failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.simulation.facts import Amended, Closed, Placed, Traded
from bidwell.simulation.floor import NotCanceled, NotReplaced, Outcome
from bidwell.twins.mishaps import On
from bidwell.twins.scenario import Listed, Person, Scenario
from bidwell.twins.stage import Stage
from bidwell.twins.tradovate import words
from bidwell.twins.tradovate.prices import Prices
from bidwell.twins.tradovate.reads import ACTIONS, MASTERS, Reads
from bidwell.twins.tradovate.records import Records, Session
from bidwell.twins.tradovate.sockets import Sockets
from bidwell.twins.tradovate.trading import Trading
from bidwell.twins.tradovate.words import Row


def login(account: str, name: str = "twin", **more: str) -> dict[str, str]:
    """The credential of an account; accounts of one name share a login."""
    return {"name": name, "password": f"{name}-secret", "cid": "8", "sec": f"{name}-key", "account": account, **more}


def _future(symbol: str, root: str, name: str, exchange: str, expiry: date, bid: str, ask: str, tick: str,
            points: str) -> Listed:  # fmt: skip
    return Listed(symbol, Decimal(bid), Decimal(ask), name, "future", exchange, tick=Decimal(tick),
                  multiplier=Decimal(points), quantity=Decimal(40), underlying=root, expiry=expiry)  # fmt: skip


SCENARIO = Scenario(
    accounts=(
        Person("DEMO0001", Decimal(100_000), login("DEMO0001"), leverage=Decimal(25)),
        Person("DEMO0002", Decimal(50_000), login("DEMO0002"), leverage=Decimal(25)),
        Person("APEX0001", Decimal(50_000), login("APEX0001", "funded", market_data="none"), leverage=Decimal(25)),
    ),
    instruments=(
        _future("ESZ7", "ES", "E-Mini S&P 500", "CME", date(2027, 12, 17), "6905.25", "6905.50", "0.25", "50"),
        _future("ESH8", "ES", "E-Mini S&P 500", "CME", date(2028, 3, 17), "6962.00", "6962.25", "0.25", "50"),
        _future("MESZ7", "MES", "Micro E-Mini S&P 500", "CME", date(2027, 12, 17), "6905.25", "6905.50", "0.25", "5"),
        _future("NQZ7", "NQ", "E-Mini Nasdaq-100", "CME", date(2027, 12, 17), "25610.00", "25610.75", "0.25", "20"),
        _future("MNQZ7", "MNQ", "Micro E-Mini Nasdaq-100", "CME", date(2027, 12, 17), "25610.00", "25610.75", "0.25", "2"),
        _future("GCZ7", "GC", "Gold", "COMEX", date(2027, 12, 29), "4068.20", "4068.40", "0.10", "100"),
        _future("ZNZ7", "ZN", "10-Year T-Note", "CBOT", date(2027, 12, 21), "112.984375", "113.0", "0.015625", "1000"),
    ),
    walk=True,
)  # fmt: skip

_REPORTS = {OrderStatus.CANCELED: "Canceled", OrderStatus.EXPIRED: "Expired", OrderStatus.REJECTED: "Rejected"}
_CLOSERS = {OrderStatus.CANCELED: "AtExecution", OrderStatus.EXPIRED: "", OrderStatus.REJECTED: "ExecutionRejected"}


class TradovateTwin:
    """`twins.Dialect` for Tradovate.

    A session lives for `lifetime` seconds unless it is renewed, a password for `password_days`. Its clock is `behind` where
    it tells of a session's end.
    """

    name = "tradovate"

    def __init__(self, stage: Stage, lifetime: float = 5400.0, password_days: int = 90) -> None:
        self.stage = stage
        self.lifetime = lifetime
        self.password_days = password_days
        self.behind = timedelta()
        self.records = Records(stage)
        self.attempts = self.logins = self.renewals = 0
        self._reads = Reads(self.records)
        self._trading = Trading(self.records)
        self._prices = Prices(self.records)
        self._sockets = Sockets(self.records, self._reads, self._prices, self.call)
        self._events: dict[type[Any], Callable[[Any], tuple[str, list[str]]]] = {
            Placed: self._placed, Traded: self._traded, Closed: self._closed, Amended: self._amended,
            NotCanceled: self._turned_down, NotReplaced: self._turned_down,
        }  # fmt: skip

    @property
    def deaf(self) -> bool:
        """Whether the sockets let nobody in, whatever their token is."""
        return self._sockets.deaf

    @deaf.setter
    def deaf(self, deaf: bool) -> None:
        self._sockets.deaf = deaf

    # --- requests -----------------------------------------------------------------------------------

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The vendor's own URLs."""
        return [
            web.get("/v1/websocket", self._sockets.serve),
            web.get("/md/v1/websocket", self._sockets.serve),
            web.post("/v1/auth/accesstokenrequest", self.open_session),
            web.get("/v1/auth/renewaccesstoken", self.renew_session),
            web.get("/v1/{entity}/{action}", self.rest),
            web.post("/v1/{entity}/{action}", self.rest),
        ]

    async def open_session(self, request: web.Request) -> web.Response:
        """POST /v1/auth/accesstokenrequest: a failure comes with 200."""
        body = await _body(request)
        given = {field: str(body.get(field, "")) for field in ("name", "password", "cid", "sec")}
        person = self.stage.who(**given)
        self.attempts += 1

        def work(_refusal: object, _first: object) -> tuple[web.Response, Sequence[Outcome]]:
            if person is None or not 1 <= len(str(body.get("deviceId", ""))) <= 64:
                return words.reply({"errorText": "Incorrect username or password. Please try again."}), ()
            self.logins += 1
            return words.reply(self._session(self.records.open_session(given["name"], self.lifetime))), ()

        penalty = self.records.penalized(body)
        return penalty or await self.stage.play(request, On.READ, person.account if person else "", work)

    async def renew_session(self, request: web.Request) -> web.Response:
        """GET /v1/auth/renewaccesstoken: the same session under another token."""
        people = self.records.caller(request)
        token = request.headers["Authorization"].removeprefix("Bearer ")

        def work(_refusal: object, _first: object) -> tuple[web.Response, Sequence[Outcome]]:
            self.renewals += 1
            return words.reply(self._session(self.records.renew_session(token, self.lifetime))), ()

        return await self.stage.play(request, On.READ, people[0].account, work)

    def _session(self, session: Session) -> Row:
        now = self.stage.market.now() - self.behind
        return {
            "accessToken": session.token, "mdAccessToken": session.market_token,
            "expirationTime": words.stamp(now + timedelta(seconds=self.lifetime)),
            "passwordExpirationTime": words.stamp(now + timedelta(days=self.password_days)), "userStatus": "Active", "userId": 1,
            "name": session.user, "hasLive": False,
        }  # fmt: skip

    async def rest(self, request: web.Request) -> web.Response:
        """Everything else, whose names may be written in any case."""
        people = self.records.caller(request)
        body = await _body(request) if request.method == "POST" else {}
        return await self.call(request, request.match_info["entity"].lower(), request.match_info["action"].lower(), people,
                               dict(request.query), body)  # fmt: skip

    async def call(
        self, request: web.Request, entity: str, action: str, people: Sequence[Person], query: dict[str, str], body: Row
    ) -> web.Response:
        """A call by REST or over a socket."""
        penalty = self.records.penalized(body)
        if penalty is not None:
            return penalty
        acts: dict[str, Callable[[web.Request, Sequence[Person], Row], Awaitable[web.Response]]] = {
            "placeorder": self._trading.place, "modifyorder": self._trading.modify, "cancelorder": self._trading.cancel,
        }  # fmt: skip
        if entity == "order" and action in acts:
            return await acts[action](request, people, body)
        if action == "getcashbalancesnapshot":
            mine = {self.records.accounts[each.account]: each.account for each in people}
            account = mine.get(body.get("accountId", 0))
            return words.reply({"errorText": "no such account"} if account is None else self._reads.money(account))
        known = next((each for each in MASTERS if each.lower() == entity), None)
        if known is None or action not in ACTIONS:
            return words.nothing()
        return await self._reads.answer(request, known, action, people, query)

    # --- the user socket ------------------------------------------------------------------------------

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Number what was placed by hand."""
        self.records.on_outcomes(outcomes)

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The frames of what happened."""
        say = self._events.get(type(outcome))
        return say(outcome) if say is not None else None

    def _placed(self, fact: Placed) -> tuple[str, list[str]]:
        held, records = fact.order, self.records
        number = words.order_id(held.broker_order_id)
        first = [words.props("command", "Created", dict(records.commands[number])),
                 words.props("orderVersion", "Created", records.versions[held.broker_order_id][0]),
                 words.props("order", "Created", records.order(held, "PendingNew"))]  # fmt: skip
        second = [words.props("commandReport", "Created", records.report(number, "AtExecution")),
                  words.props("executionReport", "Created", records.execution(held, number, "New", "Working", cumQty=0)),
                  words.props("order", "Updated", records.order(held, "Working"))]  # fmt: skip
        return held.account, [words.frame(first), words.frame(second)]

    def _traded(self, fact: Traded) -> tuple[str, list[str]]:
        held, done, records = self.stage.state.orders[fact.broker_order_id], fact.execution, self.records
        upto = held.fills[: next(i for i, each in enumerate(held.fills) if each.execution_id == done.execution_id) + 1]
        filled = sum((each.quantity for each in upto), ZERO)
        paid = sum((each.quantity * each.price for each in upto), ZERO)
        status = "Filled" if filled >= held.quantity else "Working"
        said = records.execution(held, words.order_id(fact.broker_order_id), "Trade", status, cumQty=int(filled),
                                 avgPx=paid / filled, lastQty=int(done.quantity), lastPx=done.price)  # fmt: skip
        contract = records.contracts[records.listed(held).symbol]
        return fact.account, [words.frame([
            words.props("executionReport", "Created", said),
            words.props("position", "Updated", self._reads.position(fact.account, held.instrument)),
            words.props("cashBalance", "Updated", self._reads.balance(fact.account)),
            words.props("fillFee", "Created", words.fee(done)),
            words.props("fill", "Created", words.fill(held, done, contract)),
            words.props("order", "Updated", records.order(held, status)),
        ])]  # fmt: skip

    def _closed(self, fact: Closed) -> tuple[str, list[str]]:
        held, records = self.stage.state.orders[fact.broker_order_id], self.records
        number = records.changing.pop(fact.broker_order_id, words.order_id(fact.broker_order_id))
        said: list[Row] = []
        if records.commands[number]["commandType"] == "Cancel":
            said.append(words.props("command", "Created", dict(records.commands[number])))
        if _CLOSERS[fact.status]:
            rejected = fact.status is OrderStatus.REJECTED
            report = records.report(number, _CLOSERS[fact.status], fact.reason if rejected else "")
            said.append(words.props("commandReport", "Created", report))
        kind = _REPORTS[fact.status]
        execution = records.execution(held, number, kind, kind, cumQty=int(held.filled), text=fact.reason)
        return fact.account, [words.frame([*said, words.props("executionReport", "Created", execution),
                                           words.props("order", "Updated", records.order(held))])]  # fmt: skip

    def _amended(self, fact: Amended) -> tuple[str, list[str]]:
        held, records = self.stage.state.orders[fact.broker_order_id], self.records
        number = records.changing.pop(fact.broker_order_id, 0)
        if not number:
            number = records.number()
            records.command(fact.broker_order_id, "Modify", number)
        version = words.version(held, number)
        records.versions[fact.broker_order_id].append(version)
        first = [words.props("command", "Created", dict(records.commands[number])),
                 words.props("order", "Updated", records.order(held, "PendingReplace"))]  # fmt: skip
        second = [words.props("orderVersion", "Created", version),
                  words.props("commandReport", "Created", records.report(number, "AtExecution")),
                  words.props("executionReport", "Created", records.execution(held, number, "Replaced", "Working")),
                  words.props("order", "Updated", records.order(held, "Working"))]  # fmt: skip
        return fact.account, [words.frame(first), words.frame(second)]

    def _turned_down(self, outcome: NotCanceled | NotReplaced) -> tuple[str, list[str]]:
        number = self.records.changing.pop(outcome.client_order_id, 0)
        if not number:
            return outcome.account, []
        said = [words.props("command", "Created", dict(self.records.commands[number])),
                words.props("commandReport", "Created", self.records.report(number, "ExecutionRejected",
                                                                            outcome.refusal.reason))]  # fmt: skip
        return outcome.account, [words.frame(said)]

    def prices(self, instruments: Sequence[str]) -> None:
        """Quotes moved."""
        self._prices.moved(instruments)

    # --- failing ------------------------------------------------------------------------------------

    def throttled(self, seconds: float) -> web.Response:
        """A penalty ticket, which comes with 200; one of an hour wants to see a person."""
        return words.reply(self.records.penalty(seconds))

    def failed(self, status: int) -> web.Response:
        """5xx, or 429 with nothing in it."""
        return web.Response(status=status)

    def unauthorized(self) -> web.Response:
        """401."""
        return web.Response(status=401, text="Access is denied")


async def _body(request: web.Request) -> Row:
    try:
        found = msgspec.json.decode(await request.read())
    except msgspec.MsgspecError:
        found = None
    if not isinstance(found, dict):
        raise web.HTTPBadRequest
    return found
