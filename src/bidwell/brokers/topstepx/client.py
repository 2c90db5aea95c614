"""TopstepX's REST calls, one method each: requests out, decoded payloads back; raises what `Caller` raises.

Every call is a POST, and an answer with status 200 may say that it failed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from bidwell.brokers.topstepx import wire
from bidwell.brokers.topstepx.config import BARS_RATE, TopstepxConfig
from bidwell.brokers.topstepx.errors import STATUSES, VENDOR, name_of
from bidwell.brokers.topstepx.login import Login
from bidwell.brokers.topstepx.parse import WORKING
from bidwell.brokers.transport import Answer, Caller, Health, Http, Kind, Request, Verdict, decoder, read
from bidwell.brokers.transport.caller import Denied
from bidwell.model.errors import InDoubt, ProtocolError, Unavailable

T = TypeVar("T")

PAGE = 100
"""Unconfirmed: a page of the order query has at most so many rows."""

LIVE_DATA = False
"""Contracts and bars are those of the sim's data subscription, on which the programme's accounts trade."""

MOST_BARS = 20_000
_MOST_PAGES = 40

# Figures go out as JSON numbers, digit for digit.
_BODY = msgspec.json.Encoder(decimal_format="number")
_REPLY = decoder(wire.Reply)
_LOGGED_IN = decoder(wire.LoggedIn)
_VALIDATED = decoder(wire.Validated)
_ACCOUNTS = decoder(wire.Accounts)
_CONTRACTS = decoder(wire.Contracts)
_PLACED = decoder(wire.Placed)
_ORDERS = decoder(wire.Orders)
_ONE_ORDER = decoder(wire.OneOrder)
_TRADES = decoder(wire.HalfTurns)
_POSITIONS = decoder(wire.Positions)
_BARS = decoder(wire.Bars)


class Refusal(Denied):
    """TopstepX said no; `order_id` is that of an order which was refused, where it has one."""

    def __init__(self, verdict: Verdict, order_id: int | None) -> None:
        super().__init__(verdict)
        self.order_id = order_id


def judge(answer: Answer) -> Verdict | None:
    """What an answer's status means; None for 200, whose body says it."""
    if answer.status == 200:
        return None
    try:
        said = _REPLY.decode(answer.body).errorMessage
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        said = None
    return VENDOR.judge(answer.status, "", said or "")


def weigh(call: str, body: bytes) -> Verdict | None:
    """What the body of an answer says: None where the call succeeded; raises ProtocolError for one that says neither."""
    reply = read(_REPLY, body, f"the answer to {call}")
    if reply.success and not reply.errorCode:
        return None
    return VENDOR.judge(200, name_of(call, reply.errorCode), reply.errorMessage or "")


