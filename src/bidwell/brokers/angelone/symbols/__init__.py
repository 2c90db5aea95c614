"""Names at Angel One and ours: `SymbolBook` both ways, `Master` the whole instrument list kept small."""

from __future__ import annotations

from bidwell.brokers.angelone.symbols.book import Handle, SymbolBook, UnknownSymbol, guesses, instrument
from bidwell.brokers.angelone.symbols.master import Master, Splitter

__all__ = ["Handle", "Master", "Splitter", "SymbolBook", "UnknownSymbol", "guesses", "instrument"]
