"""The order stream of one account: events in the order in which they came, executions that it does not tell read."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from bidwell.brokers import transport
from bidwell.brokers.ccxt_exchanges import parse
from bidwell.brokers.ccxt_exchanges.broker.words import WORDS, Word, words_in
from bidwell.brokers.ccxt_exchanges.client import ExchangeClient
from bidwell.brokers.ccxt_exchanges.symbols import PairBook
from bidwell.brokers.ccxt_exchanges.wire import Order
from bidwell.brokers.transport import OrderUpdates, Recent, Socket
from bidwell.engine.ports import Clock
from bidwell.model import events as ev
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId
from bidwell.model.money import ZERO


class Owner(transport.Owner, Protocol):
    """The session that the stream belongs to."""

    def touched(self, symbol: str) -> None: ...


Piece = tuple[Order, ClientOrderId]


class Updates(OrderUpdates[Piece]):
    """`transport.Ear` for an exchange's private stream.

    Where the stream tells no executions, an order whose filled quantity grew has them read first.
    """

    _owner: Owner

    def __init__(self, owner: Owner, account: AccountId, client: ExchangeClient, book: PairBook, clock: Clock) -> None:
        super().__init__(owner)
        self._account = account
        self._client = client
        self._book = book
        self._clock = clock
        self._words = WORDS[client.profile.id]
        self._names: Recent[str, ClientOrderId] = Recent()
        self._steps: Recent[tuple[str, Decimal], list[Fill]] = Recent()

    def know(self, order_id: str, name: ClientOrderId) -> None:
        """An order that REST took is ours: later words about it may not say so."""
        self._names[order_id] = name

    # --- transport.Ear ----------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """Log in and subscribe."""
        await self._words.greet(self._client, socket)

    def hear(self, frame: bytes | str) -> None:
        """A frame."""
        for word in words_in(self._client, frame):
            self._apply(word)
        self._owner.heard()

    # --- inside -----------------------------------------------------------------------------------

    def _apply(self, word: Word) -> None:
        name = parse.own_name(word.name) or self._names.get(word.order_id) or ClientOrderId(word.order_id)
        if word.order_id not in self._names:
            self._names[word.order_id] = name
        self._mention(word.order_id)
        context = self._context()
        if word.execution is not None:
            self._owner.touched(word.execution.symbol)
            made = parse.fill(word.execution, name, context)
            self._owner.tell(ev.OrderAccepted(context.at, name, BrokerOrderId(word.order_id), None, None))
            self._owner.tell(ev.OrderFilled(context.at, name, made))
        if word.order is not None:
            if word.order.symbol:
                self._owner.touched(word.order.symbol)
            self._take((word.order, name))

    def _told(self, piece: Piece) -> bool:
        row, name = piece
        if not self._client.profile.stream_fills and (row.filled or ZERO) > ZERO:
            return False
        for event in parse.update(row, name, self._context()):
            self._owner.tell(event)
        return True

    async def _look(self, piece: Piece) -> None:
        """Tell the executions of an order before what became of it: each once for each step that the stream told."""
        row, _ = piece
        name, context = self._names[row.id], self._context()
        accepted, *ends = parse.update(row, name, context)
        step = (row.id, row.filled or ZERO)
        if step not in self._steps:
            before = {
                each.execution_id for (order_id, _), told in self._steps.items() if order_id == row.id for each in told
            }
            found = [
                parse.fill(each, name, context) for each in await self._client.executions_of(row, row.symbol or "")
            ]
            self._steps[step] = [each for each in found if each.execution_id not in before]
            told = self._steps[step]
        else:
            # A step told twice is heard twice; the end of an order repeats its last.
            told = [] if ends else self._steps[step]
        self._owner.tell(accepted)
        for each in told:
            self._owner.tell(ev.OrderFilled(context.at, name, each))
        for event in ends:
            self._owner.tell(event)

    def _context(self) -> parse.Context:
        return parse.Context(self._account, self._book, self._clock.now())
