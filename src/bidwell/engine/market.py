"""What the desk knows of the market right now: last quotes, rates, the market clock and the data's age."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from bidwell.model.errors import CurrencyMismatch
from bidwell.model.instrument import Forex
from bidwell.model.money import Rates
from bidwell.risk.view import MarketView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from bidwell.engine.ports import Calendars
    from bidwell.model.ids import AccountId, InstrumentId
    from bidwell.model.instrument import Instrument
    from bidwell.model.market import Quote
    from bidwell.portfolio.portfolio import Portfolio
    from bidwell.portfolio.valuation import Valuation

_MILLISECOND = Decimal("0.001")


@dataclass(slots=True)
class FeedState:
    """Whether the feed is connected, and what it says of itself."""

    name: str = ""
    connected: bool = False
    detail: str = "not connected yet"


class Market:
    """Last quotes and rates; it is an input of decisions and no part of the replayed state."""

    def __init__(self, calendars: Calendars) -> None:
        self.quotes: dict[InstrumentId, Quote] = {}
        self.rates = Rates()
        self.feed = FeedState()
        self.market_time: datetime | None = None
        self.last_received_at: datetime | None = None
        self._calendars = calendars
        self._revision = 0
        self._valued: dict[AccountId, tuple[Portfolio, tuple[object, ...], Valuation]] = {}

    def valued(self, portfolio: Portfolio, stamp: tuple[object, ...], reckon: Callable[[], Valuation]) -> Valuation:
        """The value of a portfolio as reckoned last, until its `stamp`, a price or a rate changes."""
        stamp = (*stamp, self._revision, self.rates.revision)
        known = self._valued.get(portfolio.account_id)
        if known is not None and known[0] is portfolio and known[1] == stamp:
            return known[2]
        worth = reckon()
        self._valued[portfolio.account_id] = (portfolio, stamp, worth)
        return worth

    def take(self, quotes: Sequence[Quote], instruments: Mapping[InstrumentId, Instrument]) -> None:
        """Keep the newest quote of each instrument; currency pairs become rates. Older quotes are dropped."""
        self._revision += 1
        for quote in quotes:
            known = self.quotes.get(quote.instrument)
            if known is not None and quote.occurred_at < known.occurred_at:
                continue
            self.quotes[quote.instrument] = quote
            instrument = instruments.get(quote.instrument)
            if instrument is not None and isinstance(instrument.contract, Forex):
                self.rates.set(instrument.contract.base, instrument.currency, quote.mid)
            if self.market_time is None or quote.occurred_at > self.market_time:
                self.market_time = quote.occurred_at
            if self.last_received_at is None or quote.received_at > self.last_received_at:
                self.last_received_at = quote.received_at

    def price(self, instrument: InstrumentId) -> Decimal | None:
        """The last price, or None where nothing was quoted."""
        quote = self.quotes.get(instrument)
        return None if quote is None else quote.last

    def age(self, instrument: InstrumentId, now: datetime) -> Decimal | None:
        """Seconds of wall clock since the last quote was received, or None where there was none."""
        quote = self.quotes.get(instrument)
        if quote is None:
            return None
        return max(Decimal((now - quote.received_at).total_seconds()).quantize(_MILLISECOND, ROUND_CEILING), Decimal(0))

    def session_open(self, instrument: Instrument, now: datetime) -> bool:
        """Whether the instrument's venue trades at the market clock's time (the wall clock's without a feed)."""
        return self._calendars.table(instrument.calendar).is_open(self.market_time or now)

    def closes_at(self, instrument: Instrument, moment: datetime) -> datetime | None:
        """When the venue's session of a moment ends for good, or None where it is shut or never ends."""
        table = self._calendars.table(instrument.calendar)
        session = None if table.always_open else table.at(moment)
        return None if session is None else table.close_of(session.date)

    def opens_after(self, calendar: str, moment: datetime) -> datetime | None:
        """When a calendar's next session opens; None while one is open, or where there is none to come."""
        table = self._calendars.table(calendar)
        session = None if table.is_open(moment) else table.next_after(moment)
        return None if session is None else session.opens_at

    def session_date(self, calendar: str, moment: datetime) -> date:
        """The session that a moment counts to."""
        return self._calendars.table(calendar).date_of(moment)

    def closes_after(self, calendar: str, moment: datetime) -> datetime | None:
        """When the session that is open or comes next ends for good; None where none is to come or it never ends."""
        table = self._calendars.table(calendar)
        return None if table.always_open else table.close_of(table.date_of(moment))

    def view(self, instrument: Instrument, currency: str, now: datetime) -> MarketView:
        """What a decision on `instrument` for an account in `currency` may use."""
        try:
            rate = self.rates.rate(instrument.currency, currency)
        except CurrencyMismatch:
            rate = None
        quote = self.quotes.get(instrument.id)
        return MarketView(quote, self.age(instrument.id, now), rate, self.session_open(instrument, now),
                          self.market_time or now)  # fmt: skip
