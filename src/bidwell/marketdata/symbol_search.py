"""Words to instruments over a broker's whole list: packed arrays, ranked answers, no database.

Rows lie in the order in which answers come: shares before derivatives, the nearest expiry first. A word is looked for in
a row's symbol and id as they are written, and in its words: those of its name, underlying, expiry, strike, right and venue.
"""

from __future__ import annotations

import re
import sys
import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from bidwell.model.errors import DataError
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Future, Instrument, Option

MOST_ROWS = 600_000
"""Above the largest list of any broker here; what is longer is refused, so that memory stays bounded."""
MOST_WORDS = 8
_BREATH = 256
_SHORTEST_INSIDE = 3
_FEW = 2000
_UNNAMED = _NOWHERE = -1
_ZERO = Decimal(0)
_COLUMNS = ("name", "root", "strike", "day", "kind", "venue")
_KINDS = {"equity": ("SHARE",), "index": ("INDEX",), "crypto": ("CRYPTO",), "forex": ("FOREX",),
          "future": ("FUTURE",), "call": ("CALL", "CE", "OPTION"), "put": ("PUT", "PE", "OPTION")}  # fmt: skip
_KIND_NAMES = tuple(_KINDS)
_DERIVATIVE = _KIND_NAMES.index("future")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_PIECE = re.compile(r"[^\W_]+")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")

_T = TypeVar("_T")
_Mask = NDArray[np.bool_]
_Numbers = NDArray[np.int64]
_Column = NDArray[np.int32]


class Rank(IntEnum):
    """How well a row fits, the best first."""

    EXACT = 0
    PREFIX = 1
    WORD = 2
    CONTAINS = 3


@dataclass(frozen=True, slots=True)
class Match:
    """One row of a list; `kind` is a contract's type, of an option its right (call, put)."""

    id: InstrumentId
    symbol: str
    name: str
    kind: str
    underlying: str
    expiry: date | None
    strike: str
    rank: Rank


def query_words(text: str) -> list[str]:
    """The words of a question, in capitals; a day as 2026-11-26 is one word."""
    return _ISO.sub(r"\1\2\3", text.upper()).replace(",", " ").split()[:MOST_WORDS]


def pieces(text: str) -> list[str]:
    """The letters and digits of a text, in capitals, apart at everything else."""
    return _PIECE.findall(text.upper())


def expiry_words(day: date) -> tuple[str, ...]:
    """A day as people write it: 26NOV26, 26NOV2026, NOV26, NOV2026, 20261126."""
    month = _MONTHS[day.month - 1]
    return (f"{day:%d}{month}{day:%y}", f"{day:%d}{month}{day:%Y}", f"{month}{day:%y}", f"{month}{day:%Y}",
            f"{day:%Y%m%d}")  # fmt: skip


