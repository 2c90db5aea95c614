"""What the guardian says of itself, in a file that anybody on this machine's account may read, the desk too."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

FOLDER: Final = "guardian"
_FILE, _LOCK = "state.json", "guardian.lock"


class Stage(StrEnum):
    """What the guardian is doing."""

    WATCHING = "watching"
    ACTING = "acting"
    HANDING_OVER = "handing_over"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Action:
    """Why and for whom the guardian acted; `locally` without the database, `flat_at` once nothing was left."""

    at: datetime
    cause: str
    reason: str
    accounts: tuple[str, ...]
    locally: bool = False
    flat_at: datetime | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """How the guardian is: seconds since the desk was well, seconds without a price, who is exposed, what it last did."""

    pid: int
    looked_at: datetime
    stage: Stage
    after: float
    data_age: float | None
    worry: float
    mute: float
    reason: str
    exposed: tuple[str, ...]
    breached: tuple[str, ...]
    sequence: int
    adopting: int = 0
    last: Action | None = field(default=None)


_ENCODER = msgspec.json.Encoder(decimal_format="string")
_DECODER: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


def write(folder: Path, record: Record) -> None:
    """Replace the file as a whole; raises OSError."""
    scratch = folder / f"{_FILE}.new"
    scratch.write_bytes(_ENCODER.encode(record))
    scratch.replace(folder / _FILE)


def read(data: Path) -> Record | None:
    """The last word of a data folder's guardian; OFF where it does not run any more, None where there was none."""
    try:
        found = _DECODER.decode((data / FOLDER / _FILE).read_bytes())
    except (OSError, msgspec.DecodeError):
        return None
    return found if running(data) == found.pid else replace(found, stage=Stage.OFF)


def take(folder: Path) -> int | None:
    """Be the folder's one guardian for as long as this process lives; the lock's descriptor, or None."""
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def running(data: Path) -> int | None:
    """The process id of the folder's guardian, or None."""
    try:
        lock = os.open(data / FOLDER / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.pread(lock, 20, 0)
        return int(text) if text.isdigit() else None
    finally:
        os.close(lock)
    return None
