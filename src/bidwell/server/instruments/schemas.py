"""Instruments, quotes and bars."""

from __future__ import annotations

from bidwell.server.fields import Instant, Number, Page, View


class Instrument(View):
    """One tradable thing; `label` must be shown beside its prices where they are not a market's own."""

    id: str
    symbol: str
    name: str
    venue: str
    currency: str
    tick_size: Number
    lot_size: Number
    multiplier: Number
    type: str
    label: str
    calendar: str
    tradable: bool


class InstrumentPage(Page[Instrument]):
    """Instruments that match."""


class Quote(View):
    """Best bid and offer with the last price; `occurred_at` is the market clock, `age_s` seconds since receipt."""

    instrument: str
    bid: Number
    ask: Number
    last: Number
    bid_quantity: Number
    ask_quantity: Number
    volume: Number
    open: Number | None
    previous_close: Number | None
    occurred_at: Instant
    received_at: Instant
    age_s: Number


class QuotePage(Page[Quote]):
    """The last quote of every instrument."""


class Bar(View):
    """One interval; `start` is on the market clock."""

    start: Instant
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


class BarPage(Page[Bar]):
    """Bars, oldest first."""
