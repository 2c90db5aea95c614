"""The private stream of each exchange: how a key logs in, and which rows of a frame speak of our orders.

The library's own watch calls fold several words about one order into the newest and hide a broken connection; the desk
has to hear each and to know of every gap, so it listens itself, and lets the library sign and read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from bidwell.brokers.ccxt_exchanges.client import ExchangeClient
from bidwell.brokers.ccxt_exchanges.client.library import reckoning, understood
from bidwell.brokers.ccxt_exchanges.wire import Execution, Order, shaped
from bidwell.brokers.transport import Socket, StreamSettings
from bidwell.model.errors import ProtocolError, Refused

_LOGIN_ANSWERS = 5
"""So many frames may come between a login and its answer: greetings and states of the system."""


@dataclass(frozen=True, slots=True)
class Word:
    """One thing that a frame says of one of our orders; `name` is our id where the frame carries it."""

    order_id: str
    name: str
    order: Order | None = None
    execution: Execution | None = None


class Words(Protocol):
    """One exchange's private stream."""

    def url(self, client: ExchangeClient) -> str:
        """Where it listens."""
        ...

    def settings(self, given: StreamSettings) -> StreamSettings:
        """What the server wants to hear to keep the line open."""
        ...

    async def greet(self, client: ExchangeClient, socket: Socket) -> None:
        """Log in and subscribe; raises Refused for a key that it does not know."""
        ...

    def words(self, client: ExchangeClient, frame: bytes | str) -> Iterator[Word]:
        """What a frame says of our orders; raises ProtocolError."""
        ...


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _rows(value: Any, what: str) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ProtocolError(f"{what} of the order stream is no list")
    return value


def _ws(client: ExchangeClient, *path: str) -> str:
    found = client.exchange.urls["api"]["ws"]
    for each in path:
        found = found[each]
    return str(client.exchange.implode_hostname(found))


async def _answer(client: ExchangeClient, socket: Socket, said: str) -> dict[str, Any]:
    """Say something and wait for the frame that answers it: the first that names a result or an error."""
    await socket.say(said)
    for _ in range(_LOGIN_ANSWERS):
        found = client.message(await socket.hear())
        if any(name in found for name in ("status", "success", "event", "retCode", "error", "events")):
            return found
    raise ProtocolError("the order stream does not answer")


class _Binance:
    """Requests on one socket: a signed subscription, then its events."""

    _QUIET = frozenset({"outboundAccountPosition", "balanceUpdate", "listStatus", "externalLockUpdate"})

    def url(self, client: ExchangeClient) -> str:
        return _ws(client, "ws-api", "spot")

    def settings(self, given: StreamSettings) -> StreamSettings:
        return given

    async def greet(self, client: ExchangeClient, socket: Socket) -> None:
        with reckoning():
            params = client.exchange.sign_params({})
        found = await _answer(client, socket, _json({"id": "1", "method": "userDataStream.subscribe.signature",
                                                     "params": params}))  # fmt: skip
        if found.get("status") != 200:
            raise Refused(f"Binance's order stream does not know this key ({found.get('error')})")

    def words(self, client: ExchangeClient, frame: bytes | str) -> Iterator[Word]:
        message = client.message(frame)
        event = message.get("event", message)
        if not isinstance(event, dict):
            raise ProtocolError("an event of the order stream is no object")
        kind = event.get("e")
        if kind == "executionReport":
            yield from self._report(client, event)
        elif kind is not None and kind not in self._QUIET:
            # The subscription ended (eventStreamTerminated), or something that is not documented.
            raise ProtocolError(f"Binance said {kind!r} on the order stream")

    def _report(self, client: ExchangeClient, event: dict[str, Any]) -> Iterator[Word]:
        order = client.order_of(event)
        # A cancel has an id of its own, and names the order's as the original one.
        name = str(event.get("C") or event.get("c") or "")
        if event.get("x") == "TRADE":
            yield Word(order.id, name, execution=client.execution_of(event))
        yield Word(order.id, name, order=order)


