"""Reading times of imported files: which form they have, and how they become UTC instants."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from bidwell.marketdata.bars import INSTANT
from bidwell.model.errors import InvalidInput

_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%d-%b-%y", "%d/%m/%y", "%m/%d/%y",
)  # fmt: skip
_TIMES = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S%.f", "T%H:%M", "T%H:%M:%S", "T%H:%M:%S%.f",
    " %H%M%S", " %H%M", "%H%M%S", "%H%M", " %I:%M %p", " %I:%M:%S %p",
)  # fmt: skip
_ZONED = ("%#z", " %#z")
_EPOCH_UNITS = {"epoch s": 1_000_000, "epoch ms": 1_000, "epoch us": 1, "epoch ns": 0}
_ENOUGH = 0.9


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a column writes time: `form` is a strptime format, "epoch s|ms|us|ns", or "typed" for a Parquet time."""

    form: str
    zone: str = "UTC"

    def local(self, values: pl.Series) -> bool:
        """Whether values are a wall clock's, which only a time zone makes instants."""
        if self.form == "typed":
            return not isinstance(values.dtype, pl.Datetime) or values.dtype.time_zone is None
        return self.form not in _EPOCH_UNITS and not self.form.endswith("z")

    def instants(self, values: pl.Series) -> pl.Series:
        """Values as UTC instants; null where one cannot be read or falls into an hour that its zone skips.

        An hour that a zone has twice is taken as the first.
        """
        if self.form in _EPOCH_UNITS:
            return _from_epoch(values, self.form)
        if values.dtype == pl.Date:
            return _to_utc(values.cast(pl.Datetime("us")), self.zone)
        if isinstance(values.dtype, pl.Datetime):
            return _to_utc(values.cast(pl.Datetime("us", values.dtype.time_zone)), self.zone)
        return _to_utc(_parsed(values.cast(pl.String).str.strip_chars(), self.form), self.zone)


def detect(values: pl.Series, zone: str, form: str | None = None) -> Stamp:
    """Find out how a column writes time.

    Raises InvalidInput `import.zone`, `import.time_unreadable` (with an example) or `import.time_ambiguous`, when
    days and months could be either way round.
    """
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput("import.zone", f"time zone {zone!r} is not known", field="zone",
                           hint="use a name such as America/New_York") from None  # fmt: skip
    given = values.drop_nulls()
    if form is None and (values.dtype == pl.Date or isinstance(values.dtype, pl.Datetime)):
        return Stamp("typed", zone)
    texts = given.cast(pl.String).str.strip_chars().unique(maintain_order=True).head(50_000)
    texts = texts.filter(texts != "")
    if texts.is_empty():
        raise InvalidInput("import.time_unreadable", "the time column is empty", field="start")
    found = _checked(texts, form) if form else _epoch(texts) or _format(texts)
    return Stamp(found, zone)


def _checked(texts: pl.Series, form: str) -> str:
    if form in _EPOCH_UNITS:
        read = _from_epoch(texts, form)
    else:
        try:
            read = _parsed(texts, form)
        except pl.exceptions.PolarsError as error:
            raise InvalidInput("import.time_format", f"{form!r} is no time format: {error}", field="time_format",
                               hint='such as "%Y-%m-%d %H:%M" or "epoch ms"') from error  # fmt: skip
    if read.null_count() == len(texts):
        raise InvalidInput("import.time_unreadable", f"{texts[0]!r} does not read as {form!r}", field="time_format")
    return form


def _epoch(texts: pl.Series) -> str | None:
    """The unit of a column of numbers since 1970, judged by their magnitude; None for anything else."""
    if not _mostly(texts, r"^\d{9,19}(\.\d+)?$") or _mostly(texts, r"^(19|20)\d{10}(\d\d)?$"):
        return None
    middle = texts.cast(pl.Float64, strict=False).median()
    size = middle if isinstance(middle, float) else 0.0
    return next(unit for unit, limit in zip(_EPOCH_UNITS, (1e11, 1e14, 1e17, float("inf")), strict=True)
                if size < limit)  # fmt: skip


def _format(texts: pl.Series) -> str:
    sample = texts.head(50)
    likely = [form for form in _formats(sample) if _share(sample, form) >= _ENOUGH]
    if not likely:
        raise InvalidInput("import.time_unreadable", f"no known time format reads {texts[0]!r}", field="time_format",
                           hint='give a format such as "%d.%m.%Y %H:%M"')  # fmt: skip
    shares = {form: _share(texts, form) for form in likely}
    best = max(shares.values())
    forms = [form for form, share in shares.items() if share == best]
    readings = {form: _parsed(texts, form) for form in forms}
    rivals = [form for form in forms if not readings[form].equals(readings[forms[0]])]
    if rivals:
        raise InvalidInput("import.time_ambiguous", f"{texts[0]!r} reads as {forms[0]!r} and as {rivals[0]!r}",
                           field="time_format", hint="give the format")  # fmt: skip
    return forms[0]


def _formats(sample: pl.Series) -> list[str]:
    zoned = _mostly(sample, r"(\d ?[+-]\d\d:?\d\d|Z)$")
    ends = _ZONED if zoned else ("",)
    return [f"{day}{clock}{end}" for day, clock, end in product(_DATES, _TIMES, ends) if clock or not zoned]


def _mostly(texts: pl.Series, pattern: str) -> bool:
    return bool(texts.str.contains(pattern).sum() >= _ENOUGH * len(texts))


def _share(texts: pl.Series, form: str) -> float:
    # A four-digit year reads "24" as the year 24, so a year far off does not count as read.
    years = _parsed(texts, form).dt.year()
    return int(years.is_between(1800, 2200).sum()) / len(texts)


def _parsed(texts: pl.Series, form: str) -> pl.Series:
    return texts.str.to_datetime(form, time_unit="us", strict=False, exact=True, ambiguous="earliest")


def _to_utc(times: pl.Series, zone: str) -> pl.Series:
    if isinstance(times.dtype, pl.Datetime) and times.dtype.time_zone is None:
        times = times.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return times.dt.convert_time_zone("UTC").cast(INSTANT)


def _from_epoch(values: pl.Series, unit: str) -> pl.Series:
    """Numbers since 1970 as instants; whole numbers stay exact, fractions of a unit are rounded to microseconds."""
    if values.dtype == pl.String and values.str.contains(".", literal=True).any():
        values = values.cast(pl.Float64, strict=False)
    scale = _EPOCH_UNITS[unit]
    if values.dtype.is_float():
        micros = (values * scale if scale else values / 1_000).round(0).cast(pl.Int64, strict=False)
    else:
        whole = values.cast(pl.Int64, strict=False)
        micros = whole * scale if scale else whole // 1_000
    return micros.cast(INSTANT)
