"""Reads a calendar of scheduled releases: lines of `time, title, instruments`, or an iCalendar file (RFC 5545)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bidwell.model.errors import InvalidInput
from bidwell.model.limits import NewsEvent

MOST: Final = 5000
_LONGEST_TITLE: Final = 120
_HEADER: Final = "at"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9&._:-]{0,79}")
_ESCAPED: Final = re.compile(r"\\([\\;,nN])")


def parse(text: str) -> tuple[NewsEvent, ...]:
    """The releases of a file in their order of time; raises InvalidInput with the line of what cannot be read."""
    begins = text.removeprefix("\ufeff").lstrip()
    found = sorted(_calendar(begins) if begins.upper().startswith("BEGIN:VCALENDAR") else _lines(text),
                   key=lambda one: one.at)  # fmt: skip
    if len(found) > MOST:
        raise InvalidInput(
            "releases.many", f"a calendar has at most {MOST:,} releases, not {len(found):,}", field="text"
        )
    return tuple(found)


def _lines(text: str) -> Iterator[NewsEvent]:
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), skipinitialspace=True)
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#") or cells[0].lower() == _HEADER:
                continue
            if len(cells) not in {2, 3}:
                raise _fault(rows.line_num, "a release is a time, a title and, if not for all, its instruments")
            names = tuple(cells[2].split()) if len(cells) == 3 else ()
            yield _event(rows.line_num, _moment(rows.line_num, cells[0]), cells[1], names)
    except csv.Error as error:
        raise _fault(rows.line_num, str(error)) from None


def _moment(line: int, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise _fault(line, f"{text[:40]!r} is no time such as 2026-12-10T13:30Z") from None
    if found.tzinfo is None:
        raise _fault(line, f"{text} does not say its zone: write 2026-12-10T13:30Z or 2026-12-10T08:30-05:00")
    return _utc(line, found)


def _utc(line: int, moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise _fault(line, f"{moment} is out of the calendar") from None


def _event(line: int, at: datetime, title: str, names: tuple[str, ...]) -> NewsEvent:
    if not title or not title.isprintable() or len(title) > _LONGEST_TITLE:
        raise _fault(line, f"a title has 1 to {_LONGEST_TITLE} printable characters")
    wrong = next((name for name in names if not _NAME.fullmatch(name)), None)
    if wrong is not None or len(names) > 100:
        raise _fault(
            line, f"{(wrong or 'more than 100')[:40]!r} is no underlying or instrument, such as ES or AAPL.XNAS"
        )
    return NewsEvent(at, title, names)


def _calendar(text: str) -> Iterator[NewsEvent]:
    """The events of an iCalendar file: their start and summary, for all instruments; repeated ones are refused."""
    kept: dict[str, tuple[int, str, str]] | None = None
    for line, content in _unfolded(text):
        head, _, value = content.partition(":")
        name, _, parameters = head.upper().partition(";")
        if content.upper().startswith("BEGIN:VEVENT"):
            kept = {"BEGIN": (line, "", "")}
        elif kept is not None and content.upper().startswith("END:VEVENT"):
            yield _from_calendar(kept)
            kept = None
        elif kept is not None:
            kept[name] = (line, head[len(name) + 1 :] if parameters else "", value)
    if kept is not None:
        raise _fault(kept["BEGIN"][0], "the event that begins here does not end")


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first; a line that begins with a space goes on with the one before."""
    first, whole = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1] in {" ", "\t"}:
            whole += line[1:]
            continue
        if whole:
            yield first, whole
        first, whole = number, line
    if whole:
        yield first, whole


def _from_calendar(fields: dict[str, tuple[int, str, str]]) -> NewsEvent:
    begun = fields["BEGIN"][0]
    if "RRULE" in fields:
        raise _fault(fields["RRULE"][0], "an event that repeats says its dates by a rule: write each of them")
    line, parameters, value = fields.get("DTSTART", (begun, "", ""))
    title = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], fields.get("SUMMARY", (begun, "", ""))[2])
    try:
        start = datetime.strptime(value.rstrip("Zz"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - its zone is put in below
    except ValueError:
        raise _fault(line, f"DTSTART {value[:40]!r} is no time of a day") from None
    zone = _zone(line, parameters) if not value.upper().endswith("Z") else UTC
    return _event(line, _utc(line, start.replace(tzinfo=zone)), title.strip(), ())


def _zone(line: int, parameters: str) -> ZoneInfo:
    """The zone that TZID names; some calendars write US-Eastern for US/Eastern."""
    named = re.search(r"TZID=\"?([^;\":]+)", parameters, re.IGNORECASE)
    for name in (named[1], named[1].replace("-", "/")) if named else ():
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    raise _fault(line, "DTSTART names no zone that is known")


def _fault(line: int, problem: str) -> InvalidInput:
    return InvalidInput("releases.line", f"line {line}: {problem}", field="text")
