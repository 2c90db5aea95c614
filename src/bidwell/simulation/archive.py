"""Closed orders on disk: appended once, indexed in memory by client id, read back when somebody asks."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from bidwell.simulation.frames import HEAD_LENGTH, framed, whole_frames
from bidwell.simulation.orders import VenueOrder

_encode = msgspec.msgpack.Encoder().encode


class _Key(msgspec.Struct, array_like=True):
    """The head of an archived order."""

    account: str
    client_order_id: str
    broker_order_id: str
    closed_at: datetime


_ORDER = msgspec.msgpack.Decoder(VenueOrder)
_KEY = msgspec.msgpack.Decoder(_Key)


class ClosedOrders:
    """The archive file; `length` bytes of it are vouched for by the newest image of the state."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._places: dict[tuple[str, str], tuple[int, int]] = {}
        self._closed: dict[str, list[tuple[datetime, int, int]]] = {}
        self.length = 0

    def load(self, length: int) -> None:
        """Index the first `length` bytes and cut off what a crash left behind them."""
        os.ftruncate(self._file, length)
        content = os.pread(self._file, length, 0) if length else b""
        for after, payload in whole_frames(content):
            self._index(_KEY.decode(payload), after - len(payload), len(payload))
            self.length = after

    def append(self, orders: Iterable[VenueOrder]) -> None:
        """Add closed orders; they are durable after `sync`, and until then a log has them, too."""
        parts = []
        for order in orders:
            payload = _encode(order)
            closed_at = order.closed_at
            if closed_at is not None:
                key = _Key(order.account, order.client_order_id, order.broker_order_id, closed_at)
                self._index(key, self.length + HEAD_LENGTH, len(payload))
            parts.append(framed(payload))
            self.length += HEAD_LENGTH + len(payload)
        content = b"".join(parts)
        if content:
            start = self.length - len(content)
            written = os.pwrite(self._file, content, start)
            if written != len(content):
                raise OSError(f"only {written} of {len(content)} bytes of the archive were written")

    def sync(self) -> None:
        """Make everything that was added durable."""
        os.fdatasync(self._file)

    def find(self, account: str, client_order_id: str) -> VenueOrder | None:
        """The order under a client id."""
        place = self._places.get((account, client_order_id))
        return self._read(*place) if place else None

    def closed_since(self, account: str, since: datetime | None) -> list[VenueOrder]:
        """An account's closed orders from a moment on, in the order of their closing."""
        closed = self._closed.get(account, [])
        first = 0 if since is None else len(closed)
        while first and since is not None and closed[first - 1][0] >= since:
            first -= 1
        return [self._read(offset, length) for _, offset, length in closed[first:]]

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)

    def _index(self, key: _Key, offset: int, length: int) -> None:
        if key.client_order_id:
            self._places[(key.account, key.client_order_id)] = (offset, length)
        self._closed.setdefault(key.account, []).append((key.closed_at, offset, length))

    def _read(self, offset: int, length: int) -> VenueOrder:
        return _ORDER.decode(os.pread(self._file, length, offset))
