"""Figures and data as Angel One writes them: numbers or text, absent in several ways; times of India."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import TypeVar

import msgspec

from bidwell.brokers.angelone import wire
from bidwell.brokers.transport import read
from bidwell.brokers.transport.indian import CURRENCY, IST
from bidwell.engine.ports import Margin, MarginPart
from bidwell.model.errors import ProtocolError
from bidwell.model.money import ZERO, bearable
from bidwell.model.order import Order

T = TypeVar("T")
_ABSENT = frozenset({b"null", b'""', b'"null"'})
_LONGEST = 40
_TIMES = ("%d-%b-%Y %H:%M:%S", "%d-%b-%Y %H:%M")


def figure(raw: msgspec.Raw, name: str) -> Decimal | None:
    """A number or a text of one, digit for digit; None where there is none; raises ProtocolError."""
    written = bytes(raw).strip()
    if written in _ABSENT:
        return None
    text = written.strip(b'"')
    try:
        value = Decimal(text.decode("ascii")) if len(text) <= _LONGEST else Decimal("NaN")
    except (InvalidOperation, UnicodeDecodeError) as problem:
        raise ProtocolError(f"{name} is no figure: {written[:_LONGEST]!r}") from problem
    if not bearable(value):
        raise ProtocolError(f"{name} is {written[:_LONGEST]!r}")
    return value


def amount(raw: msgspec.Raw, name: str) -> Decimal:
    """A figure, zero where there is none."""
    return figure(raw, name) or ZERO


def above_zero(raw: msgspec.Raw, name: str) -> Decimal:
    """A quantity or price above zero."""
    value = figure(raw, name)
    if value is None or value <= 0:
        raise ProtocolError(f"{name} is {value}")
    return value


def price(raw: msgspec.Raw, name: str) -> Decimal | None:
    """A price above zero; Angel One writes 0 for none."""
    value = figure(raw, name)
    return value if value is not None and value > 0 else None


def data(decoder: msgspec.json.Decoder[T], raw: msgspec.Raw, what: str) -> T | None:
    """What an answer carries; None where it is empty, which Angel One writes in several ways."""
    return None if bytes(raw).strip() in _ABSENT else read(decoder, bytes(raw), what)


def moment(text: str | None, name: str) -> datetime | None:
    """A time such as 11-Nov-2025 11:56:57, of India's clock, with its zone; None where there is none."""
    if not text:
        return None
    for form in _TIMES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=IST)
        except ValueError:
            continue
    raise ProtocolError(f"{name} is no time: {text!r}")


def clock_time(text: str | None, name: str) -> time | None:
    """A time of day such as 11:56:57; None where there is none."""
    if not text:
        return None
    try:
        return time.fromisoformat(text).replace(tzinfo=IST)
    except ValueError as problem:
        raise ProtocolError(f"{name} is no time of day: {text!r}") from problem


def margin(told: wire.BatchMargin, funds: wire.Funds, orders: Sequence[Order]) -> Margin:
    """What orders would take; Angel One tells the whole alone, which is the part of a single order."""
    whole = figure(told.totalMarginRequired, "totalMarginRequired")
    if whole is None:
        raise ProtocolError("Angel One told no margin")
    parts = (MarginPart(orders[0].client_order_id, whole),) if len(orders) == 1 else ()
    return Margin(whole, CURRENCY, figure(funds.net, "net"), parts)
