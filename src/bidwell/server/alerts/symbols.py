"""Which instrument a sender's symbol means; what could mean two is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bidwell.model.errors import InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Instrument

# Names that charting sites put before a symbol, as venues (ISO 10383).
_VENUES = {
    "NASDAQ": "XNAS", "NYSE": "XNYS", "AMEX": "XASE", "ARCA": "ARCX", "BATS": "BATS", "NSE": "XNSE", "BSE": "XBOM",
    "LSE": "XLON", "XETR": "XETR", "TSX": "XTSE",
}  # fmt: skip
_MARKS = str.maketrans("", "", "/-_ ")


def _bare(symbol: str) -> str:
    return symbol.upper().translate(_MARKS)


def resolve(
    text: str, instruments: Mapping[InstrumentId, Instrument], allowed: Collection[InstrumentId] = ()
) -> Instrument:
    """The one instrument that `text` (an id, a symbol, or VENUE:SYMBOL) means.

    `allowed` narrows the choice where it is not empty. Raises InvalidInput with alert_symbol_missing,
    alert_symbol or alert_symbol_ambiguous.
    """
    if not text:
        raise InvalidInput("alert_symbol_missing", "the message names no symbol", field="symbol")
    exact = instruments.get(InstrumentId(text.upper()))
    if exact is not None:
        return exact
    prefix, _, name = text.upper().rpartition(":")
    found = [one for one in instruments.values() if _bare(one.symbol) == _bare(name)]
    if len(found) > 1 and allowed:
        found = [one for one in found if one.id in allowed]
    if len(found) > 1 and prefix:
        found = [one for one in found if one.venue.upper() in {prefix, _VENUES.get(prefix, prefix)}]
    if not found:
        raise InvalidInput("alert_symbol", f"no instrument here is called {text[:60]!r}", field="symbol",
                           hint="search the watch list for the symbol or id")  # fmt: skip
    if len(found) > 1:
        ids = ", ".join(sorted(one.id for one in found)[:5])
        raise InvalidInput("alert_symbol_ambiguous", f"{text[:60]!r} could mean {ids}", field="symbol",
                           hint="write the id")  # fmt: skip
    return found[0]
