"""The tokens of one login: a person's, good for a week, and those of half an hour that it makes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec

from bidwell.brokers.schwab import wire
from bidwell.brokers.schwab.config import SchwabConfig
from bidwell.brokers.schwab.errors import ENDED, VENDOR
from bidwell.brokers.transport import Answer, Http, Kind, Verdict, decoder, read
from bidwell.engine.ports import Clock, SessionLife, SessionState
from bidwell.model.errors import InDoubt, ProtocolError, Refused, Unavailable

LIFE = timedelta(days=7)
"""How long a person's login lasts; that a renewal does not make it longer is unconfirmed, and taken so."""
NOTICE = timedelta(days=1)
"""How long before its end a login is told to end."""
EARLY = timedelta(minutes=2)
"""How long before its end an access token is renewed."""
AGAIN = 20.0
"""Seconds between two attempts to renew a login that was refused."""
_LONGEST = 86_400
_FORM = "application/x-www-form-urlencoded"

_TOKENS = decoder(wire.Tokens)
_PROBLEM = decoder(wire.Problem)
_FAULT = decoder(wire.Fault)
_TEXT = decoder(str)


def judge(answer: Answer) -> Verdict | None:
    """What an answer means; None for a good one."""
    if 200 <= answer.status < 300:
        return None
    if answer.status >= 500 or answer.status == 429:
        # A gateway's word: what stands behind it did may be otherwise.
        return VENDOR.judge(answer.status, "", "")
    try:
        said = _PROBLEM.decode(answer.body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        said = wire.Problem()
    words = [said.message or "", said.error_description or "", *map(_words, said.errors or ())]
    return VENDOR.judge(answer.status, said.error or "", " ".join(each for each in words if each)[:500])


def _words(raw: msgspec.Raw) -> str:
    """One of an error's errors: a text, or an object with title and detail."""
    body = bytes(raw)
    try:
        return _TEXT.decode(body)
    except msgspec.MsgspecError:
        pass
    try:
        fault = _FAULT.decode(body)
    except msgspec.MsgspecError:
        return ""
    return ": ".join(each for each in (fault.title, fault.detail) if each)


@dataclass(frozen=True, slots=True)
class Held:
    """Tokens with their times."""

    refresh_token: str
    logged_in_at: datetime | None
    access_token: str
    access_until: datetime | None


async def exchange(config: SchwabConfig, form: dict[str, str], clock: Clock) -> Held:
    """Tokens for a code or for a refresh token; raises Refused, Unavailable or ProtocolError."""
    http = Http(config.http, {"Authorization": config.basic})
    http.open()
    try:
        answer = await http.send("POST", config.token_url, body=urlencode(form).encode(), content_type=_FORM)
    except InDoubt as problem:
        raise Unavailable(str(problem)) from problem
    finally:
        await http.close()
    verdict = judge(answer)
    if verdict is not None:
        # What Schwab says of an ended login is one error in another, for no person.
        said = verdict.message if verdict.sentence != ENDED.sentence else ENDED.sentence
        away = verdict.kind in {Kind.DOWN, Kind.THROTTLED}
        raise (Unavailable if away else ProtocolError if verdict.kind is Kind.UNKNOWN else Refused)(said)
    found = read(_TOKENS, answer.body, "the answer to the login")
    if not found.access_token:
        raise ProtocolError("Schwab answered the login without an access token")
    seconds = int(found.expires_in) if found.expires_in.is_finite() else 0
    now = clock.now()
    return Held(found.refresh_token, now, found.access_token, now + timedelta(seconds=max(min(seconds, _LONGEST), 0)))


async def redeem(config: SchwabConfig, code: str, clock: Clock) -> Held:
    """The tokens for a code, which is good once and for half a minute."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": config.callback_url}
    found = await exchange(config, form, clock)
    if not found.refresh_token:
        raise ProtocolError("Schwab answered the login without a refresh token")
    return found


class Login:
    """Shared by the sessions, prices and tests of one app: a later login takes over from an earlier one everywhere."""

    def __init__(self, config: SchwabConfig, clock: Clock, again: float = AGAIN) -> None:
        self._config = config
        self._clock = clock
        self._again = again
        self._turn = asyncio.Lock()
        self._held = Held("", None, "", None)
        self._refused: tuple[float, str] | None = None
        self.adopt(config)

    def adopt(self, config: SchwabConfig) -> None:
        """Go on with the tokens of a credential where they are of a later login than those known."""
        since, known = config.logged_in_at, self._held.logged_in_at
        if self._held.refresh_token and (since is None or (known is not None and since <= known)):
            return
        self._config, self._refused = config, None
        self._held = Held(config.refresh_token, since, config.access_token, config.access_until)

    @property
    def known(self) -> str:
        """The access token in use, empty where there is none."""
        return self._held.access_token

    @property
    def ends_at(self) -> datetime | None:
        """When a person has to log in again, where that is known."""
        since = self._held.logged_in_at
        return None if since is None else since + LIFE

    async def token(self) -> str:
        """The access token, made anew before it ends; raises Refused where a person has to act, Unavailable."""
        if self._is_good():
            return self._held.access_token
        async with self._turn:
            if not self._is_good():
                await self._make()
            return self._held.access_token

    def refused(self, token: str) -> None:
        """Schwab does not take this access token any more: the next one who needs a token makes one."""
        if token == self._held.access_token:
            held = self._held
            self._held = Held(held.refresh_token, held.logged_in_at, "", None)

    def state(self, known: SessionState) -> SessionState:
        """What to show of a session that is otherwise `known`: that the login ends within the day, or has ended."""
        ends, now = self.ends_at, self._clock.now()
        if ends is None:
            return known
        if now >= ends:
            return SessionState(SessionLife.NEEDS_LOGIN, self._over(ends), self._config.login_url)
        if known.life is SessionLife.ACTIVE and ends - now <= NOTICE:
            return SessionState(SessionLife.EXPIRING, "the week's login at Schwab ends soon: log in again",
                                self._config.login_url, ends)  # fmt: skip
        return known

    def _is_good(self) -> bool:
        until = self._held.access_until
        return bool(self._held.access_token) and (until is None or self._clock.now() < until - EARLY)

    @staticmethod
    def _over(ends: datetime) -> str:
        return f"the week's login at Schwab ended on {ends:%d %b at %H:%M} UTC: log in again"

    async def _make(self) -> None:
        held, ends, moment = self._held, self.ends_at, asyncio.get_running_loop().time()
        if not held.refresh_token:
            raise Refused("nobody has logged in at Schwab yet: log in")
        if ends is not None and self._clock.now() >= ends:
            raise Refused(self._over(ends))
        if self._refused is not None and moment < self._refused[0]:
            raise Refused(self._refused[1])
        form = {"grant_type": "refresh_token", "refresh_token": held.refresh_token}
        try:
            found = await exchange(self._config, form, self._clock)
        except Refused as problem:
            self._refused = (moment + self._again, str(problem))
            raise
        self._refused = None
        if self._held.refresh_token == held.refresh_token:
            # The answer's refresh token is the one that was sent; were it another, the week would still be the login's.
            self._held = Held(found.refresh_token or held.refresh_token, held.logged_in_at, found.access_token,
                              found.access_until)  # fmt: skip
