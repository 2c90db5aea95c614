"""Instruments and quotes put together from state and market."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from bidwell.engine.desk import Desk
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.market import Bar, Quote
from bidwell.server.instruments import schemas
from bidwell.server.problems import not_found


def find(desk: Desk, name: str) -> Instrument:
    """The instrument of this workspace, or a 404 problem."""
    instrument = desk.state.instruments.get(InstrumentId(name))
    if instrument is None:
        raise not_found("instrument", name)
    return instrument


def matching(desk: Desk, words: str) -> Iterator[Instrument]:
    """Instruments whose symbol, id or name has the words in it."""
    wanted = words.strip().casefold()
    for instrument in desk.state.instruments.values():
        text = f"{instrument.id} {instrument.symbol} {instrument.name}".casefold()
        if wanted in text:
            yield instrument


def view(instrument: Instrument) -> schemas.Instrument:
    """One instrument."""
    return schemas.Instrument(
        id=instrument.id, symbol=instrument.symbol, name=instrument.name, venue=instrument.venue,
        currency=instrument.currency, tick_size=instrument.tick_size, lot_size=instrument.lot_size,
        multiplier=instrument.multiplier, type=instrument.contract.type, label=instrument.label,
        calendar=instrument.calendar, tradable=instrument.tradable,
    )  # fmt: skip


def quote_view(desk: Desk, quote: Quote, now: datetime) -> schemas.Quote:
    """One quote with its age."""
    return schemas.Quote(
        instrument=quote.instrument, bid=quote.bid, ask=quote.ask, last=quote.last, bid_quantity=quote.bid_quantity,
        ask_quantity=quote.ask_quantity, volume=quote.volume, open=quote.open, previous_close=quote.previous_close,
        occurred_at=quote.occurred_at, received_at=quote.received_at,
        age_s=desk.market.age(quote.instrument, now) or Decimal(0),
    )  # fmt: skip


def bar_view(bar: Bar) -> schemas.Bar:
    """One bar."""
    return schemas.Bar(start=bar.start, open=bar.open, high=bar.high, low=bar.low, close=bar.close, volume=bar.volume)
