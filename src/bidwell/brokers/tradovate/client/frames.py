"""The language of Tradovate's sockets: a letter before each frame, four lines in each request; no input or output."""

from __future__ import annotations

import msgspec

from bidwell.brokers.tradovate import wire
from bidwell.brokers.transport import read
from bidwell.model.errors import ProtocolError, Unavailable

OPEN, HEARTBEAT, MESSAGES, CLOSE = "o", "h", "a", "c"
AUTHORIZE = "authorize"

_MESSAGES = msgspec.json.Decoder(list[wire.Message])
_CLOSE = msgspec.json.Decoder(tuple[int, str])


def request(operation: str, number: int, body: str = "", query: str = "") -> str:
    """A request under a number of ours, by which its reply is told."""
    return f"{operation}\n{number}\n{query}\n{body}"


def messages(frame: bytes | str) -> list[wire.Message]:
    """The messages of a frame, none of an opening or a heartbeat.

    Raises Unavailable where the frame closes the stream, ProtocolError for one that is none of the four.
    """
    text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
    letter, rest = text[:1], text[1:]
    if letter in {OPEN, HEARTBEAT} and not rest:
        return []
    if letter == MESSAGES:
        return read(_MESSAGES, rest, "a frame of Tradovate's stream")
    if letter == CLOSE:
        code, reason = read(_CLOSE, rest, "the close of Tradovate's stream")
        raise Unavailable(f"Tradovate closed the stream: {code} {reason}")
    raise ProtocolError(f"Tradovate's stream said {text[:40]!r}")
