"""What the desk tells its guardian: once how to work, then twice a second how it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from bidwell.model.market import Quote

EVERY = 0.5
"""Seconds between two pulses."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What a guardian is to watch; it comes over the pipe because `conninfo` may hold a password.

    `after` is for how many seconds a desk may be silent or unable; `data_age` for how many the market may be, None for ever.
    """

    conninfo: str = field(repr=False)
    feed: str
    vault_key_file: str
    twins: bool
    after: float
    data_age: float | None


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the desk is: `token` numbers its lease, `sequence` is the last entry that it folded.

    It is `able` when it leads and can write its journal; else `reason` says what is wrong. `quotes` are those that changed
    since the last pulse, of what is held or worked, and of currencies. `leaving` says that the desk ends in good order.
    """

    token: int
    sequence: int
    able: bool
    reason: str = ""
    heard_at: datetime | None = None
    market_time: datetime | None = None
    quotes: tuple[Quote, ...] = ()
    leaving: bool = False


_ENCODER = msgspec.json.Encoder(decimal_format="string")
_CHARGE: msgspec.json.Decoder[Charge] = msgspec.json.Decoder(Charge)
_PULSE: msgspec.json.Decoder[Pulse] = msgspec.json.Decoder(Pulse)


def line(said: Charge | Pulse) -> bytes:
    """One line for the pipe."""
    return _ENCODER.encode(said) + b"\n"


def read_charge(text: bytes) -> Charge:
    """The first line; raises msgspec.DecodeError."""
    return _CHARGE.decode(text)


def read_pulse(text: bytes) -> Pulse:
    """Any other line; raises msgspec.DecodeError."""
    return _PULSE.decode(text)
