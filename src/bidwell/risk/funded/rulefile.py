"""Reading a rulebook file: TOML, checked as a whole, and refused with the line of the first error."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfoNotFoundError

from bidwell.model.errors import ConfigError
from bidwell.model.funded import (
    DailyLoss,
    LossAction,
    MaximumLoss,
    News,
    Payout,
    Phase,
    Rulebook,
    ScalingStep,
)
from bidwell.model.limits import Basis, ContractLimit, Window
from bidwell.model.money import ZERO, bearable
from bidwell.risk.windows import zone_of

T = TypeVar("T")

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,63}")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RULES: Final = frozenset({"maximum_loss", "daily_loss", "profit_target", "contracts", "hours", "flat_by", "news",
                           "consistency", "minimum_days", "payout", "stop_required"})  # fmt: skip
_SYNTAX: Final = re.compile(r"\(at line (\d+), column \d+\)")


class RulebookError(ConfigError):
    """A rulebook file is wrong: `line` says where (from 1)."""

    code = "rulebook.unreadable"

    def __init__(self, name: str, line: int, problem: str) -> None:
        super().__init__(f"{name}:{line}: {problem}")
        self.line = line


_HEADING: Final = re.compile(r"\s*\[{1,2}([\w.-]+)\]{1,2}")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file a table stands: its heading, and the lines (from 0) from there to the end of its tables."""

    name: str
    lines: tuple[str, ...]
    heading: str
    first: int
    end: int

    @classmethod
    def top(cls, name: str, text: str) -> _Place:
        """The whole file."""
        lines = tuple(text.splitlines())
        return cls(name, lines, "", -1, len(lines))

    def error(self, key: str, problem: str) -> RulebookError:
        """The error with the line of a key, or of the table's heading where the key is not there."""
        return RulebookError(self.name, max(self._line(key), 0) + 1, f"{key}: {problem}" if key else problem)

    def inside(self, key: str, number: int = 0) -> _Place:
        """The place of the `number`-th table of that key inside this one."""
        wanted = f"{self.heading}.{key}" if self.heading else key
        found = [at for at, heading in self._headings() if heading == wanted]
        if number >= len(found):
            return self
        start = found[number]
        after = [at for at, heading in self._headings() if at > start and not heading.startswith(f"{wanted}.")]
        return _Place(self.name, self.lines, wanted, start, after[0] if after else self.end)

    def _headings(self) -> list[tuple[int, str]]:
        span = range(max(self.first + 1, 0), self.end)
        return [(at, found[1]) for at in span if (found := _HEADING.match(self.lines[at]))]

    def _line(self, key: str) -> int:
        headings = self._headings()
        own = headings[0][0] if headings else self.end
        for at in range(self.first + 1, own):
            if re.match(rf"\s*{re.escape(key)}\s*=", self.lines[at]):
                return at
        wanted = f"{self.heading}.{key}" if self.heading else key
        return next((at for at, heading in headings if heading == wanted), self.first)


class _Table:
    """One table of the file; every key must be taken, and what is left over is an error."""

    def __init__(self, values: Mapping[str, Any], place: _Place) -> None:
        self._left = dict(values)
        self.place = place

    def take(self, key: str, read: Callable[[Any], T], default: T | None = None) -> T:
        """The value of a key, read; raises RulebookError where it is wrong, or missing without a default."""
        found = self.maybe(key, read)
        if found is None:
            found = default
        if found is None:
            raise self.place.error(key, "is missing")
        return found

    def maybe(self, key: str, read: Callable[[Any], T]) -> T | None:
        """The value of a key, read, or None where it is not there; raises RulebookError where it is wrong."""
        if key not in self._left:
            return None
        value = self._left.pop(key)
        try:
            return read(value)
        except (ValueError, TypeError, KeyError, InvalidOperation, ZoneInfoNotFoundError) as error:
            raise self.place.error(key, str(error) or f"{value!r} is not understood") from error

    def table(self, key: str) -> _Table | None:
        """A table inside, or None where there is none."""
        if key not in self._left:
            return None
        value = self._left.pop(key)
        if not isinstance(value, dict):
            raise self.place.error(key, "must be a table")
        return _Table(value, self.place.inside(key))

    def tables(self, key: str) -> list[_Table]:
        """The tables of a list inside."""
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.place.error(key, "must be a list of tables")
        return [_Table(one, self.place.inside(key, number)) for number, one in enumerate(value)]

    def end(self) -> None:
        """Refuse what nobody took."""
        for key in self._left:
            raise self.place.error(key, "is not known here")


