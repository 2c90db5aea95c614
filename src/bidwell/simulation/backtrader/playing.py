"""One backtrader file over any data, and what it did as a `Result`."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import bidwell
from bidwell.model.errors import InvalidInput, Missing
from bidwell.simulation.backtest import layout
from bidwell.simulation.backtest.readings import Reader, bars_of, data_hash
from bidwell.simulation.backtest.result import Result
from bidwell.strategy.bars import COLUMNS, Bars

STAGE = Path(__file__).with_name("stage.py")
MOST_PRINTED = 4_000
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_KINDS = {
    "Market": layout.MARKET, "Close": layout.MARKET, "Limit": layout.LIMITED, "Stop": layout.STOPPING,
    "StopLimit": layout.STOP_LIMITED, "StopTrail": layout.TRAILING, "StopTrailLimit": layout.TRAILING,
}  # fmt: skip
_STATUSES = {
    "Created": layout.WAITING, "Submitted": layout.WAITING, "Accepted": layout.OPEN, "Partial": layout.OPEN,
    "Completed": layout.FILLED, "Canceled": layout.CANCELED, "Expired": layout.EXPIRED, "Margin": layout.REJECTED,
    "Rejected": layout.REJECTED,
}  # fmt: skip
_REASONS = {"Margin": layout.NO_BUYING_POWER, "Canceled": layout.BY_STRATEGY, "Expired": layout.END_OF_VALIDITY}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run happens under: fee and slippage in percent, the time limit in seconds, memory in GB (0: no bound)."""

    cash: float = 100_000.0
    fee: float = 0.0
    slippage: float = 0.0
    fill: str = "next_open"
    leverage: float = 1.0
    time_limit: float | None = 300.0
    memory: float = 4.0
    parameters: Mapping[str, str] = field(default_factory=dict)
    class_name: str | None = None

    def __post_init__(self) -> None:
        if self.fill not in {"next_open", "close"}:
            raise InvalidInput("backtest.fill", f"fill {self.fill!r} is not known", field="fill",
                               hint="next_open or close")  # fmt: skip
        for name in ("cash", "leverage"):
            if not getattr(self, name) > 0.0:
                raise InvalidInput(f"backtest.{name}", f"{name} must be above zero", field=name)
        for name in ("fee", "slippage"):
            if not getattr(self, name) >= 0.0:
                raise InvalidInput(f"backtest.{name}", f"{name} must be zero or above", field=name)


def run(
    file: Path, data: Any, terms: Terms, command: Sequence[str], *, catalog: Reader | None = None,
    progress: Callable[[int, int], None] | None = None, canceled: Callable[[], bool] | None = None,
) -> Result:  # fmt: skip
    """Run the backtrader strategy in a file; `command` starts the stage, mostly `[python_in(…), "-I", STAGE]`.

    `data` is what `backtest` takes. Raises Missing for a file that is not there, InvalidInput for bad data or
    parameters, for a strategy that fails (with its own line), and when the time is up or the run is canceled.
    """
    if not file.is_file():
        raise Missing(f"there is no file {file}")
    bars = bars_of(data, catalog=catalog)
    with tempfile.TemporaryDirectory(prefix="bidwell-backtrader-") as scratch:
        told = _asked(file.absolute(), bars, terms, Path(scratch))
        answer = _conversation(command, told, Path(scratch), terms, progress, canceled)
    return _result(answer, bars, terms, file)


def _asked(file: Path, bars: Mapping[str, Bars], terms: Terms, scratch: Path) -> dict[str, Any]:
    files = {}
    for number, (symbol, each) in enumerate(bars.items()):
        files[symbol] = str(scratch / f"{number}.csv")
        columns = {name: getattr(each, name) for name in ("time", *COLUMNS)}
        pl.DataFrame(columns).write_csv(files[symbol], include_header=False)
    return {
        "file": str(file), "class_name": terms.class_name, "parameters": dict(terms.parameters), "bars": files,
        "seconds": min(each.seconds for each in bars.values()), "cash": terms.cash, "fee": terms.fee / 100.0,
        "slippage": terms.slippage / 100.0, "at_close": terms.fill == "close", "leverage": terms.leverage,
        "memory": terms.memory,
    }  # fmt: skip


def _conversation(
    command: Sequence[str], told: dict[str, Any], scratch: Path, terms: Terms,
    progress: Callable[[int, int], None] | None, canceled: Callable[[], bool] | None,
) -> dict[str, Any]:  # fmt: skip
    """Start the stage, tell it what to run, and hear it to its end."""
    printed = scratch / "printed.txt"
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    with printed.open("wb") as errors:
        process = subprocess.Popen([*map(str, command)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                                   cwd=scratch, env=environment, start_new_session=True)  # fmt: skip
    with process, _bounded(process, terms.time_limit) as overdue:
        last: dict[str, Any] = {}
        for line in _lines(process, told):
            last = _read(line)
            if "at" in last and progress is not None:
                progress(*last["at"])
            if canceled is not None and canceled():
                _end(process)
                raise InvalidInput("backtest.canceled", "canceled")
    if "result" in last:
        found: dict[str, Any] = last["result"]
        return found
    if overdue.is_set():
        raise InvalidInput("backtest.time_limit", f"the run took longer than its limit of {terms.time_limit:g} s",
                           hint="raise the time limit, or use fewer bars")  # fmt: skip
    raise _failure(last.get("failed"), told["file"], printed)


def _lines(process: subprocess.Popen[bytes], told: dict[str, Any]) -> Iterator[bytes]:
    if process.stdin is None or process.stdout is None:
        return
    # A stage that is gone is noticed by its missing answer.
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(told).encode() + b"\n")
        process.stdin.flush()
    yield from process.stdout


