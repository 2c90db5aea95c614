"""One login's session: opened once, renewed rather than opened anew, and told when a person has to act.

Two sessions may be open with one login and a third closes the oldest, so every account of a login shares this one, and a
session that still lives is never asked for again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
import structlog

from bidwell.brokers.tradovate import wire
from bidwell.brokers.tradovate.config import APP_ID, APP_VERSION, TradovateConfig, device_id
from bidwell.brokers.tradovate.errors import CAPTCHA, CONTESTED, LOGIN_URL, STATUSES, VENDOR
from bidwell.brokers.transport import Answer, Health, Http, Kind, Throttled, moment, read
from bidwell.engine.ports import Clock, SessionLife, SessionState
from bidwell.model.errors import BrokerError, ProtocolError, Refused, Unavailable

log = structlog.get_logger("bidwell")
_TOKEN = wire.decoder(wire.Token)
_LONGEST_PENALTY = 60.0
_LONG_AGO = -1e9
_CONTEST, _MOST_ENDED = 600.0, 3
_PASSWORD_AHEAD = timedelta(days=7)
_OPEN, _RENEW = "/auth/accesstokenrequest", "/auth/renewaccesstoken"


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is open: its tokens, when they end by our clock, and when they are to be renewed."""

    token: str
    market_token: str
    ends_at: datetime
    renew_at: datetime


