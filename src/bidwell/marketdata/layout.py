"""How an imported file is laid out: separator, header, which column is what, and how numbers are written."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from bidwell.model.errors import InvalidInput

FIELDS = ("open", "high", "low", "close", "volume")
NEEDED = ("start", "open", "high", "low", "close")
SEPARATORS = (",", ";", "\t", "|")

# In order of preference. A `date` may stand beside a `time`, which then belongs to it.
_STARTS = (
    "start", "datetime", "timestamp", "ts", "opentime", "gmttime", "bartime", "begin", "datetimeutc", "timestamputc",
    "dateutc", "unix", "unixtime", "unixtimestamp", "epoch", "datetimelocal", "date", "datum", "tradedate", "tradingday",
    "day", "time", "t", "index", "zeit",
)  # fmt: skip
_DATES = frozenset({"date", "datum", "tradedate", "tradingday", "day", "dateutc"})
_SYMBOLS = ("symbol", "ticker", "sym", "instrument", "instrumentid", "tic", "isin")
_MAPPED = ("start", "clock", "symbol", *FIELDS)
_CLOCKS = frozenset({"time", "zeit", "timeutc", "hour"})
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "open": ("open", "o", "openprice", "priceopen", "opening", "first", "eroffnung", "erster"),
    "high": ("high", "h", "highprice", "pricehigh", "max", "hoch", "hochst"),
    "low": ("low", "l", "lowprice", "pricelow", "min", "tief", "tiefst"),
    "close": ("close", "c", "closeprice", "priceclose", "closing", "last", "schluss", "schlusskurs", "letzter"),
    "volume": ("volume", "vol", "v", "quantity", "qty", "tradedvolume", "volumen", "stuck", "umsatz", "tickvolume",
               "tickvol"),
}  # fmt: skip


_FIGURES = re.compile(r"-?\d[\d.,: T/-]*")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which of a file's columns is what.

    `clock` is set where date and time of day are columns apart, `symbol` where a column names the instrument.
    """

    start: str
    open: str
    high: str
    low: str
    close: str
    volume: str | None = None
    clock: str | None = None
    symbol: str | None = None

    def named(self) -> dict[str, str]:
        """Our names to the file's."""
        pairs = {name: getattr(self, name) for name in _MAPPED}
        return {ours: theirs for ours, theirs in pairs.items() if theirs is not None}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file separates, its columns' names, and whether its first line holds them."""

    separator: str
    names: tuple[str, ...]
    header: bool


def sniff(lines: Sequence[str], separator: str | None = None) -> Dialect:
    """Read separator and column names off a text file's first lines.

    A file without a header gets the names "1", "2", …. Raises InvalidInput `import.empty` or `import.separator`.
    """
    full = [line for line in lines if line.strip()][:20]
    if not full:
        raise InvalidInput("import.empty", "the file is empty", field="path")
    found = separator or _separator(full)
    names = [name.strip() for name in next(csv.reader(full, delimiter=found))]
    if len(names) < 2:
        raise InvalidInput("import.separator", f"the first line {full[0][:60]!r} has one column only", field="separator",
                           hint="separators are , ; | and tab")  # fmt: skip
    numeric = sum(bool(_FIGURES.fullmatch(name)) for name in names)
    if numeric * 2 > len(names):
        return Dialect(found, tuple(str(place) for place in range(1, len(names) + 1)), header=False)
    return Dialect(found, tuple(names), header=True)


def _separator(lines: Sequence[str]) -> str:
    """The sign that cuts the most lines into the same number of columns.

    A decimal comma cuts lines as evenly as a separator does, so a semicolon, tab or bar goes before the comma.
    """

    def even(separator: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator)]
        usual = max(set(widths), key=widths.count)
        return (widths.count(usual), usual) if usual > 1 else (0, 0)

    other = max(SEPARATORS[1:], key=even)
    return other if even(other)[0] and even(other)[0] >= even(",")[0] else ","


