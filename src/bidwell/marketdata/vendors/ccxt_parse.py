"""CCXT's unified records as the desk's values: errors, markets, tickers and candles. No sockets here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bidwell.marketdata.definitions import Definition
from bidwell.model.errors import BidwellError, ConfigError, Missing, ProtocolError, Refused, Unavailable
from bidwell.model.instrument import Instrument, Rounding
from bidwell.model.market import Bar, Quote

Record = Mapping[str, object]

DECIMAL_PLACES = 2
TICK_SIZE = 4
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The most special class that an error descends from decides.
_ERRORS: dict[str, type[BidwellError]] = {
    "BadSymbol": Missing,
    "OnMaintenance": Unavailable,
    "RateLimitExceeded": Refused,
    "DDoSProtection": Refused,
    "AuthenticationError": Refused,
    "RestrictedLocation": Refused,
    "InvalidNonce": Refused,
    "NetworkError": Unavailable,
    "NotSupported": ConfigError,
    "BaseError": ProtocolError,
}


def desk_error(error: Exception) -> BidwellError:
    """The desk's error for one of CCXT's; anything that is none of CCXT's is a ProtocolError too."""
    for each in type(error).__mro__:
        found = _ERRORS.get(each.__name__)
        if found is not None:
            return found(f"{type(error).__name__}: {error}")
    return ProtocolError(f"{type(error).__name__}: {error}")


def definition_of(exchange: str, market: Record, precision_mode: int) -> Definition | None:
    """A spot market as the instrument master takes it; None for a market that is closed or not spot.

    `precision_mode` is CCXT's: tick sizes or numbers of decimals; another one leaves the steps absent, which
    makes the instrument untradable.
    """
    if not market.get("spot") or market.get("active") is False:
        return None
    base, quote = str(market.get("base", "")), str(market.get("quote", ""))
    venue = exchange.upper()
    terms = {
        "symbol": f"{base}{quote}",
        "name": f"{base} in {quote}",
        "venue": venue,
        "currency": quote,
        "tick_size": _step(_inner(market, "precision", "price"), precision_mode),
        "lot_size": _step(_inner(market, "precision", "amount"), precision_mode),
        "multiplier": "1",
        "type": "crypto",
        "base": base,
    }
    least = _inner(market, "limits", "cost", "min")
    if least is not None:
        terms["min_notional"] = str(least)
    given = tuple((name, text) for name, text in terms.items() if text)
    return Definition(exchange, str(market.get("symbol", "")), f"{base}-{quote}.{venue}", given)


def _inner(record: object, *path: str) -> object:
    for name in path:
        record = record.get(name) if isinstance(record, Mapping) else None
    return record


def _step(value: object, mode: int) -> str:
    if value is None or mode not in {DECIMAL_PLACES, TICK_SIZE}:
        return ""
    number = Decimal(str(value))
    step = number if mode == TICK_SIZE else Decimal(1).scaleb(-int(number))
    return f"{step.normalize():f}"


def quote_of(instrument: Instrument, ticker: Record, received_at: datetime) -> Quote | None:
    """A quote from what was seen of a symbol so far; None until both sides are known.

    A ticker without a time of its own occurred when it was received.
    """
    bid, ask = _number(ticker, "bid"), _number(ticker, "ask")
    if bid is None or ask is None or bid <= 0 or ask < bid:
        return None
    last, stamp = _number(ticker, "last"), ticker.get("timestamp")
    occurred = _EPOCH + timedelta(milliseconds=float(stamp)) if isinstance(stamp, int | float) else received_at
    before = _number(ticker, "previousClose")
    opened = _number(ticker, "open")
    return Quote(
        instrument=instrument.id,
        bid=instrument.round_price(bid, Rounding.DOWN),
        ask=instrument.round_price(ask, Rounding.UP),
        last=instrument.round_price(last if last is not None else (bid + ask) / 2),
        bid_quantity=_number(ticker, "bidVolume") or Decimal(0),
        ask_quantity=_number(ticker, "askVolume") or Decimal(0),
        occurred_at=occurred,
        received_at=received_at,
        volume=_number(ticker, "baseVolume") or Decimal(0),
        open=None if opened is None else instrument.round_price(opened),
        previous_close=before if before is not None else opened,
    )


def _number(record: Record, name: str) -> Decimal | None:
    value = record.get(name)
    if value is None:
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None


def bars_of(instrument: Instrument, seconds: int, rows: Sequence[Sequence[float]]) -> list[Bar]:
    """CCXT's candles (milliseconds, open, high, low, close, volume) as bars; incomplete rows are left out."""
    return [
        Bar(
            instrument=instrument.id,
            start=_EPOCH + timedelta(milliseconds=row[0]),
            seconds=seconds,
            open=instrument.round_price(Decimal(str(row[1]))),
            high=instrument.round_price(Decimal(str(row[2]))),
            low=instrument.round_price(Decimal(str(row[3]))),
            close=instrument.round_price(Decimal(str(row[4]))),
            volume=Decimal(str(row[5])),
        )
        for row in rows
        if len(row) >= 6 and None not in row
    ]
