from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.marketdata.demo import (
    START,
    USDINR_AVERAGES,
    WINDOW_FIRST,
    WINDOW_LAST,
    demo_instruments,
    demo_market,
    read_daily,
    sample_file,
)
from bidwell.marketdata.paths import draw
from bidwell.marketdata.replay import ReplayMarket
from bidwell.marketdata.series import Pass
from bidwell.model.errors import ConfigError, DataError, InvalidInput, Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity
from bidwell.model.market import Bar, Quote

APPLE = InstrumentId("AAPL.XNAS")
BITCOIN = InstrumentId("BTC-USD.SYNTH")
RUPEE = InstrumentId("USDINR.FX")
CENT = Decimal("0.01")
SHARES = [each for each in demo_instruments() if isinstance(each.contract, Equity)]


@pytest.fixture
def market(calendars: CompiledCalendars) -> ReplayMarket:
    return demo_market(calendars)


@pytest.fixture(scope="module")
def played(calendars: CompiledCalendars) -> ReplayMarket:
    """A market in its second session, to be read and not moved."""
    market = demo_market(calendars)
    market.advance(500)
    return market


def opening(day: date) -> datetime:
    return datetime.combine(day, time(13, 30), tzinfo=UTC)


def run(market: ReplayMarket, wall_seconds: float, step: float) -> list[Quote]:
    return [quote for _ in range(round(wall_seconds / step)) for quote in market.advance(step)]


def test_the_days_of_every_share_are_met_exactly(calendars: CompiledCalendars) -> None:
    market, table = demo_market(calendars), calendars.table("XNYS")
    recorded = read_daily(sample_file())
    days = [session.date for session in table.sessions if WINDOW_FIRST <= session.date <= WINDOW_LAST]
    assert len(days) == 196
    for place, share in enumerate(SHARES):
        line, bars = market._lines[share.id], recorded[share.symbol]
        # Two of the five each day, so that every day and every share comes forty times and more.
        for day in [day for turn, day in enumerate(days) if (turn + place) % 5 < 2]:
            number = line.series.place(opening(day) + timedelta(hours=2))
            path, known = draw(line.series.shape(number), (1, number)), bars[day]
            expected = [
                line.instrument.round_price(price) / CENT for price in (known.open, known.high, known.low, known.close)
            ]
            assert [path.last[0], path.last.max(), path.last.min(), path.last[-1]] == expected
            assert path.traded[-1] == known.volume


def test_daily_bars_reach_back_to_the_files_first_day_and_hold_its_figures(market: ReplayMarket) -> None:
    recorded = read_daily(sample_file())
    for share in SHARES:
        bars = market.bars(share.id, 86_400, until=opening(date(2012, 8, 1)), count=5000)
        known = recorded[share.symbol]
        assert bars[0].start.date() == min(known)
        for bar in bars[:-1]:
            day = known[bar.start.date()]
            assert (bar.open, bar.high, bar.low, bar.close) == tuple(
                share.round_price(price) for price in (day.open, day.high, day.low, day.close)
            )
            assert bar.volume == day.volume


def test_the_stream_passes_every_open_high_low_and_close_at_any_speed(calendars: CompiledCalendars) -> None:
    market = demo_market(calendars, speed=600)
    quotes = market.quotes_at(market.now()) + run(market, 39, 0.25)
    recorded = read_daily(sample_file())
    for share in SHARES:
        first = [quote for quote in quotes if quote.instrument == share.id and quote.occurred_at.date() == START.date()]
        day = recorded[share.symbol][START.date()]
        lasts = [quote.last for quote in first]
        assert (lasts[0], max(lasts), min(lasts), lasts[-1]) == tuple(
            share.round_price(price) for price in (day.open, day.high, day.low, day.close)
        )
        assert first[-1].volume == day.volume


@given(
    st.lists(st.floats(0.01, 6.0), min_size=1, max_size=8),
    st.sampled_from([1, 7, 60, 333, 600]),
    st.integers(0, 5),
)
@settings(max_examples=8, deadline=None)
def test_quotes_do_not_depend_on_how_wall_time_is_cut(
    calendars: CompiledCalendars, steps: list[float], speed: int, seed: int
) -> None:
    steps = [round(step, 6) for step in steps]
    one, many = (demo_market(calendars, seed=seed, speed=speed) for _ in range(2))
    whole = one.advance(round(sum(steps), 6))
    assert [quote for step in steps for quote in many.advance(step)] == whole
    assert many.state() == one.state()


