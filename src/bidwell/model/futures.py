"""CME Group's futures: products, month codes, symbols, last trading days, and the one identity that brokers agree on.

A contract is its exchange symbol at its exchange: the E-mini S&P 500 of December 2026 is ESZ6.XCME wherever it is held.
Multipliers and last days are those of the exchange's contract specifications.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from bidwell.model.errors import ConfigError, InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Future, Instrument

MONTH_CODES = "FGHJKMNQUVXZ"
CALENDAR = "CMES"

_SYMBOL = re.compile(rf"(?P<root>[A-Z0-9]{{1,4}})(?P<month>[{MONTH_CODES}])(?P<year>\d{{1,2}})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = timedelta(days=1)
_FRIDAY, _WEDNESDAY, _SATURDAY = 4, 2, 5
# A single digit of a year means the year between so many years back and nine on from there.
_YEARS_BACK = 1

Rule = Callable[[int, int], date]


@dataclass(frozen=True, slots=True)
class Product:
    """What a root stands for; `multiplier` is dollars per point, `last_day` gives a month's last trading day."""

    root: str
    venue: str
    name: str
    multiplier: Decimal
    last_day: Rule


def contract_symbol(root: str, year: int, month: int) -> str:
    """The exchange's symbol of a contract: root, month code, last digit of the year."""
    return f"{root}{MONTH_CODES[month - 1]}{year % 10}"


def split_symbol(symbol: str, today: date) -> tuple[str, int, int]:
    """Root, year and month of a symbol such as ESZ6 or ESZ26, its year read as of `today`.

    Raises InvalidInput for what is no symbol of a product of PRODUCTS.
    """
    parts = _SYMBOL.fullmatch(symbol.strip().upper())
    if parts is None or parts["root"] not in PRODUCTS:
        raise InvalidInput("future.symbol", f"{symbol!r} is no futures symbol such as ESZ6", field="symbol")
    first = today.year - _YEARS_BACK
    span = 10 ** len(parts["year"])
    year = first + (int(parts["year"]) - first) % span
    return parts["root"], year, MONTH_CODES.index(parts["month"]) + 1


def product(root: str) -> Product:
    """A product by its root; raises ConfigError for one that the desk does not know."""
    found = PRODUCTS.get(root)
    if found is None:
        raise ConfigError(f"{root!r} is no futures product that the desk knows")
    return found


def contract(root: str, year: int, month: int, tick_size: Decimal, multiplier: Decimal) -> Instrument:
    """A contract with the tick that a broker says; raises ConfigError where its multiplier is not the exchange's.

    `multiplier` is what a broker says that one point is worth: its tick value over its tick size.
    """
    known = product(root)
    if multiplier != known.multiplier:
        raise ConfigError(f"a point of {root} is worth {known.multiplier:f} USD, not {multiplier:f}")
    symbol = contract_symbol(root, year, month)
    return Instrument(
        id=InstrumentId(f"{symbol}.{known.venue}"), symbol=symbol, name=f"{known.name} {_MONTHS[month - 1]} {year}",
        venue=known.venue, currency="USD", tick_size=tick_size, lot_size=Decimal(1),
        contract=Future(root, known.last_day(year, month)), multiplier=known.multiplier, calendar=CALENDAR,
    )  # fmt: skip


# --- days ----------------------------------------------------------------------------------------


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + _DAY * ((weekday - first.weekday()) % 7 + 7 * (number - 1))


def _end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - _DAY


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by Gauss's method as corrected by Meeus."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    shift = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * shift) // 451
    month, day = divmod(epact + shift - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def _holidays(year: int) -> frozenset[date]:
    """The days on which the US exchanges rest, moved off weekends as they do."""
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 12, 25)]
    # New Year's Day on a Saturday is not made up for on the Friday, which is the old year's last day.
    moved = [day - _DAY if day.weekday() == _SATURDAY and day.month > 1 else day + _DAY * (day.weekday() > _SATURDAY)
             for day in fixed]  # fmt: skip
    last_monday = _end(year, 5)
    last_monday -= _DAY * last_monday.weekday()
    floating = [_nth(year, 1, 0, 3), _nth(year, 2, 0, 3), _easter(year) - 2 * _DAY, last_monday, _nth(year, 9, 0, 1),
                _nth(year, 11, 3, 4)]  # fmt: skip
    return frozenset((*moved, *floating))


