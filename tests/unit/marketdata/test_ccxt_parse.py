from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module

import pytest

from bidwell.marketdata.definitions import build
from bidwell.marketdata.vendors.ccxt_parse import TICK_SIZE, bars_of, definition_of, desk_error, quote_of
from bidwell.model.errors import BrokerError, ConfigError, Missing, ProtocolError, Refused, Unavailable
from bidwell.model.instrument import Instrument

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MARKET = {
    "symbol": "BTC/USDT", "base": "BTC", "quote": "USDT", "spot": True, "active": True,
    "precision": {"price": 0.01, "amount": 1e-05}, "limits": {"cost": {"min": 5.0}},
}  # fmt: skip


def bitcoin() -> Instrument:
    definition = definition_of("binance", MARKET, TICK_SIZE)
    assert definition is not None
    return build(definition)


def every_error() -> Iterator[type[Exception]]:
    module = import_module("ccxt.base.errors")
    for each in vars(module).values():
        if isinstance(each, type) and issubclass(each, module.BaseError):
            yield each


def test_every_error_of_the_library_becomes_one_of_ours() -> None:
    kinds = {error.__name__: type(desk_error(error("x"))) for error in every_error()}
    assert len(kinds) > 30
    assert all(issubclass(kind, BrokerError | Missing | ConfigError) for kind in kinds.values())
    assert kinds["BadSymbol"] is Missing
    assert kinds["RequestTimeout"] is Unavailable
    assert kinds["RateLimitExceeded"] is Refused
    assert kinds["PermissionDenied"] is Refused
    assert kinds["NullResponse"] is ProtocolError
    assert type(desk_error(KeyError("x"))) is ProtocolError


def test_a_spot_market_becomes_an_instrument() -> None:
    made = bitcoin()
    assert (made.id, made.symbol, made.currency, made.calendar) == ("BTC-USDT.BINANCE", "BTCUSDT", "USDT", "24/7")
    assert (made.tick_size, made.lot_size, made.min_notional) == (Decimal("0.01"), Decimal("0.00001"), Decimal("5.0"))


@pytest.mark.parametrize("change", [{"spot": False}, {"active": False}, {}])
def test_closed_and_derivative_markets_are_left_out(change: dict[str, bool]) -> None:
    found = definition_of("binance", {**MARKET, **change}, TICK_SIZE)
    assert (found is None) == bool(change)


def test_decimal_places_become_steps_and_unknown_precision_stays_absent() -> None:
    places = {**MARKET, "precision": {"price": 2, "amount": 0}}
    definition = definition_of("x1", places, 2)
    assert definition is not None
    assert build(definition).tick_size == Decimal("0.01")
    assert build(definition).lot_size == Decimal(1)
    significant = definition_of("x1", places, 3)
    assert significant is not None
    with pytest.raises(ConfigError, match="tick_size"):
        build(significant)


def test_a_quote_needs_both_sides_and_keeps_the_touch_on_the_grid() -> None:
    ticker = {"bid": 100.019, "ask": 100.021, "last": 100.02, "bidVolume": 1.5, "timestamp": 1_700_000_000_500}
    quote = quote_of(bitcoin(), ticker, NOW)
    assert quote is not None
    assert (quote.bid, quote.ask) == (Decimal("100.01"), Decimal("100.03"))
    assert quote.received_at == NOW
    assert quote.occurred_at == datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC)
    assert quote_of(bitcoin(), {"last": 100.0}, NOW) is None
    assert quote_of(bitcoin(), {"bid": 101.0, "ask": 100.0}, NOW) is None
    assert quote_of(bitcoin(), {"bid": float("nan"), "ask": 100.0}, NOW) is None


def test_candles_become_bars_and_incomplete_ones_are_left_out() -> None:
    rows = [[1_700_000_000_000, 1.0, 2.0, 0.5, 1.5, 10.0], [1_700_000_060_000, 1.0, 2.0]]
    (bar,) = bars_of(bitcoin(), 60, rows)
    assert (bar.high, bar.volume, bar.seconds) == (Decimal("2.00"), Decimal("10.0"), 60)
