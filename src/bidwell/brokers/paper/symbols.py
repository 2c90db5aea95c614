"""Names at the paper venue: it speaks the desk's instrument ids, so the mapping is the identity, checked both ways."""

from __future__ import annotations

import re

from bidwell.model.errors import ProtocolError
from bidwell.model.ids import InstrumentId

_ID = re.compile(r"[A-Z0-9][A-Z0-9&_-]{0,39}\.[A-Z0-9]{2,12}")


def to_wire(instrument: InstrumentId) -> str:
    """The venue's name of an instrument."""
    return instrument


def from_wire(symbol: str) -> InstrumentId:
    """The desk's id of what the venue names; raises ProtocolError for a name that cannot be an id."""
    if not _ID.fullmatch(symbol):
        raise ProtocolError(f"the paper venue named an instrument {symbol!r}")
    return InstrumentId(symbol)