def test_a_stored_state_goes_on_where_it_was(calendars: CompiledCalendars) -> None:
    market = demo_market(calendars, seed=3, speed=90)
    market.advance(100)
    state = market.state()
    restored = demo_market(calendars, state=state)
    assert restored.advance(300) == market.advance(300)
    assert restored.state() == market.state()


def test_two_seeds_move_differently_between_the_same_prices(calendars: CompiledCalendars) -> None:
    one, other = demo_market(calendars, seed=1), demo_market(calendars, seed=2)
    one.advance(120)
    other.advance(120)
    assert one.bars(APPLE, 60, count=50) != other.bars(APPLE, 60, count=50)
    assert one.session_open(APPLE) == other.session_open(APPLE)


@pytest.mark.parametrize("speed", [1, 60, 600])
def test_each_instrument_is_quoted_two_to_five_times_a_second(calendars: CompiledCalendars, speed: int) -> None:
    market = demo_market(calendars, speed=speed)
    quotes = run(market, 20, 0.2)
    for instrument in market.instruments():
        count = sum(quote.instrument == instrument.id for quote in quotes)
        assert 40 <= count <= 100


def test_quotes_are_ordered_on_the_grid_and_plausible(market: ReplayMarket) -> None:
    quotes = run(market, 400, 1.0)
    assert all(one.occurred_at <= two.occurred_at for one, two in pairwise(quotes))
    known = {each.id: each for each in market.instruments()}
    for quote in quotes:
        instrument = known[quote.instrument]
        assert quote.bid < quote.ask
        assert quote.bid <= quote.last <= quote.ask
        assert all(instrument.on_tick(price) for price in (quote.bid, quote.ask, quote.last))
        assert quote.bid_quantity > 0
        assert quote.bid_quantity % instrument.lot_size == 0
        assert (quote.ask - quote.bid) / quote.mid < Decimal("0.005")


def test_the_clock_skips_nights_weekends_and_holidays(calendars: CompiledCalendars) -> None:
    # Sandy closed the exchange on the 29th and 30th of October 2012.
    market = demo_market(calendars, start=datetime(2012, 10, 26, 19, 59, tzinfo=UTC), speed=60)
    quotes = market.advance(2)
    assert market.now() == datetime(2012, 10, 31, 13, 31, tzinfo=UTC)
    table = calendars.table("XNYS")
    assert all(table.is_open(quote.occurred_at) for quote in quotes)


def test_a_session_takes_six_and_a_half_minutes_at_the_default_speed(market: ReplayMarket) -> None:
    market.advance(390)
    assert market.now() == opening(date(2012, 8, 2))


def test_a_start_outside_of_sessions_waits_for_the_next_open(calendars: CompiledCalendars) -> None:
    market = demo_market(calendars, start=datetime(2012, 8, 4, 12, tzinfo=UTC))
    assert market.now() == opening(date(2012, 8, 6))


def test_after_the_window_its_days_come_again_on_later_dates(calendars: CompiledCalendars) -> None:
    market = demo_market(calendars, start=datetime(2013, 3, 1, 14, 30, tzinfo=UTC), speed=600)
    recorded = read_daily(sample_file())["IBM"]
    ibm = InstrumentId("IBM.XNYS")
    before = market.now()
    market.advance(45)
    assert market.now() > before
    assert market.now().date() == date(2013, 3, 4)
    assert market.session_open(ibm) == recorded[WINDOW_FIRST].open
    assert market.previous_close(ibm) == recorded[WINDOW_LAST].close


def test_rounds_repeat_the_whole_window_on_the_calendars_own_sessions(calendars: CompiledCalendars) -> None:
    table = calendars.table("XNYS")
    rounds = Pass(table, WINDOW_FIRST, WINDOW_LAST)
    later = [session.date for session in table.sessions if session.date > WINDOW_LAST][: 3 * 196]
    shown = [rounds.source(day) for day in later]
    window = [session.date for session in table.sessions if WINDOW_FIRST <= session.date <= WINDOW_LAST]
    assert shown == window * 3
    assert rounds.source(date(2005, 1, 3)) == date(2005, 1, 3)


