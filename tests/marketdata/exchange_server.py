"""A local stand-in that speaks Binance's public protocol, so that CCXT itself connects, subscribes and parses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bidwell.marketdata.vendors.ccxt_public import Exchange, public_exchange

START = 1_700_000_040_000


def market(base: str) -> dict[str, object]:
    return {
        "symbol": f"{base}USDT", "status": "TRADING", "baseAsset": base, "quoteAsset": "USDT",
        "baseAssetPrecision": 8, "quotePrecision": 8, "isSpotTradingAllowed": True, "isMarginTradingAllowed": False,
        "permissions": ["SPOT"], "permissionSets": [["SPOT"]], "orderTypes": ["LIMIT", "MARKET"],
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01"},
            {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000", "stepSize": "0.00001"},
            {"filterType": "NOTIONAL", "minNotional": "5.0"},
        ],
    }  # fmt: skip


@dataclass
class ExchangeServer:
    """What the stand-in saw, and the faults it was told to show."""

    port: int = 0
    connections: int = 0
    mute: bool = False
    down: bool = False
    refuse: bool = False
    sockets: list[web.WebSocketResponse] = field(default_factory=list)

    def exchange(self) -> Exchange:
        """CCXT's own Binance class, pointed at this server."""
        made = public_exchange("binance")
        # What the product never needs of an exchange: its addresses.
        addresses = vars(made)["urls"]["api"]
        addresses["public"] = f"http://127.0.0.1:{self.port}/api/v3"
        addresses["ws"]["spot"] = f"ws://127.0.0.1:{self.port}/ws"
        return made

    async def information(self, _request: web.Request) -> web.Response:
        if self.refuse:
            return web.json_response({"code": -1003, "msg": "Too many requests"}, status=429)
        return web.json_response({"symbols": [market("BTC"), market("ETH")], "serverTime": START})

    async def candles(self, request: web.Request) -> web.Response:
        since, limit = int(request.query.get("startTime", START)), int(request.query.get("limit", 500))
        first = -(-since // 60_000)
        rows = [
            [minute * 60_000, "100.0", "101.0", "99.5", "100.5", "7.5", minute * 60_000 + 59_999, "0", 1, "0", "0", "0"]
            for minute in range(first, min(first + limit, START // 60_000 + 1))
        ]
        return web.json_response(rows)

    async def fall(self) -> None:
        """Close every stream and take no new ones until `down` is unset."""
        self.down = True
        for socket in self.sockets:
            await socket.close()

    async def stream(self, request: web.Request) -> web.StreamResponse:
        if self.down:
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self.connections += 1
        talkers: list[asyncio.Task[None]] = []
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                asked = json.loads(message.data)
                await socket.send_json({"result": None, "id": asked["id"]})
                talkers.append(asyncio.create_task(self._talk(socket, asked["params"])))
        for talker in talkers:
            talker.cancel()
        return socket

    async def _talk(self, socket: web.WebSocketResponse, streams: list[str]) -> None:
        sent = 0
        while not socket.closed and not self.mute:
            for name in streams:
                symbol, channel = name.split("@")
                await socket.send_json(self._message(symbol.upper(), channel, sent))
            sent += 1
            await asyncio.sleep(0.02)

    def _message(self, symbol: str, channel: str, number: int) -> dict[str, object]:
        level = 30_000 + number
        if channel == "bookTicker":
            return {"u": number, "s": symbol, "b": f"{level}.10", "B": "1.5", "a": f"{level}.20", "A": "2.5"}
        return {"e": "24hrMiniTicker", "E": START + number, "s": symbol, "c": f"{level}.15", "o": "29000.00",
                "h": "40000.00", "l": "28000.00", "v": "1234.5", "q": "1.0"}  # fmt: skip


@asynccontextmanager
async def serving() -> AsyncIterator[ExchangeServer]:
    """Serve on a free port of the loopback address."""
    server = ExchangeServer()
    application = web.Application()
    application.router.add_get("/api/v3/exchangeInfo", server.information)
    application.router.add_get("/api/v3/klines", server.candles)
    application.router.add_get("/{tail:ws.*}", server.stream)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = int(runner.addresses[0][1])
    try:
        yield server
    finally:
        await runner.cleanup()