def parse(text: str, name: str) -> tuple[Rulebook, ...]:
    """Every rulebook of a file: the plan in common, one `[[phase]]` table for each size and phase.

    Raises RulebookError with the file's name and the line.
    """
    try:
        read = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX.search(str(error))
        line = int(found[1]) if found else len(text.splitlines()) or 1
        raise RulebookError(name, line, _SYNTAX.sub("", str(error)).strip()) from error
    top = _Table(read, _Place.top(name, text))
    shared = {
        "firm": top.take("firm", _text), "plan": top.take("plan", _text), "currency": top.take("currency", _currency),
        "effective_from": top.take("effective_from", _date), "source": top.take("source", _text),
        "read_on": top.take("read_on", _date), "unconfirmed": top.maybe("unconfirmed", _rules) or (), "zone": top.take("zone", _zone), "rolls_at": top.take("rolls_at", _time),
    }  # fmt: skip
    weights = top.table("weights")
    listed = _weights(weights) if weights is not None else ()
    rules = top.tables("phase")
    top.end()
    if not rules:
        raise RulebookError(name, 1, "there is no [[phase]] table")
    books = tuple(_phase(table, shared, listed) for table in rules)
    known: set[str] = set()
    for book, table in zip(books, rules, strict=True):
        if book.id in known:
            raise table.place.error("id", f"{book.id} is there twice")
        known.add(book.id)
    return books


def _weights(table: _Table) -> tuple[tuple[str, Decimal], ...]:
    found = tuple((key, table.take(key, _positive)) for key in list(table._left))  # noqa: SLF001 - its own module
    table.end()
    return found


def _phase(table: _Table, shared: Mapping[str, Any], weights: tuple[tuple[str, Decimal], ...]) -> Rulebook:
    take, maybe = table.take, table.maybe
    size = take("size", _positive)
    balance = take("balance", _amount, size)
    rule = table.table("maximum_loss")
    if rule is None:
        raise table.place.error("maximum_loss", "is missing: without it an account would be unguarded")
    lost = _maximum_loss(rule, balance)
    daily, payout, news = table.table("daily_loss"), table.table("payout"), table.table("news")
    book = Rulebook(
        id=take("id", _identifier), phase=take("phase", Phase), size=size, balance=balance, maximum_loss=lost,
        daily_loss=_daily(daily) if daily is not None else None,
        profit_target=maybe("profit_target", _positive),
        contracts=_contracts(table, weights), scaling=tuple(_step(one) for one in table.tables("scaling")),
        hours=tuple(_window(one, str(shared["zone"])) for one in table.tables("hours")),
        flat_by=maybe("flat_by", _time), news=_news(news) if news is not None else None,
        consistency=maybe("consistency", _part),
        minimum_days=take("minimum_days", _count, 0),
        payout=_payout(payout) if payout is not None else None,
        stop_required=take("stop_required", _flag, False),
        next=take("next", _text, ""), notes=take("notes", _text, ""),
        **shared,
    )  # fmt: skip
    table.end()
    _sensible(book, table.place)
    return book


def _sensible(book: Rulebook, place: _Place) -> None:
    """Refuse rules that contradict one another; raises RulebookError."""
    if book.daily_loss is not None and book.daily_loss.amount > book.maximum_loss.amount:
        raise place.error("daily_loss", "is larger than the maximum loss, so it could never be reached")
    steps = [step.profit for step in book.scaling]
    if steps != sorted(set(steps)):
        raise place.error("scaling", "profits must rise from step to step")
    if book.phase is Phase.EVALUATION and book.profit_target is None:
        raise place.error("profit_target", "is missing: an evaluation needs one")
    if book.maximum_loss.basis is not Basis.STATIC and book.maximum_loss.lock is not None:
        first = book.balance - book.maximum_loss.amount
        if book.maximum_loss.lock < first:
            raise place.error("maximum_loss", f"the lock lies below the first floor of {first}")