class _Bybit:
    """Two topics: orders and executions."""

    def url(self, client: ExchangeClient) -> str:
        return _ws(client, "private", "contract")

    def settings(self, given: StreamSettings) -> StreamSettings:
        return replace(given, ping='{"op":"ping"}', ping_every=18.0)

    async def greet(self, client: ExchangeClient, socket: Socket) -> None:
        exchange = client.exchange
        expires = str(exchange.milliseconds() + 10_000)
        signature = exchange.hmac(exchange.encode(f"GET/realtime{expires}"), exchange.encode(exchange.secret),
                                  hashlib.sha256)  # fmt: skip
        found = await _answer(client, socket, _json({"op": "auth", "args": [exchange.apiKey, expires, signature]}))
        if found.get("success") is not True and found.get("retCode") != 0:
            raise Refused(
                f"Bybit's order stream does not know this key ({found.get('ret_msg') or found.get('retMsg')})"
            )
        found = await _answer(client, socket, '{"op":"subscribe","args":["order","execution"]}')
        if found.get("success") is not True:
            raise ProtocolError(f"Bybit answered the subscription with {found.get('ret_msg')!r}")

    def words(self, client: ExchangeClient, frame: bytes | str) -> Iterator[Word]:
        message = client.message(frame)
        topic = message.get("topic")
        if topic == "order":
            for row in _rows(message.get("data"), "orders"):
                if row.get("category") == "spot":
                    order = client.order_of(row, rest=True)
                    yield Word(order.id, str(row.get("orderLinkId") or ""), order=order)
        elif topic == "execution":
            for row in _rows(message.get("data"), "executions"):
                if row.get("category") == "spot" and row.get("execType") == "Trade":
                    execution = client.execution_of(row, rest=True)
                    yield Word(execution.order, str(row.get("orderLinkId") or ""), execution=execution)
        elif topic is not None:
            raise ProtocolError(f"Bybit said {topic!r} on the order stream")


class _Okx:
    """One channel: a row is an order, with its newest execution in it."""

    def url(self, client: ExchangeClient) -> str:
        return str(client.exchange.implode_hostname(client.exchange.get_url("orders", "private")))

    def settings(self, given: StreamSettings) -> StreamSettings:
        return replace(given, ping="ping", ping_every=18.0)

    async def greet(self, client: ExchangeClient, socket: Socket) -> None:
        exchange = client.exchange
        at = str(exchange.seconds())
        sign = exchange.hmac(exchange.encode(f"{at}GET/users/self/verify"), exchange.encode(exchange.secret),
                             hashlib.sha256, "base64")  # fmt: skip
        login = {"apiKey": exchange.apiKey, "passphrase": exchange.password, "timestamp": at, "sign": sign}
        found = await _answer(client, socket, _json({"op": "login", "args": [login]}))
        if found.get("event") != "login" or str(found.get("code")) != "0":
            raise Refused(f"OKX's order stream does not know this key ({found.get('msg')})")
        found = await _answer(client, socket, '{"op":"subscribe","args":[{"channel":"orders","instType":"SPOT"}]}')
        if found.get("event") != "subscribe":
            raise ProtocolError(f"OKX answered the subscription with {found.get('msg')!r}")

    def words(self, client: ExchangeClient, frame: bytes | str) -> Iterator[Word]:
        if frame == "pong":
            return
        message = client.message(frame)
        if message.get("event") == "notice":
            raise ProtocolError(f"OKX is about to close the stream: {message.get('msg')}")
        arg = message.get("arg")
        if not isinstance(arg, dict) or arg.get("channel") != "orders" or "data" not in message:
            return
        for row in _rows(message.get("data"), "orders"):
            order = client.order_of(row, rest=True)
            name = str(row.get("clOrdId") or "")
            if row.get("tradeId"):
                yield Word(order.id, name, execution=_okx_execution(row, order))
            yield Word(order.id, name, order=order)


def _okx_execution(row: dict[str, Any], order: Order) -> Execution:
    fee = {"cost": _negative(row.get("fillFee")), "currency": row.get("fillFeeCcy") or None}
    return shaped({"id": row.get("tradeId"), "order": order.id, "symbol": order.symbol, "side": order.side,
                   "amount": row.get("fillSz"), "price": row.get("fillPx"), "timestamp": row.get("fillTime") or None,
                   "fee": fee}, Execution, "an execution of the stream")  # fmt: skip


