"""A recorded intent asked for again, in a paper account: the same wish, now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from bidwell.engine import codec
from bidwell.engine.desk import Desk
from bidwell.engine.intake import Request
from bidwell.model import events as ev
from bidwell.model.account import Account, Mode
from bidwell.model.errors import InvalidInput, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.intent import Intent, Sizing, SizingBy, Source
from bidwell.model.terms import Side, Terms, TimeInForce

_LONGEST = timedelta(hours=24)
_SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Recording:
    """What a bundle says that matters for asking again: the wish, and what each account was given of it."""

    intent: Intent
    parts: Mapping[str, ev.Allocation]


def recorded(bundle: Mapping[str, Any]) -> Recording:
    """Read a bundle that this or another desk exported; raises InvalidInput where it is none."""
    events = bundle.get("events")
    if not isinstance(events, list):
        raise _invalid("it has no list of events")
    intent: Intent | None = None
    parts: dict[str, ev.Allocation] = {}
    for entry in events:
        event = _event(entry)
        if isinstance(event, ev.IntentReceived) and intent is None:
            intent = event.intent
        elif isinstance(event, ev.IntentAllocated) and intent is not None and event.intent == intent.id:
            parts.update({part.account: part for part in event.allocations})
    if intent is None:
        raise _invalid("it does not begin with the intent's receipt")
    return Recording(intent, parts)


def _event(entry: object) -> ev.Event | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("body"), dict):
        raise _invalid("an event of it has no body")
    kind = entry.get("kind")
    if kind not in {ev.IntentReceived.__name__, ev.IntentAllocated.__name__}:
        return None
    try:
        return codec.decode(kind, msgspec.json.encode(entry["body"]))
    except (ProtocolError, InvalidInput, ValueError, TypeError) as error:
        raise _invalid(f"its {kind} cannot be read: {error}") from error


def _invalid(why: str) -> InvalidInput:
    return InvalidInput("bundle.invalid", f"this is no bundle of an intent: {why}", field="bundle",
                        hint="export it with `bidwell intents export` or on the intent's page")  # fmt: skip


def request(desk: Desk, recording: Recording, account: Account, key: str, actor: str, now: datetime,
            part: str | None = None) -> Request:  # fmt: skip
    """The same wish for one paper account; `part` takes what an account of the original was given of it.

    Raises InvalidInput for an account with real money, an unknown part, or an instrument that is not listed.
    """
    if account.mode is not Mode.PAPER:
        raise InvalidInput("replay.live_account", f"{account.name} holds real money: a recording is replayed on paper",
                           field="account", hint="choose a paper account")  # fmt: skip
    intent = recording.intent
    instrument, side, sizing = _size(recording, part)
    if instrument not in desk.state.instruments:
        raise InvalidInput("instrument.unknown", f"instrument {instrument!r} is not listed here", field="bundle")
    return Request(
        key=f"replay:{key}", source=Source.REPLAY, instrument=instrument, side=side, sizing=sizing,
        terms=_terms(intent.terms, now), account=account.id, protection=intent.protection, close_all=intent.close_all, protects=intent.protects,
        valid_for=min(max(intent.valid_until - intent.received_at, _SHORTEST), _LONGEST), actor=actor,
        note=f"replay of {intent.id} of {intent.received_at:%Y-%m-%d %H:%M:%S} UTC", replay_of=str(intent.id),
    )  # fmt: skip


def _size(recording: Recording, part: str | None) -> tuple[InstrumentId, Side | None, Sizing]:
    intent = recording.intent
    if part is None:
        return intent.instrument, intent.side, intent.sizing
    given = recording.parts.get(part)
    if given is None or given.quantity <= 0 or not given.side:
        raise InvalidInput("replay.part", f"account {part!r} was given nothing of {intent.id}", field="part",
                           hint=", ".join(sorted(name for name, one in recording.parts.items() if one.quantity > 0)))  # fmt: skip
    return given.instrument, Side(given.side), Sizing(SizingBy.QUANTITY, Decimal(given.quantity))


def _terms(terms: Terms, now: datetime) -> Terms:
    """The recorded terms; an end that is past by now becomes the end of the day."""
    if terms.expires_at is None or terms.expires_at > now:
        return terms
    return replace(terms, time_in_force=TimeInForce.DAY, expires_at=None)