def _is_business(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def _back(day: date, count: int = 0) -> date:
    """The business day `count` before the last one up to `day`."""
    while not _is_business(day):
        day -= _DAY
    for _ in range(count):
        day -= _DAY
        while not _is_business(day):
            day -= _DAY
    return day


def _before_third_wednesday(count: int) -> Rule:
    return lambda year, month: _back(_nth(year, month, _WEDNESDAY, 3) - _DAY, count - 1)


def _from_end(count: int) -> Rule:
    return lambda year, month: _back(_end(year, month), count)


def _from_end_of_month_before(count: int) -> Rule:
    return lambda year, month: _back(date(year, month, 1) - _DAY, count)


def _third_friday(year: int, month: int) -> date:
    return _back(_nth(year, month, _FRIDAY, 3))


def _before_second_friday(year: int, month: int) -> date:
    return _back(_nth(year, month, _FRIDAY, 2) - _DAY)


def _last_friday(year: int, month: int) -> date:
    last = _end(year, month)
    return _back(last - _DAY * ((last.weekday() - _FRIDAY) % 7))


def _crude(count: int) -> Rule:
    return lambda year, month: _back((date(year, month, 1) - _DAY).replace(day=25), count)


def _before_the_fifteenth(year: int, month: int) -> date:
    return _back(date(year, month, 14))


def _tenth_business_day(year: int, month: int) -> date:
    day, left = date(year, month, 1), 10 - _is_business(date(year, month, 1))
    while left:
        day += _DAY
        left -= _is_business(day)
    return day


_ROWS: tuple[tuple[str, Rule, tuple[tuple[str, str, str], ...]], ...] = (
    ("XCME", _third_friday, (
        ("ES", "50", "E-mini S&P 500"), ("NQ", "20", "E-mini Nasdaq-100"), ("RTY", "50", "E-mini Russell 2000"),
        ("EMD", "100", "E-mini S&P MidCap 400"), ("MES", "5", "Micro E-mini S&P 500"),
        ("MNQ", "2", "Micro E-mini Nasdaq-100"), ("M2K", "5", "Micro E-mini Russell 2000"))),
    ("XCBT", _third_friday, (("YM", "5", "E-mini Dow"), ("MYM", "0.5", "Micro E-mini Dow"))),
    ("XCME", _before_second_friday, (("NKD", "5", "Nikkei 225 (USD)"),)),
    ("XCME", _before_third_wednesday(2), (
        ("6A", "100000", "Australian Dollar"), ("6B", "62500", "British Pound"), ("6E", "125000", "Euro FX"),
        ("6J", "12500000", "Japanese Yen"), ("6M", "500000", "Mexican Peso"), ("6N", "100000", "New Zealand Dollar"),
        ("6S", "125000", "Swiss Franc"), ("E7", "62500", "E-mini Euro FX"), ("M6A", "10000", "E-micro AUD/USD"),
        ("M6B", "6250", "E-micro GBP/USD"), ("M6E", "12500", "E-micro EUR/USD"))),
    ("XCME", _before_third_wednesday(1), (
        ("6C", "100000", "Canadian Dollar"), ("MCD", "10000", "E-micro CAD/USD"))),
    ("XCME", _last_friday, (
        ("BTC", "5", "Bitcoin"), ("MBT", "0.1", "Micro Bitcoin"), ("ETH", "50", "Ether"), ("MET", "0.1", "Micro Ether"))),
    ("XCME", _tenth_business_day, (("HE", "400", "Lean Hogs"),)),
    ("XCME", _from_end(0), (("LE", "400", "Live Cattle"),)),
    ("XNYM", _crude(3), (("CL", "1000", "Crude Oil"),)),
    ("XNYM", _crude(4), (("QM", "500", "E-mini Crude Oil"), ("MCL", "100", "Micro Crude Oil"))),
    ("XNYM", _from_end_of_month_before(2), (("NG", "10000", "Henry Hub Natural Gas"),)),
    ("XNYM", _from_end_of_month_before(3), (
        ("QG", "2500", "E-mini Natural Gas"), ("MNG", "1000", "Micro Henry Hub Natural Gas"))),
    ("XNYM", _from_end_of_month_before(0), (
        ("HO", "42000", "NY Harbor ULSD"), ("RB", "42000", "RBOB Gasoline"))),
    ("XNYM", _from_end(2), (("PL", "50", "Platinum"),)),
    ("XCEC", _from_end(2), (
        ("GC", "100", "Gold"), ("MGC", "10", "Micro Gold"), ("SI", "5000", "Silver"), ("SIL", "1000", "Micro Silver"),
        ("HG", "25000", "Copper"), ("MHG", "2500", "Micro Copper"))),
    ("XCBT", _from_end(7), (
        ("ZB", "1000", "30-Year U.S. Treasury Bond"), ("UB", "1000", "Ultra U.S. Treasury Bond"),
        ("ZN", "1000", "10-Year U.S. Treasury Note"), ("TN", "1000", "Ultra 10-Year U.S. Treasury Note"))),
    ("XCBT", _from_end(0), (
        ("ZF", "1000", "5-Year U.S. Treasury Note"), ("ZT", "2000", "2-Year U.S. Treasury Note"))),
    ("XCBT", _before_the_fifteenth, (
        ("ZC", "50", "Corn"), ("ZS", "50", "Soybeans"), ("ZW", "50", "Chicago Wheat"), ("ZL", "600", "Soybean Oil"),
        ("ZM", "100", "Soybean Meal"))),
)  # fmt: skip

PRODUCTS: dict[str, Product] = {
    root: Product(root, venue, name, Decimal(points), rule)
    for venue, rule, rows in _ROWS
    for root, points, name in rows
}
