"""The access token of one login: the day's that a code was exchanged for, and those that refresh token and PIN make."""

from __future__ import annotations

import asyncio
import base64
import binascii
from datetime import UTC, datetime

import msgspec

from bidwell.brokers.fyers import wire
from bidwell.brokers.fyers.config import FyersConfig
from bidwell.brokers.fyers.errors import VENDOR
from bidwell.brokers.transport import Answer, Http, Kind, Verdict, decoder, read
from bidwell.brokers.transport.indian import DayLogin
from bidwell.engine.ports import Clock
from bidwell.model.errors import InDoubt, ProtocolError, Refused, Unavailable

_TOKENS = decoder(wire.Tokens)
_CLAIMS = decoder(wire.Claims)
_STATUS = decoder(wire.Status)
AGAIN = 30.0
"""Seconds between two logins at least."""


def claims(token: str) -> wire.Claims:
    """What an access token says of itself; raises ProtocolError. It is Fyers' to prove, not ours."""
    parts = token.split(".")
    try:
        body = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    except (IndexError, binascii.Error, ValueError) as problem:
        raise ProtocolError("Fyers' access token is not of the form that tells when it ends") from problem
    return read(_CLAIMS, body, "Fyers' access token")


def judge(answer: Answer) -> Verdict | None:
    """What an answer means: `s` says whether it is good, whatever the status; None for a good one."""
    try:
        said = _STATUS.decode(answer.body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        said = wire.Status()
    if said.s == "ok":
        return None
    if not said.s and answer.status == 200:
        return Verdict(Kind.UNKNOWN, "no_status", "Fyers answered what does not say whether it is good.")
    if answer.status >= 500 or answer.status == 429:
        # A gateway's word: what stands behind it did may be otherwise.
        return VENDOR.judge(answer.status, "", "")
    code = "" if said.code is None else str(said.code)
    # A good status with an error that is in no table leaves what was asked in doubt.
    return VENDOR.judge(answer.status, code, said.message or "")


async def exchange(config: FyersConfig, path: str, body: dict[str, str]) -> wire.Tokens:
    """Tokens for a code or for a refresh token; raises Refused, Unavailable or ProtocolError."""
    http = Http(config.http, {})
    http.open()
    whole = msgspec.json.encode({"appIdHash": config.app_hash, **body})
    try:
        answer = await http.send("POST", f"{config.trading}/{path}", body=whole)
    except InDoubt as problem:
        raise Unavailable(str(problem)) from problem
    finally:
        await http.close()
    verdict = judge(answer)
    if verdict is not None:
        away = verdict.kind in {Kind.DOWN, Kind.THROTTLED}
        raise (Unavailable if away else ProtocolError if verdict.kind is Kind.UNKNOWN else Refused)(verdict.message)
    found = read(_TOKENS, answer.body, "the answer to the login")
    if not found.access_token:
        raise ProtocolError("Fyers answered the login without an access token")
    return found


async def redeem(config: FyersConfig, code: str) -> wire.Tokens:
    """The day's tokens for an auth code, which is good once."""
    return await exchange(config, "validate-authcode", {"grant_type": "authorization_code", "code": code})


class Login:
    """Shared by the sessions, prices and tests of one credential, so that one token serves them all.

    A login that Fyers refused is not tried again by itself: PINs lock.
    """

    def __init__(self, config: FyersConfig, clock: Clock, again: float = AGAIN) -> None:
        self._config = config
        self._clock = clock
        self._again = again
        self._turn = asyncio.Lock()
        self._token = config.access_token
        self._not_before = 0.0
        self.refusal = ""

    @property
    def known(self) -> str:
        """The token in use, empty where there is none."""
        return self._token

    @property
    def ends_at(self) -> datetime | None:
        """When the token in use ends, where it says so."""
        try:
            return datetime.fromtimestamp(claims(self._token).exp, UTC) if self._token else None
        except (ProtocolError, OverflowError, ValueError, OSError):
            # A token that does not say is taken until Fyers refuses it.
            return None

    async def token(self) -> str:
        """The token, made anew where it ended and can be; raises Refused where a person has to act, Unavailable."""
        ends = self.ends_at
        if self._token and not (self._config.renews and ends is not None and ends <= self._clock.now()):
            return self._token
        async with self._turn:
            if self._token and (ends is None or ends > self._clock.now()):
                return self._token
            await self._make()
            return self._token

    def refused(self, token: str) -> None:
        """Fyers does not take this token any more."""
        if token == self._token and self._config.renews:
            self._token = ""

    def is_due(self) -> bool:
        """Whether the token ends soon and another can be made."""
        ends = self.ends_at
        return self._config.renews and ends is not None and ends - self._clock.now() <= self._config.renew_before

    async def renew(self) -> None:
        """Make another token while the present one still holds."""
        async with self._turn:
            if self.is_due():
                await self._make()

    def day(self) -> DayLogin | None:
        """When a person has to log in again; None for a desk that renews by itself, or where that is not known."""
        ends = self.ends_at
        return None if self._config.renews or ends is None else DayLogin("Fyers", ends, self._config.login_url)

    async def _make(self) -> None:
        if self.refusal:
            raise Refused(self.refusal)
        if not self._config.renews:
            raise Refused("the day's login at Fyers has ended: log in again")
        now = asyncio.get_running_loop().time()
        if now < self._not_before:
            raise Unavailable(f"the next login at Fyers is in {self._not_before - now:.0f} s")
        self._not_before = now + self._again
        body = {"grant_type": "refresh_token", "refresh_token": self._config.refresh_token, "pin": self._config.pin}
        try:
            found = await exchange(self._config, "validate-refresh-token", body)
        except Refused as problem:
            self.refusal = str(problem)
            raise
        self._token = found.access_token
