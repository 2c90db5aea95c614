"""Whose message it is: strategy tokens by hash, and the keys of senders that sign."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bidwell.engine.desk import Desk
from bidwell.engine.ports import Entropy
from bidwell.model.account import Strategy
from bidwell.model.ids import WorkspaceId
from bidwell.server.problems import ProblemError

_NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class Sender:
    """The strategy that a message proved to come from, in its workspace."""

    workspace: WorkspaceId
    desk: Desk
    strategy: Strategy


def new_token(entropy: Entropy) -> str:
    """A token of 256 random bits."""
    return "bwt_" + urlsafe_b64encode(entropy.bits(256).to_bytes(32, "big")).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def hint_of(token: str) -> str:
    """The token's last characters, by which a person tells it apart."""
    return token[-4:]


def find(token: str | None, desks: Mapping[WorkspaceId, Desk]) -> Sender:
    """The sender of a token; every strategy is compared, so that the time tells nothing. Raises a 401 problem."""
    wanted = hash_of(token or "").encode()
    found: Sender | None = None
    for workspace, desk in desks.items():
        for strategy in desk.state.strategies.values():
            stored = strategy.token_hash or _NO_HASH
            if hmac.compare_digest(stored.encode(), wanted):
                found = Sender(workspace, desk, strategy)
    if found is None or token is None:
        raise refused()
    return found


def refused() -> ProblemError:
    """401, the same for a token that never was and for one that was revoked."""
    return ProblemError(401, "alert_token", "the token is missing, wrong or revoked",
                        hint="the Alerts page shows each strategy's templates; rotate the token to get a new one")  # fmt: skip


# --- signed senders ------------------------------------------------------------------------------------


def secret_of(workspace: str, strategy: Strategy, signing_key: bytes) -> str:
    """The key with which a sender of this strategy signs; a new token makes a new one."""
    text = f"signal|{workspace}|{strategy.id}|{strategy.token_hash}".encode()
    return "bwh_" + hmac.new(signing_key, text, hashlib.sha256).hexdigest()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 (hex) of `timestamp.body`."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def find_signed(name: str, header: str, body: bytes, desks: Mapping[WorkspaceId, Desk], signing_key: bytes,
                now: datetime, window: timedelta) -> Sender:  # fmt: skip
    """The sender whose signature `t=…,v1=…` fits; raises a 401 problem."""
    fields = dict(part.strip().partition("=")[::2] for part in header.split(","))
    timestamp, given = fields.get("t", ""), fields.get("v1", "")
    found: Sender | None = None
    secret = "bwh_" + _NO_HASH
    for workspace, desk in desks.items():
        for strategy in desk.state.strategies.values():
            if hmac.compare_digest(strategy.id.encode(), name.encode("utf-8", "replace")):
                found = Sender(workspace, desk, strategy)
                secret = secret_of(workspace, strategy, signing_key)
    fits = hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode("utf-8", "replace"))
    if found is None or not fits:
        raise ProblemError(401, "signature_invalid", "the signature is missing or does not fit",
                           hint="X-Signature: t=<unix seconds>,v1=<hex of HMAC-SHA256(secret, t + '.' + body)>")  # fmt: skip
    if not (timestamp.isdecimal() and len(timestamp) <= 12):
        raise ProblemError(401, "signature_time", "the signature's t is not in seconds since 1970")
    if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > window:
        raise ProblemError(401, "signature_time", "the signature is too old or from the future",
                           hint=f"sign within {window.total_seconds():.0f} s and keep the clock right")  # fmt: skip
    return found