def match(names: Sequence[str], explicit: Mapping[str, str] | None = None) -> Columns:
    """Find the columns by their names; `explicit` maps ours (start, clock, open, …) to the file's and goes first.

    Raises InvalidInput `import.column_unknown`, `import.columns_ambiguous` or `import.columns_missing`.
    """
    chosen = _explicit(names, explicit or {})
    plain: dict[str, list[str]] = {}
    for name in names:
        if name not in chosen.values():
            plain.setdefault(_plain(name), []).append(name)
    if "start" not in chosen:
        _start(plain, chosen)
    for ours in FIELDS:
        if ours not in chosen:
            found = next((spelling for spelling in _SPELLINGS[ours] if spelling in plain), None)
            if found is not None:
                chosen[ours] = _single(plain, found)
    if "symbol" not in chosen:
        found = next((spelling for spelling in _SYMBOLS if spelling in plain), None)
        if found is not None:
            chosen["symbol"] = plain[found][0]
    missing = [ours for ours in NEEDED if ours not in chosen]
    if missing:
        near = next((name for name in names if missing[0] in name.lower()), names[-1])
        raise InvalidInput("import.columns_missing", f"no column for {', '.join(missing)} among {', '.join(names)}",
                           field=missing[0], hint=f"say which, e.g. {missing[0]}={near}")  # fmt: skip
    return Columns(**chosen)


def _explicit(names: Sequence[str], explicit: Mapping[str, str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    lower = {name.lower(): name for name in names}
    for ours, theirs in explicit.items():
        if ours not in _MAPPED:
            raise InvalidInput("import.column_unknown", f"there is no field {ours!r} to map to", field=ours,
                               hint=f"fields are {', '.join(_MAPPED)}")  # fmt: skip
        found = theirs if theirs in names else lower.get(theirs.lower())
        if found is None:
            raise InvalidInput("import.column_unknown", f"the file has no column {theirs!r}", field=ours,
                               hint=f"its columns are {', '.join(names)}")  # fmt: skip
        chosen[ours] = found
    return chosen


def _start(plain: dict[str, list[str]], chosen: dict[str, str]) -> None:
    found = next((spelling for spelling in _STARTS if spelling in plain), None)
    if found is None:
        return
    chosen["start"] = _single(plain, found)
    clock = next((spelling for spelling in plain if spelling in _CLOCKS and spelling != found), None)
    if found in _DATES and clock is not None and "clock" not in chosen:
        chosen["clock"] = _single(plain, clock)


def _single(plain: dict[str, list[str]], spelling: str) -> str:
    names = plain[spelling]
    if len(names) > 1:
        raise InvalidInput("import.columns_ambiguous", f"columns {', '.join(names)} mean the same", field=spelling,
                           hint="say which one counts")  # fmt: skip
    return names[0]


def _plain(name: str) -> str:
    """A column's name without case, accents, signs and leading numbering."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"^\d+(?=[a-z])", "", re.sub(r"[^a-z0-9]", "", bare))


def decimal_sign(values: pl.Series, separator: str) -> str:
    """Which sign divides whole from fraction in a column of texts; raises InvalidInput `import.decimal_ambiguous`."""
    texts = values.drop_nulls().head(10_000)
    commas = texts.filter(texts.str.contains(",", literal=True))
    if commas.is_empty():
        return "."
    both = commas.filter(commas.str.contains(".", literal=True))
    if not both.is_empty():
        example = both[0]
        return "," if example.rfind(",") > example.rfind(".") else "."
    if not commas.str.contains(r"^\D*\d{1,3}(,\d{3})+$").all():
        return ","
    if separator == "," or (len(texts) > len(commas) and texts.str.contains(".", literal=True).any()):
        return "."
    raise InvalidInput("import.decimal_ambiguous", f"{commas[0]!r} may be a fraction or thousands", field="decimal",
                       hint="say whether the decimal sign is . or ,")  # fmt: skip


def numbers(column: str, decimal: str) -> pl.Expr:
    """A column of texts as float64, null where one cannot be read; thousands signs are dropped."""
    text = pl.col(column).str.replace_all(r"[\s'_" + ("." if decimal == "," else ",") + "]", "")
    return (text.str.replace(",", ".", literal=True) if decimal == "," else text).cast(pl.Float64, strict=False)
