"""A journal in memory that fails and crashes on the weather's command, and keeps the account of what is durable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random

import msgspec

from bidwell.engine import codec
from bidwell.engine.memory_journal import MemoryJournal
from bidwell.engine.ports import Entry
from bidwell.model import events as ev
from bidwell.model import held_events as hev
from bidwell.model.errors import JournalUnavailable
from bidwell.simulation.proof.weather import JOURNAL_FAULTS, Fault, Weather

_RARER = 0.2


class _Named(msgspec.Struct):
    client_order_id: str


_named = msgspec.json.Decoder(_Named)


class ProofJournal(MemoryJournal):
    """What is durable, read from the bytes that were written: intents, allotments, and how often each order was SENT."""

    def __init__(self, weather: Weather, random: Random) -> None:
        super().__init__()
        self.sent: dict[str, int] = {}
        self.absent: dict[str, None] = {}
        self.doubted: dict[str, None] = {}
        self.intents: dict[str, ev.IntentReceived] = {}
        self.allotted: dict[tuple[str, str], ev.Allocation] = {}
        self.raised: dict[str, ev.ReplaceRequested] = {}
        self.asked_off: dict[str, None] = {}
        self.closed: dict[str, float] = {}
        self.led: list[ev.LeaderFilled] = []
        self.copies: dict[str, ev.FillsCopied] = {}
        self.copied: list[ev.FillsCopied] = []
        self.waited: dict[str, None] = {}
        self.triggered: dict[str, hev.OrderTriggered] = {}
        self.retired = 0
        self.recalled = 0
        self.crash: Callable[[], None] = lambda: None
        self._weather = weather
        self._random = random

    async def append(self, entries: Sequence[Entry]) -> None:
        """Append, or fail or crash before or after it."""
        await asyncio.sleep(self._random.uniform(0.0002, 0.003))
        fault = None
        if self._random.random() < _RARER:
            fault = self._weather.strike(JOURNAL_FAULTS, entries[-1].kind)
        if fault is Fault.CRASH_BEFORE:
            await self._die()
        if fault is Fault.JOURNAL_FAILED_BEFORE:
            msg = "the disk is full"
            raise JournalUnavailable(msg)
        await super().append(entries)
        for entry in entries:
            self._witness(entry)
        if fault is Fault.CRASH_AFTER:
            await self._die()
        if fault is Fault.JOURNAL_FAILED_AFTER:
            msg = "the connection to the database was lost"
            raise JournalUnavailable(msg)

    async def _die(self) -> None:
        self.crash()
        await asyncio.Event().wait()

    def _witness(self, entry: Entry) -> None:
        kind = entry.kind
        if kind == "OrderSubmitted":
            name = _named.decode(entry.body).client_order_id
            self.sent[name] = self.sent.get(name, 0) + 1
        elif kind == "IntentsRetired":
            self.retired += 1
        elif kind == "IntentRecalled":
            self.recalled += 1
        elif kind == "OrderAbsent":
            self.absent[_named.decode(entry.body).client_order_id] = None
        elif kind == "CancelRequested":
            self.asked_off[_named.decode(entry.body).client_order_id] = None
        elif kind == "OrderHeld":
            self.waited[_named.decode(entry.body).client_order_id] = None
        elif kind == "OrderDoubted":
            self.doubted[_named.decode(entry.body).client_order_id] = None
        elif kind in {"OrderRejected", "OrderCanceled", "OrderExpired"}:
            self.closed[_named.decode(entry.body).client_order_id] = asyncio.get_running_loop().time()
        elif kind in {"IntentReceived", "IntentAllocated", "ReplaceRequested", "LeaderFilled", "FillsCopied",
                      "OrderDenied", "OrderTriggered"}:  # fmt: skip
            self._keep(codec.decode(kind, entry.body))

    def _keep(self, event: ev.Event) -> None:
        match event:
            case ev.IntentReceived(intent=intent):
                self.intents[intent.id] = event
            case ev.IntentAllocated(intent=name, allocations=parts):
                for part in parts:
                    self.allotted[(name, part.account)] = part
            case ev.LeaderFilled():
                self.led.append(event)
            case ev.FillsCopied(intent=copy):
                self.copied.append(event)
                if copy is not None:
                    self.copies[copy] = event
            case hev.OrderTriggered(client_order_id=order):
                self.triggered[order] = event
            case ev.OrderDenied(order=denied):
                self.closed[denied.client_order_id] = asyncio.get_running_loop().time()
            case ev.ReplaceRequested(client_order_id=order, quantity=quantity):
                known = self.raised.get(order)
                if known is None or known.quantity < quantity:
                    self.raised[order] = event
            case _:
                return
