"""What sources say of instruments, before anybody checked it: rows of files, or instruments that a source made."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from bidwell.model.errors import ConfigError, InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Contract, Crypto, Equity, Forex, Future, Index, Instrument, Option, Right

REQUIRED = ("symbol", "venue", "currency", "tick_size", "lot_size", "multiplier", "type")
TERMS = (*REQUIRED, "name", "base", "underlying", "expiry", "strike", "right", "cash_settled", "european", "initial_margin",
         "min_notional", "calendar", "label")  # fmt: skip
COLUMNS = ("broker_symbol", "id", *TERMS)


@dataclass(frozen=True, slots=True)
class Definition:
    """What one broker says of one instrument: exact text by term, or an instrument that the source made itself.

    `broker_symbol` is the broker's own name for it; `row` says where it stands (for messages).
    """

    broker: str
    broker_symbol: str
    id: str
    terms: tuple[tuple[str, str], ...] = ()
    instrument: Instrument | None = None
    row: str = field(default="", compare=False)


Terms = Mapping[str, str]


def from_instrument(instrument: Instrument, broker: str, broker_symbol: str | None = None) -> Definition:
    """The definition of an instrument that a source made itself; its symbol there is its own unless given."""
    return Definition(broker, broker_symbol or instrument.symbol, instrument.id, instrument=instrument)


def build(definition: Definition) -> Instrument:
    """Make the instrument; raises ConfigError with a message that says what is absent or wrong."""
    if definition.instrument is not None:
        return definition.instrument
    terms = {"id": definition.id, **dict(definition.terms)}
    absent = [name for name in ("id", *REQUIRED) if not terms.get(name)]
    if absent:
        raise ConfigError(f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} absent")
    maker = _CONTRACTS.get(terms["type"])
    if maker is None:
        raise ConfigError(f"type {terms['type']!r} is not one of {', '.join(_CONTRACTS)}")
    return Instrument(
        id=InstrumentId(definition.id),
        symbol=terms["symbol"],
        name=terms.get("name", terms["symbol"]),
        venue=terms["venue"],
        currency=terms["currency"],
        tick_size=_number(terms, "tick_size"),
        lot_size=_number(terms, "lot_size"),
        multiplier=_number(terms, "multiplier"),
        min_notional=_number(terms, "min_notional") if "min_notional" in terms else Decimal(0),
        contract=maker(terms),
        calendar=terms.get("calendar", _CALENDARS.get(terms["type"], "XNYS")),
        label=terms.get("label", ""),
    )


def expiry_of(instrument: Instrument) -> date | None:
    """The last day of a contract that ends, None of one that does not."""
    contract = instrument.contract
    return contract.expiry if isinstance(contract, Option | Future) else None


def read_definitions(path: Path, broker: str) -> list[Definition]:
    """Read definitions from a CSV file with a header or a JSON list of objects.

    Columns are COLUMNS; the broker's symbol defaults to the symbol. Raises InvalidInput with
    a code under `instruments.` for a file that cannot be read, is no such list or lacks the column `id`.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput("instruments.unreadable", f"{path} cannot be read: {error}", field="path") from error
    rows = _json_rows(text, path) if path.suffix.lower() == ".json" else list(csv.DictReader(io.StringIO(text)))
    if not rows:
        raise InvalidInput("instruments.empty", f"{path} has no rows", field="path")
    if not any("id" in row for row in rows):
        raise InvalidInput("instruments.columns", f"{path} has no column id", field="id",
                           hint=f"columns are {', '.join(COLUMNS)}")  # fmt: skip
    return [_definition(row, broker, f"{path.name} row {place}") for place, row in enumerate(rows, start=1)]


def _json_rows(text: str, path: Path) -> Sequence[Mapping[str, object]]:
    try:
        rows = json.loads(text, parse_float=str, parse_int=str)
    except ValueError as error:
        raise InvalidInput("instruments.json", f"{path} is not JSON: {error}", field="path") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput("instruments.json", f"{path} is not a list of objects", field="path")
    return rows


def _definition(row: Mapping[str, object], broker: str, place: str) -> Definition:
    given = {name: str(row[name]).strip() for name in COLUMNS if row.get(name) not in {None, ""}}
    name = given.pop("id", "")
    symbol = given.pop("broker_symbol", "") or given.get("symbol", name)
    return Definition(broker, symbol, name, tuple(given.items()), row=place)


def _number(terms: Terms, name: str) -> Decimal:
    text = terms.get(name, "")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ConfigError(f"{name} {text!r} is not a number") from None


def _expiry(terms: Terms) -> date:
    text = terms.get("expiry", "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"expiry {text!r} is not a date such as 2027-01-15") from None


def _needed(terms: Terms, name: str) -> str:
    if name not in terms:
        raise ConfigError(f"{name} is absent")
    return terms[name]


def _option(terms: Terms) -> Option:
    right = _needed(terms, "right")
    if right not in {each.value for each in Right}:
        raise ConfigError(f"right {right!r} is neither call nor put")
    underlying = InstrumentId(_needed(terms, "underlying"))
    return Option(underlying, _expiry(terms), _number(terms, "strike"), Right(right),
                  cash_settled=_yes(terms, "cash_settled"), european=_yes(terms, "european"))  # fmt: skip


def _yes(terms: Terms, name: str) -> bool:
    said = terms.get(name, "no").lower()
    if said not in _YES_OR_NO:
        raise ConfigError(f"{name} {said!r} is neither yes nor no")
    return _YES_OR_NO[said]


def _future(terms: Terms) -> Future:
    margin = _number(terms, "initial_margin") if "initial_margin" in terms else None
    return Future(_needed(terms, "underlying"), _expiry(terms), margin)


_YES_OR_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_CONTRACTS: dict[str, Callable[[Terms], Contract]] = {
    "equity": lambda _: Equity(),
    "index": lambda _: Index(),
    "crypto": lambda terms: Crypto(_needed(terms, "base")),
    "forex": lambda terms: Forex(_needed(terms, "base")),
    "future": _future,
    "option": _option,
}
_CALENDARS = {"crypto": "24/7", "forex": "24/5"}
