"""Logins: PIN and one-time password, three tokens, renewal, and who calls with which token."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web

from bidwell.twins.angelone import words
from bidwell.twins.angelone.answers import bad_login, reply, token_refused
from bidwell.twins.scenario import Person
from bidwell.twins.stage import Stage

_STEP = 30
_NOBODY = ("Login Id or password is invalid", "AB1007")
_BAD_TOTP = ("Invalid totp", "AB1050")


class StrangerError(Exception):
    """Who calls has no token that opens anything; `answer` tells."""

    def __init__(self, answer: web.Response) -> None:
        super().__init__("no token")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Issued:
    """One login of an account."""

    account: str
    ends_at: datetime


def one_time_password(secret: str, step: int) -> str:
    """RFC 6238 with SHA-1 and six digits."""
    key = base64.b32decode(secret.replace(" ", "").upper() + "=" * (-len(secret.replace(" ", "")) % 8))
    mac = hmac.digest(key, step.to_bytes(8), hashlib.sha1)
    offset = mac[19] % 16
    number = int.from_bytes(mac[offset : offset + 4]) % 2**31
    return str(number % 10**6).zfill(6)


class SessionRoutes:
    """/rest/auth and /user/v1: who is let in."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._issued: dict[str, Issued] = {}
        self._refresh: dict[str, Issued] = {}
        self._number = 0
        self.logins = 0
        self.renewals = 0

    def routes(self) -> list[web.AbstractRouteDef]:
        """Its URLs."""
        return [
            web.post("/rest/auth/angelbroking/user/v1/loginByPassword", self.log_in),
            web.post("/rest/auth/angelbroking/jwt/v1/generateTokens", self.renew),
            web.post("/rest/secure/angelbroking/user/v1/logout", self.log_out),
        ]

    # --- logging in -------------------------------------------------------------------------------

    async def log_in(self, request: web.Request) -> web.Response:
        """POST loginByPassword."""
        said = await body(request)
        self.logins += 1
        person = self._stage.who(client_code=str(said.get("clientcode", "")), pin=str(said.get("password", "")),
                                 api_key=request.headers.get("X-PrivateKey", ""))  # fmt: skip
        if person is None:
            return bad_login(*_NOBODY)
        step = int(self._stage.clock.now().timestamp()) // _STEP
        good = {one_time_password(person.fields["totp_secret"], step + near) for near in (-1, 0, 1)}
        return self._tokens(person) if str(said.get("totp", "")) in good else bad_login(*_BAD_TOTP)

    async def renew(self, request: web.Request) -> web.Response:
        """POST generateTokens."""
        known = self._refresh.pop(str((await body(request)).get("refreshToken", "")), None)
        person = self._person(known)
        if person is None:
            return token_refused("Invalid Token", "AG8001")
        self.renewals += 1
        return self._tokens(person)

    async def log_out(self, request: web.Request) -> web.Response:
        """POST logout."""
        account = self.caller(request).account
        self._issued = {token: each for token, each in self._issued.items() if each.account != account}
        return reply(None)

    def _tokens(self, person: Person) -> web.Response:
        self._number += 1
        issued = Issued(person.account, words.midnight_after(self._stage.market.now()))
        names = ("jwt", "refresh", "feed")
        jwt, refresh, feed = (f"{name}.{hashlib.sha256(f'{name}{person.account}{self._number}'.encode()).hexdigest()}"
                              for name in names)  # fmt: skip
        self._issued[jwt] = self._issued[feed] = issued
        self._refresh[refresh] = issued
        return reply({"jwtToken": jwt, "refreshToken": refresh, "feedToken": feed})

    # --- who calls --------------------------------------------------------------------------------

    def caller(self, request: web.Request) -> Person:
        """The account behind a token; raises StrangerError for none."""
        said = request.headers.get("Authorization", "")
        if not said:
            raise StrangerError(token_refused("Missing Token", "AG8003"))
        return self._of(said.removeprefix("Bearer "), request)

    def listener(self, request: web.Request) -> Person:
        """The account behind the tokens of a price stream."""
        self._of(request.headers.get("x-feed-token", ""), request)
        person = self.caller(request)
        if request.headers.get("x-client-code") != person.fields["client_code"]:
            raise StrangerError(token_refused("Invalid Token", "AG8001"))
        return person

    def forget(self, account: str, *, renewable: bool = False) -> None:
        """End every login of an account; a `renewable` one keeps its refresh token."""
        for table in (self._issued,) if renewable else (self._issued, self._refresh):
            for token in [token for token, each in table.items() if each.account == account]:
                del table[token]

    def _of(self, token: str, request: web.Request) -> Person:
        known = self._issued.get(token)
        if known is not None and self._stage.market.now() >= known.ends_at:
            raise StrangerError(token_refused("Token Expired", "AG8002"))
        person = self._person(known)
        if (
            person is None
            or request.headers.get("X-PrivateKey", request.headers.get("x-api-key")) != person.fields["api_key"]
        ):
            if known is not None:
                self.forget(known.account)
            raise StrangerError(token_refused("Invalid Token", "AG8001"))
        return person

    def _person(self, known: Issued | None) -> Person | None:
        return None if known is None else self._stage.who(**self._stage.people[known.account].fields)


async def body(request: web.Request) -> dict[str, Any]:
    """What a request says; empty for what is no object."""
    try:
        found = msgspec.json.decode(await request.read())
    except msgspec.MsgspecError:
        return {}
    return found if isinstance(found, dict) else {}
