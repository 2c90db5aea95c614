"""The price stream's binary messages: big-endian, fields by number, records of a topic's figures in a fixed order."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bidwell.model.errors import ProtocolError

AUTH, ACK, SUBSCRIBE, UNSUBSCRIBE, FEED, PAUSE, RESUME, MODE, CUSTOM = 1, 3, 4, 5, 6, 7, 8, 12, 51
SNAPSHOT, UPDATE, LITE = 83, 85, 76
CHANNEL = 11
SOURCE = "Bidwell"
ABSENT = -(2**31)
"""What stands for a figure that did not change, or is not there."""

SCRIP = ("ltp", "vol_traded_today", "last_traded_time", "exch_feed_time", "bid_size", "ask_size", "bid_price", "ask_price",
         "last_traded_qty", "tot_buy_qty", "tot_sell_qty", "avg_trade_price", "OI", "low_price", "high_price", "Yhigh",
         "Ylow", "lower_ckt", "upper_ckt", "open_price", "prev_close_price")  # fmt: skip
"""The figures of a share or contract, in their order."""

SEGMENTS = {"1010": "nse_cm", "1011": "nse_fo", "1120": "mcx_fo", "1210": "bse_cm", "1012": "cde_fo", "1211": "bse_fo",
            "1212": "bcs_fo", "1020": "nse_com"}  # fmt: skip


def topic(token: str) -> str:
    """The topic of a security by its fyToken; raises ProtocolError for one that is none."""
    segment = SEGMENTS.get(token[:4])
    if segment is None or not token[10:].isdigit():
        raise ProtocolError(f"{token!r} is no token of the price stream")
    return f"sf|{segment}|{token[10:]}"


# --- what we say ----------------------------------------------------------------------------------


def auth(key: str) -> bytes:
    """The login."""
    return _message(AUTH, [(1, key.encode()), (2, b"P"), (3, b"\x01"), (4, SOURCE.encode())])


def full_mode() -> bytes:
    """Everything of each topic."""
    return _message(MODE, [(1, (1 << CHANNEL).to_bytes(8, "big")), (2, b"F")], length=0)


def subscribe(topics: Sequence[str]) -> bytes:
    """Listen to topics."""
    names = b"".join(bytes([len(each)]) + each.encode() for each in topics)
    return _message(SUBSCRIBE, [(1, struct.pack(">H", len(topics)) + names), (2, bytes([CHANNEL]))])


def acknowledge(number: int) -> bytes:
    """We have everything up to this message."""
    return _message(ACK, [(1, struct.pack(">I", number))])


def _message(kind: int, fields: Sequence[tuple[int, bytes]], *, length: int | None = None) -> bytes:
    body = bytes([kind, len(fields)]) + b"".join(
        struct.pack(">BH", number, len(value)) + value for number, value in fields
    )
    return struct.pack(">H", min(len(body), 65_535) if length is None else length) + body


# --- what it says ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the stream: its type, and whether it is good."""

    kind: int
    good: bool
    acknowledge_every: int = 0


@dataclass(frozen=True, slots=True)
class Complaint:
    """A message of the stream's own: a code and words."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """A topic's figures; a snapshot names its topic and how prices are scaled, an update has only the topic's id."""

    topic_id: int
    figures: tuple[int, ...]
    topic: str = ""
    scale: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """Records in one numbered message."""

    number: int
    records: tuple[Record, ...]


Said = Reply | Complaint | Feed


class _Reader:
    """A cursor that raises ProtocolError where the bytes end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise ProtocolError("a message of the price stream is cut")
        self._at += count
        return self._data[self._at - count : self._at]

    def unpack(self, form: str) -> tuple[int, ...]:
        return struct.unpack(form, self.take(struct.calcsize(form)))

    def number(self, form: str) -> int:
        return self.unpack(form)[0]

    def text(self) -> str:
        return self.take(self.number(">B")).decode("utf-8", "replace")


def messages(frame: bytes) -> Iterator[Said]:
    """What a frame says; raises ProtocolError for what is cut or not documented."""
    reader = _Reader(frame)
    while reader.left:
        length = reader.number(">H")
        body = _Reader(reader.take(length))
        kind = body.number(">B")
        if kind == FEED:
            yield _feed(body)
        elif kind == CUSTOM:
            yield _complaint(_fields(body))
        elif kind in {AUTH, SUBSCRIBE, UNSUBSCRIBE, PAUSE, RESUME, MODE}:
            fields = _fields(body)
            every = int.from_bytes(fields.get(2, b""), "big") if kind == AUTH else 0
            yield Reply(kind, fields.get(1) == b"K", every)
        else:
            raise ProtocolError(f"the price stream sent a message {kind}, which Fyers does not document")


def _fields(body: _Reader) -> dict[int, bytes]:
    found = {}
    for _ in range(body.number(">B")):
        number, length = body.unpack(">BH")
        found[number] = body.take(length)
    return found


def _complaint(fields: dict[int, bytes]) -> Complaint:
    return Complaint(
        int.from_bytes(fields.get(1, b""), "big", signed=True), fields.get(2, b"").decode("utf-8", "replace")
    )


def _feed(body: _Reader) -> Feed:
    number, count = body.unpack(">IH")
    return Feed(number, tuple(_record(body) for _ in range(count)))


def _record(body: _Reader) -> Record:
    kind = body.number(">B")
    # The id's bytes are in the other order; nothing but equality is asked of it.
    topic_id = body.number("<H")
    if kind == SNAPSHOT:
        name = body.text()
        figures = _figures(body)
        _, multiplier, precision = body.unpack(">HHB")
        for _ in range(3):
            body.text()
        if not multiplier or precision > 9:
            raise ProtocolError(f"prices of {name} have the scale {multiplier} and {precision}")
        return Record(topic_id, figures, name, Decimal(10) ** precision * multiplier)
    if kind == UPDATE:
        return Record(topic_id, _figures(body))
    if kind == LITE:
        return Record(topic_id, (body.number(">i"),))
    raise ProtocolError(f"the price stream sent a record {kind}, which Fyers does not document")


def _figures(body: _Reader) -> tuple[int, ...]:
    count = body.number(">B")
    return body.unpack(f">{count}i")


class Topic:
    """A topic as it stands: updates change what they say and leave the rest."""

    def __init__(self, snapshot: Record) -> None:
        self.name = snapshot.topic
        self._scale = snapshot.scale or Decimal(1)
        self._figures = list(snapshot.figures)

    def change(self, update: Record) -> None:
        """Take an update in."""
        for place, value in enumerate(update.figures[: len(self._figures)]):
            if value != ABSENT:
                self._figures[place] = value

    def figure(self, name: str) -> int | None:
        """A count or time, None where there is none."""
        place = SCRIP.index(name)
        found = self._figures[place] if place < len(self._figures) else ABSENT
        return None if found == ABSENT else found

    def price(self, name: str) -> Decimal | None:
        """A price, None where there is none."""
        found = self.figure(name)
        return None if found is None or found <= 0 else Decimal(found) / self._scale
