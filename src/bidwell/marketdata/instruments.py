"""The instrument master: every instrument once, and each broker's own name for it.

Invariants: a broker's symbols and our ids are one to one; tick, lot, multiplier and currency are present;
expiries lie ahead; brokers agree on what an id is. What breaks one of them is untradable at that broker, with a
message that says why, and never silently absent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from bidwell.marketdata.definitions import Definition, build, expiry_of
from bidwell.model.errors import ConfigError, InvalidInput, Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Contract, Instrument, Option

# Exchange prefixes that charting services write before a symbol.
VENUES = {
    "NASDAQ": "XNAS", "NYSE": "XNYS", "AMEX": "XASE", "ARCA": "ARCX", "BATS": "BATS", "NSE": "XNSE", "BSE": "XBOM",
    "CME": "XCME", "CME_MINI": "XCME", "CBOT": "XCBT", "NYMEX": "XNYM", "COMEX": "XCEC",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Untradable:
    """A broker's row that cannot be traded: `code` is stable, `message` says what is wrong and with which rows."""

    broker: str
    broker_symbol: str
    instrument: InstrumentId
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class _Row:
    definition: Definition
    instrument: Instrument


class InstrumentMaster:
    """Instruments by id with per-broker symbols; made by `compile_master` and never changed."""

    def __init__(self, rows: Iterable[tuple[Definition, Instrument]], untradable: Iterable[Untradable]) -> None:
        self._instruments: dict[InstrumentId, Instrument] = {}
        self._at: dict[tuple[str, InstrumentId], Instrument] = {}
        self._symbols: dict[tuple[str, InstrumentId], str] = {}
        self._ids: dict[tuple[str, str], InstrumentId] = {}
        for definition, instrument in rows:
            self._instruments.setdefault(instrument.id, instrument)
            self._at[(definition.broker, instrument.id)] = instrument
            self._symbols[(definition.broker, instrument.id)] = definition.broker_symbol
            self._ids[(definition.broker, definition.broker_symbol)] = instrument.id
        self.untradable = tuple(untradable)

    def __len__(self) -> int:
        return len(self._instruments)

    def instruments(self, broker: str | None = None) -> tuple[Instrument, ...]:
        """Every tradable instrument, of one broker or of all (then with the terms of the first broker that has it)."""
        if broker is None:
            return tuple(self._instruments.values())
        return tuple(instrument for (at, _), instrument in self._at.items() if at == broker)

    def instrument(self, instrument: InstrumentId, broker: str | None = None) -> Instrument:
        """An instrument with a broker's own tick and lot; raises Missing with the reason where it is untradable."""
        found = self._instruments.get(instrument) if broker is None else self._at.get((broker, instrument))
        if found is None:
            raise Missing(self.why(instrument, broker))
        return found

    def broker_symbol(self, broker: str, instrument: InstrumentId) -> str:
        """The broker's name for an instrument; raises Missing with the reason where it has none."""
        found = self._symbols.get((broker, instrument))
        if found is None:
            raise Missing(self.why(instrument, broker))
        return found

    def from_broker(self, broker: str, broker_symbol: str) -> InstrumentId:
        """Our id for a broker's symbol; raises Missing with the reason where there is no single one."""
        found = self._ids.get((broker, broker_symbol))
        if found is None:
            reasons = [u.message for u in self.untradable if (u.broker, u.broker_symbol) == (broker, broker_symbol)]
            raise Missing(reasons[0] if reasons else f"{broker} has no instrument {broker_symbol!r}")
        return found

    def why(self, instrument: InstrumentId, broker: str | None = None) -> str:
        """Why an instrument cannot be traded (at a broker)."""
        reasons = [u.message for u in self.untradable if u.instrument == instrument and broker in {None, u.broker}]
        at = f" at {broker}" if broker else ""
        return reasons[0] if reasons else f"instrument {instrument!r} is not known{at}"

    def resolve(self, text: str) -> Instrument:
        """The one instrument that a person or an alert means: an id, a symbol, or EXCHANGE:SYMBOL.

        Raises InvalidInput `instrument.unknown`, `instrument.untradable` or `instrument.ambiguous`.
        """
        wanted = text.strip().upper()
        prefix, _, symbol = wanted.rpartition(":")
        venue = VENUES.get(prefix, prefix)
        found = [
            each
            for each in self._instruments.values()
            if (wanted == each.id and not prefix) or (each.symbol == symbol and venue in {"", each.venue})
        ]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(sorted(each.id for each in found))
            raise InvalidInput("instrument.ambiguous", f"{text!r} can be {names}", field="instrument",
                               hint="give the full id")  # fmt: skip
        refused = [u for u in self.untradable if wanted in {u.instrument, u.broker_symbol}]
        if refused:
            raise InvalidInput("instrument.untradable", refused[0].message, field="instrument")
        near = ", ".join(each.id for each in self.search(symbol[:3], 3))
        raise InvalidInput("instrument.unknown", f"there is no instrument {text!r}", field="instrument",
                           hint=f"did you mean {near}?" if near else None)  # fmt: skip

    def search(self, text: str, limit: int = 20) -> list[Instrument]:
        """Instruments whose symbol, id or name matches: exact symbols first, then beginnings, then the rest."""
        wanted = text.strip().upper()
        if not wanted:
            return []
        ranked = [(_rank(each, wanted), each.symbol, each.id, each) for each in self._instruments.values()]
        return [item[3] for item in sorted(ranked, key=lambda item: item[:3]) if item[0] < 9][:limit]


