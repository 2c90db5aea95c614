"""Alpaca's REST calls, one method each: requests out, decoded payloads back; raises what `Caller` raises.

`json` numbers of an order go out as text, so that they stay exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

import msgspec

from bidwell.brokers.alpaca import wire
from bidwell.brokers.alpaca.config import AlpacaConfig
from bidwell.brokers.alpaca.errors import VENDOR
from bidwell.brokers.alpaca.parse import REPLACED
from bidwell.brokers.alpaca.symbols import CRYPTO, OPTION
from bidwell.brokers.transport import Answer, Caller, Health, Http, Kind, Request, Verdict, decoder, read
from bidwell.brokers.transport.caller import Denied
from bidwell.model.errors import ProtocolError

T = TypeVar("T")
PAGE = 500
_ACTIVITY_PAGE = 100
_MOST_PAGES = 40
_LONGEST_CHAIN = 50

_PROBLEM = decoder(wire.Problem)
_ORDER = decoder(wire.Order)
_ORDERS = decoder(list[wire.Order])
_ACTIVITIES = decoder(list[wire.Activity])
_POSITIONS = decoder(list[wire.Position])
_ACCOUNT = decoder(wire.Account)
_ASSET = decoder(wire.Asset)
_ASSETS = decoder(list[wire.Asset])
_CONTRACT = decoder(wire.OptionContract)
_OPTIONS = decoder(wire.OptionContracts)
_BARS = decoder(wire.Bars)
_SNAPS = decoder(dict[str, wire.Snap])
_CRYPTO_SNAPS = decoder(dict[str, dict[str, wire.Snap]])
_DATA_PATHS = {CRYPTO: "/v1beta3/crypto/us", OPTION: "/v1beta1/options"}
_STOCKS = "/v2/stocks"


def judge(answer: Answer) -> Verdict | None:
    """What an answer means; None for a good one."""
    if answer.status in {200, 204, 207}:
        return None
    try:
        problem = _PROBLEM.decode(answer.body)
    except msgspec.MsgspecError:
        problem = wire.Problem()
    return VENDOR.judge(answer.status, str(problem.code or ""), problem.message)


class AlpacaClient:
    """The calls of one key pair, between `open` and `close`."""

    def __init__(self, config: AlpacaConfig, health: Health, monotonic: Callable[[], float]) -> None:
        self._config = config
        self._health = health
        self.http = Http(config.http, config.headers)
        self._caller = Caller(self.http, self._judge, config.rate, health, monotonic)

    def open(self) -> None:
        """Be ready to call."""
        self.http.open()

    async def close(self) -> None:
        """Close every connection."""
        await self.http.close()

    # --- trading ----------------------------------------------------------------------------------

    async def account(self) -> wire.Account:
        """The account: the read that proves the key."""
        return await self._get(_ACCOUNT, "/v2/account", "the account")

    async def submit(self, body: Mapping[str, object]) -> wire.Order:
        """Place an order; sent once."""
        answer = await self._caller.ask(Request("POST", self._url("/v2/orders"), body=msgspec.json.encode(body),
                                                writes=True))  # fmt: skip
        return read(_ORDER, answer.body, "the order's answer")

    async def replace(self, order_id: str, body: Mapping[str, object]) -> wire.Order:
        """Ask for other terms: Alpaca makes a new order of it; sent once."""
        answer = await self._caller.ask(Request("PATCH", self._url(f"/v2/orders/{order_id}"),
                                                body=msgspec.json.encode(body), writes=True))  # fmt: skip
        return read(_ORDER, answer.body, "the replacement's answer")

    async def cancel(self, order_id: str) -> None:
        """Ask to take an order off the book; sent once, whatever the circuit says."""
        await self._caller.ask(Request("DELETE", self._url(f"/v2/orders/{order_id}"), writes=True, urgent=True))

    async def by_name(self, client_order_id: str) -> wire.Order | None:
        """The order under our id, the newest of its replacements; None where Alpaca answers that there is none."""
        try:
            found = await self._get(_ORDER, "/v2/orders:by_client_order_id", "an order",
                                    {"client_order_id": client_order_id})  # fmt: skip
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return None
            raise
        return (await self.chain(found))[-1]

    async def by_id(self, order_id: str) -> wire.Order:
        """The order under Alpaca's id."""
        return await self._get(_ORDER, f"/v2/orders/{order_id}", "an order")

    async def chain(self, first: wire.Order) -> list[wire.Order]:
        """An order and what replaced it, oldest first."""
        found = [first]
        while found[-1].status == REPLACED and found[-1].replaced_by:
            if len(found) > _LONGEST_CHAIN:
                raise ProtocolError(f"order {first.id} was replaced in a circle")
            found.append(await self.by_id(found[-1].replaced_by))
        return found

    async def orders(self, status: str, after: str | None = None) -> list[wire.Order]:
        """Orders in a status (open, closed), submitted after a time, newest first."""
        found: dict[str, wire.Order] = {}
        until = None
        for _ in range(_MOST_PAGES):
            params = {"status": status, "limit": str(PAGE), "direction": "desc", "nested": "false"}
            params |= {name: text for name, text in (("after", after), ("until", until)) if text}
            page = await self._get(_ORDERS, "/v2/orders", "the list of orders", params)
            fresh = [each for each in page if each.id not in found]
            found |= {each.id: each for each in fresh}
            if len(page) < PAGE or not fresh:
                return list(found.values())
            until = page[-1].submitted_at
        raise ProtocolError(f"the list of {status} orders does not end")

    async def fills(self, after: str, until: str | None = None) -> list[wire.Activity]:
        """Every fill between two times, oldest first."""
        found: dict[str, wire.Activity] = {}
        token = ""
        for _ in range(_MOST_PAGES):
            params = {"after": after, "direction": "asc", "page_size": str(_ACTIVITY_PAGE)}
            params |= {"until": until} if until else {}
            page = await self._get(_ACTIVITIES, "/v2/account/activities/FILL", "the list of fills",
                                   params | ({"page_token": token} if token else {}))  # fmt: skip
            fresh = [each for each in page if each.id not in found]
            found |= {each.id: each for each in fresh}
            if len(page) < _ACTIVITY_PAGE or not fresh:
                return list(found.values())
            token = page[-1].id
        raise ProtocolError("the list of fills does not end")

    async def positions(self) -> list[wire.Position]:
        """Everything that is held."""
        return await self._get(_POSITIONS, "/v2/positions", "the list of positions")

    # --- instruments ------------------------------------------------------------------------------

    async def asset(self, symbol: str) -> wire.Asset | None:
        """One row of the list; None where Alpaca has no such symbol."""
        try:
            return await self._get(_ASSET, f"/v2/assets/{symbol.replace('/', '%2F')}", "an instrument")
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return None
            raise

    async def assets(self) -> list[wire.Asset]:
        """The whole list of shares and coins: some 12,000 rows."""
        return await self._get(_ASSETS, "/v2/assets", "the list of instruments", {"status": "active"})

    async def option(self, symbol: str) -> wire.OptionContract | None:
        """One option by its name; None where Alpaca has no such one."""
        try:
            return await self._get(_CONTRACT, f"/v2/options/contracts/{symbol}", "an option")
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return None
            raise

    async def options(self, underlying: str, first: date, last: date) -> list[wire.OptionContract]:
        """The options of an underlying that expire from one day to another."""
        found: list[wire.OptionContract] = []
        params = {"underlying_symbols": underlying, "limit": "1000", "expiration_date_gte": first.isoformat(),
                  "expiration_date_lte": last.isoformat()}  # fmt: skip
        for _ in range(_MOST_PAGES):
            page = await self._get(_OPTIONS, "/v2/options/contracts", "the list of options", params)
            found += page.option_contracts
            if not page.next_page_token:
                return found
            params = params | {"page_token": page.next_page_token}
        raise ProtocolError("the list of options does not end")

    # --- prices -----------------------------------------------------------------------------------

    async def bars(
        self, symbol: str, asset_class: str, timeframe: str, start: str, end: str, count: int
    ) -> list[wire.Bar]:
        """At most `count` bars between two times, newest first."""
        params = {"symbols": symbol, "timeframe": timeframe, "start": start, "end": end, "sort": "desc",
                  "limit": str(min(count, 10_000))} | self._feed(asset_class)  # fmt: skip
        found: list[wire.Bar] = []
        for _ in range(_MOST_PAGES):
            page = await self._get(_BARS, f"{_DATA_PATHS.get(asset_class, _STOCKS)}/bars", "bars", params, data=True)
            found += (page.bars or {}).get(symbol, [])
            if len(found) >= count or not page.next_page_token:
                return found[:count]
            params = params | {"page_token": page.next_page_token}
        return found[:count]

    async def snapshots(self, symbols: list[str], asset_class: str) -> dict[str, wire.Snap]:
        """The newest of everything for symbols of one class."""
        path = f"{_DATA_PATHS.get(asset_class, _STOCKS)}/snapshots"
        params = {"symbols": ",".join(symbols)} | self._feed(asset_class)
        if asset_class in _DATA_PATHS:
            return (await self._get(_CRYPTO_SNAPS, path, "prices", params, data=True)).get("snapshots", {})
        return await self._get(_SNAPS, path, "prices", params, data=True)

    # --- inside -----------------------------------------------------------------------------------

    def _feed(self, asset_class: str) -> dict[str, str]:
        return {} if asset_class in _DATA_PATHS else {"feed": self._config.data_feed}

    async def _get(
        self, shape: msgspec.json.Decoder[T], path: str, what: str, params: Mapping[str, str] | None = None, *,
        data: bool = False,
    ) -> T:  # fmt: skip
        base = self._config.data if data else self._config.trading
        answer = await self._caller.ask(Request("GET", base + path, params))
        return read(shape, answer.body, what)

    def _url(self, path: str) -> str:
        return self._config.trading + path

    def _judge(self, answer: Answer) -> Verdict | None:
        self._health.budget(answer.headers.get("X-Ratelimit-Limit"), answer.headers.get("X-Ratelimit-Remaining"))
        return judge(answer)