def _read(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    return (
        found
        if isinstance(found, dict)
        else {"failed": {"code": "backtrader.stage", "text": "what it said cannot be read"}}
    )


@contextlib.contextmanager
def _bounded(process: subprocess.Popen[bytes], seconds: float | None) -> Iterator[threading.Event]:
    """End the process and whatever it started when the time is up, and in any case at the end."""
    overdue = threading.Event()

    def stop() -> None:
        overdue.set()
        _end(process)

    timer = threading.Timer(seconds, stop) if seconds is not None else None
    if timer is not None:
        timer.daemon = True
        timer.start()
    try:
        yield overdue
    finally:
        if timer is not None:
            timer.cancel()
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _failure(failed: dict[str, Any] | None, file: str, printed: Path) -> InvalidInput:
    if failed is None:
        said = printed.read_text("utf-8", errors="replace")[-MOST_PRINTED:].strip().splitlines()
        text = f"the environment's Python ended before the run was done: {said[-1] if said else 'it said nothing'}"
        return InvalidInput("backtrader.stage", text, hint="make the environment anew: bidwell backtrader setup")
    where = f" at {file}:{failed['line']}: {failed.get('source') or ''}".rstrip() if failed.get("line") else ""
    return InvalidInput(str(failed.get("code", "backtrader.stage")), f"{failed.get('text')}{where}")


# --- the result -----------------------------------------------------------------------------------


def _result(answer: dict[str, Any], bars: Mapping[str, Bars], terms: Terms, file: Path) -> Result:
    time = np.array(answer["time"], dtype=np.int64)
    if not len(time):
        raise InvalidInput(
            "backtrader.bars", "the strategy was never called: its indicators need more bars than there are"
        )
    symbols = tuple(bars)
    rows = _order_rows(answer["orders"], symbols, time), _fill_rows(answer["fills"], symbols, time, terms.cash)
    conditions = {"cash": terms.cash, "fees": {"name": f"percent {terms.fee:g}"}, "fill": terms.fill,
                  "slippage": {"name": f"percent {terms.slippage:g}"}, "leverage": terms.leverage}  # fmt: skip
    identity = {
        "strategy": answer["name"], "code": hashlib.sha256(file.read_bytes()).hexdigest(),
        "parameters": answer["parameters"], "data": data_hash(bars), "symbols": list(symbols),
        "bars": sum(len(each) for each in bars.values()), "conditions": conditions, "circumstances": None, "inputs": None,
        "seed": 0, "versions": {"bidwell": bidwell.__version__, **answer["versions"]}, "machine": platform.machine(),
    }  # fmt: skip
    return Result(symbols=symbols, time=time, equity=np.array(answer["equity"], dtype=np.float64), rows=lambda: rows,
                  cash=terms.cash, multiplier=1.0, speed="backtrader", why="the strategy is backtrader's",
                  identify=lambda: identity, bars=bars)  # fmt: skip


def _order_rows(orders: list[dict[str, Any]], symbols: Sequence[str], time: NDArray[np.int64]) -> NDArray[np.float64]:
    found = np.zeros((len(orders), layout.ORDER_SIZE))
    for row, order in zip(found, orders, strict=True):
        kind = _KINDS.get(order["kind"], layout.MARKET)
        price, limit = order["price"] or 0.0, order["limit"] or 0.0
        row[layout.INSTRUMENT], row[layout.SIDE], row[layout.KIND] = symbols.index(order["symbol"]), order["side"], kind
        row[layout.QUANTITY], row[layout.LEFT] = order["quantity"], order["left"]
        if kind == layout.LIMITED:
            row[layout.LIMIT] = price
        elif kind in {layout.STOPPING, layout.STOP_LIMITED}:
            row[layout.STOP], row[layout.LIMIT] = price, limit
        row[layout.STATUS] = _STATUSES.get(order["status"], layout.OPEN)
        row[layout.REASON] = _REASONS.get(order["status"], layout.NO_REASON)
        row[layout.PLACED] = np.searchsorted(time, order["placed"])
        row[layout.CLOSED] = -1 if order["closed"] is None else np.searchsorted(time, order["closed"])
    return found


def _fill_rows(fills: list[dict[str, Any]], symbols: Sequence[str], time: NDArray[np.int64],
               cash: float) -> NDArray[np.float64]:  # fmt: skip
    found = np.zeros((len(fills), layout.FILL_SIZE))
    held = dict.fromkeys(symbols, 0.0)
    for row, fill in zip(found, fills, strict=True):
        held[fill["symbol"]] += fill["quantity"]
        cash -= fill["quantity"] * fill["price"] + fill["fee"]
        row[layout.FILL_ORDER], row[layout.FILL_BAR] = fill["order"], np.searchsorted(time, fill["at"])
        row[layout.FILL_INSTRUMENT], row[layout.FILL_QUANTITY] = symbols.index(fill["symbol"]), fill["quantity"]
        row[layout.FILL_PRICE], row[layout.FILL_FEE] = fill["price"], fill["fee"]
        row[layout.FILL_CASH], row[layout.FILL_POSITION] = cash, held[fill["symbol"]]
    return found