class TopstepxClient:
    """The calls of one account, between `open` and `close`."""

    def __init__(self, config: TopstepxConfig, login: Login, health: Health, monotonic: Callable[[], float]) -> None:
        self._config = config
        self._login = login
        self._health = health
        self._token = ""
        self._queries = True
        self.http = Http(config.http, {"Accept": "application/json"})
        self._caller = Caller(self.http, self._judge, config.rate, health, monotonic, bucket=login.bucket)
        self._bars_caller = Caller(self.http, self._judge, BARS_RATE, health, monotonic, bucket=login.bars_bucket)

    def open(self) -> None:
        """Be ready to call."""
        self.http.open()

    async def close(self) -> None:
        """Close every connection."""
        await self.http.close()

    # --- the login --------------------------------------------------------------------------------

    async def token(self) -> str:
        """The token in force; raises Refused where the key opens nothing."""
        token = await self._login.token(self)
        if token != self._token:
            self._token = token
            self.http.carry({"Authorization": f"Bearer {token}"})
        return token

    @property
    def last_token(self) -> str:
        """The token that was used last, empty before the first."""
        return self._token

    async def renew(self, after: float) -> None:
        """Exchange a token that is older than `after` seconds."""
        await self._login.renew(self, after)
        await self.token()

    def drop_token(self) -> None:
        """The token that was used last opens nothing any more."""
        self._login.drop(self._token)

    async def log_in(self) -> str:
        """A new token for the key."""
        body = {"userName": self._config.user_name, "apiKey": self._config.api_key}
        found = await self._ask(_LOGGED_IN, "Auth/loginKey", body, known=False)
        if not found.token:
            raise ProtocolError("TopstepX let the key in and gave no token")
        return found.token

    async def validate(self, token: str) -> str | None:
        """The token that takes over from one, None where TopstepX does not know it."""
        self.http.carry({"Authorization": f"Bearer {token}"})
        try:
            found = await self._ask(_VALIDATED, "Auth/validate", {}, known=False)
        except Denied as no:
            if no.verdict.kind is Kind.LOGIN:
                return None
            raise
        # The old one goes on where none is given.
        return found.newToken or token

    # --- the account ------------------------------------------------------------------------------

    async def accounts(self) -> list[wire.Account]:
        """The accounts of the login that are in use."""
        found = await self._ask(_ACCOUNTS, "Account/search", {"onlyActiveAccounts": True})
        return _listed(found.accounts, "accounts")

    async def positions(self, account: int) -> list[wire.Position]:
        """Everything that is held."""
        found = await self._ask(_POSITIONS, "Position/searchOpen", {"accountId": account})
        return _listed(found.positions, "positions")

    async def trades(self, account: int, start: datetime) -> list[wire.HalfTurn]:
        """Every fill since a moment."""
        found = await self._ask(_TRADES, "Trade/search", {"accountId": account, "startTimestamp": stamp(start)})
        return _listed(found.trades, "trades")

    # --- orders -----------------------------------------------------------------------------------

    async def place(self, body: Mapping[str, object]) -> int:
        """Place an order; sent once. Gives TopstepX's id of it."""
        found = await self._ask(_PLACED, "Order/place", body, writes=True)
        if found.orderId is None:
            raise ProtocolError("TopstepX took the order and gave it no id")
        return found.orderId

    async def modify(self, body: Mapping[str, object]) -> None:
        """Ask for other terms under the same id; sent once."""
        await self._ask(_REPLY, "Order/modify", body, writes=True)

    async def cancel(self, account: int, order: int) -> None:
        """Ask to take an order off the book; sent once, whatever the circuit says."""
        await self._ask(_REPLY, "Order/cancel", {"accountId": account, "orderId": order}, writes=True, urgent=True)

    async def working(self, account: int) -> list[wire.Order]:
        """Every order on the book, newest first; suspended ones too, unless TopstepX has only the older call."""
        if self._queries:
            try:
                return await self._queried(account)
            except Denied as no:
                if no.verdict.code != STATUSES[404].code:
                    raise
                self._queries = False
        found = await self._ask(_ORDERS, "Order/searchOpen", {"accountId": account})
        return _listed(found.orders, "orders")

    async def _queried(self, account: int) -> list[wire.Order]:
        found: dict[int, wire.Order] = {}
        rows = 0
        for _ in range(_MOST_PAGES):
            body = {"filter": {"accountId": account, "statuses": WORKING}, "pageSize": PAGE, "pageOffset": rows,
                    "sortBy": 1, "sortDirection": 1, "includeTotalCount": True}  # fmt: skip
            page = _listed((await self._ask(_ORDERS, "Order/v2/query", body)).orders, "orders")
            rows += len(page)
            fresh = [each for each in page if each.id not in found]
            found |= {each.id: each for each in page}
            if len(page) < PAGE or not fresh:
                return list(found.values())
        raise ProtocolError("the list of working orders does not end")

    async def history(self, account: int, start: datetime) -> list[wire.Order]:
        """Every order since a moment, whatever became of it."""
        found = await self._ask(_ORDERS, "Order/search", {"accountId": account, "startTimestamp": stamp(start)})
        return _listed(found.orders, "orders")

    async def order(self, account: int, order: int) -> wire.Order | None:
        """The order under TopstepX's id; None where it answers that there is none."""
        try:
            found = await self._ask(_ONE_ORDER, "Order/searchById", {"accountId": account, "orderId": order})
        except Denied as no:
            if no.verdict.code == "OrderNotFound":
                return None
            raise
        if found.order is None:
            raise ProtocolError(f"TopstepX found order {order} and does not show it")
        return found.order

    # --- contracts and bars -----------------------------------------------------------------------

    async def contracts(self) -> list[wire.Contract]:
        """The contracts that are traded now: some fifty, one month of each product."""
        found = await self._ask(_CONTRACTS, "Contract/available", {"live": LIVE_DATA})
        return _listed(found.contracts, "contracts")

    async def contract(self, contract: str) -> wire.Contract | None:
        """One contract; None where TopstepX has no such one."""
        try:
            found = await self._ask(_CONTRACTS, "Contract/searchById", {"contractId": contract})
        except Denied as no:
            if no.verdict.code == "ContractNotFound":
                return None
            raise
        # Older documents show a list of one.
        return found.contract or next((each for each in found.contracts or () if each.id == contract), None)

    async def bars(
        self, contract: str, unit: tuple[int, int], start: datetime, end: datetime, count: int
    ) -> list[wire.Bar]:
        """At most `count` bars between two times, newest first."""
        body = {"contractId": contract, "live": LIVE_DATA, "startTime": stamp(start), "endTime": stamp(end),
                "unit": unit[0], "unitNumber": unit[1], "limit": min(count, MOST_BARS), "includePartialBar": True}  # fmt: skip
        found = await self._ask(_BARS, "History/retrieveBars", body, caller=self._bars_caller)
        return _listed(found.bars, "bars")

    # --- inside -----------------------------------------------------------------------------------

    async def _ask(
        self, shape: msgspec.json.Decoder[T], call: str, body: Mapping[str, object], *, writes: bool = False,
        urgent: bool = False, known: bool = True, caller: Caller | None = None,
    ) -> T:  # fmt: skip
        """Ask, with a token unless it is the login's own call; a read whose token was refused goes again with a new one."""
        request = Request("POST", f"{self._config.rest}/{call}", body=_BODY.encode(body), writes=writes, urgent=urgent)  # fmt: skip
        if not known:
            return await self._once(shape, call, request, caller)
        await self.token()
        try:
            return await self._once(shape, call, request, caller)
        except Denied as no:
            if writes or no.verdict.kind is not Kind.LOGIN:
                raise
        await self.token()
        return await self._once(shape, call, request, caller)

    async def _once(self, shape: msgspec.json.Decoder[T], call: str, request: Request, caller: Caller | None) -> T:
        answer = await (caller or self._caller).ask(request)
        verdict = weigh(call, answer.body)
        if verdict is None:
            return read(shape, answer.body, f"the answer to {call}")
        quiet = verdict.kind.rejects or verdict.kind in {Kind.NOT_FOUND, Kind.DUPLICATE}
        if not quiet:
            self._health.trouble(call, verdict.message, verdict.code)
        if verdict.kind is Kind.DOWN:
            raise (InDoubt if request.writes else Unavailable)(verdict.message)
        if verdict.kind is Kind.UNKNOWN:
            raise ProtocolError(verdict.message)
        raise Refusal(verdict, read(_PLACED, answer.body, call).orderId)

    def _judge(self, answer: Answer) -> Verdict | None:
        if answer.status == 401:
            self.drop_token()
        return judge(answer)


def stamp(at: datetime) -> str:
    """A moment as TopstepX reads it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _listed(rows: list[T] | None, what: str) -> list[T]:
    """A list of an answer; raises ProtocolError for one that is absent, which is no proof that there is nothing."""
    if rows is None:
        raise ProtocolError(f"TopstepX's answer has no list of {what}")
    return rows
