"""The order stream: login, subscription, and events in the order in which they came."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bidwell.brokers.alpaca import parse, wire
from bidwell.brokers.alpaca.client import AlpacaClient
from bidwell.brokers.alpaca.config import AlpacaConfig
from bidwell.brokers.alpaca.symbols import SymbolBook, UnknownSymbol
from bidwell.brokers.transport import OrderUpdates, Owner, Socket, decoder, moment, read
from bidwell.engine.ports import Clock
from bidwell.model import events as ev
from bidwell.model.errors import ProtocolError, Refused
from bidwell.model.ids import AccountId, BrokerOrderId

_MESSAGE = decoder(wire.Message)
_UPDATE = decoder(wire.Update)
_AUTHORIZATION = decoder(wire.Authorization)


class Updates(OrderUpdates[wire.Update]):
    """`transport.Ear` for `trade_updates`; a replacement's terms and a symbol seen for the first time are looked up."""

    def __init__(
        self,
        owner: Owner,
        account: AccountId,
        config: AlpacaConfig,
        client: AlpacaClient,
        book: SymbolBook,
        clock: Clock,
    ) -> None:
        super().__init__(owner)
        self._account = account
        self._config = config
        self._client = client
        self._book = book
        self._clock = clock

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
        self._take(row)

    # --- inside -----------------------------------------------------------------------------------

    def _told(self, row: wire.Update) -> bool:
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
                self._owner.tell(ev.OrderAccepted(event.at, event.client_order_id, order_id, None, created(row.order)))
            self._owner.tell(event)
        return True

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


def created(row: wire.Order) -> datetime | None:
    """When Alpaca made the order, where it says so readably."""
    return moment(row.created_at, "created_at") if row.created_at else None
