"""Drives a twin with Fyers' own client, in an environment of its own: `python fyers_driver.py URL APP SECRET CODE`.

Prints one JSON object, on the last line, with what the client understood. Nothing of the desk is imported here.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

ORDER = {"symbol": "NSE:ACME-EQ", "productType": "INTRADAY", "validity": "DAY", "disclosedQty": 0, "offlineOrder": False,
         "stopLoss": 0, "takeProfit": 0}  # fmt: skip


def wait(holds: Callable[[], bool]) -> None:
    """Wait until something holds, at most half a minute."""
    end = time.monotonic() + 30
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)


def trade(fyers: Any, told: dict[str, Any]) -> None:  # noqa: ANN401 - the client's own classes
    """Orders of several types, changed, canceled and refused, and what is left of them."""

    def order(**more: object) -> dict[str, Any]:
        found: dict[str, Any] = fyers.place_order({**ORDER, **more})
        return found

    first = order(qty=3, type=2, side=1, limitPrice=0, stopPrice=0, orderTag="own1")
    told["placed"] = [first["s"], first["code"]]
    second = order(qty=2, type=1, side=1, limitPrice=90.5, stopPrice=0, orderTag="own2")["id"]
    stop = order(qty=3, type=4, side=-1, limitPrice=80, stopPrice=81)["id"]
    changed = fyers.modify_order({"id": second, "type": 1, "qty": 4, "limitPrice": 91})
    gone = fyers.cancel_order({"id": stop})
    told["answers"] = [changed["code"], gone["code"]]
    rows = {row["id"]: row for row in fyers.orderbook()["orderBook"]}
    told["orders"] = [[rows[each]["status"], rows[each]["type"], rows[each]["qty"], rows[each]["limitPrice"]]
                      for each in (first["id"], second, stop)]  # fmt: skip
    told["one"] = fyers.orderbook({"id": second})["orderBook"][0]["orderTag"]
    told["trades"] = [[row["tradedQty"], row["tradePrice"]] for row in fyers.tradebook()["tradeBook"]]
    told["positions"] = [[row["symbol"], row["netQty"], row["netAvg"]] for row in fyers.positions()["netPositions"]]
    refused = order(qty=90_000, type=2, side=1, limitPrice=0, stopPrice=0)
    told["refused"] = [refused["s"], refused["code"]]
    told["holdings"] = fyers.holdings()["holdings"]
    told["funds"] = [row["title"] for row in fyers.funds()["fund_limit"]][8:]


def main(url: str, app: str, secret: str, code: str) -> dict[str, Any]:
    """Everything that is tried, in order."""
    model = importlib.import_module("fyers_apiv3.fyersModel")
    model.Config.API, model.Config.DATA_API = url + "/api/v3", url + "/data"
    session = model.SessionModel(client_id=app, secret_key=secret, redirect_uri="http://127.0.0.1/back",
                                 response_type="code", grant_type="authorization_code")  # fmt: skip
    session.set_token(code)
    token = session.generate_token()["access_token"]
    fyers = model.FyersModel(client_id=app, token=token)
    told: dict[str, Any] = {"profile": fyers.get_profile()["data"]["fy_id"]}

    heard: list[list[Any]] = []
    orders = importlib.import_module("fyers_apiv3.FyersWebsocket.order_ws").FyersOrderSocket(
        access_token=f"{app}:{token}", write_to_file=True, reconnect=False, on_connect=lambda: None,
        on_general=lambda said: heard.append(["said", said["s"]]),
        on_orders=lambda said: heard.append(["order", said["orders"]["status"], said["orders"]["filledQty"]]),
        on_trades=lambda said: heard.append(["trade", said["trades"]["tradedQty"], said["trades"]["tradePrice"]]),
    )  # fmt: skip
    orders._FyersOrderSocket__url = url.replace("http", "ws") + "/trade/v3"
    orders.connect()
    orders.subscribe("OnOrders,OnTrades")
    wait(lambda: bool(heard))

    trade(fyers, told)
    found = fyers.quotes({"symbols": "NSE:ACME-EQ"})["d"][0]["v"]
    told["quote"] = [found["bid"], found["ask"]]
    bars = fyers.history({"symbol": "NSE:ACME-EQ", "resolution": "D", "date_format": "1", "range_from": "2026-01-05",
                          "range_to": "2026-01-08", "cont_flag": "1"})  # fmt: skip
    told["days"] = [len(row) for row in bars["candles"]]

    data = importlib.import_module("fyers_apiv3.FyersWebsocket.data_ws")
    data.SymbolConversion._index_hsm_mapping_cache = {"none": "none"}
    begin = data.SymbolConversion.__init__

    def redirected(self: Any, *given: Any, **more: Any) -> None:  # noqa: ANN401 - the client's own
        begin(self, *given, **more)
        self.symbols_token_api = url + "/data/symbol-token"

    data.SymbolConversion.__init__ = redirected
    ticks: list[dict[str, Any]] = []
    prices = data.FyersDataSocket(access_token=f"{app}:{token}", write_to_file=False, reconnect=False, litemode=False,
                                  on_message=ticks.append)  # fmt: skip
    prices._FyersDataSocket__url = url.replace("http", "ws") + "/hsm/v1-5/prod"
    prices.connect()
    prices.subscribe(symbols=["NSE:ACME-EQ"], data_type="SymbolUpdate")
    wait(lambda: any(tick.get("type") == "sf" for tick in ticks))
    told["ticks"] = [[tick["symbol"], tick["ltp"], tick["bid_price"], tick["ask_size"]]
                     for tick in ticks if tick.get("type") == "sf"][:1]  # fmt: skip
    told["answered"] = sorted({tick["type"] for tick in ticks if tick.get("s") == "ok"})
    wait(lambda: len(heard) >= 8)
    told["heard"] = heard
    return told


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:5]), default=str), flush=True)  # noqa: T201 - its answer
    # The client's threads do not end by themselves.
    os._exit(0)
