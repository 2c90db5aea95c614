"""Which calendar an instrument goes by, where nobody says it."""

from __future__ import annotations

from bidwell.marketdata.calendars import ALWAYS_OPEN, FOREX

_CALENDARS = {
    "XNAS": "XNYS", "XNYS": "XNYS", "XASE": "XNYS", "ARCX": "XNYS", "BATS": "XNYS", "XNSE": "XBOM", "XBOM": "XBOM",
    "XCME": "CMES", "XCBT": "CMES", "XNYM": "CMES", "XCEC": "CMES", "FX": FOREX,
}  # fmt: skip


def calendar_of(instrument: str) -> str:
    """The calendar of an instrument's venue: its own code where that is one of ISO 10383, else around the clock."""
    venue = instrument.rpartition(".")[2]
    return _CALENDARS.get(venue) or (venue if len(venue) == 4 and venue.startswith("X") else ALWAYS_OPEN)