def _maximum_loss(table: _Table, balance: Decimal) -> MaximumLoss:
    found = MaximumLoss(table.take("amount", _positive), table.take("basis", Basis),
                        table.maybe("lock", _amount))  # fmt: skip
    table.end()
    if found.basis is Basis.STATIC and found.lock is not None:
        raise table.place.error("lock", "a static floor does not move, so it cannot be locked")
    if found.basis is Basis.STATIC and balance and found.amount > balance:
        raise table.place.error("amount", "is larger than the balance")
    return found


def _daily(table: _Table) -> DailyLoss:
    found = DailyLoss(table.take("amount", _positive),
                      table.take("action", LossAction, LossAction.LOCK_DAY))  # fmt: skip
    table.end()
    return found


def _contracts(table: _Table, weights: tuple[tuple[str, Decimal], ...]) -> ContractLimit | None:
    most = table.maybe("contracts", _positive)
    others = table.take("others", _flag, not weights)
    if most is None:
        return None
    return ContractLimit(most, weights, Decimal(1) if others else None)


def _step(table: _Table) -> ScalingStep:
    found = ScalingStep(table.take("profit", _amount), table.take("contracts", _positive))
    table.end()
    return found


def _window(table: _Table, zone: str) -> Window:
    found = Window(table.take("start", _time), table.take("end", _time), zone, table.take("days", _weekdays))
    table.end()
    return found


def _news(table: _Table) -> News:
    found = News(table.take("before", _count), table.take("after", _count))
    table.end()
    return found


def _payout(table: _Table) -> Payout:
    found = Payout(
        table.take("days", _count), table.take("day_profit", _amount),
        table.take("balance_above", _amount, ZERO),
        table.take("share", _part, Decimal(1)), table.maybe("cap", _positive),
    )  # fmt: skip
    table.end()
    return found


# --- values ------------------------------------------------------------------------------------------


def _text(value: Any) -> str:  # noqa: ANN401 - whatever the file holds
    if not isinstance(value, str) or not value.strip() or len(value) > 2000:
        raise ValueError("a text of 1 to 2000 characters is needed")
    return value.strip()


def _rules(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - the same
    if not isinstance(value, list) or not set(map(str, value)) <= _RULES:
        raise ValueError(f"a list of {', '.join(sorted(_RULES))} is needed")
    return tuple(dict.fromkeys(map(str, value)))


def _identifier(value: Any) -> str:  # noqa: ANN401 - the same
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("an id has 2 to 64 small letters, digits and dashes")
    return value


def _currency(value: Any) -> str:  # noqa: ANN401 - the same
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z][A-Z0-9]{2,9}", value):
        raise ValueError("a currency is a code such as USD")
    return value


def _date(value: Any) -> date:  # noqa: ANN401 - the same
    if type(value) is not date:
        raise ValueError("a date such as 2026-01-31, without quotes, is needed")
    return value


def _time(value: Any) -> time:  # noqa: ANN401 - the same
    if not isinstance(value, time):
        raise ValueError("a time such as 15:10:00, without quotes, is needed")  # noqa: TRY004 - told like the others
    return value


def _zone(value: Any) -> str:  # noqa: ANN401 - the same
    name = _text(value)
    zone_of(name)
    return name


def _amount(value: Any) -> Decimal:  # noqa: ANN401 - the same
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("a number is needed")  # noqa: TRY004 - told like the others
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None
    if not bearable(number) or number < 0:
        raise ValueError(f"{value} is not zero or above")
    return number


def _positive(value: Any) -> Decimal:  # noqa: ANN401 - the same
    number = _amount(value)
    if not number:
        raise ValueError("must be above zero")
    return number


def _part(value: Any) -> Decimal:  # noqa: ANN401 - the same
    number = _positive(value)
    if number > 1:
        raise ValueError("a part of one is needed, such as 0.5")
    return number


def _count(value: Any) -> int:  # noqa: ANN401 - the same
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100_000:
        raise ValueError("a whole number from 0 to 100000 is needed")
    return value


def _flag(value: Any) -> bool:  # noqa: ANN401 - the same
    if not isinstance(value, bool):
        raise ValueError("true or false is needed")  # noqa: TRY004 - told like the others
    return value


def _weekdays(value: Any) -> tuple[int, ...]:  # noqa: ANN401 - the same
    if not isinstance(value, list) or not value or not set(value) <= set(_DAYS):
        raise ValueError(f"a list of {', '.join(_DAYS)} is needed")
    return tuple(sorted(_DAYS.index(day) for day in set(value)))
