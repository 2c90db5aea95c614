"""Passwords: argon2id (19 MiB, two passes), verified off the event loop, a few at a time."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bidwell.model.errors import InvalidInput

SHORTEST = 12
LONGEST = 1024
AT_ONCE = 2


class Passwords:
    """Hashes and verifies; each evaluation takes 19 MiB, so at most two run at once."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._nobody: str | None = None
        self.evaluated = 0

    async def hash(self, password: str) -> str:
        """The hash to store; raises InvalidInput for a password that is too short or too long."""
        if len(password) < SHORTEST:
            raise InvalidInput(
                "password_short", f"a password needs at least {SHORTEST} characters", field="password",
                hint="several words in a row are easy to keep in mind",
            )  # fmt: skip
        if len(password) > LONGEST:
            raise InvalidInput("password_long", f"a password has at most {LONGEST} characters", field="password")
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password fits; takes as long for a user who does not exist (None)."""
        if len(password) > LONGEST:
            return False
        async with self._turns:
            self.evaluated += 1
            if stored is None:
                self._nobody = self._nobody or await asyncio.to_thread(self._hasher.hash, "nobody's password")
            fits = await asyncio.to_thread(self._verify, stored or self._nobody or "", password)
        return fits and stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