def _rank(instrument: Instrument, wanted: str) -> int:
    name = instrument.name.upper()
    if wanted in {instrument.symbol, instrument.id}:
        return 0
    if instrument.symbol.startswith(wanted):
        return 1
    if any(word.startswith(wanted) for word in name.replace("(", " ").split()):
        return 2
    return 3 if wanted in instrument.id or wanted in name else 9


def compile_master(definitions: Iterable[Definition], today: date) -> InstrumentMaster:
    """Check every definition against the invariants and compile the master.

    `today` is the date that expiries are held against. Nothing raises: what is wrong becomes untradable.
    """
    rows: list[_Row] = []
    untradable: list[Untradable] = []
    for definition in dict.fromkeys(definitions):
        try:
            instrument = build(definition)
        except ConfigError as error:
            untradable.append(_refuse(definition, "incomplete", str(error)))
            continue
        expiry = expiry_of(instrument)
        if expiry is not None and expiry < today:
            untradable.append(_refuse(definition, "expired", f"it expired on {expiry}"))
        else:
            rows.append(_Row(definition, instrument))
    rows, ambiguous = _one_to_one(rows)
    rows, contradicted = _agreeing(rows)
    untradable += ambiguous + contradicted
    return InstrumentMaster(((row.definition, row.instrument) for row in rows), untradable)


def _one_to_one(rows: list[_Row]) -> tuple[list[_Row], list[Untradable]]:
    """Keep rows whose broker symbol and id both occur once at their broker."""
    by_symbol: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    by_id: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    for row in rows:
        by_symbol[(row.definition.broker, row.definition.broker_symbol)].append(row)
        by_id[(row.definition.broker, row.instrument.id)].append(row)
    kept: list[_Row] = []
    refused: list[Untradable] = []
    for row in rows:
        broker, symbol = row.definition.broker, row.definition.broker_symbol
        same_symbol, same_id = by_symbol[(broker, symbol)], by_id[(broker, row.instrument.id)]
        if len(same_symbol) > 1:
            ids = ", ".join(sorted({other.instrument.id for other in same_symbol}))
            reason = f"symbol {symbol!r} stands for {ids}" if "," in ids else f"{ids} is defined twice, differently"
            refused.append(_refuse(row.definition, "ambiguous", reason))
        elif len(same_id) > 1:
            names = " and ".join(sorted(repr(other.definition.broker_symbol) for other in same_id))
            refused.append(_refuse(row.definition, "ambiguous", f"{names} both stand for {row.instrument.id}"))
        else:
            kept.append(row)
    return kept, refused


def _agreeing(rows: list[_Row]) -> tuple[list[_Row], list[Untradable]]:
    """Keep ids on whose currency, multiplier and contract all brokers agree; ticks and lots may differ."""
    terms: dict[InstrumentId, dict[tuple[object, ...], str]] = defaultdict(dict)
    for row in rows:
        what = (row.instrument.currency, row.instrument.multiplier, _told(row.instrument.contract))
        terms[row.instrument.id].setdefault(what, row.definition.broker)
    kept = [row for row in rows if len(terms[row.instrument.id]) == 1]
    refused = [
        _refuse(row.definition, "contradicted",
                f"{' and '.join(terms[row.instrument.id].values())} disagree on its currency, multiplier or contract")
        for row in rows
        if len(terms[row.instrument.id]) > 1
    ]  # fmt: skip
    return kept, refused


def _told(contract: Contract) -> Contract:
    """A contract by what every broker tells of it: few say which options are European."""
    return replace(contract, european=False) if isinstance(contract, Option) else contract


def _refuse(definition: Definition, code: str, reason: str) -> Untradable:
    name = definition.id or definition.broker_symbol
    where = f" ({definition.row})" if definition.row else ""
    message = f"{name} cannot be traded at {definition.broker}: {reason}{where}"
    return Untradable(definition.broker, definition.broker_symbol, InstrumentId(definition.id), code, message)
