"""One-time passwords by time (RFC 6238: SHA-1, six digits, steps of 30 s), for brokers that let a login be automated."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

from bidwell.model.errors import InvalidInput

STEP = 30
"""Seconds for which a password holds."""

PATTERN = r"[A-Za-z2-7 ]{16,128}=*"
"""What a secret looks like: base 32, as shown beside the code to scan."""


def totp(secret: str, at: datetime) -> str:
    """The password of a moment; raises InvalidInput where the secret is not base 32."""
    plain = secret.replace(" ", "").rstrip("=").upper()
    try:
        key = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except (binascii.Error, ValueError) as problem:
        raise InvalidInput("credential.totp_secret", "the TOTP secret is not base 32", field="totp_secret") from problem
    digest = hmac.new(key, int(at.timestamp() // STEP).to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