class Login:
    """Keeps one session; `token` gives what opens a request, `use` and `leave` count who needs it."""

    def __init__(
        self, config: TradovateConfig, http: Http, health: Health, clock: Clock, monotonic: Callable[[], float]
    ) -> None:
        self._config = config
        self._http = http
        self._health = health
        self._clock = clock
        self._monotonic = monotonic
        self._session: Session | None = None
        self._refusal: tuple[float, BrokerError] | None = None
        self._opened_at = _LONG_AGO
        self._ended: list[float] = []
        self._users = 0
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._unrenewed = ""

    # --- for whom it is kept ------------------------------------------------------------------------

    def use(self) -> None:
        """Keep the session alive from now on."""
        self._users += 1
        if self._keeper is None:
            self._turn, self._changed = asyncio.Lock(), asyncio.Event()
            self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def leave(self) -> bool:
        """One user less; True when it was the last, and the session is left to end by itself."""
        self._users = max(self._users - 1, 0)
        if self._users or self._keeper is None:
            return not self._users
        keeper, self._keeper = self._keeper, None
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper
        return True

    @property
    def is_used(self) -> bool:
        """Whether anybody needs it."""
        return self._users > 0

    def forgive(self) -> None:
        """A person tries again: what was refused before is asked once more."""
        self._refusal, self._opened_at, self._ended = None, _LONG_AGO, []

    def warning(self) -> SessionState | None:
        """The state that the session brings upon its users; None while nothing is wrong with it."""
        if self._session is not None and self._unrenewed:
            return SessionState(SessionLife.EXPIRING, self._unrenewed, LOGIN_URL, self._session.ends_at)
        return None

    # --- tokens -------------------------------------------------------------------------------------

    async def token(self) -> str:
        """The token of the session, opened where there is none; raises Refused, Unavailable or ProtocolError."""
        return (await self._open()).token

    async def market_token(self) -> str:
        """What opens the market data socket."""
        session = await self._open()
        return session.market_token or session.token

    def rejected(self, token: str) -> None:
        """A token opens nothing any more: the next who needs one opens a session, unless that has happened too often.

        Each session that is opened closes another one: two desks would take turns in closing each other's.
        """
        if self._session is None or token not in {self._session.token, self._session.market_token}:
            return
        self._take(None)
        now = self._monotonic()
        self._ended = [at for at in self._ended if now - at < _CONTEST] + [now]
        if len(self._ended) >= _MOST_ENDED:
            self._ended = []
            self.refuse(CONTESTED.sentence)

    def refuse(self, sentence: str) -> None:
        """Ask for no session for a while: it would not help."""
        self._remember(self._config.refused_pause, Refused(sentence))

    async def _open(self) -> Session:
        found = self._living()
        if found is not None:
            return found
        async with self._turn:
            return self._living() or await self._log_in()

    def _living(self) -> Session | None:
        found = self._session
        return found if found is not None and self._clock.now() < found.ends_at else None

    def _take(self, session: Session | None) -> None:
        self._session, self._unrenewed = session, ""
        self._http.carry({"Authorization": f"Bearer {session.token}"} if session is not None else {})
        self._changed.set()

    # --- opening ------------------------------------------------------------------------------------

    async def _log_in(self) -> Session:
        now = self._monotonic()
        if self._refusal is not None and now < self._refusal[0]:
            raise self._refusal[1]
        wait = self._opened_at + self._config.login_pause - now
        if wait > 0:
            raise Throttled(f"Tradovate is asked for a session again in {wait:.0f} s", wait)
        kept = self._config
        body: dict[str, object] = {
            "name": kept.name, "password": kept.password, "appId": APP_ID, "appVersion": APP_VERSION,
            "deviceId": device_id(kept.name), "cid": kept.cid, "sec": kept.sec,
        }  # fmt: skip
        reply = await self._asked(body)
        self._opened_at = now
        if reply.ticket and reply.wait <= _LONGEST_PENALTY:
            await asyncio.sleep(reply.wait)
            reply = await self._asked(body | {"p-ticket": reply.ticket})
        if reply.ticket:
            raise self._refuse(reply)
        if reply.error_text or not reply.access_token:
            said = reply.error_text or f"no token; user status {reply.user_status}"
            raise self._remember(kept.refused_pause, Refused(
                f"Tradovate does not let this login in: check user name, password, key number and secret ({said})"))  # fmt: skip
        self._refusal = None
        self._warn_of_password(reply)
        session = self._read(reply)
        self._take(session)
        return session

    def _refuse(self, reply: wire.Token) -> BrokerError:
        if reply.captcha:
            return self._remember(reply.wait, Refused(CAPTCHA.sentence))
        return self._remember(
            reply.wait, Throttled("Tradovate has the next login wait: too many were tried", reply.wait)
        )

    def _remember(self, pause: float, problem: BrokerError) -> BrokerError:
        """Five refusals in an hour are punished: the same answer is given from memory meanwhile."""
        self._refusal = (self._monotonic() + pause, problem)
        return problem

    async def _asked(self, body: dict[str, object]) -> wire.Token:
        return self._judged(await self._sent("POST", _OPEN, msgspec.json.encode(body)), "the login")

    async def _sent(self, method: str, path: str, body: bytes | None = None) -> Answer:
        try:
            answer = await self._http.send(method, self._config.rest + path, body=body)
        except BrokerError as problem:
            self._health.trouble("logging in", problem)
            raise Unavailable(f"no session: {problem}") from problem
        self._health.heard()
        self._health.date(answer.headers.get("Date"))
        return answer

    def _judged(self, answer: Answer, what: str) -> wire.Token:
        if answer.status == 200:
            return read(_TOKEN, answer.body, f"Tradovate's answer to {what}")
        verdict = VENDOR.judge(answer.status, "", answer.body[:200].decode("utf-8", "replace"))
        self._health.trouble(what, verdict.message, verdict.code)
        if verdict.kind is Kind.THROTTLED:
            raise self._remember(self._config.lockout, Throttled(verdict.message, self._config.lockout))
        if verdict.kind is Kind.DOWN:
            raise Unavailable(verdict.message)
        if verdict.code in {each.code for each in STATUSES.values()}:
            raise self._remember(self._config.refused_pause, Refused(verdict.message))
        raise ProtocolError(verdict.message)

    def _read(self, reply: wire.Token) -> Session:
        now = self._clock.now()
        kept = self._config
        ends_at = now + timedelta(seconds=kept.lifetime)
        # Our clock may be wrong: a token that was given just now neither ended in the past nor lives longer than any does.
        told = moment(reply.expiration_time, "expirationTime") if reply.expiration_time else ends_at
        if told > now:
            ends_at = min(ends_at, told)
        # However short it is said to live: fifteen renewals an hour are allowed.
        renew_at = max(ends_at - timedelta(seconds=kept.renew_before), now + timedelta(seconds=kept.renew_again))
        return Session(reply.access_token, reply.md_access_token, ends_at, renew_at)

    def _warn_of_password(self, reply: wire.Token) -> None:
        if not reply.password_expiration_time:
            return
        ends_at = moment(reply.password_expiration_time, "passwordExpirationTime")
        if ends_at - self._clock.now() < _PASSWORD_AHEAD:
            text = f"the password at Tradovate expires on {ends_at:%Y-%m-%d}: change it there and enter it here"
            self._health.trouble("logging in", text, "password")

    # --- renewing -----------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """Renew the session a while before it ends, for as long as anybody uses it."""
        while True:
            self._changed.clear()
            session = self._session
            wait = None if session is None else self._until_due(session)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._changed.wait()
            if session is None or session is not self._session or self._until_due(session) > 0:
                continue
            try:
                await self._renew(session)
            except BrokerError as problem:
                self._unrenewed = f"the session could not be renewed: {problem}"
                self._health.trouble("renewing the session", problem)
                log.warning("tradovate_session_not_renewed", problem=str(problem))
                await asyncio.sleep(self._config.renew_again)
            if self._session is session and self._living() is None:
                self._take(None)

    def _until_due(self, session: Session) -> float:
        return max((session.renew_at - self._clock.now()).total_seconds(), 0.0)

    async def _renew(self, session: Session) -> None:
        async with self._turn:
            if self._session is not session:
                return
            reply = self._renewed(await self._sent("GET", _RENEW))
            if reply is None:
                self._take(None)
                return
            made = self._read(reply)
            self._take(replace(made, market_token=made.market_token or session.market_token))

    def _renewed(self, answer: Answer) -> wire.Token | None:
        """The renewal's answer; None where the session is gone already, and a new one has to be opened."""
        if answer.status == 401:
            return None
        if answer.status != 200:
            raise Unavailable(VENDOR.judge(answer.status, "", "").message)
        reply = read(_TOKEN, answer.body, "Tradovate's answer to the renewal")
        if reply.ticket:
            raise Throttled("Tradovate has the renewal wait", reply.wait)
        if reply.error_text or not reply.access_token:
            raise Unavailable(f"Tradovate did not renew the session ({reply.error_text or 'no token'})")
        return reply
