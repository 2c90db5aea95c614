"""Names of things: distinct types over text, and the two ways an id is made."""

from __future__ import annotations

import hashlib
from typing import NewType

WorkspaceId = NewType("WorkspaceId", str)
AccountId = NewType("AccountId", str)
InstrumentId = NewType("InstrumentId", str)
IntentId = NewType("IntentId", str)
GroupId = NewType("GroupId", str)
StrategyId = NewType("StrategyId", str)
ClientOrderId = NewType("ClientOrderId", str)
BrokerOrderId = NewType("BrokerOrderId", str)
ExecutionId = NewType("ExecutionId", str)

BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CLIENT_ORDER_ID_LENGTH = 18
_PAIRS = tuple(one + other for one in BASE32 for other in BASE32)


def base32(value: int, length: int) -> str:
    """Write the low `5 * length` bits of `value` as `length` characters of Crockford's base 32."""
    even = length + length % 2
    pairs = "".join([_PAIRS[(value >> shift) & 1023] for shift in range(5 * even - 10, -1, -10)])
    return pairs[even - length :]


def client_order_id(intent: IntentId, account: AccountId, leg: int, attempt: int) -> ClientOrderId:
    """Derive the id under which a child order is sent: 18 characters, the same for the same child.

    90 bits of SHA-256 over the four parts; the length and alphabet fit every supported broker's field.
    """
    digest = hashlib.sha256(f"{intent}|{account}|{leg}|{attempt}".encode()).digest()
    return ClientOrderId(base32(int.from_bytes(digest[:12], "big"), CLIENT_ORDER_ID_LENGTH))


def time_ordered_id(prefix: str, milliseconds: int, entropy: int) -> str:
    """Make an id that sorts by creation: 9 characters of time in milliseconds, 7 of injected entropy."""
    return f"{prefix}_{base32(milliseconds, 9)}{base32(entropy, 7)}"
