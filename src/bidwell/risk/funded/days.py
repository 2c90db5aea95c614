"""A firm's trading day: which one a moment counts to, and when everything must be flat."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bidwell.model.funded import Rulebook
from bidwell.risk.windows import at, zone_of

_MIDNIGHT = time(0)
_DAY = timedelta(days=1)


def day_of(book: Rulebook, moment: datetime) -> date:
    """The trading day of a moment: after the firm's roll it is already the next date's."""
    local = moment.astimezone(zone_of(book.zone))
    if book.rolls_at == _MIDNIGHT or local.time() < book.rolls_at:
        return local.date()
    return local.date() + _DAY


def opens(book: Rulebook, day: date) -> datetime:
    """When a trading day begins (UTC)."""
    return at(day if book.rolls_at == _MIDNIGHT else day - _DAY, book.rolls_at, book.zone)


def closes(book: Rulebook, day: date) -> datetime:
    """When a trading day ends (UTC): the beginning of the next."""
    return opens(book, day + _DAY)


def flat_at(book: Rulebook, day: date) -> datetime | None:
    """The moment of a trading day by which nothing may be held any more (UTC), or None without such a rule."""
    if book.flat_by is None:
        return None
    before_roll = book.rolls_at == _MIDNIGHT or book.flat_by < book.rolls_at
    return at(day if before_roll else day - _DAY, book.flat_by, book.zone)
