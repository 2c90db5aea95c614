"""Drives a twin with a public client of the gateway, in an environment of its own: `python topstepx_py_driver.py URL USER KEY`.

REST goes by the client, the hubs by the SignalR library that it stands on. Prints one JSON object with what they
understood. Nothing of the desk is imported here.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

ACCOUNT, CONTRACT = 465, "CON.F.US.MCLE.F28"
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
LIMIT, MARKET, STOP, BUY, SELL = 1, 2, 4, 0, 1


def hub(url: str, token: str, heard: list[list[Any]]) -> Any:  # noqa: ANN401 - the library's own class
    """The user hub, open and subscribed."""
    builder = importlib.import_module("signalrcore.hub_connection_builder").HubConnectionBuilder()
    address = url.replace("http", "ws") + f"/hubs/user?access_token={token}"
    made = builder.with_url(address, options={"skip_negotiation": True}).configure_logging(logging.ERROR).build()
    opened: list[bool] = []
    made.on_open(lambda: opened.append(True))
    made.on(
        "GatewayUserOrder",
        lambda said: heard.append(["order", said[0]["data"]["customTag"], said[0]["data"]["status"]]),
    )
    made.on("GatewayUserTrade", lambda said: heard.append(["trade", said[0]["data"]["size"], said[0]["data"]["price"]]))
    made.start()
    until(lambda: bool(opened), "the hub is open")
    answered: list[object] = []
    for method, arguments in (("SubscribeAccounts", []), ("SubscribeOrders", [ACCOUNT]), ("SubscribePositions", [ACCOUNT]),
                              ("SubscribeTrades", [ACCOUNT])):  # fmt: skip
        made.send(method, arguments, answered.append)
    until(lambda: len(answered) == 4, "the subscriptions are answered")
    return made


def until(met: Callable[[], bool], what: str) -> None:
    """Wait for the client's own threads."""
    end = time.monotonic() + 30
    while not met():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


def refused(error: type[Exception], call: Callable[[], object]) -> bool:
    """Whether the client says that a call failed."""
    try:
        return call() in {0, None}
    except error:
        return True


def main(url: str, user: str, key: str) -> dict[str, Any]:
    """What the client understood."""
    sdk = importlib.import_module("projectx_sdk")
    error = importlib.import_module("projectx_sdk.exceptions").ProjectXError
    units = importlib.import_module("projectx_sdk.endpoints.history").TimeUnit
    client = sdk.ProjectXClient(username=user, api_key=key, base_url=url)
    told: dict[str, Any] = {"accounts": [[each.id, each.name, each.balance] for each in client.accounts.search()]}
    told["contracts"] = [
        [each.id, each.name, each.tick_size, each.tick_value] for each in client.contracts.search("MCL")
    ]
    heard: list[list[Any]] = []
    line = hub(url, client.auth.get_token(), heard)

    filled = client.orders.place(ACCOUNT, CONTRACT, MARKET, BUY, 3, custom_tag="client-1")
    limit = client.orders.place(ACCOUNT, CONTRACT, LIMIT, BUY, 5, limit_price=90.0, custom_tag="client-2")
    stop = client.orders.place(ACCOUNT, CONTRACT, STOP, SELL, 3, stop_price=80.0)
    told["open"] = sorted(each.id for each in client.orders.search_open(ACCOUNT)) == sorted([limit, stop])
    told["modified"] = client.orders.modify(ACCOUNT, limit, size=6, limit_price=91.0)
    told["canceled"] = [
        client.orders.cancel(ACCOUNT, limit),
        refused(error, lambda: client.orders.cancel(ACCOUNT, limit)),
    ]
    told["duplicate"] = refused(
        error, lambda: client.orders.place(ACCOUNT, CONTRACT, MARKET, BUY, 3, custom_tag="client-1")
    )
    rows = {each.id: each for each in client.orders.search(ACCOUNT, SINCE)}
    told["orders"] = [[rows[each].status, rows[each].size, rows[each].custom_tag] for each in (filled, limit, stop)]
    told["positions"] = [[each.contract_id, each.type, each.size, each.average_price]
                         for each in client.positions.search_open(ACCOUNT)]  # fmt: skip
    told["closed"] = [client.positions.partial_close_contract(ACCOUNT, CONTRACT, 1),
                      client.positions.close_contract(ACCOUNT, CONTRACT)]  # fmt: skip
    told["trades"] = [[each.side, each.size, each.profit_and_loss] for each in client.trades.search(ACCOUNT, SINCE)]
    end = datetime(2026, 11, 2, 15, tzinfo=UTC)
    told["bars"] = len(client.history.retrieve_bars(CONTRACT, end - timedelta(hours=1), end, units.MINUTE, 5, 6))
    until(lambda: sum(each[0] == "trade" for each in heard) == 3, "the fills")
    line.stop()
    told["heard"] = heard
    return told


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:4])))  # noqa: T201 - its answer
