"""The twins' answers have every field of the recorded ones, of the same kinds, and the adapter reads the recorded ones."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from bidwell.app.clock import WallClock
from bidwell.brokers.ccxt_exchanges import ExchangeMarket
from bidwell.brokers.ccxt_exchanges.broker.words import words_in
from bidwell.model.events import OrderAccepted, OrderFilled
from tests.contract.broker_stand import Ear, Maker, approved
from tests.contract.ccxt_stand import exchange_stand
from tests.contract.shapes import differences, recorded
from tests.contract.test_ccxt_fuzz import client

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Path = tuple[str | int, ...]
# exchange: path asked, place in the twin's answer, the library's function, which of its samples, place in that
CASES: dict[str, list[tuple[str, Path, str, int, Path]]] = {
    "binance": [
        ("/api/v3/allOrders", (0,), "fetch_orders", 0, (0,)),
        ("/api/v3/myTrades", (0,), "fetch_my_trades", 0, (0,)),
        ("/api/v3/klines", (0,), "fetch_ohlcv", 0, (0,)),
        ("/api/v3/ticker/24hr", (), "parse_ticker", 1, ()),
    ],
    "bybit": [
        ("/v5/order/create", (), "create_order", 0, ()),
        ("/v5/order/cancel", (), "cancel_order", 0, ()),
        ("/v5/order/realtime", (), "fetch_order", 0, ()),
        ("/v5/account/info", (), "is_unified_enabled", 0, ()),
        ("/v5/market/instruments-info", (), "fetch_spot_markets", 0, ()),
        ("/v5/market/tickers", ("result", "list", 0), "parse_ticker", 0, ()),
        ("/v5/market/kline", (), "fetch_ohlcv", 0, ()),
        ("/v5/execution/list", (), "fetch_my_trades", 0, ()),
    ],
    "okx": [
        ("/api/v5/trade/batch-orders", ("data", 0), "parse_order", 0, ()),
        ("/api/v5/trade/cancel-order", (), "cancel_order", 0, ()),
        ("/api/v5/trade/orders-pending", (), "fetch_open_orders", 0, ()),
        ("/api/v5/trade/orders-history", (), "fetch_canceled_orders", 0, ()),
        ("/api/v5/trade/fills-history", (), "fetch_my_trades", 0, ()),
        ("/api/v5/public/instruments", (), "fetch_markets_by_type", 0, ()),
        ("/api/v5/market/ticker", (), "fetch_ticker", 0, ()),
        ("/api/v5/market/candles", (), "fetch_ohlcv", 0, ()),
    ],
    "kraken": [
        ("/0/private/OpenOrders", ("result", "open", "*"), "fetch_open_orders", 0, ("result", "open", "*")),
        ("/0/private/ClosedOrders", ("result", "closed", "*"), "fetch_closed_orders", 0, ("result", "closed", "*")),
        ("/0/private/TradesHistory", ("result", "trades", "*"), "parse_trade", 1, ()),
        ("/0/private/BalanceEx", ("result", "ZUSD"), "fetch_balance", 0, ("result", "ZUSD")),
        ("/0/public/AssetPairs", ("result", "*"), "fetch_markets", 0, ("result", "*")),
        ("/0/public/Ticker", ("result", "*"), "parse_ticker", 0, ()),
    ],
    "coinbase": [
        ("/api/v3/brokerage/orders", (), "create_order", 0, ()),
        ("/api/v3/brokerage/orders/batch_cancel", (), "cancel_orders", 0, ()),
        ("/api/v3/brokerage/orders/historical/batch", (), "fetch_orders", 0, ()),
        ("/api/v3/brokerage/orders/historical/fills", (), "fetch_my_trades", 0, ()),
        ("/api/v3/brokerage/market/products", ("products", 0), "parse_spot_market", 0, ()),
        ("/api/v3/brokerage/market/products/ACME-USD/ticker", (), "fetch_ticker_v3", 0, ()),
        ("/api/v3/brokerage/accounts", ("accounts", 0), "parse_account", 1, ()),
    ],
}  # fmt: skip
# Of contracts and margin, of orders in money, and words that stand for nothing there.
BESIDE = ("category", "ctVal", "nextPageCursor", "fcm_trading_session_details", "order_configuration", "creationTime", "symbol",
          "lever", "listTime", "margin", "descr.close", "userref", "reason", "closetm", "trades", "wsname", "altname",
          "feeCcy", "orderLinkId", "quote_size", "cl_ord_id", "[0][", ".c[", ".h[", ".l[", "leavesQty", "execFee",
          "clOrdId", "execId", "trade_id", "stopOrderType", ".tag ", ".triggerBy", "user_id", "orderId is a text", ".markPrice")  # fmt: skip


def at(value: Any, path: Path) -> Any:  # noqa: ANN401 - JSON
    for name in path:
        value = next(iter(value.values())) if name == "*" else value[name]
    return value


async def asked(exchange: str) -> dict[str, Any]:
    """The newest good answer of each path, from a session that did everything once."""
    told: dict[str, Any] = {}

    @web.middleware
    async def keep(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if isinstance(answer, web.Response) and isinstance(answer.body, bytes) and answer.status == 200:
            body = json.loads(answer.body)
            if body and not (isinstance(body, dict) and _empty(body)):
                told[request.path] = body
        return answer

    async with exchange_stand(exchange, middlewares=[keep]) as stand:
        broker, ear, make = stand.broker(), Ear(), Maker(stand)
        await broker.connect(ear)
        bought, canceled, resting = make.limit("100.00"), make.limit("90.00"), make.limit("91.00")
        for order in (bought, canceled, resting):
            await broker.submit(approved(order))
            await ear.hears(order.client_order_id, OrderAccepted)
        await ear.hears(bought.client_order_id, OrderFilled)
        await broker.cancel(canceled)
        await broker.snapshot()
        await broker.find(resting.client_order_id)
        await broker.close()
        market = ExchangeMarket(stand.config, stand.book, WallClock())
        await market.open()
        await market.bars(stand.instrument, 60, None, 400)
        await market.quotes([stand.instrument])
        await market.close()
    return told


def _empty(body: dict[str, Any]) -> bool:
    rows = (body.get(name, [0]) for name in ("data", "orders", "fills", "candles", "products"))
    inner = body.get("result")
    lists = (inner.get(name, [0]) for name in ("list", "open", "closed", "trades")) if isinstance(inner, dict) else ()
    return any(each in ([], {}) for each in (*rows, *lists))


@pytest.mark.parametrize("exchange", sorted(CASES))
async def test_the_twin_has_every_recorded_field(exchange: str) -> None:
    samples: Any = recorded("ccxt", f"samples/rest/{exchange}.json")
    told = await asked(exchange)
    for path, ours, function, which, theirs in CASES[exchange]:
        sample = at(samples[function][which]["sample"], theirs)
        # Some samples carry stray blanks within their figures.
        sample = json.loads(json.dumps(sample).replace("20 00", "2000").replace("0. 001", "0.001"))
        found = differences(sample, at(told[path], ours), path)
        odd = [line for line in found if "only in the twin" not in line and not any(each in line for each in BESIDE)]
        assert odd == [], odd


@pytest.mark.parametrize(("exchange", "function", "which"), [
    ("okx", "handle_orders", 0), ("kraken", "handle_orders", 0), ("coinbase", "handle_order", 0),
    ("coinbase", "handle_heartbeats", 0), ("bybit", "handle_pong", 0)])  # fmt: skip
def test_recorded_frames_are_understood(exchange: str, function: str, which: int) -> None:
    samples: Any = recorded("ccxt", f"samples/ws/{exchange}.json")
    frame = json.dumps(samples[function][which]["sample"])
    for word in words_in(client(exchange), frame):
        assert word.order_id
        assert word.order is not None
        assert word.order.status in {"open", "canceled", "closed"}
