"""The door: a request becomes an intent, or is refused with a reason before anything is written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bidwell.engine import codec
from bidwell.model.errors import Conflict, InvalidInput
from bidwell.model.ids import AccountId, GroupId, InstrumentId, IntentId, StrategyId, time_ordered_id
from bidwell.model.intent import Intent, Sizing, SizingBy, Source
from bidwell.model.terms import Protection, Side, Terms

if TYPE_CHECKING:
    from bidwell.engine.ports import Entropy
    from bidwell.engine.state import State

DEFAULT_VALIDITY = timedelta(seconds=60)
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Request:
    """What a source asks for, before it has an id; `valid_for` bounds how long it may wait to leave."""

    key: str
    source: Source
    instrument: InstrumentId
    side: Side | None
    sizing: Sizing
    terms: Terms
    group: GroupId | None = None
    account: AccountId | None = None
    strategy: StrategyId | None = None
    protection: Protection | None = None
    close_all: bool = False
    valid_for: timedelta | None = None
    actor: str = ""
    note: str = ""
    replay_of: str = ""
    protects: bool = False

    def body_hash(self) -> str:
        """SHA-256 (hex) of everything but the key, actor and note: what makes a repeat the same request."""
        body = codec.canonical(replace(self, key="", actor="", note=""))
        return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The acknowledgement of a durable intent; `duplicate` when the same request was here before."""

    intent: IntentId
    received_at: datetime
    duplicate: bool


def repeated(state: State, request: Request, body_hash: str) -> Receipt | None:
    """The first answer again for the same key and body; raises Conflict for the same key with another body."""
    known = state.keys.get(request.key)
    if known is None:
        return None
    intent, known_hash = known
    return answer(request, body_hash, intent, known_hash, state.intents[intent].intent.received_at)


def answer(request: Request, body_hash: str, intent: IntentId, known_hash: str, received_at: datetime) -> Receipt:
    """The first answer to a key that is known; raises Conflict where its body was another."""
    if known_hash != body_hash:
        msg = f"key {request.key!r} was used for another request ({intent})"
        raise Conflict("idempotency_conflict", msg, field="key", hint="use a new key for a new request")
    return Receipt(intent, received_at, duplicate=True)


def check(state: State, request: Request) -> None:
    """Refuse what can never become an order; raises InvalidInput with a stable code."""
    if not request.key or len(request.key) > LONGEST_KEY:
        raise InvalidInput("key.invalid", f"an idempotency key of 1 to {LONGEST_KEY} characters is needed", field="key")
    instrument = state.instruments.get(request.instrument)
    if instrument is None:
        raise InvalidInput("instrument.unknown", f"instrument {request.instrument!r} is not listed here",
                           field="instrument", hint="search /instruments for its id")  # fmt: skip
    if not instrument.tradable:
        raise InvalidInput("instrument.not_tradable", f"{instrument.symbol} can be watched but not traded",
                           field="instrument")  # fmt: skip
    if request.group is not None:
        _check_group(state, request, request.group)
    if request.account is not None:
        account = state.accounts.get(request.account)
        if account is None:
            raise InvalidInput("account.unknown", f"account {request.account!r} does not exist", field="account")
        if not account.enabled:
            raise InvalidInput("account.disabled", f"account {account.name} is switched off", field="account")
    _check_strategy(state, request)


def _check_group(state: State, request: Request, name: GroupId) -> None:
    group = state.groups.get(name)
    if group is None:
        raise InvalidInput("group.unknown", f"group {name!r} does not exist", field="group")
    if group.leader is None or request.source is Source.COPY or request.sizing.by is SizingBy.CLOSE:
        return
    leader = state.accounts.get(group.leader)
    called = leader.name if leader is not None else group.leader
    raise InvalidInput("group.follows", f"group {group.name} copies {called} and takes no orders of its own",
                       field="group", hint=f"send it to {called}; the group can be closed by hand")  # fmt: skip


def _check_strategy(state: State, request: Request) -> None:
    # What the desk itself does for a strategy is judged when it is decided: a reduction goes on when that is switched off.
    if request.strategy is None or request.source in {Source.COPY, Source.REPAIR}:
        return
    strategy = state.strategies.get(request.strategy)
    if strategy is None:
        raise InvalidInput("strategy.unknown", f"strategy {request.strategy!r} does not exist", field="strategy")
    if not strategy.enabled:
        raise InvalidInput("strategy.disabled", f"strategy {strategy.name} is switched off", field="strategy")
    if strategy.instruments and request.instrument not in strategy.instruments:
        raise InvalidInput("strategy.instrument", f"strategy {strategy.name} may not trade {request.instrument}",
                           field="instrument")  # fmt: skip


def intent_of(request: Request, now: datetime, entropy: Entropy, state: State) -> Intent:
    """Give the request an id and an end of validity."""
    validity = request.valid_for
    if validity is None:
        strategy = state.strategies.get(request.strategy) if request.strategy else None
        validity = timedelta(seconds=strategy.valid_seconds) if strategy else DEFAULT_VALIDITY
    milliseconds = int(now.timestamp() * 1000)
    return Intent(
        id=IntentId(time_ordered_id("int", milliseconds, entropy.bits(35))), key=request.key, source=request.source,
        instrument=request.instrument, side=request.side, sizing=request.sizing, terms=request.terms,
        received_at=now, valid_until=now + validity, group=request.group, account=request.account,
        strategy=request.strategy, protection=request.protection, close_all=request.close_all, actor=request.actor,
        note=request.note, replay_of=request.replay_of, protects=request.protects,
    )  # fmt: skip
