"""PostgreSQL's binary array format, for the few column types of the journal's insert.

psycopg's own adaptation of lists costs as much as the durable commit itself at 60 rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct

BYTEA, INT8, TEXT, TIMESTAMPTZ = 17, 20, 25, 1184

_HEADER = Struct("!iiIii")
_LENGTH = Struct("!i")
_INT8 = Struct("!q")
_NULL = b"\xff\xff\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def int8(value: int) -> bytes:
    """A bigint."""
    return _INT8.pack(value)


def timestamp(moment: datetime) -> bytes:
    """A timestamptz: microseconds since 2000."""
    return _INT8.pack((moment - _EPOCH) // _MICROSECOND)


def array(element: int, items: Sequence[bytes | None]) -> bytes:
    """A one-dimensional array of elements of one type that are already in binary form."""
    pack = _LENGTH.pack
    parts = [_NULL if item is None else pack(len(item)) + item for item in items]
    return _HEADER.pack(1, 1, element, len(items), 1) + b"".join(parts)
