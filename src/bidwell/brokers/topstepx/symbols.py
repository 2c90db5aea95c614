"""Names at TopstepX and ours, one to one: CON.F.US.EP.Z26, which TopstepX shows as ESZ6, is ESZ6.XCME.

The id carries the product code of the data network and the month, the name the exchange's symbol: both have to say the
same, with the exchange's value of a point, before a contract is mapped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from bidwell.brokers.topstepx import wire
from bidwell.brokers.transport import positive
from bidwell.model import futures
from bidwell.model.errors import ConfigError, InvalidInput, ProtocolError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument

CODES = {
    "ES": "EP", "NQ": "ENQ", "6A": "DA6", "6B": "BP6", "6C": "CA6", "6E": "EU6", "6J": "JY6", "6M": "MX6", "6N": "NE6",
    "6S": "SF6", "E7": "EEU", "MCD": "GMCD", "MET": "GMET", "CL": "CLE", "QM": "NQM", "MCL": "MCLE", "NG": "NGE",
    "QG": "NQG", "HO": "HOE", "RB": "RBE", "GC": "GCE", "SI": "SIE", "HG": "CPE", "PL": "PLE", "ZB": "USA", "ZN": "TYA",
    "ZF": "FVA", "ZT": "TUA", "UB": "ULA", "TN": "TNA", "ZC": "ZCE", "ZS": "ZSE", "ZW": "ZWA", "ZL": "ZLE", "ZM": "ZME",
    "LE": "GLE",
}  # fmt: skip
"""Product codes that are not the exchange's root, to ask for a contract by; the answer's name has to confirm it."""

_ID = re.compile(rf"CON\.F\.US\.(?P<code>[A-Z0-9]{{1,6}})\.(?P<month>[{futures.MONTH_CODES}])(?P<year>\d\d)")


class UnknownSymbol(ProtocolError):
    """A contract that the book has not learned yet; `symbol` is TopstepX's id of it."""

    def __init__(self, symbol: str) -> None:
        super().__init__(f"TopstepX named {symbol!r}, which is not among its contracts as read so far")
        self.symbol = symbol


class SymbolBook:
    """Both directions of the mapping; an id that would stand for two things is refused, with the reason."""

    def __init__(self) -> None:
        self._ids: dict[str, InstrumentId] = {}
        self._symbols: dict[InstrumentId, str] = {}
        self.refused: dict[str, str] = {}

    def learn(self, contracts: Iterable[wire.Contract]) -> list[Instrument]:
        """Take contracts in; gives those that can be traded."""
        made = (self._learn(each) for each in contracts)
        return [each for each in made if each is not None]

    def id_of(self, contract: str) -> InstrumentId:
        """Our id of what TopstepX names; raises UnknownSymbol, ProtocolError for one that is refused."""
        found = self._ids.get(contract)
        if found is not None:
            return found
        if contract in self.refused:
            raise ProtocolError(self.refused[contract])
        raise UnknownSymbol(contract)

    def symbol_of(self, instrument: InstrumentId) -> str | None:
        """TopstepX's id of an instrument, None where the book has not learned it."""
        return self._symbols.get(instrument)

    def knows(self, contract: str) -> bool:
        """Whether a contract can be mapped, or is refused for good."""
        return contract in self._ids or contract in self.refused

    def _learn(self, contract: wire.Contract) -> Instrument | None:
        if contract.id in self.refused:
            return None
        try:
            made = instrument(contract)
        except (ConfigError, ProtocolError) as problem:
            self.refused[contract.id] = str(problem)
            return None
        holder = self._symbols.get(made.id)
        if holder not in {None, contract.id}:
            reason = f"{holder} and {contract.id} both stand for {made.id}"
            del self._symbols[made.id]
            for each in (holder or "", contract.id):
                self._ids.pop(each, None)
                self.refused[each] = reason
            return None
        self._symbols[made.id], self._ids[contract.id] = contract.id, made.id
        return made


def instrument(contract: wire.Contract) -> Instrument:
    """A contract as an instrument; raises ConfigError or ProtocolError where it cannot be one."""
    parts = _ID.fullmatch(contract.id)
    if parts is None:
        raise ConfigError(f"{contract.id!r} is no id of a futures contract")
    year, month = 2000 + int(parts["year"]), futures.MONTH_CODES.index(parts["month"]) + 1
    root = _root(contract.name, parts["month"], parts["year"])
    tick = positive(contract.tickSize, "tickSize")
    return futures.contract(root, year, month, tick, positive(contract.tickValue, "tickValue") / tick)


def _root(name: str, month: str, year: str) -> str:
    """The exchange's root in a name such as ESZ6, or ENQZ26 as older documents write it."""
    for ending in (month + year, month + year[1]):
        root = name.removesuffix(ending)
        if root != name and root in futures.PRODUCTS:
            return root
    raise ConfigError(f"{name!r} does not name a product that the desk knows, of month {month}{year}")


def contract_id(symbol: str, today: date) -> str | None:
    """TopstepX's id of the exchange's symbol, as it should be; None for what is no symbol of a known product."""
    try:
        root, year, month = futures.split_symbol(symbol, today)
    except InvalidInput:
        return None
    return f"CON.F.US.{CODES.get(root, root)}.{futures.MONTH_CODES[month - 1]}{year % 100:02d}"
