"""The market that a fresh installation shows: five real shares, one synthetic crypto instrument, one currency pair.

The shares' daily bars come from the package bokeh_sampledata (public domain), which is read as a file and never
imported. This file holds the reading and the facts; the market itself is `replay.ReplayMarket`.
"""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from bidwell.engine.ports import Calendars
from bidwell.marketdata.calendars import FOREX
from bidwell.marketdata.paths import TouchStyle
from bidwell.marketdata.replay import DEFAULT_SPEED, Line, MarketState, ReplayMarket
from bidwell.marketdata.series import Daily, Pass, RateSeries, RecordedSeries, SyntheticSeries
from bidwell.model.errors import DataError, Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Crypto, Equity, Forex, Instrument
from bidwell.model.session import SessionTable

LABEL_RECORDED = "real daily bars, simulated intraday path"
LABEL_SYNTHETIC = "synthetic"
LABEL_RATES = "real monthly averages, simulated path"

# No share of the five was split inside this window, and FB was listed on its first day.
WINDOW_FIRST = date(2012, 5, 18)
WINDOW_LAST = date(2013, 3, 1)
# Late enough for every chart to begin with a history, FB's included.
START = datetime(2012, 8, 1, 13, 30, tzinfo=UTC)
SEED = 7
CALENDAR = "XNYS"

_CENT = Decimal("0.01")
_SHARES: dict[str, tuple[str, str, TouchStyle]] = {
    "AAPL": ("Apple Inc.", "XNAS", TouchStyle(spread_bps=1.6, depth=400, board=100)),
    "MSFT": ("Microsoft Corp.", "XNAS", TouchStyle(spread_bps=2.5, depth=6000, board=100)),
    "GOOG": ("Google Inc.", "XNAS", TouchStyle(spread_bps=2.6, depth=200, board=100)),
    "IBM": ("International Business Machines Corp.", "XNYS", TouchStyle(spread_bps=1.5, depth=300, board=100)),
    "FB": ("Facebook Inc.", "XNAS", TouchStyle(spread_bps=3.5, depth=4000, board=100)),
}

BITCOIN = Instrument(
    id=InstrumentId("BTC-USD.SYNTH"),
    symbol="BTC-USD",
    name="Bitcoin in US dollars (synthetic)",
    venue="SYNTH",
    currency="USD",
    tick_size=_CENT,
    lot_size=Decimal("0.0001"),
    contract=Crypto("BTC"),
    min_notional=Decimal(1),
    calendar="24/7",
    label=LABEL_SYNTHETIC,
)
RUPEE = Instrument(
    id=InstrumentId("USDINR.FX"),
    symbol="USDINR",
    name="US dollar in Indian rupees",
    venue="FX",
    currency="INR",
    tick_size=Decimal("0.0025"),
    lot_size=Decimal(1),
    contract=Forex("USD"),
    calendar=FOREX,
    label=LABEL_RATES,
)

# Monthly averages of the rupee's reference rate against the dollar. They agree with the published averages of
# the calendar years 2012 (53.44) and 2013 (58.60) and of the Indian financial year 2012-13 (54.41).
_RUPEES = {
    2012: "51.34 49.17 50.32 51.81 54.47 56.03 55.49 55.56 54.61 53.02 54.78 54.65",
    2013: "54.32 53.77 54.40 54.38 55.01 58.40 59.78 63.21 63.75 61.62 62.63 61.91",
}
USDINR_AVERAGES: tuple[tuple[date, Decimal], ...] = tuple(
    (date(year, month, 1), Decimal(rate))
    for year, rates in _RUPEES.items()
    for month, rate in enumerate(rates.split(), start=1)
)


def share(symbol: str) -> Instrument:
    """One of the five shares as an instrument."""
    name, venue, _ = _SHARES[symbol]
    return Instrument(
        id=InstrumentId(f"{symbol}.{venue}"),
        symbol=symbol,
        name=name,
        venue=venue,
        currency="USD",
        tick_size=_CENT,
        lot_size=Decimal(1),
        contract=Equity(),
        calendar=CALENDAR,
        label=LABEL_RECORDED,
    )


def demo_instruments() -> tuple[Instrument, ...]:
    """The instruments of the replayed market, in the order of the watch list."""
    return (*(share(symbol) for symbol in _SHARES), BITCOIN, RUPEE)


def demo_market(
    calendars: Calendars,
    *,
    seed: int = SEED,
    start: datetime = START,
    speed: int = DEFAULT_SPEED,
    state: MarketState | None = None,
) -> ReplayMarket:
    """Set the replayed market up, afresh or from a stored state (whose seed, time and speed then rule).

    Raises Missing when bokeh_sampledata is not installed, DataError when its file cannot be read.
    """
    if state is not None:
        seed, start, speed = state.seed, state.now, state.speed
    exchange = calendars.table(CALENDAR)
    rounds, lines = _shares(exchange)
    rates = RateSeries(seed, USDINR_AVERAGES, RUPEE.tick_size, calendars.table(FOREX), rounds)
    lines.append(Line(BITCOIN, _coins(seed), TouchStyle(spread_bps=2.0, depth=9000, board=100)))
    lines.append(Line(RUPEE, rates, TouchStyle(spread_bps=1.0, depth=800_000, board=50_000)))
    return ReplayMarket(lines, exchange, seed=seed, start=start, speed=speed)


def _shares(exchange: SessionTable) -> tuple[Pass, list[Line]]:
    """The window that repeats, and the shares' days on a calendar; neither depends on a seed or moves."""
    rounds, series = _recorded(exchange)
    return rounds, [Line(share(symbol), each, _SHARES[symbol][2]) for symbol, each in series.items()]


@lru_cache(maxsize=2)
def _recorded(exchange: SessionTable) -> tuple[Pass, dict[str, RecordedSeries]]:
    rounds = Pass(exchange, WINDOW_FIRST, WINDOW_LAST)
    days = read_daily(sample_file())
    return rounds, {symbol: RecordedSeries(share(symbol), bars, exchange, rounds) for symbol, bars in days.items()}


@lru_cache(maxsize=4)
def _coins(seed: int) -> SyntheticSeries:
    return SyntheticSeries(seed, price=3_000_000, volatility=0.025, volume=120_000_000)


def sample_file() -> Path:
    """Where bokeh_sampledata keeps its daily bars; raises Missing when the package is not there."""
    spec = find_spec("bokeh_sampledata")
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise Missing("the package bokeh_sampledata is not installed: the replayed market takes its daily bars from it")
    path = Path(folders[0]) / "_data" / "stocks.csv.gz"
    if not path.exists():
        raise Missing(f"bokeh_sampledata has no {path.name}: install the version that the requirements name")
    return path


def read_daily(path: Path) -> dict[str, dict[date, Daily]]:
    """Unadjusted daily bars by symbol and date; raises DataError when the file is not as expected."""
    found: dict[str, dict[date, Daily]] = {symbol: {} for symbol in _SHARES}
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                bars = found.get(row["Ticker"])
                if bars is not None:
                    bars[date.fromisoformat(row["Date"])] = Daily(
                        Decimal(row["Open"]), Decimal(row["High"]), Decimal(row["Low"]), Decimal(row["Close"]),
                        int(row["Volume"]),
                    )  # fmt: skip
    except (OSError, KeyError, ValueError, InvalidOperation) as error:
        raise DataError(f"{path} does not hold the daily bars that were expected: {error!r}") from error
    lacking = [symbol for symbol, bars in found.items() if not bars]
    if lacking:
        raise DataError(f"{path} has no bars of {', '.join(lacking)}")
    return found
