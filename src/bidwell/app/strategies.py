"""Strategies from files, fee models by name, the catalog as a reader, and a bound on memory for a run of its own."""

from __future__ import annotations

import hashlib
import importlib.util
import resource
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

import polars as pl

from bidwell.marketdata.actions import read_actions
from bidwell.marketdata.bars import timeframe_seconds
from bidwell.marketdata.catalog import Catalog
from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.ids import InstrumentId
from bidwell.simulation.backtest import fees
from bidwell.simulation.backtest.fees import FeeModel
from bidwell.simulation.backtest.watching import blamed
from bidwell.strategy.strategy import Strategy

_FEES: dict[str, Callable[[], FeeModel]] = {
    "none": fees.none,
    "ibkr_fixed": fees.ibkr_fixed,
    "ibkr_tiered": fees.ibkr_tiered,
    **{f"cme_{each}": partial(fees.cme, each) for each in ("es", "nq", "mes", "mnq")},
    **{f"crypto_{each}": partial(fees.crypto, each) for each in ("binance", "coinbase", "kraken")},
    **{f"india_{each}": partial(fees.india, each) for each in ("delivery", "intraday", "futures", "options")},
}


class _Fresh(SourceFileLoader):
    """Compiles the file as it is now: bytecode is matched by seconds and size, which a quick edit may keep."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the loader's own signature
        return self.source_to_code(self.get_data(self.path), self.path)


def strategy_in(file: Path, named: str | None = None) -> type[Strategy]:
    """The strategy that a file defines; raises InvalidInput where there is none, or several and none is named."""
    if not file.is_file():
        raise Missing(f"there is no file {file}")
    name = f"bidwell_user_{hashlib.sha256(file.read_bytes()).hexdigest()[:16]}"
    spec = importlib.util.spec_from_file_location(name, file, loader=_Fresh(name, str(file)))
    if spec is None or spec.loader is None:
        raise InvalidInput("strategy.file", f"{file} is no Python file", field="file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise InvalidInput("strategy.syntax", f"{file}:{error.lineno}: {error.msg}", field="file") from error
    except Exception as error:
        raise blamed(error, {str(file)}, f"importing {file.name}") from error
    found: dict[str, type[Strategy]] = {
        key: value
        for key, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Strategy) and value.__module__ == name
    }
    if named is not None and named not in found:
        raise InvalidInput("strategy.class", f"{file} has no strategy {named}", field="class")
    if not found:
        raise InvalidInput("strategy.class", f"{file} defines no subclass of bidwell.Strategy", field="file")
    if named is None and len(found) > 1:
        raise InvalidInput(
            "strategy.class", f"{file} defines {', '.join(found)}", field="class", hint="choose with --class"
        )
    return found[named] if named else next(iter(found.values()))


def fee_named(text: str) -> FeeModel:
    """A fee model by its name, or a number of percent; raises InvalidInput for anything else."""
    if text in _FEES:
        return _FEES[text]()
    try:
        return fees.percent(float(text)) if float(text) else fees.none()
    except ValueError:
        raise InvalidInput("backtest.fees", f"fee {text!r} is neither a number of percent nor a model", field="fee",
                           hint=f"one of {', '.join(_FEES)}") from None  # fmt: skip


def catalog_reader(root: Path) -> Callable[[str], pl.DataFrame]:
    """Reads names such as AAPL.XNAS@1D (daily where no timeframe is said) or AAPL.XNAS@quotes from the catalog."""

    def read(name: str) -> pl.DataFrame:
        instrument, _, timeframe = name.partition("@")
        if timeframe == "quotes":
            return Catalog(root).read_quotes(InstrumentId(instrument))
        return Catalog(root).read(InstrumentId(instrument), timeframe_seconds(timeframe or "1D"))

    return read


def kept_actions(names: Mapping[str, object], root: Path) -> dict[str, pl.DataFrame]:
    """Splits and dividends that the catalog keeps beside its series, by symbol; `names` has a series for each.

    Files, frames and series without any are left out.
    """
    found = {}
    for symbol, name in names.items():
        if isinstance(name, str) and Path(name).suffix.lower() not in {".csv", ".parquet"}:
            frame = read_actions(root, InstrumentId(name.partition("@")[0]))
            if not frame.is_empty():
                found[symbol] = frame
    return found


@contextmanager
def bounded_memory(gigabytes: float) -> Iterator[None]:
    """Let this process take so much more address space and no more: a runaway strategy gets MemoryError."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    most = _address_space() + int(gigabytes * 2**30)
    hard = before[1]
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _address_space() -> int:
    status = Path("/proc/self/statm")
    pages = int(status.read_text("ascii").split()[0]) if status.exists() else 0
    return pages * resource.getpagesize()


def pairs(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Names and values of texts such as fast=10; raises InvalidInput for a text that is none."""
    found = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InvalidInput("strategy.parameter", f"--set {text} is not name=value", field="set")
        found.append((name, value))
    return found
