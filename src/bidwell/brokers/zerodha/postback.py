"""Postbacks: what Zerodha posts to an address of the app's when an order changes. A hint to look, and never a fact."""

from __future__ import annotations

import hashlib
import hmac

import msgspec

from bidwell.brokers.transport import decoder
from bidwell.brokers.zerodha import wire

_POSTBACK = decoder(wire.Postback)


def genuine(body: bytes, api_secret: str) -> bool:
    """Whether a message carries the checksum that only Zerodha and the app can make; False for whatever else it is."""
    try:
        said = _POSTBACK.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    wanted = hashlib.sha256(f"{said.order_id}{said.order_timestamp}{api_secret}".encode()).hexdigest()
    return hmac.compare_digest(wanted.encode(), said.checksum.encode())
