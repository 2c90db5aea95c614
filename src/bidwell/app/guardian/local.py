"""The journal of a guardian without a database: one file, written and flushed before anything leaves, adopted later.

Room for it is set aside when the guardian starts, because a full disk is one of the reasons why a database goes away. A
line holds an entry as JSON; zeros behind the last line are that room.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from bidwell.engine import codec
from bidwell.engine.ports import Entry
from bidwell.model.errors import Fenced, JournalUnavailable
from bidwell.model.events import Event

ROOM: Final = 1024 * 1024
_SPARE, _PENDING, _ADOPTED = "room", "unadopted-", "adopted"


class _Line(msgspec.Struct):
    seq: int
    occurred_at: datetime
    kind: str
    body: msgspec.Raw
    intent_id: str | None


_ENCODER = msgspec.json.Encoder(decimal_format="string")
_DECODER: msgspec.json.Decoder[_Line] = msgspec.json.Decoder(_Line)


def set_room_aside(folder: Path) -> None:
    """Keep room for one local journal; raises OSError where there is none."""
    spare = folder / _SPARE
    if not spare.exists() or spare.stat().st_size < ROOM:
        spare.write_bytes(bytes(ROOM))
        spare.chmod(0o600)


def pending(folder: Path) -> list[Path]:
    """Local journals that nobody adopted yet, oldest first."""
    return sorted(folder.glob(f"{_PENDING}*"))


def read(path: Path) -> list[Event]:
    """The events of a local journal; a last line that was cut off was never acted on, and is left out."""
    found = []
    for line in path.read_bytes().partition(b"\0")[0].split(b"\n")[:-1]:
        entry = _DECODER.decode(line)
        found.append(codec.decode(entry.kind, bytes(entry.body)))
    return found


def settle(path: Path) -> None:
    """A local journal is part of the workspace's now: keep it apart, for whoever wants to see it."""
    kept = path.parent / _ADOPTED
    kept.mkdir(mode=0o700, exist_ok=True)
    path.rename(kept / path.name.removeprefix(_PENDING))


class LocalJournal:
    """`engine.ports.Journal` that goes on from a sequence which was read elsewhere."""

    def __init__(self, folder: Path, name: str, after: int) -> None:
        self._last = after
        self._first = after
        self._at = 0
        self.path = folder / f"{_PENDING}{name}.jsonl"
        with contextlib.suppress(FileNotFoundError):
            (folder / _SPARE).rename(self.path)
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write and flush the entries; raises JournalUnavailable when the disk does not take them."""
        text = b"".join(
            _ENCODER.encode(_Line(one.seq, one.occurred_at, one.kind, msgspec.Raw(one.body), one.intent_id)) + b"\n"
            for one in entries
        )  # fmt: skip
        try:
            await asyncio.to_thread(self._write, text)
        except OSError as error:
            raise JournalUnavailable(f"the guardian's own journal cannot be written: {error}") from error
        self._at += len(text)
        self._last = entries[-1].seq

    def _write(self, text: bytes) -> None:
        if os.pwrite(self._file, text, self._at) < len(text):
            raise OSError("there is no room for a whole entry")
        os.fsync(self._file)

    async def read(self, after: int = 0, limit: int | None = None) -> AsyncIterator[Sequence[Entry]]:
        """Nothing: what is in it was written by this very process. Raises Fenced for a fold from the beginning."""
        if after < self._first or limit is not None:
            raise Fenced("a local journal holds no beginning: the guardian has to start anew")
        nothing: list[Sequence[Entry]] = []
        for entries in nothing:
            yield entries

    async def head(self) -> int:
        """The last sequence that was written."""
        return self._last

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)
