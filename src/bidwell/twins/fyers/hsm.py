"""The price stream's messages as the server writes and reads them: big-endian, fields by number."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from decimal import Decimal

from bidwell.twins.scenario import Listed

AUTH, ACK, SUBSCRIBE, UNSUBSCRIBE, FEED, PAUSE, RESUME, MODE = 1, 3, 4, 5, 6, 7, 8, 12
ABSENT = -(2**31)
HEARTBEAT = b"\x00\x01\x0b"
_SEGMENTS = {"1010": "nse_cm", "1011": "nse_fo", "1210": "bse_cm", "1211": "bse_fo"}
_PRECISION = 2


def topic(token: str) -> str:
    """The topic of a fyToken."""
    return f"sf|{_SEGMENTS[token[:4]]}|{token[10:]}"


def scaled(price: Decimal, _row: Listed) -> int:
    """A price as the stream writes it."""
    return int(price * 10**_PRECISION)


def read(frame: bytes) -> tuple[int, dict[int, bytes]]:
    """A client's message: its type and fields; the length in front may be anything. Raises KeyError for what is cut."""
    if len(frame) < 4:
        raise KeyError("cut")
    kind, count, at = frame[2], frame[3], 4
    found: dict[int, bytes] = {}
    for _ in range(count):
        number, length = struct.unpack_from(">BH", frame, at)
        found[number] = frame[at + 3 : at + 3 + length]
        at += 3 + length
    return kind, found


def topics(value: bytes) -> list[str]:
    """The topics of a subscription."""
    (count,) = struct.unpack_from(">H", value)
    found, at = [], 2
    for _ in range(count):
        found.append(value[at + 1 : at + 1 + value[at]].decode())
        at += 1 + value[at]
    return found


def _framed(body: bytes) -> bytes:
    return struct.pack(">H", len(body)) + body


def reply(kind: int, *, good: bool = True, acknowledge_every: int = 0) -> bytes:
    """An answer to a request."""
    fields = [(1, b"K" if good else b"F")] + ([(2, struct.pack(">I", acknowledge_every))] if kind == AUTH else [])
    return _framed(bytes([kind, len(fields)]) + b"".join(
        struct.pack(">BH", number, len(value)) + value for number, value in fields))  # fmt: skip


def feed(number: int, records: Sequence[bytes]) -> bytes:
    """Records in one numbered message."""
    return _framed(bytes([FEED]) + struct.pack(">IH", number, len(records)) + b"".join(records))


def snapshot(topic_id: int, name: str, row: Listed, values: Sequence[int]) -> bytes:
    """A topic, whole."""
    exchange, _, plain = row.symbol.partition(":")
    words = b"".join(bytes([len(each)]) + each.encode() for each in (exchange, name.rpartition("|")[2], plain))
    return (bytes([83]) + struct.pack("<H", topic_id) + bytes([len(name)]) + name.encode() + bytes([len(values)])
            + struct.pack(f">{len(values)}i", *values) + b"\x00\x00" + struct.pack(">HB", 1, _PRECISION) + words)  # fmt: skip


def update(topic_id: int, values: Sequence[int]) -> bytes:
    """A topic's changes."""
    return bytes([85]) + struct.pack("<H", topic_id) + bytes([len(values)]) + struct.pack(f">{len(values)}i", *values)