def test_a_market_at_the_end_of_its_calendar_stands_still(calendars: CompiledCalendars) -> None:
    market = demo_market(calendars, start=datetime(2099, 12, 31, 20, 59, tzinfo=UTC))
    market.advance(30)
    assert market.finished
    assert market.advance(10) == []
    with pytest.raises(ConfigError, match="earlier"):
        demo_market(calendars, start=datetime(2100, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize("speed", [0, -1, 601])
def test_a_speed_out_of_range_is_refused(market: ReplayMarket, speed: int) -> None:
    with pytest.raises(ConfigError, match="speed"):
        market.set_speed(speed)
    assert market.speed == 60


def whole(bars: list[Bar]) -> tuple[Decimal, Decimal, Decimal, Decimal, Decimal]:
    total = sum((bar.volume for bar in bars), Decimal(0))
    return bars[0].open, max(bar.high for bar in bars), min(bar.low for bar in bars), bars[-1].close, total


@pytest.mark.parametrize("instrument", [APPLE, BITCOIN, RUPEE])
@pytest.mark.parametrize("seconds", [30, 60, 300, 900, 3600, 14_400])
def test_bars_of_a_day_add_up_to_its_daily_bar(played: ReplayMarket, instrument: InstrumentId, seconds: int) -> None:
    market = played
    line = market._lines[instrument]
    number = line.series.place(market.now())
    for each in (number - 1, number):
        session = line.series.session(each)
        parts = [
            bar for bar in market.bars(instrument, seconds, count=3 * 86_400 // seconds)
            if session.opens_at <= bar.start < session.closes_at
        ]  # fmt: skip
        label = datetime.combine(session.date, time(0), tzinfo=UTC)
        (daily,) = [bar for bar in market.bars(instrument, 86_400, count=5) if bar.start == label]
        assert whole(parts) == (daily.open, daily.high, daily.low, daily.close, daily.volume)


def test_the_newest_bar_agrees_with_the_newest_quote(market: ReplayMarket) -> None:
    for _ in range(40):
        market.advance(11.7)
        for quote in market.quotes_at(market.now()):
            for seconds in (60, 3600, 86_400):
                bar = market.bars(quote.instrument, seconds, count=1)[-1]
                assert bar.close == quote.last
                assert bar.low <= quote.last <= bar.high


def test_no_bar_tells_the_future(market: ReplayMarket) -> None:
    market.advance(17)
    behind = market.now() + timedelta(days=40)
    for seconds in (60, 3600, 86_400):
        bars = market.bars(APPLE, seconds, until=behind, count=900)
        assert bars[-1].start <= market.now()
        assert bars == market.bars(APPLE, seconds, count=900)


def test_earlier_pages_join_without_hole_or_overlap(market: ReplayMarket) -> None:
    newest = market.bars(APPLE, 300, count=200)
    earlier = market.bars(APPLE, 300, until=newest[0].start, count=200)
    assert earlier + newest == market.bars(APPLE, 300, count=400)


@pytest.mark.parametrize("seconds", [0, -60, 7, 100_000, 2 * 86_400])
def test_a_length_that_no_chart_has_is_refused(market: ReplayMarket, seconds: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        market.bars(APPLE, seconds)
    assert caught.value.code == "bars.timeframe"


def test_an_unknown_instrument_is_missing(market: ReplayMarket) -> None:
    with pytest.raises(Missing, match=r"AAPL\.XNAS"):
        market.bars(InstrumentId("TSLA.XNAS"), 60)


def test_rates_follow_the_published_monthly_averages(calendars: CompiledCalendars) -> None:
    for month, average in USDINR_AVERAGES[4:14]:
        market = demo_market(calendars, start=datetime.combine(month + timedelta(days=14), time(15), tzinfo=UTC))
        rate = market.rates().rate("USD", "INR")
        assert abs(rate / average - 1) < Decimal("0.012")


def test_the_synthetic_market_stays_in_a_believable_range(market: ReplayMarket) -> None:
    series = market._lines[BITCOIN].series
    closes = [series.shape(number).close for number in range(0, 33_000, 50)]
    assert min(closes) > 500_000
    assert max(closes) < 20_000_000


def test_a_file_that_is_not_the_expected_one_is_a_data_error() -> None:
    with pytest.raises(DataError):
        read_daily(sample_file().parent / "iris.csv")


def test_setting_up_reads_neither_bokeh_nor_pandas_nor_polars(calendars: CompiledCalendars) -> None:
    calendars.table("XNYS")
    script = (
        "import sys; from pathlib import Path; from bidwell.marketdata.calendars import CompiledCalendars;"
        "from bidwell.marketdata.demo import demo_market;"
        f"demo_market(CompiledCalendars(Path({str(calendars._folder)!r}))).advance(1);"
        "print([name for name in ('bokeh_sampledata', 'bokeh', 'pandas', 'polars', 'exchange_calendars') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
