"""Tradovate's REST calls, one method each: requests out, decoded payloads back; raises what `Caller` raises.

A failure may come with status 200, and so may a penalty ticket: the request was not carried out then, and is repeated
after the pause with the same body and the ticket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from typing import TypeVar

import msgspec

from bidwell.brokers.tradovate import wire
from bidwell.brokers.tradovate.client.login import Login
from bidwell.brokers.tradovate.config import TradovateConfig
from bidwell.brokers.tradovate.errors import CAPTCHA, ERROR_TEXT, SUCCESS, TICKET, VENDOR
from bidwell.brokers.transport import Answer, Caller, Health, Http, Kind, Request, Throttled, Verdict, read
from bidwell.brokers.transport.caller import Denied
from bidwell.engine.ports import Clock

T = TypeVar("T")
AT_ONCE = 100
"""How many ids one request names."""

_LONGEST_PENALTY = 5.0
_USED: ContextVar[str] = ContextVar("token")
_NUMBERS = msgspec.json.Encoder(decimal_format="number")
_PROBLEM = wire.decoder(wire.Problem)
_PLACED = wire.decoder(wire.Placed)
_COMMANDED = wire.decoder(wire.Commanded)
_ACCOUNTS = wire.decoder(list[wire.Account])
_CASH = wire.decoder(wire.CashSnapshot)
_BALANCES = wire.decoder(list[wire.CashBalance])
_POSITIONS = wire.decoder(list[wire.Position])
_ORDER = wire.decoder(wire.Order)
_ORDERS = wire.decoder(list[wire.Order])
_VERSIONS = wire.decoder(list[wire.OrderVersion])
_COMMANDS = wire.decoder(list[wire.Command])
_FILLS = wire.decoder(list[wire.Fill])
_FEES = wire.decoder(list[wire.FillFee])
_CONTRACT = wire.decoder(wire.Contract)
_CONTRACTS = wire.decoder(list[wire.Contract])
_MATURITY = wire.decoder(wire.Maturity)
_MATURITIES = wire.decoder(list[wire.Maturity])
_PRODUCT = wire.decoder(wire.Product)
_PRODUCTS = wire.decoder(list[wire.Product])
_NAMED = wire.decoder(wire.Named)


def judge(answer: Answer) -> Verdict | None:
    """What an answer means; None for a good one, and for a penalty ticket, which is no failure."""
    if answer.status != 200:
        return VENDOR.judge(answer.status, "", answer.body[:200].decode("utf-8", "replace"))
    found = problem_of(answer.body)
    if found is None or found.ticket:
        return None
    if found.failure_reason and found.failure_reason != SUCCESS:
        return VENDOR.judge(200, found.failure_reason, found.failure_text or "")
    if found.error_text:
        return VENDOR.judge(200, ERROR_TEXT, found.error_text)
    return None


def problem_of(body: bytes) -> wire.Problem | None:
    """What a reply with status 200 tells of a failure; None where it tells of none."""
    if body.lstrip()[:1] != b"{":
        return None
    try:
        return _PROBLEM.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


class TradovateClient:
    """The calls of one login, shared by its accounts; `open` and `close` are called in pairs by each."""

    def __init__(self, config: TradovateConfig, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._config = config
        self.health = Health(clock)
        self.http = Http(config.http, {})
        self.login = Login(config, self.http, self.health, clock, monotonic)
        self._caller = Caller(self.http, self._judge, config.rate, self.health, monotonic)
        self._monotonic = monotonic
        self._tickets: dict[tuple[str, bytes], str] = {}
        self._waits: dict[str, float] = {}

    def open(self) -> None:
        """Be ready to call."""
        self.http.open()
        self.login.use()

    async def close(self) -> None:
        """One user less; the connections close with the last."""
        if await self.login.leave():
            await self.http.close()

    # --- orders -----------------------------------------------------------------------------------

    async def place(self, body: Mapping[str, object]) -> wire.Placed:
        """Place an order; sent once."""
        return await self._write(_PLACED, "/order/placeorder", body, "the order's answer")

    async def modify(self, body: Mapping[str, object]) -> wire.Commanded:
        """Ask for other terms; sent once."""
        return await self._write(_COMMANDED, "/order/modifyorder", body, "the change's answer")

    async def cancel(self, body: Mapping[str, object]) -> wire.Commanded:
        """Ask to take an order off the book; sent once, whatever the circuit says."""
        return await self._write(_COMMANDED, "/order/cancelorder", body, "the cancel's answer", urgent=True)

    async def commands(self) -> list[wire.Command]:
        """Every command that Tradovate keeps of this login."""
        return await self._get(_COMMANDS, "/command/list", "the list of commands")

    async def order(self, order_id: int) -> wire.Order | None:
        """An order's state; None where there is no such order."""
        return await self._one(_ORDER, "/order/item", "an order", {"id": str(order_id)})

    async def orders(self, account: int) -> list[wire.Order]:
        """The orders of an account."""
        return await self._get(_ORDERS, "/order/deps", "the list of orders", {"masterid": str(account)})

    async def versions(self, orders: Iterable[int]) -> list[wire.OrderVersion]:
        """The terms that orders have had."""
        return await self._of_many(_VERSIONS, "/orderVersion/ldeps", "the terms of orders", orders)

    async def commands_of(self, orders: Iterable[int]) -> list[wire.Command]:
        """What was asked for of orders."""
        return await self._of_many(_COMMANDS, "/command/ldeps", "the commands of orders", orders)

    async def fills(self, orders: Iterable[int]) -> list[wire.Fill]:
        """The executions of orders."""
        return await self._of_many(_FILLS, "/fill/ldeps", "the executions of orders", orders)

    async def fees(self, fills: Iterable[int]) -> list[wire.FillFee]:
        """What executions cost."""
        return await self._of_many(_FEES, "/fillFee/ldeps", "the cost of executions", fills)

    # --- the account --------------------------------------------------------------------------------

    async def accounts(self) -> list[wire.Account]:
        """The accounts of the login: the read that proves it."""
        return await self._get(_ACCOUNTS, "/account/list", "the list of accounts")

    async def money(self, account: int) -> wire.CashSnapshot:
        """Cash, equity and margin of an account."""
        body = {"accountId": account}
        return await self._get(_CASH, "/cashBalance/getcashbalancesnapshot", "the account's money", body=body)

    async def balances(self, account: int) -> list[wire.CashBalance]:
        """Cash of an account by currency."""
        return await self._get(_BALANCES, "/cashBalance/deps", "the account's cash", {"masterid": str(account)})

    async def positions(self, account: int) -> list[wire.Position]:
        """Everything that an account holds."""
        return await self._get(_POSITIONS, "/position/deps", "the list of positions", {"masterid": str(account)})

    # --- instruments --------------------------------------------------------------------------------

    async def find_contract(self, name: str) -> wire.Contract | None:
        """A contract by its exchange symbol; None where Tradovate has none."""
        return await self._one(_CONTRACT, "/contract/find", "a contract", {"name": name})

    async def contract(self, contract_id: int) -> wire.Contract | None:
        """A contract by its number."""
        return await self._one(_CONTRACT, "/contract/item", "a contract", {"id": str(contract_id)})

    async def contracts(self, maturities: Iterable[int]) -> list[wire.Contract]:
        """The contracts of months."""
        return await self._of_many(_CONTRACTS, "/contract/ldeps", "the contracts of months", maturities)

    async def maturity(self, maturity_id: int) -> wire.Maturity | None:
        """A contract's month."""
        return await self._one(_MATURITY, "/contractMaturity/item", "a contract's month", {"id": str(maturity_id)})

    async def maturities(self, products: Iterable[int]) -> list[wire.Maturity]:
        """The months of products."""
        return await self._of_many(_MATURITIES, "/contractMaturity/ldeps", "the months of products", products)

    async def products(self) -> list[wire.Product]:
        """Every product."""
        return await self._get(_PRODUCTS, "/product/list", "the list of products")

    async def find_product(self, name: str) -> wire.Product | None:
        """A product by its root."""
        return await self._one(_PRODUCT, "/product/find", "a product", {"name": name})

    async def product(self, product_id: int) -> wire.Product | None:
        """A product by its number."""
        return await self._one(_PRODUCT, "/product/item", "a product", {"id": str(product_id)})

    async def exchange(self, exchange_id: int) -> wire.Named | None:
        """An exchange."""
        return await self._one(_NAMED, "/exchange/item", "an exchange", {"id": str(exchange_id)})

    async def currency(self, currency_id: int) -> wire.Named | None:
        """A currency."""
        return await self._one(_NAMED, "/currency/item", "a currency", {"id": str(currency_id)})

    # --- inside -------------------------------------------------------------------------------------

    async def _write(
        self, shape: msgspec.json.Decoder[T], path: str, body: Mapping[str, object], what: str, *, urgent: bool = False
    ) -> T:
        request = Request("POST", self._config.rest + path, None, _NUMBERS.encode(body), writes=True, urgent=urgent)
        return read(shape, (await self._sent(path, request)).body, what)

    async def _one(self, shape: msgspec.json.Decoder[T], path: str, what: str, params: Mapping[str, str]) -> T | None:
        """One thing; None where Tradovate answers that there is none, by 404 or by nothing."""
        try:
            body = (await self._read(path, params)).body
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return None
            raise
        return None if body.strip() in {b"", b"null"} else read(shape, body, what)

    async def _of_many(
        self, shape: msgspec.json.Decoder[list[T]], path: str, what: str, masters: Iterable[int]
    ) -> list[T]:
        wanted = sorted(set(masters))
        found: list[T] = []
        for first in range(0, len(wanted), AT_ONCE):
            names = ",".join(str(each) for each in wanted[first : first + AT_ONCE])
            rows = await self._get(shape, path, what, {"masterids": names})
            found += rows
        return found

    async def _get(
        self, shape: msgspec.json.Decoder[T], path: str, what: str, params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> T:  # fmt: skip
        return read(shape, (await self._read(path, params, body)).body, what)

    async def _read(
        self, path: str, params: Mapping[str, str] | None = None, body: Mapping[str, object] | None = None
    ) -> Answer:
        encoded = None if body is None else _NUMBERS.encode(body)
        request = Request("GET" if body is None else "POST", self._config.rest + path, params, encoded)
        try:
            return await self._sent(path, request)
        except Denied as no:
            # The session ended unseen: once more with another.
            if no.verdict.kind is not Kind.LOGIN:
                raise
        except Throttled as penalty:
            if penalty.retry_after > _LONGEST_PENALTY or path not in self._waits:
                raise
            await asyncio.sleep(penalty.retry_after)
        return await self._sent(path, request)

    async def _sent(self, path: str, request: Request) -> Answer:
        """Send, with the ticket of a penalty that was waited out; raises Throttled where one came or still runs."""
        left = self._waits.get(path, 0.0) - self._monotonic()
        if left > 0:
            raise Throttled(f"Tradovate has requests like this wait another {left:.0f} s ({path})", left)
        self._waits.pop(path, None)
        _USED.set(await self.login.token())
        key = (path, request.body or _NUMBERS.encode(request.params or {}))
        ticket = self._tickets.pop(key, None)
        answer = await self._caller.ask(request if ticket is None else _with(request, ticket))
        found = problem_of(answer.body)
        if found is None or not found.ticket:
            return answer
        wait = found.wait
        self._waits[path] = self._monotonic() + wait
        if not found.captcha:
            self._tickets[key] = found.ticket
        told = f"Tradovate has requests like this wait {wait:g} s: too many of a kind ({path})"
        sentence = CAPTCHA.sentence if found.captcha else told
        self.health.trouble(path, sentence, TICKET)
        raise Throttled(sentence, wait)

    def _judge(self, answer: Answer) -> Verdict | None:
        verdict = judge(answer)
        if verdict is not None and verdict.kind is Kind.LOGIN:
            self.login.rejected(_USED.get())
        if verdict is not None and verdict.kind is Kind.THROTTLED:
            return replace(verdict, pause=self._config.lockout)
        return verdict


def _with(request: Request, ticket: str) -> Request:
    """The same request with the ticket as a further field; a read without fields carries it in its address."""
    if request.body is None:
        # Unconfirmed: where a read's ticket goes.
        return replace(request, params={**(request.params or {}), TICKET: ticket})
    return replace(request, body=request.body[:-1] + b"," + _NUMBERS.encode({TICKET: ticket})[1:])
