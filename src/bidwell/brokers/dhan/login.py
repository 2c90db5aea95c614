"""The access token of one login: the one that was entered, or those that PIN and TOTP secret make."""

from __future__ import annotations

import asyncio
from datetime import datetime

import msgspec

from bidwell.brokers.dhan import parse, wire
from bidwell.brokers.dhan.config import LOGIN_URL, DhanConfig
from bidwell.brokers.dhan.errors import VENDOR
from bidwell.brokers.transport import Http, Kind, decoder, read
from bidwell.brokers.transport.indian import DayLogin
from bidwell.brokers.transport.totp import STEP, totp
from bidwell.engine.ports import Clock
from bidwell.model.errors import InDoubt, Refused, Unavailable

_TOKEN = decoder(wire.Token)
_PROBLEM = decoder(wire.Problem)


class Login:
    """Shared by the sessions, prices and tests of one credential, so that one token serves them all.

    A login that Dhan refused is not tried again by itself: PINs lock. `again` is how many seconds lie between two
    logins at least, since a one-time password counts once.
    """

    def __init__(self, config: DhanConfig, clock: Clock, again: float = STEP) -> None:
        self._config = config
        self._clock = clock
        self._again = again
        self._turn = asyncio.Lock()
        self._token = config.access_token
        self._not_before: float = 0.0
        self.ends_at: datetime | None = None
        self.refusal: str = ""

    @property
    def known(self) -> str:
        """The token in use, empty where there is none."""
        return self._token

    async def token(self) -> str:
        """The token, made anew where there is none; raises Refused where a person has to act, Unavailable."""
        if self._token:
            return self._token
        async with self._turn:
            if not self._token:
                await self._make()
            return self._token

    def refused(self, token: str) -> None:
        """Dhan does not take this token any more."""
        if token == self._token and self._config.logs_in:
            self._token, self.ends_at = "", None

    def is_due(self) -> bool:
        """Whether the token ends soon and another can be made."""
        return (self._config.logs_in and self.ends_at is not None
                and self.ends_at - self._clock.now() <= self._config.renew_before)  # fmt: skip

    async def renew(self) -> None:
        """Make another token while the present one still holds."""
        async with self._turn:
            if self.is_due():
                await self._make()

    def day(self) -> DayLogin | None:
        """When a person has to enter a token again; None for a desk that makes them by itself."""
        if self._config.logs_in or self.ends_at is None:
            return None
        return DayLogin("Dhan", self.ends_at, LOGIN_URL)

    async def _make(self) -> None:
        if self.refusal:
            raise Refused(self.refusal)
        if not self._config.logs_in:
            raise Refused("the access token has ended: enter a new one")
        now = asyncio.get_running_loop().time()
        if now < self._not_before:
            raise Unavailable(f"the next login at Dhan is in {self._not_before - now:.0f} s")
        self._not_before = now + self._again
        found = await self._ask()
        self._token = found.access_token
        # The web's tokens last 24 hours; where this one does not say, the profile does.
        self.ends_at = parse.when(found.expiry_time)

    async def _ask(self) -> wire.Token:
        config = self._config
        params = {"dhanClientId": config.client_id, "pin": config.pin,
                  "totp": totp(config.totp_secret, self._clock.now())}  # fmt: skip
        http = Http(config.http, {})
        http.open()
        try:
            answer = await http.send("POST", f"{config.auth}/app/generateAccessToken", params=params)
        except InDoubt as problem:
            raise Unavailable(str(problem)) from problem
        finally:
            await http.close()
        if not 200 <= answer.status < 300:
            try:
                said = _PROBLEM.decode(answer.body)
            except (msgspec.MsgspecError, RecursionError):
                said = wire.Problem()
            verdict = VENDOR.judge(answer.status, str(said.error_code or ""), said.error_message or "")
            if verdict.kind in {Kind.DOWN, Kind.THROTTLED}:
                raise Unavailable(verdict.message)
            self._give_up(verdict.text)
        found = read(_TOKEN, answer.body, "the answer to the login")
        if not found.access_token:
            self._give_up(found.message or "")
        return found

    def _give_up(self, said: str) -> None:
        self.refusal = f"Dhan did not take PIN and TOTP{f' ({said})' if said else ''}: enter them again"
        raise Refused(self.refusal)
