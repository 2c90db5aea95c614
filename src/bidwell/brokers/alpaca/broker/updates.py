"""The order stream: login, subscription, and events in the order in which they came."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime
from typing import Protocol

import msgspec

from bidwell.brokers.alpaca import parse, wire
from bidwell.brokers.alpaca.client import AlpacaClient
from bidwell.brokers.alpaca.config import AlpacaConfig
from bidwell.brokers.alpaca.symbols import SymbolBook, UnknownSymbol
from bidwell.brokers.transport import Socket, decoder, moment, read
from bidwell.engine.ports import BrokerEvent, Clock
from bidwell.model import events as ev
from bidwell.model.errors import BrokerError, ProtocolError, Refused
from bidwell.model.ids import AccountId, BrokerOrderId

_MESSAGE = decoder(wire.Message)
_UPDATE = decoder(wire.Update)
_AUTHORIZATION = decoder(wire.Authorization)
_REMEMBERED = 5000


class Owner(Protocol):
    """The session that the stream belongs to."""

    def tell(self, event: BrokerEvent, *, again: bool = False) -> None: ...

    def accepted_before(self, order_id: str) -> bool: ...

    def came_up(self) -> None: ...

    def went_down(self, reason: str) -> None: ...

    def lost(self, problem: BrokerError) -> None: ...

    def heard(self) -> None: ...

    def trouble(self, what: str, problem: BrokerError | str) -> None: ...

    def reread(self, reason: str) -> None: ...


class Updates:
    """`transport.Ear` for `trade_updates`.

    Events that need a look at REST first (a replacement's terms, a symbol seen for the first time) hold up those behind
    them, so that the desk hears them in their order.
    """

    def __init__(
        self,
        owner: Owner,
        account: AccountId,
        config: AlpacaConfig,
        client: AlpacaClient,
        book: SymbolBook,
        clock: Clock,
    ) -> None:
        self._owner = owner
        self._account = account
        self._config = config
        self._client = client
        self._book = book
        self._clock = clock
        self._mentioned: dict[str, None] = {}
        self._waiting: deque[wire.Update] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Stop what is being looked up."""
        worker, self._worker = self._worker, None
        self._waiting.clear()
        if worker is not None:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    def mentioned(self, order_id: str) -> bool:
        """Whether the stream has said anything of an order."""
        return order_id in self._mentioned

    def created(self, row: wire.Order) -> datetime | None:
        """When Alpaca made the order, where it says so readably."""
        return moment(row.created_at, "created_at") if row.created_at else None

    # --- transport.Ear ----------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """Log in and listen; raises Refused for a key that Alpaca does not know."""
        login = {
            "action": "authenticate",
            "data": {"key_id": self._config.key_id, "secret_key": self._config.secret_key},
        }
        await socket.say(msgspec.json.encode(login).decode())
        message = read(_MESSAGE, await socket.hear(), "the answer to the login")
        if read(_AUTHORIZATION, bytes(message.data), "the answer to the login").status != "authorized":
            raise Refused("Alpaca's order stream does not know this key")
        await socket.say('{"action":"listen","data":{"streams":["trade_updates"]}}')
        message = read(_MESSAGE, await socket.hear(), "the answer to the subscription")
        if message.stream != "listening" or b"trade_updates" not in bytes(message.data):
            raise ProtocolError(f"Alpaca answered the subscription with {message.stream!r}")

    def hear(self, frame: bytes | str) -> None:
        """A frame: text, or on the paper host the same text in binary."""
        message = read(_MESSAGE, frame, "a frame of the order stream")
        self._owner.heard()
        if message.stream != "trade_updates":
            return
        row = read(_UPDATE, bytes(message.data), "an order event")
        self._mention(row.order.id)
        if self._waiting or not self._told(row):
            self._waiting.append(row)
            if self._worker is None or self._worker.done():
                self._worker = asyncio.get_running_loop().create_task(self._catch_up())

    def up(self) -> None:
        """The desk is to read what was missed; what still waited is in that."""
        self._waiting.clear()
        self._owner.came_up()

    def down(self, reason: str) -> None:
        """The connection is gone."""
        self._owner.went_down(reason)

    def refused(self, problem: Refused) -> None:
        """The key does not open the stream any more."""
        self._owner.lost(problem)

    # --- inside -----------------------------------------------------------------------------------

    def _told(self, row: wire.Update) -> bool:
        """Tell what an event means; False where REST has to be asked first."""
        if row.event == parse.REPLACED:
            return False
        try:
            meant = parse.update(row, self._context())
        except UnknownSymbol:
            return False
        if meant is None:
            self._owner.trouble("order stream", f"Alpaca sent an event {row.event!r}, which it does not document")
            self._owner.reread(f"an event {row.event!r} that is not documented")
            return True
        for event in meant:
            if isinstance(event, ev.OrderFilled) and not self._owner.accepted_before(row.order.id):
                order_id = BrokerOrderId(row.order.id)
                self._owner.tell(
                    ev.OrderAccepted(event.at, event.client_order_id, order_id, None, self.created(row.order))
                )
            self._owner.tell(event)
        return True

    async def _catch_up(self) -> None:
        while self._waiting:
            row = self._waiting[0]
            try:
                await self._look(row)
            except BrokerError as problem:
                self._owner.trouble("order stream", problem)
                self._owner.reread(f"an event that could not be completed: {problem}")
                self._waiting.clear()
                return
            if self._waiting and self._waiting[0] is row:
                self._waiting.popleft()

    async def _look(self, row: wire.Update) -> None:
        if not self._book.knows(row.order.symbol):
            asset = await self._client.asset(row.order.symbol)
            if asset is not None:
                self._book.learn([asset])
        if row.event == parse.REPLACED:
            newest = (await self._client.chain(row.order))[-1]
            self._mention(newest.id)
            self._owner.tell(parse.replaced(newest, self._context()))
        elif not self._told(row):
            raise ProtocolError(f"Alpaca named {row.order.symbol!r} in an event, and not in its list")

    def _context(self) -> parse.Context:
        return parse.Context(self._account, self._book, self._clock.now())

    def _mention(self, order_id: str) -> None:
        self._mentioned[order_id] = None
        if len(self._mentioned) > _REMEMBERED:
            del self._mentioned[next(iter(self._mentioned))]
