"""What a run happens in beside its conditions: contracts, currencies, corporate actions, sessions.

Where a run needs any of it, `Circumstances.why` says what, and the run is one of `ledgered`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bidwell.model.errors import InvalidInput
from bidwell.model.instrument import Contract, Equity, Future, Index, Instrument, Option
from bidwell.model.session import SessionTable
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.corporate import EPOCH, HOW, Actions, CorporateAction, actions_of, adjusted
from bidwell.simulation.backtest.layout import DAY_NANOSECONDS
from bidwell.simulation.backtest.quotes import QuoteBars
from bidwell.simulation.backtest.rates import Rates
from bidwell.simulation.backtest.sessions import inside, is_daily, session_days
from bidwell.simulation.backtest.settlements import settlements_of
from bidwell.strategy.bars import Bars

PLAIN = Equity()


@dataclass(frozen=True, slots=True)
class Held:
    """What one instrument of a run is: its contract, currency, steps, and what a year of a short of it costs."""

    symbol: str
    contract: Contract
    currency: str
    lot: float
    tick: float
    multiplier: float
    borrow: float
    underlying: str = ""

    @property
    def plain(self) -> bool:
        """Whether it is bought and sold against its whole worth, and never ends."""
        return not isinstance(self.contract, Future | Option | Index)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All of it; `why` is empty where the run needs no more than its conditions."""

    held: tuple[Held, ...]
    rates: Rates
    convert: bool
    actions: Actions
    calendar: SessionTable | None
    why: str
    settlements: Mapping[str, float] = field(default_factory=dict)

    @property
    def alike(self) -> bool:
        """Whether all instruments have the same steps, multiplier and borrow."""
        return _alike(self.held)

    def described(self) -> dict[str, Any]:
        """What a run's identity says of it."""
        return {
            "instruments": {each.symbol: [each.contract.type, each.currency, each.lot, each.tick, each.multiplier,
                                          each.borrow] for each in self.held},
            "currency": self.rates.currency, "rates": self.rates.described(), "convert": self.convert,
            "actions": {symbol: [[str(each.ex_date), each.split, each.dividend] for each in found]
                        for symbol, found in self.actions.items()},
            "calendar": self.calendar.calendar if self.calendar else None,
            "options": {each.symbol: _terms(each.contract) for each in self.held if isinstance(each.contract, Option)},
            "settlements": dict(self.settlements),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What a caller said of it, as `backtest` takes it."""

    instruments: Mapping[str, Instrument] | Iterable[Instrument] | None = None
    currency: str = "USD"
    rates: Mapping[str, Any] | None = None
    convert: bool = True
    actions: Any = None
    adjust: str = "raw"
    calendar: SessionTable | None = None
    settlements: Any = None
    borrow: float | Mapping[str, float] = 0.0


def circumstances_of(
    given: Given, bars: Mapping[str, Bars], conditions: Conditions
) -> tuple[dict[str, Bars], Circumstances]:
    """The bars that a run is made on (within sessions, adjusted) and its circumstances; raises InvalidInput."""
    if given.adjust not in HOW:
        raise InvalidInput("backtest.adjust", f"adjust {given.adjust!r} is not known", field="adjust",
                           hint=f"one of {', '.join(HOW)}")  # fmt: skip
    actions = actions_of(given.actions, list(bars))
    applied = dict(actions)
    kept: dict[str, Bars] = {}
    for symbol, each in bars.items():
        within = inside(each, given.calendar)
        if symbol in actions:
            days = session_days(within.time, given.calendar)
            within, left = adjusted(within, days, actions[symbol], given.adjust)
            actions[symbol] = left
        kept[symbol] = within
    left_over = {symbol: found for symbol, found in actions.items() if found}
    held = _held(given, list(bars), conditions)
    for one in held:
        if one.underlying in applied:
            _refuse_options(one, kept, applied[one.underlying], given.adjust)
    rates = Rates(given.currency, given.rates)
    why = _why(held, rates, left_over, given.calendar, kept, conditions)
    settlements = settlements_of(given.settlements, _ends(held))
    return kept, Circumstances(held, rates, given.convert, left_over, given.calendar, why, settlements)


def _refuse_options(
    option: Held, bars: Mapping[str, Bars], actions: Sequence[CorporateAction], adjust: str
) -> None:  # fmt: skip
    """Raise InvalidInput where an option's strike would not belong to its underlying's prices any more."""
    first = int(bars[option.symbol].time[0]) // DAY_NANOSECONDS
    met = [each for each in actions if each.day > first]
    if any(each.split != 1.0 if adjust == "split" else adjust == "total" for each in met):
        raise InvalidInput("backtest.option_prices", f"{option.symbol} has its strike in the prices of its day, and those "
                           f"of {option.underlying} are adjusted", field="adjust", hint='use adjust="raw"')  # fmt: skip
    expiry = option.contract.expiry.toordinal() - EPOCH if isinstance(option.contract, Option) else 0
    for each in met:
        if each.day <= expiry and not float(each.split).is_integer():
            raise InvalidInput("backtest.option_split", f"what a split by {each.split:g} makes of {option.symbol} is decided "
                               "for each contract", field="actions", hint="leave out options that expire after it")  # fmt: skip


def table_of(
    calendar: SessionTable | str | None, calendars: Callable[[str], SessionTable] | None
) -> SessionTable | None:
    """The sessions that are meant; raises InvalidInput for a name that nobody is there to look up."""
    if not isinstance(calendar, str):
        return calendar
    if calendars is None:
        raise InvalidInput("backtest.calendar", f"no calendars are at hand to look {calendar!r} up in", field="calendar",
                           hint="give a SessionTable")  # fmt: skip
    return calendars(calendar)


def plain_conditions(conditions: Conditions, held: Sequence[Held]) -> Conditions:
    """The conditions with the steps of the run's instruments, where all have the same."""
    first = held[0]
    if not _alike(held):
        return conditions
    return replace(conditions, lot_size=first.lot, tick_size=first.tick, multiplier=first.multiplier,
                   borrow=first.borrow)  # fmt: skip


def _ends(held: Sequence[Held]) -> dict[str, date | None]:
    """Every symbol, with the expiry of options that are settled in cash."""
    known = {each.symbol: each.contract for each in held}
    found: dict[str, date | None] = dict.fromkeys(known)
    for each in held:
        contract = each.contract
        if isinstance(contract, Option) and (contract.cash_settled or isinstance(known[each.underlying], Index)):
            found[each.symbol] = contract.expiry
    return found


def _terms(contract: Option) -> dict[str, Any]:
    return {"underlying": str(contract.underlying), "expiry": contract.expiry.isoformat(), "strike": str(contract.strike),
            "right": str(contract.right), "cash_settled": contract.cash_settled, "european": contract.european}  # fmt: skip


def _alike(held: Sequence[Held]) -> bool:
    return len({(each.lot, each.tick, each.multiplier, each.borrow) for each in held}) == 1


def _held(given: Given, symbols: Sequence[str], conditions: Conditions) -> tuple[Held, ...]:
    named = _named(given.instruments, symbols)
    ids = {str(each.id): symbol for symbol, each in named.items()}
    found = []
    for symbol in symbols:
        borrow = given.borrow.get(symbol, 0.0) if isinstance(given.borrow, Mapping) else given.borrow
        if not 0.0 <= borrow < float("inf"):
            raise InvalidInput("backtest.borrow", f"borrow of {symbol} must be zero or above", field="borrow")
        instrument = named.get(symbol)
        if instrument is None:
            found.append(Held(symbol, PLAIN, given.currency, conditions.lot_size, conditions.tick_size,
                              conditions.multiplier, float(borrow)))  # fmt: skip
            continue
        contract = instrument.contract
        underlying = ""
        if isinstance(contract, Option):
            wanted = str(contract.underlying)
            underlying = ids.get(wanted) or next(
                (each for each in symbols if each in {wanted, wanted.partition(".")[0]}), ""
            )
            if not underlying:
                raise InvalidInput("data.underlying", f"{symbol} is an option on {wanted}, which has no bars",
                                   field="data", hint="give the underlying's bars too: its close decides the exercise")  # fmt: skip
        found.append(Held(symbol, contract, instrument.currency, float(instrument.lot_size),
                          float(instrument.tick_size), float(instrument.multiplier), float(borrow), underlying))  # fmt: skip
    return tuple(found)


def _named(
    given: Mapping[str, Instrument] | Iterable[Instrument] | None, symbols: Sequence[str]
) -> dict[str, Instrument]:
    if given is None:
        return {}
    if isinstance(given, Mapping):
        unknown = [symbol for symbol in given if symbol not in symbols]
        if unknown:
            raise InvalidInput("backtest.instruments", f"{unknown[0]} has no bars", field="instruments")
        return dict(given)
    found: dict[str, Instrument] = {}
    for each in given:
        symbol = next((name for name in (str(each.id), each.symbol) if name in symbols), None)
        if symbol is None:
            raise InvalidInput("backtest.instruments", f"{each.id} has no bars", field="instruments")
        found[symbol] = each
    return found


def _why(
    held: Sequence[Held], rates: Rates, actions: Actions, calendar: SessionTable | None, bars: Mapping[str, Bars],
    conditions: Conditions,
) -> str:  # fmt: skip
    """Why a run keeps a ledger, or nothing; raises InvalidInput for what cannot be run at all."""
    quoted = conditions.fill == "quote"
    for symbol, found in bars.items():
        if quoted and not isinstance(found, QuoteBars):
            raise InvalidInput("data.quotes", f'{symbol} has no quotes, and fill="quote" needs them', field="data",
                               hint="columns bid and ask, or bid_open … ask_close")  # fmt: skip
    for each in held:
        if each.currency != rates.currency:
            rates.over(each.currency, bars[each.symbol].time[:1])
    reasons = {
        "futures are settled": any(isinstance(each.contract, Future) for each in held),
        "options are exercised": any(isinstance(each.contract, Option) for each in held),
        "indices are not traded": any(isinstance(each.contract, Index) for each in held),
        "several currencies are kept": any(each.currency != rates.currency for each in held),
        "corporate actions are booked": bool(actions),
        "sessions are kept": calendar is not None and not all(is_daily(each.time) for each in bars.values()),
    }
    return next((f"{reason} in Python" for reason, needed in reasons.items() if needed), conditions.interpreted)
