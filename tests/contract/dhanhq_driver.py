"""Drives a twin with Dhan's own client, in an environment of its own: `python dhanhq_driver.py URL CLIENT TOKEN PIN`.

Prints one JSON object, on the last line, with what the client understood. Nothing of the desk is imported here.
"""

from __future__ import annotations

import importlib
import json
import sys
import threading
import time
from typing import Any


def trade(dhan: Any, told: dict[str, Any]) -> None:  # noqa: ANN401 - the client's own classes
    """Orders of several types, changed, canceled and refused, and what is left of them."""
    first = dhan.place_order("1333", "NSE_EQ", "BUY", 3, "MARKET", "INTRADAY", 0, tag="own-1")
    told["placed"] = [first["status"], first["data"]["orderStatus"]]
    second = dhan.place_order("1333", "NSE_EQ", "BUY", 2, "LIMIT", "INTRADAY", 90.5, tag="own-2")["data"]["orderId"]
    stop = dhan.place_order("1333", "NSE_EQ", "SELL", 3, "STOP_LOSS", "INTRADAY", 80, trigger_price=81)["data"][
        "orderId"
    ]
    changed = dhan.modify_order(second, "LIMIT", "ENTRY_LEG", 4, 91, 0, 0, "DAY")
    gone = dhan.cancel_order(stop)
    told["answers"] = [changed["status"], gone["status"], gone["data"]["orderStatus"]]
    rows = {row["orderId"]: row for row in dhan.get_order_list()["data"]}
    told["orders"] = [[rows[each]["orderStatus"], rows[each]["orderType"], rows[each]["quantity"], rows[each]["price"]]
                      for each in (first["data"]["orderId"], second, stop)]  # fmt: skip
    told["tag"] = dhan.get_order_by_correlationID("own-1")["data"]["filledQty"]
    told["trades"] = [[row["tradedQuantity"], row["tradedPrice"]] for row in dhan.get_trade_book()["data"]]
    told["positions"] = [
        [row["tradingSymbol"], row["netQty"], row["costPrice"]] for row in dhan.get_positions()["data"]
    ]
    refused = dhan.place_order("1333", "NSE_EQ", "BUY", 90_000, "MARKET", "CNC", 0)
    told["refused"] = [refused["status"], refused["remarks"]["error_code"]]
    told["holdings"] = dhan.get_holdings()["remarks"]["error_code"]
    told["switch"] = dhan.status_kill_switch()["data"]["killSwitchStatus"]
    told["funds"] = dhan.get_fund_limits()["data"]["sodLimit"]
    told["margin"] = dhan.margin_calculator("1333", "NSE_EQ", "BUY", 10, "CNC", 100, 0)["data"]["totalMargin"]


def prices(dhan: Any, context: Any, url: str, told: dict[str, Any]) -> None:  # noqa: ANN401 - the client's own classes
    """Quotes, bars, and the binary stream through the client's own parser."""
    found = dhan.quote_data({"NSE_EQ": [1333]})["data"]["data"]["NSE_EQ"]["1333"]
    told["quote"] = [found["depth"]["buy"][0]["price"], found["depth"]["sell"][0]["price"]]
    days = dhan.historical_daily_data("1333", "NSE_EQ", "EQUITY", "2026-01-05", "2026-01-08")["data"]
    told["days"] = [len(days[name]) for name in ("open", "high", "low", "close", "volume", "timestamp")]
    minutes = dhan.intraday_minute_data("1333", "NSE_EQ", "EQUITY", "2026-01-05", "2026-01-06", 5)
    told["minutes"] = minutes["status"]
    feeds = importlib.import_module("dhanhq.marketfeed").MarketFeed
    feeds.market_feed_wss = url.replace("http", "ws")
    feed = feeds(context, [(feeds.NSE, "1333", feeds.Full)], "v2")
    feed.run_forever()
    heard = [feed.get_data() for _ in range(2)]
    told["packets"] = [[each["type"], each["security_id"]] for each in heard]
    told["full"] = [heard[1]["LTP"], heard[1]["depth"][0]["bid_price"], heard[1]["depth"][0]["ask_quantity"]]


def main(url: str, client: str, token: str, pin: str) -> dict[str, Any]:
    """Everything that is tried, in order."""
    package = importlib.import_module("dhanhq")
    importlib.import_module("dhanhq.dhan_http").DhanHTTP.API_BASE_URL = url + "/v2"
    login = importlib.import_module("dhanhq.auth").DhanLogin
    login.AUTH_BASE_URL, login.API_BASE_URL = url, url + "/v2"
    context = package.DhanContext(client, token)
    dhan = package.dhanhq(context)
    told: dict[str, Any] = {}
    made = login(client).generate_token(pin, "123456")
    told["login"] = [made["dhanClientId"], bool(made["accessToken"]), len(made["expiryTime"])]

    heard: list[list[Any]] = []
    updates = importlib.import_module("dhanhq.orderupdate").OrderUpdate(context)
    updates.order_feed_wss = url.replace("http", "ws")
    updates.on_update = lambda said: heard.append([said["Data"]["status"], said["Data"]["tradedQty"]])
    threading.Thread(target=updates.connect_to_dhan_websocket_sync, daemon=True).start()
    time.sleep(1.0)

    trade(dhan, told)
    prices(dhan, context, url, told)
    end = time.monotonic() + 30
    while len(heard) < 6 and time.monotonic() < end:
        time.sleep(0.05)
    told["heard"] = heard
    return told


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:5]), default=str))  # noqa: T201 - its answer
