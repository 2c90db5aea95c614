"""What a key may be used for."""

from __future__ import annotations

from enum import StrEnum


class KeyScope(StrEnum):
    """What an API key may be used for."""

    READ = "read"
    TRADE = "trade"
    ADMIN = "admin"
