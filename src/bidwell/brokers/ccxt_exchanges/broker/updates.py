"""The order stream of one account: events in the order in which they came, executions that it does not tell read."""

from __future__ import annotations

import asyncio
from collections import deque
from decimal import Decimal
from typing import Protocol

from bidwell.brokers.ccxt_exchanges import parse
from bidwell.brokers.ccxt_exchanges.broker.words import WORDS, Word, words_in
from bidwell.brokers.ccxt_exchanges.client import ExchangeClient
from bidwell.brokers.ccxt_exchanges.symbols import PairBook
from bidwell.brokers.ccxt_exchanges.wire import Order
from bidwell.brokers.transport import Socket
from bidwell.engine.ports import BrokerEvent, Clock
from bidwell.model import events as ev
from bidwell.model.errors import BrokerError, Refused
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId
from bidwell.model.money import ZERO

_REMEMBERED = 5000


class Owner(Protocol):
    """The session that the stream belongs to."""

    def tell(self, event: BrokerEvent, *, again: bool = False) -> None: ...

    def touched(self, symbol: str) -> None: ...

    def came_up(self) -> None: ...

    def went_down(self, reason: str) -> None: ...

    def lost(self, problem: BrokerError) -> None: ...

    def heard(self) -> None: ...

    def trouble(self, what: str, problem: BrokerError | str) -> None: ...

    def reread(self, reason: str) -> None: ...


class Updates:
    """`transport.Ear` for an exchange's private stream.

    Where the stream tells no executions, an order whose filled quantity grew has them read first, and what came
    meanwhile waits behind it.
    """

    def __init__(self, owner: Owner, account: AccountId, client: ExchangeClient, book: PairBook, clock: Clock) -> None:
        self._owner = owner
        self._account = account
        self._client = client
        self._book = book
        self._clock = clock
        self._words = WORDS[client.profile.id]
        self._names: dict[str, ClientOrderId] = {}
        self._mentioned: dict[str, None] = {}
        self._steps: dict[tuple[str, Decimal], list[Fill]] = {}
        self._waiting: deque[Order] = deque()
        self._worker: asyncio.Task[None] | None = None

    def know(self, order_id: str, name: ClientOrderId) -> None:
        """An order that REST took is ours: later words about it may not say so."""
        self._names[order_id] = name
        if len(self._names) > _REMEMBERED:
            del self._names[next(iter(self._names))]

    def mentioned(self, order_id: str) -> bool:
        """Whether the stream has said anything of an order."""
        return order_id in self._mentioned

    async def close(self) -> None:
        """Stop what is being read."""
        worker, self._worker = self._worker, None
        self._waiting.clear()
        if worker is not None:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    # --- transport.Ear ----------------------------------------------------------------------------

    async def greet(self, socket: Socket) -> None:
        """Log in and subscribe."""
        await self._words.greet(self._client, socket)

    def hear(self, frame: bytes | str) -> None:
        """A frame."""
        for word in words_in(self._client, frame):
            self._apply(word)
        self._owner.heard()

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

    def _apply(self, word: Word) -> None:
        name = parse.own_name(word.name) or self._names.get(word.order_id) or ClientOrderId(word.order_id)
        self._names.setdefault(word.order_id, name)
        self._mention(word.order_id)
        context = self._context()
        if word.execution is not None:
            self._owner.touched(word.execution.symbol)
            made = parse.fill(word.execution, name, context)
            self._owner.tell(ev.OrderAccepted(context.at, name, BrokerOrderId(word.order_id), None, None))
            self._owner.tell(ev.OrderFilled(context.at, name, made))
        if word.order is not None:
            self._order(word.order, name, context)

    def _order(self, row: Order, name: ClientOrderId, context: parse.Context) -> None:
        if row.symbol:
            self._owner.touched(row.symbol)
        if not self._client.profile.stream_fills and (self._waiting or self._grew(row)):
            self._waiting.append(row)
            if self._worker is None or self._worker.done():
                self._worker = asyncio.get_running_loop().create_task(self._catch_up())
            return
        for event in parse.update(row, name, context):
            self._owner.tell(event)

    def _grew(self, row: Order) -> bool:
        return (row.filled or ZERO) > ZERO

    async def _catch_up(self) -> None:
        while self._waiting:
            row = self._waiting[0]
            try:
                await self._read(row)
            except BrokerError as problem:
                self._owner.trouble("order stream", problem)
                self._owner.reread(f"an event that could not be completed: {problem}")
                self._waiting.clear()
                return
            if self._waiting and self._waiting[0] is row:
                self._waiting.popleft()

    async def _read(self, row: Order) -> None:
        """Tell the executions of an order before what became of it: each once for each step that the stream told."""
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
            if len(self._steps) > _REMEMBERED:
                del self._steps[next(iter(self._steps))]
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

    def _mention(self, order_id: str) -> None:
        self._mentioned[order_id] = None
        if len(self._mentioned) > _REMEMBERED:
            del self._mentioned[next(iter(self._mentioned))]
