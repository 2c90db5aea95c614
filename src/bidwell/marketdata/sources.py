"""Files that bars are imported from, read block by block as they are."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from bidwell.marketdata.layout import Dialect, sniff
from bidwell.model.errors import DataError, InvalidInput

BLOCK_BYTES = 16_000_000
BLOCK_ROWS = 500_000
_HEAD = 65_536
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Block:
    """One stretch of a file: its number from 0, how far the file is read with it, and how to read it."""

    number: int
    done: int
    total: int
    read: Callable[[], pl.DataFrame]


class Source(Protocol):
    """A file with named columns; `separator` is empty where the columns have types of their own."""

    names: tuple[str, ...]
    separator: str

    def blocks(self) -> Iterator[Block]:
        """The file's stretches in order; the same ones every time."""
        ...


def open_source(path: Path, separator: str | None = None) -> Source:
    """Open a CSV or Parquet file, told apart by content.

    Raises InvalidInput `import.unreadable`, `import.format`, `import.encoding`, `import.empty` or
    `import.separator`.
    """
    try:
        with path.open("rb") as handle:
            head = handle.read(_HEAD)
    except OSError as error:
        raise InvalidInput("import.unreadable", f"{path} cannot be read: {error.strerror}", field="path") from error
    if head.startswith(b"PAR1"):
        return ParquetSource(path)
    if head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xd0\xcf\x11\xe0")):
        raise InvalidInput("import.format", f"{path.name} is packed or a spreadsheet", field="path",
                           hint="unpack it, or save the sheet as CSV")  # fmt: skip
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
        raise InvalidInput("import.encoding", f"{path.name} is not UTF-8 text", field="path",
                           hint="save it as CSV in UTF-8")  # fmt: skip
    return CsvSource(path, head, separator)


class CsvSource:
    """A text file, cut at line ends.

    A byte-order mark, and blank lines and Excel's `sep=` line before the header, are skipped.
    """

    def __init__(self, path: Path, head: bytes, separator: str | None) -> None:
        self._path = path
        self._size = path.stat().st_size
        self._begin = len(_BOM) if head.startswith(_BOM) else 0
        lines = head[self._begin :].splitlines(keepends=True)
        while lines and (not lines[0].strip() or lines[0].lower().startswith(b"sep=")):
            separator = lines[0].decode("ascii", "replace")[4:5] if lines[0].strip() and not separator else separator
            self._begin += len(lines.pop(0))
        dialect: Dialect = sniff([_text(line) for line in lines[:20]], separator)
        self._begin += len(lines[0]) if dialect.header else 0
        self.names = dialect.names
        self.separator = dialect.separator

    def blocks(self) -> Iterator[Block]:
        start, number = self._begin, 0
        while start < self._size:
            end = self._line_end(min(start + BLOCK_BYTES, self._size))
            yield Block(number, end, self._size, self._reader(start, end))
            start, number = end, number + 1

    def _line_end(self, place: int) -> int:
        with self._path.open("rb") as handle:
            handle.seek(place)
            handle.readline()
            return handle.tell()

    def _reader(self, start: int, end: int) -> Callable[[], pl.DataFrame]:
        def read() -> pl.DataFrame:
            with self._path.open("rb") as handle:
                handle.seek(start)
                body = handle.read(end - start)
            try:
                return pl.read_csv(
                    io.BytesIO(body), has_header=False, separator=self.separator, encoding="utf8-lossy",
                    schema=dict.fromkeys(self.names, pl.String), truncate_ragged_lines=True,
                )  # fmt: skip
            except pl.exceptions.NoDataError:
                return pl.DataFrame(schema=dict.fromkeys(self.names, pl.String))
            except pl.exceptions.PolarsError as error:
                raise InvalidInput("import.format", f"{self._path.name} is not a table: {error}",
                                   field="path") from error  # fmt: skip

        return read


class ParquetSource:
    """A Parquet file, cut by rows."""

    separator = ""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._scan = pl.scan_parquet(path)
            self.names = tuple(self._scan.collect_schema().names())
            self._rows = int(self._scan.select(pl.len()).collect().item())
        except (pl.exceptions.PolarsError, OSError) as error:
            raise InvalidInput("import.format", f"{path.name} is not a whole Parquet file: {error}",
                               field="path") from error  # fmt: skip
        if not self._rows:
            raise InvalidInput("import.empty", "the file has no rows", field="path")

    def blocks(self) -> Iterator[Block]:
        for number, start in enumerate(range(0, self._rows, BLOCK_ROWS)):
            done = min(start + BLOCK_ROWS, self._rows)
            yield Block(number, done, self._rows, self._reader(start))

    def _reader(self, start: int) -> Callable[[], pl.DataFrame]:
        def read() -> pl.DataFrame:
            try:
                return self._scan.slice(start, BLOCK_ROWS).collect()
            except pl.exceptions.PolarsError as error:
                raise DataError(f"{self._path} cannot be read: {error}") from error

        return read


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
