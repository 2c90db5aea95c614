"""Figures and times out of JSON without a float in between; raises ProtocolError for what cannot be one."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import msgspec

from bidwell.model.errors import ProtocolError
from bidwell.model.money import bearable

T = TypeVar("T")
LARGEST_BODY = 64 * 1024 * 1024
"""No answer of a broker is longer; an instrument list of half a million rows stays below."""
LARGEST_LIST = 512 * 1024 * 1024
"""No list that is read piece by piece is longer."""

_FRACTION = re.compile(r"(\.\d{6})\d+")


def decoder(shape: type[T]) -> msgspec.json.Decoder[T]:
    """A decoder for a payload type whose `Decimal` fields take a JSON number or text, digit for digit."""
    return msgspec.json.Decoder(shape)


def read(made: msgspec.json.Decoder[T], body: bytes | str, what: str) -> T:
    """Decode a payload; raises ProtocolError with the place of what does not fit."""
    try:
        return made.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise ProtocolError(f"{what} was not understood: {problem}") from problem


def finite(value: Decimal | None, name: str) -> Decimal:
    """A figure that can be reckoned with."""
    if value is None or not bearable(value):
        raise ProtocolError(f"{name} is {value}")
    return value


def positive(value: Decimal | None, name: str) -> Decimal:
    """A quantity or price above zero."""
    if value is None or not (bearable(value) and value > 0):
        raise ProtocolError(f"{name} is {value}")
    return value


def moment(text: str | None, name: str) -> datetime:
    """RFC 3339 with up to nine decimals, cut to microseconds, in UTC; a time without a zone is not taken."""
    try:
        at = datetime.fromisoformat(_FRACTION.sub(r"\1", text or ""))
        offset = at.utcoffset()
    except ValueError as problem:
        raise ProtocolError(f"{name} is no time: {text!r}") from problem
    if offset is None or abs(offset) > timedelta(hours=15):
        raise ProtocolError(f"{name} has no time zone: {text!r}")
    try:
        return at.astimezone(UTC)
    except OverflowError as problem:
        raise ProtocolError(f"{name} is out of range: {text!r}") from problem


def day(text: str | None, name: str) -> date:
    """A date, with hyphens or without."""
    try:
        return date.fromisoformat(text or "")
    except ValueError as problem:
        raise ProtocolError(f"{name} is no day: {text!r:.60}") from problem
