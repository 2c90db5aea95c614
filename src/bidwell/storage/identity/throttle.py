"""The login throttle: counts before a guess is evaluated, by account and by address, and survives a restart."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bidwell.model.errors import InvalidInput
from bidwell.storage.pool import Pool

WINDOW = timedelta(hours=24)
LONGEST = timedelta(minutes=15)
FIRST = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is counted: after `free` failures the wait starts at 30 s and doubles up to 15 minutes."""

    name: str
    free: int


class Throttled(InvalidInput):
    """Too many guesses: wait until `until`."""

    def __init__(self, until: datetime, now: datetime) -> None:
        self.until = until
        self.seconds = max(1, int((until - now).total_seconds() + 0.999))
        super().__init__(
            "login_throttled", "too many attempts for this account or from this address",
            hint=f"try again in {self.seconds} s",
        )  # fmt: skip


_COUNT = """
    INSERT INTO login_attempts AS a (subject, failures, last_at) VALUES (%(subject)s, 1, %(now)s)
    ON CONFLICT (subject) DO UPDATE SET
        failures = CASE WHEN a.last_at < %(old)s THEN 1 ELSE a.failures + 1 END,
        last_at = %(now)s,
        blocked_until = CASE WHEN a.last_at >= %(old)s AND a.failures + 1 >= %(free)s
            THEN %(now)s + least(%(first)s * (2 ^ least(a.failures + 1 - %(free)s, 20)), %(longest)s) END
    WHERE a.blocked_until IS NULL OR a.blocked_until <= %(now)s
    RETURNING failures
"""


class Throttle:
    """Every attempt counts as a failure until it is known to have succeeded, so that guesses in parallel gain nothing."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def begin(self, login: str, address: str, now: datetime) -> None:
        """Count an attempt; raises Throttled where it must not be evaluated."""
        async with self._pool.transaction() as connection:
            for subject in _subjects(login, address):
                counted = await connection.execute(
                    _COUNT,
                    {
                        "subject": subject.name, "free": subject.free, "now": now, "old": now - WINDOW,
                        "first": FIRST, "longest": LONGEST,
                    },
                )  # fmt: skip
                if await counted.fetchone() is None:
                    found = await connection.execute(
                        "SELECT blocked_until FROM login_attempts WHERE subject = %s", [subject.name]
                    )
                    row = await found.fetchone()
                    raise Throttled(row["blocked_until"] if row else now, now)

    async def succeed(self, login: str, address: str, now: datetime) -> None:
        """Forget the account's failures, take this attempt off the address, and drop what is old."""
        account, source = _subjects(login, address)
        async with self._pool.transaction() as connection:
            await connection.execute(
                "DELETE FROM login_attempts WHERE subject = %s OR last_at < %s", [account.name, now - WINDOW]
            )
            await connection.execute(
                "UPDATE login_attempts SET failures = greatest(failures - 1, 0), blocked_until = NULL WHERE subject = %s",
                [source.name],
            )


def _subjects(login: str, address: str) -> tuple[_Subject, _Subject]:
    """In one order for everybody, so that two logins never wait for each other."""
    return _Subject(f"account:{login.casefold()[:128]}", 5), _Subject(f"address:{_network(address)}", 20)


def _network(address: str) -> str:
    """An IPv6 caller owns its whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
