"""Random secrets and ids: only hashes are stored, and 256 bits need no slow hash."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from bidwell.model.ids import time_ordered_id

RandomBytes = Callable[[int], bytes]
random_bytes: RandomBytes = secrets.token_bytes


def new_secret(source: RandomBytes) -> str:
    """256 random bits in 43 characters that are safe in URLs."""
    return base64.urlsafe_b64encode(source(32)).rstrip(b"=").decode()


def secret_hash(secret: str) -> bytes:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def new_id(prefix: str, now: datetime, source: RandomBytes) -> str:
    """An id that sorts by creation."""
    return time_ordered_id(prefix, int(now.timestamp() * 1000), int.from_bytes(source(5), "big"))
