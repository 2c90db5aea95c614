"""A credential's tokens: one login for everybody who calls with it, renewed by itself, never tried in a rage."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bidwell.brokers.angelone import wire
from bidwell.brokers.angelone.config import SESSION_ENDS_HOUR, AngelConfig
from bidwell.brokers.transport import Kind
from bidwell.brokers.transport.caller import Denied
from bidwell.brokers.transport.indian import next_ist
from bidwell.brokers.transport.totp import STEP, totp
from bidwell.engine.ports import Clock
from bidwell.model.errors import Refused, Unavailable

# Unconfirmed: what a password that was used is answered; a server may take each once (RFC 6238, 5.2).
_BAD_PASSWORD = "AB1050"  # noqa: S105 - a code of the vendor's

_MINUTE = 60.0


class Door(Protocol):
    """Who can ask for tokens."""

    async def log_in(self, one_time_password: str) -> wire.Tokens:
        """Tokens for the client's PIN and a one-time password; raises Denied, Unavailable or ProtocolError."""
        ...

    async def renew(self, refresh_token: str) -> wire.Tokens:
        """Tokens for a refresh token; raises Denied, Unavailable or ProtocolError."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """Tokens with the time at which the day's login ends."""

    tokens: wire.Tokens
    ends_at: datetime


class Login:
    """The tokens of one credential, between logins.

    A token that is refused is renewed by its refresh token, and where that is refused too by a login; the day's end
    takes a login. After a refused login nobody asks Angel One for a while, because it locks who fails too often; nor
    where new tokens do not last, as when somebody else logs in with the same key again and again.
    """

    def __init__(self, config: AngelConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._lock = asyncio.Lock()
        self._session: Session | None = None
        self._spoiled = False
        self._refused: Refused | None = None
        self._not_before = 0.0
        self._pause = config.login_pause
        self._used_step = 0
        self._made: deque[float] = deque(maxlen=config.most_logins)

    @property
    def session(self) -> Session | None:
        """The session that is good as far as is known."""
        return None if self._spoiled else self._session

    def over(self) -> bool:
        """Whether the day's login has ended."""
        return self._session is not None and self._clock.now() >= self._session.ends_at

    def spoil(self, session: Session | None) -> None:
        """Angel One does not take these tokens any more; what was renewed since stays."""
        if session is not None and session is self._session:
            self._spoiled = True

    def forgive(self) -> None:
        """A person asks for a login: one that was refused is tried again at once."""
        self._refused, self._pause = None, self._config.login_pause
        self._made.clear()

    async def ensure(self, door: Door) -> Session:
        """Tokens that are good as far as is known; raises Refused, Unavailable or ProtocolError."""
        async with self._lock:
            if self._session is not None and not self._spoiled and not self.over():
                return self._session
            self._must_last()
            tokens = await self._renewed(door) or await self._logged_in(door)
            self._made.append(asyncio.get_running_loop().time())
            now = self._clock.now()
            self._session, self._spoiled = Session(tokens, next_ist(now, SESSION_ENDS_HOUR)), False
            return self._session

    def _must_last(self) -> None:
        made = self._made
        if len(made) == made.maxlen and asyncio.get_running_loop().time() - made[0] < _MINUTE:
            raise Unavailable(
                f"Angel One took {len(made)} logins back within a minute: is the API key used elsewhere too?"
            )

    async def _renewed(self, door: Door) -> wire.Tokens | None:
        known = self._session
        if known is None or self.over() or not known.tokens.refreshToken:
            return None
        try:
            return await door.renew(known.tokens.refreshToken)
        except Denied:
            # The refresh token is dead too: only a login helps.
            self._session = None
            return None

    async def _logged_in(self, door: Door) -> wire.Tokens:
        loop_time = asyncio.get_running_loop().time
        if self._refused is not None and loop_time() < self._not_before:
            raise self._refused
        now = self._clock.now()
        step = int(now.timestamp() // STEP)
        try:
            tokens = await door.log_in(totp(self._config.totp_secret, now))
        except Denied as no:
            if no.verdict.code == _BAD_PASSWORD and step == self._used_step:
                raise Unavailable(
                    "the one-time password of this half minute was used: the next one is waited for"
                ) from no
            if no.verdict.kind in {Kind.LOGIN, Kind.PERMISSION}:
                self._refused = Refused(no.verdict.message)
                self._not_before = loop_time() + self._pause
                self._pause = min(self._pause * 2, self._config.longest_login_pause)
                raise self._refused from no
            raise
        self._used_step, self._refused, self._pause = step, None, self._config.login_pause
        return tokens