class _Text:
    """Lines of text as one run of bytes, each line after a line feed."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._bytes = b"\n".join((b"", *lines, b""))
        self._starts = np.cumsum([0, *(len(line) + 1 for line in lines)], dtype=np.int64)[:-1].astype(np.int32)
        self._view = np.frombuffer(self._bytes, dtype=np.uint8)
        self._counts = np.bincount(self._view, minlength=256)

    def __len__(self) -> int:
        return int(self._starts.size)

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self._bytes) + int(self._starts.nbytes)

    def line(self, row: int) -> bytes:
        """One line."""
        start = int(self._starts[row]) + 1
        return self._bytes[start : self._bytes.index(b"\n", start)]

    def beginning(self, needle: bytes) -> _Numbers:
        """The lines that begin with bytes."""
        rows, at = np.arange(len(self)), self._starts + 1
        for byte in needle:
            # A line that is too short stops at its line feed: the next byte is never past the end.
            kept = self._view[at] == byte
            rows, at = rows[kept], at[kept] + 1
        return rows

    def being(self, needle: bytes) -> list[int]:
        """The lines that are bytes."""
        return [int(row) for row in self.beginning(needle + b"\n")]

    def first(self, needle: bytes, most: int) -> _Numbers:
        """The first lines that contain bytes."""
        found: list[int] = []
        at = self._bytes.find(needle)
        while at >= 0 and len(found) < most:
            found.append(at)
            at = self._bytes.find(needle, self._bytes.index(b"\n", at))
        return self._lines(np.array(found, dtype=np.int64))

    def every(self, needle: bytes) -> _Numbers:
        """The lines that contain bytes."""
        rarest = min(range(len(needle)), key=lambda place: self._counts[needle[place]])
        at = np.flatnonzero(self._view[rarest : len(self._view) - len(needle) + rarest + 1] == needle[rarest])
        for place, byte in enumerate(needle):
            if place != rarest:
                at = at[self._view[at + place] == byte]
        return self._lines(at)

    def _lines(self, at: _Numbers) -> _Numbers:
        return np.searchsorted(self._starts, at, side="right") - 1


class _Words:
    """Words and to whom each belongs; found by how they begin or by what they contain."""

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        listed = list(words)
        self._owners = np.array([owner for _, owner in listed], dtype=np.int32)
        self._text = _Text([word.encode() for word, _ in listed])

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._text.size + self._owners.nbytes

    def owning(self, piece: str, *, inside: bool) -> _Column:
        """Who has a word that begins with a piece, or contains it."""
        text = piece.encode()
        return self._owners[self._text.every(text) if inside else self._text.beginning(text)]


class _Valued(Generic[_T]):
    """A column of few different values: each row's value by its number, and each value's words."""

    def __init__(self, column: _Column, values: Sequence[_T], words: Callable[[_T], Iterable[str]]) -> None:
        self.column, self.values = column, values
        self._words = _Words((word, number) for number, value in enumerate(values) for word in words(value))

    @property
    def size(self) -> int:
        """Bytes held."""
        return self.column.nbytes + self._words.size

    def of(self, row: int) -> _T:
        """The value of a row."""
        value: _T = self.values[int(self.column[row])]
        return value

    def mark(self, mask: _Mask, piece: str, *, inside: bool) -> None:
        """Set the rows whose value has a fitting word."""
        owners = self._words.owning(piece, inside=inside)
        if len(owners):
            fits = np.zeros(len(self.values), dtype=np.bool_)
            fits[owners] = True
            mask |= fits[self.column]


class _Spoken:
    """Words of names and symbols, with the rows of each."""

    def __init__(self, rows_of: Mapping[str, array[int]], place: _Column) -> None:
        self._words = _Words((word, number) for number, word in enumerate(rows_of))
        rows = place[np.frombuffer(b"".join(map(bytes, rows_of.values())), dtype=np.int32)]
        ends = np.cumsum([0, *map(len, rows_of.values())], dtype=np.int64)
        kept = rows != _NOWHERE
        self._rows, self._lengths = rows[kept], np.diff(np.concatenate(([0], np.cumsum(kept)))[ends])

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._words.size + int(self._lengths.nbytes) + int(self._rows.nbytes)

    def mark(self, mask: _Mask, piece: str, *, inside: bool) -> None:
        """Set the rows that have a fitting word."""
        fits = np.zeros(len(self._lengths), dtype=np.bool_)
        fits[self._words.owning(piece, inside=inside)] = True
        mask[self._rows[np.repeat(fits, self._lengths)]] = True


class _Numbered(dict[_T, int]):
    """Different values, numbered as they come."""

    def __missing__(self, value: _T) -> int:
        self[value] = number = len(self)
        return number


class _Gathered:
    """Rows as they come, taken apart."""

    def __init__(self) -> None:
        self.symbols: list[bytes] = []
        self.locals: dict[int, str] = {}
        self.names: list[str] = []
        self.words: defaultdict[str, array[int]] = defaultdict(lambda: array("i"))
        self.roots, self.strikes = _Numbered({"": 0}), _Numbered({_ZERO: 0})
        self.days, self.venues = _Numbered({0: 0}), _Numbered[str]()
        self.columns = {name: array("i") for name in _COLUMNS}
        self.hashes = array("q")

    def take(self, each: Instrument) -> None:
        """Take a row in; raises DataError where there are too many."""
        row, terms = len(self.symbols), each.contract
        if row >= MOST_ROWS:
            raise DataError(f"the list has more than {MOST_ROWS:,} rows")
        kind, root, strike, day, name = terms.type, "", _ZERO, 0, len(self.names)
        if isinstance(terms, Option):
            kind, root, name = terms.right.value, terms.underlying.rpartition(".")[0], _UNNAMED
            strike, day = terms.strike, terms.expiry.toordinal()
        else:
            if isinstance(terms, Future):
                root, day = terms.underlying, terms.expiry.toordinal()
            self.names.append(each.name)
            for word in {*pieces(each.name), *pieces(each.symbol)}:
                self.words[word].append(row)
        local, _, venue = each.id.rpartition(".")
        self.symbols.append(each.symbol.encode())
        if local != each.symbol:
            self.locals[row] = local
        self.hashes.append(hash(each.id))
        numbers = (name, self.roots[root], self.strikes[strike], self.days[day], _KIND_NAMES.index(kind),
                   self.venues[venue])  # fmt: skip
        for column, number in zip(self.columns.values(), numbers, strict=True):
            column.append(number)

    def column(self, name: str) -> _Column:
        """A column as it came."""
        return np.array(self.columns[name], dtype=np.int32)

    def order(self) -> _Numbers:
        """The rows in the order of answers, those left out whose id another row claims too."""
        hashes = np.array(self.hashes, dtype=np.int64)
        _, where, counts = np.unique(hashes, return_inverse=True, return_counts=True)
        kept = np.flatnonzero(counts[where] == 1)
        by_key = kept[np.argsort(np.array(self.symbols, dtype=np.bytes_)[kept], kind="stable")] if len(kept) else kept
        kind, roots = self.column("kind")[by_key], sorted(self.roots)
        ranks = {root: number for number, root in enumerate(roots)}
        root = np.array([ranks[each] for each in self.roots], dtype=np.int32)[self.column("root")[by_key]]
        strike = np.array([float(each) for each in self.strikes])[self.column("strike")[by_key]]
        day = np.array(list(self.days), dtype=np.int32)[self.column("day")[by_key]]
        derived, option = kind >= _DERIVATIVE, kind > _DERIVATIVE
        return by_key[np.lexsort((kind, strike, root, option, day, derived))]


class SymbolIndex:
    """A list that can be searched, held as bytes and numbers.

    `size` is how many bytes; `left_out` how many rows are in it no more because two claimed one id.
    """

    def __init__(self, gathered: _Gathered) -> None:
        order = gathered.order()
        place = np.full(len(gathered.symbols), _NOWHERE, dtype=np.int32)
        place[order] = np.arange(len(order))
        self._symbols = _Text([gathered.symbols[row] for row in order])
        self._locals = {int(place[row]): local for row, local in gathered.locals.items() if place[row] != _NOWHERE}
        self._other = _Words((local, row) for row, local in self._locals.items())
        self._names, self._name = gathered.names, gathered.column("name")[order]
        self._root = _Valued(gathered.column("root")[order], list(gathered.roots), pieces)
        self._strike = _Valued(gathered.column("strike")[order], list(gathered.strikes), _strike_words)
        self._day = _Valued(gathered.column("day")[order], list(gathered.days), _day_words)
        self._kind = _Valued(gathered.column("kind")[order], _KIND_NAMES, _KINDS.__getitem__)
        self._venue = _Valued(gathered.column("venue")[order], list(gathered.venues), pieces)
        self._spoken = _Spoken(gathered.words, place)
        self._marking = (self._root, self._strike, self._day, self._kind, self._venue, self._spoken)
        self.left_out = len(gathered.symbols) - len(order)

    def __len__(self) -> int:
        return len(self._symbols)

    @property
    def size(self) -> int:
        """Bytes held, near enough."""
        texts = sum(map(sys.getsizeof, (*self._names, *self._locals.values(), self._names, self._locals)))
        arrays = self._symbols.size + self._other.size + self._name.nbytes
        return texts + arrays + sum(each.size for each in self._marking)

    def search(self, text: str, limit: int) -> list[Match]:
        """The rows that have every word of a text, at most `limit`, the best first.

        Exact is a symbol or an id as it is written; then what begins with the text; then rows of which words begin with
        each word; then rows that contain each.
        """
        words, whole = query_words(text), " ".join(text.upper().split())
        found: dict[int, Rank] = {}
        for rank, row in self._ranked(words, whole, limit * 2) if words else ():
            if len(found) >= limit:
                break
            found.setdefault(row, rank)
        return [self._match(row, rank) for row, rank in found.items()]

    def _ranked(self, words: Sequence[str], whole: str, most: int) -> Iterator[tuple[Rank, int]]:
        """Rows by rank, again those of the ranks before; `most` of each are enough."""
        yield from ((Rank.EXACT, row) for row in self._exact(whole))
        rows = np.union1d(self._symbols.beginning(whole.encode()), self._other.owning(whole, inside=False))
        yield from ((Rank.PREFIX, int(row)) for row in rows[:most])
        for rank in (Rank.WORD, Rank.CONTAINS):
            mask = np.ones(len(self), dtype=np.bool_)
            for word in sorted(words, key=len, reverse=True):
                self._narrow(mask, word, inside=rank is Rank.CONTAINS, most=most if len(words) == 1 else None)
            yield from ((rank, int(row)) for row in np.flatnonzero(mask)[:most])

    def _exact(self, whole: str) -> list[int]:
        local = whole.rpartition(".")[0] or whole
        rows = {*self._symbols.being(whole.encode()), *self._symbols.being(local.encode())}
        rows |= {int(row) for row in self._other.owning(local, inside=False)}
        return sorted(row for row in rows if whole in {self._symbol(row), self._local(row), self._id(row)})

    def _narrow(self, mask: _Mask, word: str, *, inside: bool, most: int | None) -> None:
        """Keep the rows whose words have every piece of a word, or, `inside`, whose symbol or id contains it.

        Where only the first `most` are wanted, no more than those are looked for.
        """
        parts, fits = pieces(word), mask.copy()
        if not parts:
            fits[:] = False
        for part in parts:
            found = np.zeros(len(self), dtype=np.bool_)
            for each in self._marking:
                each.mark(found, part, inside=inside and len(part) >= _SHORTEST_INSIDE)
            fits &= found
        if inside and len(word) >= _SHORTEST_INSIDE:
            left = np.flatnonzero(mask & ~fits)
            if most is not None:
                fits[self._symbols.first(word.encode(), most)] = True
            elif len(left) <= _FEW:
                fits[[row for row in left.tolist() if word.encode() in self._symbols.line(row)]] = True
            else:
                fits[self._symbols.every(word.encode())] = True
            fits[self._other.owning(word, inside=True)] = True
        mask &= fits

    def _symbol(self, row: int) -> str:
        return self._symbols.line(row).decode()

    def _local(self, row: int) -> str:
        return self._locals.get(row) or self._symbol(row)

    def _id(self, row: int) -> str:
        return f"{self._local(row)}.{self._venue.of(row)}"

    def _match(self, row: int, rank: Rank) -> Match:
        ordinal, strike, root, kind = self._day.of(row), self._strike.of(row), self._root.of(row), self._kind.of(row)
        day, level = date.fromordinal(ordinal) if ordinal else None, f"{strike.normalize():f}" if strike else ""
        named = int(self._name[row])
        name = self._names[named] if named != _UNNAMED else f"{root} {day:%d %b %Y} {level} {kind}"
        return Match(InstrumentId(self._id(row)), self._symbol(row), name, kind, root, day, level, rank)


def build(instruments: Iterable[Instrument], today: date) -> SymbolIndex:
    """Make the index of a list, contracts that ended before `today` left out; raises DataError for one too long.

    Seconds for a whole list: use a thread. It lets other threads go on after every few rows.
    """
    gathered = _Gathered()
    for number, each in enumerate(instruments):
        terms = each.contract
        if not isinstance(terms, Option | Future) or terms.expiry >= today:
            gathered.take(each)
        if number % _BREATH == 0:
            time.sleep(0)
    return SymbolIndex(gathered)


def _strike_words(strike: Decimal) -> list[str]:
    return pieces(f"{strike.normalize():f}") if strike else []


def _day_words(ordinal: int) -> tuple[str, ...]:
    return expiry_words(date.fromordinal(ordinal)) if ordinal else ()
