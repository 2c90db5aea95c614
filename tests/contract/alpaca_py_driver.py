"""Drives a twin with Alpaca's own client, in an environment of its own: `python alpaca_py_driver.py URL KEY SECRET`.

Prints one JSON object with what the client understood. Nothing of the desk is imported here.
"""

from __future__ import annotations

import importlib
import json
import sys
import threading
import time
from typing import Any


def prices(url: str, key: str, secret: str, told: dict[str, Any]) -> None:
    history = importlib.import_module("alpaca.data.historical")
    shapes = importlib.import_module("alpaca.data.requests")
    frames = importlib.import_module("alpaca.data.timeframe")
    stocks = history.StockHistoricalDataClient(key, secret, url_override=url)
    told["quote"] = str(
        stocks.get_stock_latest_quote(shapes.StockLatestQuoteRequest(symbol_or_symbols="ACME"))["ACME"].ask_price
    )
    bars = stocks.get_stock_bars(
        shapes.StockBarsRequest(symbol_or_symbols="ACME", timeframe=frames.TimeFrame.Minute, limit=5)
    )
    told["bars"] = len(bars["ACME"])


def duplicate(trading: Any, order: Any, told: dict[str, Any]) -> None:  # noqa: ANN401 - the client's own classes
    error = importlib.import_module("alpaca.common.exceptions").APIError
    try:
        trading.submit_order(order)
    except error as refused:
        told["duplicate"] = [refused.status_code, refused.code]


def main(url: str, key: str, secret: str) -> dict[str, Any]:
    client = importlib.import_module("alpaca.trading.client")
    requests = importlib.import_module("alpaca.trading.requests")
    enums = importlib.import_module("alpaca.trading.enums")
    trading = client.TradingClient(key, secret, paper=True, url_override=url)
    told: dict[str, Any] = {}
    account = trading.get_account()
    told["account"] = [account.account_number, str(account.status), account.cash]
    told["assets"] = sorted(asset.symbol for asset in trading.get_all_assets())
    told["clock"] = trading.get_clock().is_open

    heard: list[list[str]] = []
    stream = importlib.import_module("alpaca.trading.stream").TradingStream(
        key, secret, paper=True, url_override=url.replace("http", "ws") + "/stream"
    )

    async def hear(update: Any) -> None:  # noqa: ANN401 - the client's own class
        heard.append([str(getattr(update.event, "value", update.event)), str(update.order.client_order_id)])

    stream.subscribe_trade_updates(hear)
    thread = threading.Thread(target=stream.run, daemon=True)
    thread.start()
    end = time.monotonic() + 30
    while not getattr(stream, "_running", False) and time.monotonic() < end:
        time.sleep(0.05)

    buy, day = enums.OrderSide.BUY, enums.TimeInForce.DAY
    market_order = requests.MarketOrderRequest(
        symbol="ACME", qty=3, side=buy, time_in_force=day, client_order_id="client-1"
    )
    filled = trading.submit_order(market_order)
    limit = trading.submit_order(
        requests.LimitOrderRequest(
            symbol="ACME",
            qty=5,
            side=buy,
            time_in_force=enums.TimeInForce.GTC,
            limit_price=90,
            client_order_id="client-2",
        )
    )
    told["submitted"] = [str(filled.status.value), str(limit.status.value)]
    told["filled"] = str(trading.get_order_by_client_id("client-1").filled_qty)
    replaced = trading.replace_order_by_id(limit.id, requests.ReplaceOrderRequest(qty=6, limit_price=91))
    told["replaces"] = str(replaced.replaces) == str(limit.id)
    told["open"] = len(trading.get_orders(requests.GetOrdersRequest(status=enums.QueryOrderStatus.OPEN)))
    trading.cancel_order_by_id(replaced.id)
    told["canceled"] = str(trading.get_order_by_id(replaced.id).status.value)
    told["positions"] = [[position.symbol, position.qty] for position in trading.get_all_positions()]
    duplicate(trading, market_order, told)
    told["closed"] = str(trading.close_position("ACME").side.value)

    prices(url, key, secret, told)
    while len(heard) < 6 and time.monotonic() < end:
        time.sleep(0.05)
    told["heard"] = heard
    return told


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:4])))  # noqa: T201 - its answer
