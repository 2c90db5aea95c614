"""Drives a twin with Zerodha's own client, in an environment of its own: `python kite_driver.py URL KEY SECRET TOKEN`.

Prints one JSON object with what the client understood. Nothing of the desk is imported here.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from typing import Any


def trade(kite: Any, told: dict[str, Any]) -> None:  # noqa: ANN401 - the client's own classes
    """Orders of several types, changed, canceled and refused, and what is left of them."""
    more = {"exchange": "NSE", "tradingsymbol": "ACME", "validity": "DAY", "variety": "regular"}
    first = kite.place_order(**more, transaction_type="BUY", quantity=3, product="MIS", order_type="MARKET", tag="own1",
                             market_protection=-1)  # fmt: skip
    second = kite.place_order(**more, transaction_type="BUY", quantity=2, product="MIS", order_type="LIMIT", price=90.5)
    stop = kite.place_order(**more, transaction_type="SELL", quantity=3, product="MIS", order_type="SL", price=80,
                            trigger_price=81)  # fmt: skip
    kite.modify_order("regular", second, quantity=4, price=91)
    kite.cancel_order("regular", stop)
    rows = {row["order_id"]: row for row in kite.orders()}
    told["orders"] = [[rows[each]["status"], rows[each]["order_type"], rows[each]["quantity"], rows[each]["price"]]
                      for each in (first, second, stop)]  # fmt: skip
    told["tag"] = rows[first]["tag"]
    told["day"] = str(rows[first]["order_timestamp"].date())
    told["history"] = [row["status"] for row in kite.order_history(first)]
    told["trades"] = [[row["quantity"], row["average_price"]] for row in kite.trades()]
    told["own_trades"] = len(kite.order_trades(first))
    net = kite.positions()["net"]
    told["positions"] = [[row["tradingsymbol"], row["product"], row["quantity"], row["average_price"]] for row in net]
    told["holdings"] = kite.holdings()
    errors = importlib.import_module("kiteconnect.exceptions")
    told["refused"] = []
    for what in ({"transaction_type": "SELL", "quantity": 5, "product": "CNC", "order_type": "MARKET"},
                 {"transaction_type": "BUY", "quantity": 1, "product": "CNC", "order_type": "LIMIT", "price": 90.001},
                 {"transaction_type": "BUY", "quantity": 90_000, "product": "CNC", "order_type": "MARKET"}):  # fmt: skip
        try:
            kite.place_order(**more, **what)
        except errors.KiteException as refused:
            told["refused"].append([type(refused).__name__, refused.code])


def look(kite: Any, told: dict[str, Any]) -> None:  # noqa: ANN401 - the client's own classes
    """The account, instruments and prices."""
    told["profile"] = kite.profile()["user_id"]
    told["cash"] = kite.margins("equity")["available"]["live_balance"]
    told["segments"] = sorted(kite.margins())
    rows = {row["tradingsymbol"]: row for row in kite.instruments()}
    told["instruments"] = sorted(rows)
    option = rows["NIFTY31JAN25000CE"]
    told["option"] = [
        option["strike"],
        str(option["expiry"]),
        option["lot_size"],
        option["instrument_type"],
        option["segment"],
    ]
    told["listed"] = len(kite.instruments("NFO"))
    told["quote"] = kite.quote("NSE:ACME")["NSE:ACME"]["depth"]["sell"][0]["price"]
    told["ohlc"] = kite.ohlc("NSE:ACME")["NSE:ACME"]["instrument_token"]
    told["ltp"] = kite.ltp("NSE:ACME", "NSE:NIFTY 50")["NSE:NIFTY 50"]["last_price"]
    bars = kite.historical_data(408065, "2026-11-02 09:15:00", "2026-11-02 09:20:00", "minute", oi=True)
    told["bars"] = [len(bars), str(bars[0]["date"]), "oi" in bars[0]]


def listen(url: str, key: str, token: str, told: dict[str, Any]) -> Any:  # noqa: ANN401 - the client's own classes
    """The ticker in a thread of the client's own."""
    ticker = importlib.import_module("kiteconnect").KiteTicker(key, token, root=url.replace("http", "ws", 1) + "/")
    told["ticks"], told["updates"] = {}, []

    def on_connect(socket: Any, _response: Any) -> None:  # noqa: ANN401
        socket.subscribe([408065, 256265])
        socket.set_mode(socket.MODE_FULL, [408065, 256265])

    def on_ticks(_socket: Any, ticks: list[dict[str, Any]]) -> None:  # noqa: ANN401
        for tick in ticks:
            if tick["mode"] == "full":
                told["ticks"][str(tick["instrument_token"])] = [
                    tick["last_price"], tick["tradable"], tick.get("depth", {}).get("sell", [{}])[0].get("price")]  # fmt: skip

    def on_order_update(_socket: Any, order: dict[str, Any]) -> None:  # noqa: ANN401
        told["updates"].append([order["status"], order["filled_quantity"], order["tag"]])

    ticker.on_connect, ticker.on_ticks, ticker.on_order_update = on_connect, on_ticks, on_order_update
    ticker.connect(threaded=True)
    wait(lambda: len(told["ticks"]) == 2)
    return ticker


def wait(holds: Any) -> None:  # noqa: ANN401 - a callable
    """Until something holds, at most half a minute."""
    end = time.monotonic() + 30
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)


def main(url: str, key: str, secret: str, request_token: str) -> dict[str, Any]:
    kite = importlib.import_module("kiteconnect").KiteConnect(api_key=key, root=url)
    told: dict[str, Any] = {}
    session = kite.generate_session(request_token, api_secret=secret)
    told["session"] = [session["user_id"], session["login_time"].year]
    ticker = listen(url, key, session["access_token"], told)
    look(kite, told)
    trade(kite, told)
    wait(lambda: len(told["updates"]) >= 6)
    ticker.stop()
    kite.invalidate_access_token()
    try:
        kite.profile()
    except importlib.import_module("kiteconnect.exceptions").TokenException as over:
        told["over"] = over.code
    return told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])) + "\n")
