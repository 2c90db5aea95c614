"""The calls of one key, one method each: raises what `Caller` raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bidwell.brokers.ccxt_exchanges.client.library import base_error, exact, reckoning, understood
from bidwell.brokers.ccxt_exchanges.client.seam import Seam
from bidwell.brokers.ccxt_exchanges.config import ExchangeConfig, Profile
from bidwell.brokers.ccxt_exchanges.symbols import PairBook
from bidwell.brokers.ccxt_exchanges.wire import Balances, Execution, Market, Order, Ticker, shaped
from bidwell.brokers.transport import Health, Http, Kind
from bidwell.brokers.transport.caller import Denied
from bidwell.model.errors import BrokerError, ProtocolError

_MOST_PAGES = 20
PAIRS_ARE_GOOD = 12 * 3600.0
"""Seconds after which the list of pairs is read anew."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """An order as the library takes it: figures are text, so that they stay exact."""

    symbol: str
    type: str
    side: str
    amount: str
    price: str | None
    params: Mapping[str, Any] = field(default_factory=dict)


class ExchangeClient:
    """One key's calls, between `open` and `close`."""

    def __init__(self, config: ExchangeConfig, health: Health, monotonic: Callable[[], float]) -> None:
        self._seam = Seam(config, health, monotonic)
        self._monotonic = monotonic
        self._learned = 0
        self.config = config

    @property
    def profile(self) -> Profile:
        """Which exchange it is."""
        return self.config.profile

    @property
    def http(self) -> Http:
        """Its connections."""
        return self._seam.http

    async def open(self) -> None:
        """Be ready to call; nothing is sent."""
        await self._seam.open()

    async def close(self) -> None:
        """Close every connection."""
        self._learned = 0
        await self._seam.close()

    # --- pairs ------------------------------------------------------------------------------------

    async def prepare(self, book: PairBook) -> None:
        """Let the library and the book learn the spot pairs, thousands on some: once for all sessions that share it.

        A list of yesterday is read anew; where that fails the old one goes on.
        """
        now = self._monotonic()
        if book.read_at is None or now - book.read_at > PAIRS_ARE_GOOD:
            try:
                await self._read_pairs(book)
            except BrokerError:
                if book.read_at is None:
                    raise
            book.read_at = now
        if self._learned != book.version:
            with understood("the list of pairs"):
                self._seam.exchange.set_markets(dict(book.library))
            self._learned = book.version

    async def _read_pairs(self, book: PairBook) -> None:
        found = await self._seam.run(lambda exchange: exchange.load_markets(True), "the list of pairs")
        book.learn([shaped(each, Market, "a pair") for each in found.values() if each.get("spot")])
        book.library, book.version = dict(found), book.version + 1
        self._learned = book.version

    def rounded(self, symbol: str, amount: str, price: str | None) -> tuple[str, str | None]:
        """What the library would make of an order's figures: it cuts them to the pair's steps without a word.

        Raises Denied where it refuses them altogether.
        """
        exchange = self._seam.exchange
        with reckoning():
            try:
                found = str(exchange.amount_to_precision(symbol, amount))
                return found, None if price is None else str(exchange.price_to_precision(symbol, price))
            except base_error() as said:
                raise Denied(self._seam.own_verdict(said)) from said

    # --- orders -----------------------------------------------------------------------------------

    async def submit(self, ticket: Ticket) -> Order:
        """Place an order; sent once."""
        found = await self._seam.run(
            lambda exchange: exchange.create_order(ticket.symbol, ticket.type, ticket.side, ticket.amount, ticket.price,
                                                   dict(ticket.params)), "the order's answer", hasty=True)  # fmt: skip
        return self._order(found, "the order's answer")

    async def replace(self, order_id: str, ticket: Ticket) -> Order:
        """Ask for other terms; sent once."""
        found = await self._seam.run(
            lambda exchange: exchange.edit_order(order_id, ticket.symbol, ticket.type, ticket.side, ticket.amount,
                                                 ticket.price, dict(ticket.params)), "the change's answer", hasty=True)  # fmt: skip
        return self._order(found, "the change's answer")

    async def cancel(self, symbol: str, order_id: str, name: str) -> None:
        """Ask to take an order off the book, by its id or by ours; sent once, whatever the circuit says."""
        params = {} if order_id or not self.profile.cancel else {self.profile.cancel: name}
        await self._seam.run(lambda exchange: exchange.cancel_order(order_id, symbol, params), "the cancel's answer",
                             hasty=True)  # fmt: skip

    async def by_name(self, name: str, symbol: str) -> Order | None:
        """The order of a pair under our id; None where the exchange answers that there is none."""
        params = self.profile.find.of(name)
        if not params:
            listed = self.profile.find.listing(name)
            rows = [*await self.open_orders(listed), *await self.closed_orders(symbol, None, listed)]
            return next((each for each in rows if each.clientOrderId == name), None)
        try:
            found = await self._seam.run(lambda exchange: exchange.fetch_order("", symbol, params), "an order")
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return None
            raise
        return self._order(found, "an order")

    async def by_id(self, order_id: str, symbol: str) -> Order | None:
        """The order of a pair under the exchange's id; None where it has none (any more)."""
        params = {"acknowledged": True} if self.profile.id == "bybit" else {}
        try:
            found = await self._seam.run(lambda exchange: exchange.fetch_order(order_id, symbol, params), "an order")
        except Denied as no:
            if no.verdict.kind is Kind.NOT_FOUND:
                return None
            raise
        return self._order(found, "an order")

    async def open_orders(self, params: Mapping[str, Any] | None = None) -> list[Order]:
        """Everything that works; as many as `profile.open_page` may be not all."""
        limit = self.profile.open_page
        found = await self._seam.run(
            lambda exchange: exchange.fetch_open_orders(None, None, limit, dict(params or {})),
            "the list of open orders",
        )
        return [self._order(each, "an open order") for each in found]

    async def closed_orders(
        self, symbol: str | None, since: int | None, params: Mapping[str, Any] | None = None
    ) -> list[Order]:
        """Orders that closed, of one pair or of all, made after a time (milliseconds)."""
        calls = ["fetch_orders"] if self._has("fetchOrders") else ["fetch_canceled_and_closed_orders"]
        if not (self._has("fetchOrders") or self._has("fetchCanceledAndClosedOrders")):
            calls = ["fetch_closed_orders", *(["fetch_canceled_orders"] if self._has("fetchCanceledOrders") else [])]
        rows = [self._order(each, "a closed order") for call in calls
                for each in await self._paged(call, symbol, since, params or {}, "closed orders")]  # fmt: skip
        return [row for row in {row.id: row for row in rows}.values() if row.status not in {"open", "canceling"}]

    async def executions(self, symbol: str | None, since: int | None) -> list[Execution]:
        """Our executions, of one pair or of all, after a time (milliseconds), oldest first."""
        found = await self._paged("fetch_my_trades", symbol, since, {}, "executions")
        return [shaped(each, Execution, "an execution") for each in found]

    async def executions_of(self, order: Order, symbol: str) -> list[Execution]:
        """The executions of one order."""
        if self._has("fetchOrderTrades") and self.profile.id not in {"kraken", "coinbase"}:
            found = await self._seam.run(lambda exchange: exchange.fetch_order_trades(order.id, symbol), "executions")
            rows = [shaped(each, Execution, "an execution") for each in found]
        else:
            rows = await self.executions(symbol, None if order.timestamp is None else order.timestamp - 5000)
        return [each for each in rows if each.order == order.id]

    async def balances(self) -> Balances:
        """What is held: the read that proves the key."""
        return shaped(await self._seam.run(lambda exchange: exchange.fetch_balance(), "the balances"), Balances,
                      "the balances")  # fmt: skip

    # --- prices -----------------------------------------------------------------------------------

    def timeframes(self, wanted: Mapping[int, str]) -> dict[int, str]:
        """Of lengths of bars, in seconds and in the library's words, those that the exchange has."""
        return {seconds: word for seconds, word in wanted.items() if word in self._seam.exchange.timeframes}

    async def bars(self, symbol: str, timeframe: str, since: int, count: int) -> list[list[Any]]:
        """At most `count` bars from a time (milliseconds) on: time, open, high, low, close, volume."""
        rows: list[list[Any]] = await self._seam.run(
            lambda exchange: exchange.fetch_ohlcv(symbol, timeframe, since, count), "bars")  # fmt: skip
        return rows

    async def tickers(self, symbols: Sequence[str]) -> list[Ticker]:
        """The newest of everything for pairs."""
        return [await self._ticker(symbol) for symbol in symbols]

    async def _ticker(self, symbol: str) -> Ticker:
        row = await self._seam.run(lambda exchange: exchange.fetch_ticker(symbol), "a price")
        return shaped(row, Ticker, "a price")

    # --- the stream's payloads --------------------------------------------------------------------

    @property
    def exchange(self) -> Any:  # noqa: ANN401 - the library is not typed
        """The library's exchange, for the words of its streams."""
        return self._seam.exchange

    def order_of(self, raw: dict[str, Any], *, rest: bool = False) -> Order:
        """An order as the stream writes it (`rest`: in the words of the requests); raises ProtocolError."""
        exchange = self._seam.exchange
        with understood("an order of the stream"):
            made = (exchange.parse_order if rest else exchange.parse_ws_order)(raw)
        return self._order(made, "an order of the stream")

    def execution_of(self, raw: dict[str, Any], *, rest: bool = False) -> Execution:
        """An execution as the stream writes it; raises ProtocolError."""
        exchange = self._seam.exchange
        with understood("an execution of the stream"):
            made = (exchange.parse_trade if rest else exchange.parse_ws_trade)(raw)
        return shaped(made, Execution, "an execution of the stream")

    async def ask(self, call: str, what: str) -> Any:  # noqa: ANN401 - the exchange's own
        """One of the exchange's own calls, as the library names it."""
        return await self._seam.run(lambda exchange: getattr(exchange, call)(), what)

    @staticmethod
    def message(frame: bytes | str) -> dict[str, Any]:
        """A frame of a stream; raises ProtocolError for what is no object."""
        found = exact(frame, "a frame of the order stream")
        if not isinstance(found, dict):
            raise ProtocolError("a frame of the order stream is no object")
        return found

    # --- inside -----------------------------------------------------------------------------------

    def _has(self, call: str) -> bool:
        return self._seam.exchange.has.get(call) is True

    async def _paged(
        self, call: str, symbol: str | None, since: int | None, params: Mapping[str, Any], what: str
    ) -> list[dict[str, Any]]:
        """Rows page by page: onwards from a start, or back from the end, as the exchange's lists go.

        Without a time only the newest page. Raises ProtocolError where the list does not end.
        """
        found: dict[str, dict[str, Any]] = {}
        after, bound = since, dict(params)
        for _ in range(_MOST_PAGES):
            page = await self._page(call, symbol, after, bound)
            fresh = [each for each in page if str(each.get("id")) not in found]
            found |= {str(each.get("id")): each for each in fresh}
            times = [each["timestamp"] for each in fresh if isinstance(each.get("timestamp"), int)]
            if len(page) < self.profile.page or since is None:
                return sorted(found.values(), key=lambda each: each.get("timestamp") or 0)
            if not times:
                break
            if self.profile.by_symbol:
                after = max(times)
            else:
                bound |= {self.profile.offset: len(found)} if self.profile.offset else {"until": min(times)}
        raise ProtocolError(f"the list of {what} does not end")

    async def _page(
        self, call: str, symbol: str | None, after: int | None, params: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        limit = self.profile.page
        rows: list[dict[str, Any]] = await self._seam.run(
            lambda exchange: getattr(exchange, call)(symbol, after, limit, dict(params)), call
        )
        return rows

    @staticmethod
    def _order(value: Any, what: str) -> Order:  # noqa: ANN401 - as the library gives it
        return shaped(value, Order, what)
