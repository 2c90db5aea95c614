"""How events are written in the journal and read back: JSON with exact decimals, one decoder per kind."""

from __future__ import annotations

from typing import Any

import msgspec

from bidwell.model.errors import ProtocolError
from bidwell.model.events import KINDS, Event
from bidwell.model.held_events import HELD_KINDS
from bidwell.model.instrument import CONTRACTS, Contract
from bidwell.model.retirement import RETIREMENT_KINDS, Finished
from bidwell.model.risk_events import RISK_KINDS

_encoder = msgspec.json.Encoder(decimal_format="string")
_canonical = msgspec.json.Encoder(decimal_format="string", order="deterministic")


def contract(wanted: type, value: Any) -> Any:  # noqa: ANN401 - msgspec hands over whatever was written
    """An instrument's contract by its `type`, for decoders; raises ValueError for another."""
    if wanted is Contract and isinstance(value, dict) and value.get("type") in CONTRACTS:
        return msgspec.convert(value, CONTRACTS[value["type"]], strict=False)
    msg = f"cannot read a {wanted.__name__} from {value!r}"
    raise ValueError(msg)


_KINDS = KINDS | RISK_KINDS | HELD_KINDS | RETIREMENT_KINDS
_decoders = {name: msgspec.json.Decoder(kind, dec_hook=contract) for name, kind in _KINDS.items()}
_finished = msgspec.json.Decoder(Finished, dec_hook=contract)


def encode(event: Event) -> bytes:
    """The event's fields as JSON; its class name is stored beside it."""
    return _encoder.encode(event)


def decode(kind: str, body: bytes) -> Event:
    """Read an event back; raises ProtocolError for an unknown kind or a body that does not fit it."""
    decoder = _decoders.get(kind)
    if decoder is None:
        msg = f"the journal holds an event of unknown kind {kind!r}: it was written by a newer version"
        raise ProtocolError(msg)
    try:
        event: Event = decoder.decode(body)
    except msgspec.DecodeError as error:
        msg = f"a {kind} in the journal cannot be read: {error}"
        raise ProtocolError(msg) from error
    return event


def encode_finished(finished: Finished) -> bytes:
    """An archived intent as JSON."""
    return _encoder.encode(finished)


def decode_finished(body: bytes | str) -> Finished:
    """Read an archived intent back; raises ProtocolError for a body that does not fit it."""
    try:
        return _finished.decode(body)
    except msgspec.DecodeError as error:
        msg = f"an archived intent cannot be read: {error}"
        raise ProtocolError(msg) from error


def canonical(value: object) -> bytes:
    """JSON with sorted keys: equal values give equal bytes."""
    return _canonical.encode(value)


def to_builtins(value: object) -> Any:  # noqa: ANN401 - the shape depends on the value
    """The value as dicts, lists and texts, decimals as exact text."""
    return msgspec.json.decode(_encoder.encode(value))
