"""Calendars of releases: both forms, and what is refused with its line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bidwell.model.errors import InvalidInput
from bidwell.model.limits import NewsEvent
from bidwell.risk.releases import MOST, parse

CPI = datetime(2026, 12, 10, 13, 30, tzinfo=UTC)
ICS = """BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
DTSTART;TZID=US-Eastern:20261210T083000\r
SUMMARY:Consumer Price\r
  Index\\, November\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART:20260701T123000Z\r
SUMMARY:Payrolls\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_lines_are_read_in_order_of_time_with_their_zone_and_instruments() -> None:
    text = '\ufeffat, title, instruments\n# the week\n2026-12-10T08:30-05:00, "Prices, consumers", ES NQ\n\n2026-12-09T19:00Z,Rates\n'
    assert parse(text) == (
        NewsEvent(datetime(2026, 12, 9, 19, tzinfo=UTC), "Rates"),
        NewsEvent(CPI, "Prices, consumers", ("ES", "NQ")),
    )
    assert parse("") == ()


def test_an_icalendar_file_is_read_with_zones_folds_and_escapes() -> None:
    assert parse(ICS) == (
        NewsEvent(datetime(2026, 7, 1, 12, 30, tzinfo=UTC), "Payrolls"),
        NewsEvent(CPI, "Consumer Price Index, November"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-12-10T13:30Z,CPI\nsoon,CPI", "line 2: 'soon' is no time"),
        ("2026-12-10T13:30,CPI", "line 1: 2026-12-10T13:30 does not say its zone"),
        ("2026-12-10T13:30Z", "line 1: a release is a time"),
        ("2026-12-10T13:30Z,", "line 1: a title has"),
        ("2026-12-10T13:30Z,a\x07b", "line 1: a title has"),
        ("2026-12-10T13:30Z,CPI,../etc", "line 1: '../etc' is no underlying"),
        ("0001-01-01T00:00+14:00,CPI", "line 1: 0001"),
        (ICS.replace("US-Eastern", "Nowhere"), "line 4: DTSTART names no zone"),
        (ICS.replace("20260701T123000Z", "20260701"), "line 9: DTSTART '20260701' is no time"),
        (ICS.replace("SUMMARY:Payrolls", "RRULE:FREQ=DAILY"), "line 10: an event that repeats"),
        (ICS.split("SUMMARY:Payrolls", maxsplit=1)[0], "line 8: the event that begins here does not end"),
        ("2026-12-10T13:30Z,CPI\n" * (MOST + 1), "at most 5,000"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        parse(text)