def _negative(text: object) -> str | None:
    """A fee as a cost: OKX writes what is paid below zero."""
    told = str(text or "")
    return None if not told else told[1:] if told.startswith("-") else f"-{told}" if told.strip("0.") else "0"


class _Kraken:
    """A token over REST, then one channel of executions; later words about an order name only what changed."""

    def url(self, client: ExchangeClient) -> str:
        return _ws(client, "privateV2")

    def settings(self, given: StreamSettings) -> StreamSettings:
        return replace(given, ping='{"method":"ping"}', ping_every=30.0)

    async def greet(self, client: ExchangeClient, socket: Socket) -> None:
        told = await client.ask("privatePostGetWebSocketsToken", "the stream's token")
        token = (told.get("result") or {}).get("token") if isinstance(told, dict) else None
        if not token:
            raise Refused("Kraken gives no token for the order stream: the key lacks “Access WebSockets API”")
        await socket.say(_json({"method": "subscribe", "params": {
            "channel": "executions", "token": token, "snap_orders": False, "snap_trades": False}}))  # fmt: skip
        for _ in range(_LOGIN_ANSWERS):
            found = client.message(await socket.hear())
            if found.get("method") == "subscribe":
                if found.get("success") is not True:
                    raise Refused(f"Kraken's order stream does not let this key in ({found.get('error')})")
                return
        raise ProtocolError("the order stream does not answer")

    def words(self, client: ExchangeClient, frame: bytes | str) -> Iterator[Word]:
        message = client.message(frame)
        if message.get("channel") != "executions":
            return
        for row in _rows(message.get("data"), "executions"):
            order_id, name = str(row.get("order_id") or ""), str(row.get("cl_ord_id") or "")
            if row.get("exec_type") == "trade":
                yield Word(order_id, name, execution=client.execution_of(row))
            if row.get("order_status"):
                order = client.order_of(row)
                if "cum_qty" in row:
                    filled = shaped(row["cum_qty"], Decimal, "what of an order is filled")
                    order = msgspec.structs.replace(order, filled=filled, amount=None)
                yield Word(order_id, name, order=order)


class _Coinbase:
    """A short-lived token in the subscription; orders with totals, executions over REST."""

    def url(self, client: ExchangeClient) -> str:
        return _ws(client)

    def settings(self, given: StreamSettings) -> StreamSettings:
        # Heartbeats come every second: a line that says nothing for ten is dead.
        return replace(given, silence=10.0)

    async def greet(self, client: ExchangeClient, socket: Socket) -> None:
        exchange = client.exchange
        with reckoning():
            auth = exchange.create_ws_auth("user", [])
        await socket.say(_json({"type": "subscribe", "product_ids": [], "channel": "user", **auth}))
        for _ in range(_LOGIN_ANSWERS):
            found = client.message(await socket.hear())
            if found.get("type") == "error":
                raise Refused(f"Coinbase's order stream does not know this key ({found.get('message')})")
            if found.get("channel") == "subscriptions":
                await socket.say('{"type":"subscribe","product_ids":[],"channel":"heartbeats"}')
                return
        raise ProtocolError("the order stream does not answer")

    def words(self, client: ExchangeClient, frame: bytes | str) -> Iterator[Word]:
        message = client.message(frame)
        if message.get("type") == "error":
            raise ProtocolError(f"Coinbase said {message.get('message')!r} on the order stream")
        if message.get("channel") != "user":
            return
        for event in _rows(message.get("events"), "events"):
            for row in _rows(event.get("orders", []), "orders"):
                order = client.order_of(row)
                yield Word(order.id, str(row.get("client_order_id") or ""), order=order)


WORDS: dict[str, Words] = {
    "binance": _Binance(), "bybit": _Bybit(), "okx": _Okx(), "kraken": _Kraken(), "coinbase": _Coinbase(),
}  # fmt: skip


def words_in(client: ExchangeClient, frame: bytes | str) -> list[Word]:
    """What a frame says of our orders; raises ProtocolError for whatever cannot be read."""
    with understood("a frame of the order stream"):
        return list(WORDS[client.profile.id].words(client, frame))
