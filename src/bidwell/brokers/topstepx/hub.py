"""ASP.NET Core SignalR's JSON protocol over a websocket, as far as a hub that only tells things needs it.

Source: the hub protocol specification of ASP.NET Core SignalR; the negotiation is skipped.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bidwell.brokers.topstepx import wire
from bidwell.brokers.transport import Socket, decoder, read
from bidwell.model.errors import ProtocolError, Refused, Unavailable

END = "\x1e"
HANDSHAKE = '{"protocol":"json","version":1}' + END
PING = '{"type":6}' + END
EVENT, ANSWER, CLOSE = 1, 3, 7
QUIET = frozenset({2, 4, 5, 6})
"""Kinds of messages that tell nothing of what was subscribed to: parts of streams, which nobody asks for, and pings."""

_MESSAGE = decoder(wire.Message)


def messages(frame: bytes | str, what: str) -> list[wire.Message]:
    """The messages of a frame, which may hold several; raises ProtocolError for one that is cut short or unknown."""
    found = _records(frame, what)
    unknown = next((each for each in found if each.type not in {EVENT, ANSWER, CLOSE} | QUIET), None)
    if unknown is not None:
        raise ProtocolError(f"{what} is of a kind {unknown.type}, which the protocol does not have")
    return found


def _records(frame: bytes | str, what: str) -> list[wire.Message]:
    try:
        text = frame.decode() if isinstance(frame, bytes) else frame
    except UnicodeDecodeError as problem:
        raise ProtocolError(f"{what} is no text: {problem}") from problem
    *whole, rest = text.split(END)
    if rest or not whole:
        raise ProtocolError(f"{what} ends in the middle of a message")
    return [read(_MESSAGE, each, what) for each in whole]


def invocation(name: int | str, target: str, *arguments: object) -> str:
    """A call of a hub's method, to be answered under its name."""
    call = {"type": EVENT, "invocationId": str(name), "target": target, "arguments": list(arguments)}
    return msgspec.json.encode(call).decode() + END


async def greet(socket: Socket, calls: Iterable[tuple[str, tuple[object, ...]]], what: str) -> list[wire.Message]:
    """Shake hands and make calls, waiting for every answer; gives the events that came meanwhile.

    Raises Unavailable where the hub closes, Refused where it answers a call with an error.
    """
    await socket.say(HANDSHAKE)
    early = _shaken(await socket.hear(), what)
    waiting = {}
    for number, (target, arguments) in enumerate(calls, 1):
        waiting[str(number)] = target
        await socket.say(invocation(number, target, *arguments))
    heard = early
    events: list[wire.Message] = []
    while True:
        for each in heard:
            if each.type == EVENT:
                events.append(each)
            closed_or_refused(each, what)
            if each.type == ANSWER:
                waiting.pop(each.invocationId or "", None)
        if not waiting:
            return events
        heard = messages(await socket.hear(), what)


def _shaken(frame: bytes | str, what: str) -> list[wire.Message]:
    """What came in one frame with the answer to the handshake, which alone has no kind."""
    answer, *rest = _records(frame, f"the handshake of {what}")
    if answer.error:
        raise Unavailable(f"{what} did not take the handshake: {answer.error}")
    if answer.type:
        raise ProtocolError(f"{what} answered the handshake with a message of kind {answer.type}")
    return rest


def closed_or_refused(message: wire.Message, what: str) -> None:
    """Raise Unavailable for the hub's goodbye, Refused for an answer that is an error."""
    if message.type == CLOSE:
        raise Unavailable(f"{what} was closed by TopstepX" + (f": {message.error}" if message.error else ""))
    if message.type == ANSWER and message.error:
        raise Refused(f"{what} did not take a subscription: {message.error}")
