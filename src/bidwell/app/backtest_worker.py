"""The process in which a strategy's code runs for the API: one run, told on stdin, kept in a folder.

What it says goes to the desk over a descriptor of its own; what the strategy prints goes to the log. It ends when the
desk does: stdin is closed then, whatever ended the desk.
"""

from __future__ import annotations

import math
import os
import re
import resource
import signal
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from bidwell.jobs.backtests.request import CANCEL, Order, RunRequest, Said
from bidwell.model.errors import BidwellError, InvalidInput

_NICE = 10
_LARGEST_FILE = 2 * 2**30
_LINE = re.compile(r"strategy\.py:(\d+)")
SUMMARY = ("total_return", "cagr", "sharpe_ratio", "sortino_ratio", "max_drawdown", "annual_volatility", "final_equity",
           "win_rate", "profit_factor", "round_trips", "fills", "orders", "bars", "fees")  # fmt: skip


def main() -> None:
    """Run what the first line of stdin tells."""
    says = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    canceled = threading.Event()
    threading.Thread(target=_hear, args=[canceled], daemon=True).start()
    last = _outcome(order, says, canceled)
    sys.stdout.flush()
    sys.stderr.flush()
    _say(says, last)
    # Threads and exit handlers of the strategy's own are not waited for.
    os._exit(0)


def _hear(canceled: threading.Event) -> None:
    """Wait for a cancel; the desk's end closes the pipe, and nothing of this group outlives it."""
    while line := sys.stdin.buffer.readline():
        if line == CANCEL:
            canceled.set()
    os.killpg(0, signal.SIGKILL)


def _say(says: Any, said: Said) -> None:  # noqa: ANN401 - an unbuffered file
    says.write(msgspec.json.encode(said) + b"\n")


def _outcome(order: Order, says: Any, canceled: threading.Event) -> Said:  # noqa: ANN401 - an unbuffered file
    try:
        return Said(summary=_run(order, says, canceled))
    except MemoryError:
        memory = order.request.memory
        return Said(code="strategy.memory", reason=f"the run needed more than its {memory:g} GB of memory",
                    hint="raise the memory limit, or use fewer bars")  # fmt: skip
    except BidwellError as error:
        text = str(error).replace(f"{order.folder}/", "")
        found = _LINE.search(text)
        hint = error.hint if isinstance(error, InvalidInput) else None
        return Said(code=error.code, reason=text, hint=hint, line=int(found.group(1)) if found else None)
    except (SystemExit, KeyboardInterrupt) as error:
        return Said(code="strategy.raised", reason=f"the strategy ended the process: {type(error).__name__}")


def _run(order: Order, says: Any, canceled: threading.Event) -> dict[str, Any]:  # noqa: ANN401 - an unbuffered file
    # Everything heavy is loaded before memory is bounded: the bound is the run's own.
    from bidwell.app.run_conditions import conditions_of, refuse_for_backtrader  # noqa: PLC0415 - see below
    from bidwell.app.strategies import bounded_memory, strategy_in  # noqa: PLC0415 - a worker that was told nonsense
    from bidwell.simulation.backtest.readings import bars_of  # noqa: PLC0415 - ends without loading any of it

    request, folder = order.request, Path(order.folder)
    if _is_backtraders(request):
        refuse_for_backtrader(request)
        return _backtrader(request, folder, Path(order.catalog), says, canceled)
    conditions = conditions_of(request, Path(order.catalog))
    with bounded_memory(request.memory):
        bars = bars_of(list(request.data), catalog=_reader(Path(order.catalog), request))
        steps = math.prod(map(len, request.grid.values())) if request.grid else max(map(len, bars.values()))
        _say(says, Said(total=steps))
        actions = _actions(Path(order.catalog), bars, request)
        found = strategy_in(folder / "strategy.py", request.class_name)
        if request.grid:
            return _swept(found, bars, {**conditions, "actions": actions or None}, request, folder, says, canceled)
        return _tested(found, bars, {**conditions, "actions": actions or None}, request, folder, says, canceled)


def _tested(found: Any, bars: Any, conditions: dict[str, Any], request: RunRequest, folder: Path, says: Any,  # noqa: ANN401 - its class
            canceled: threading.Event) -> dict[str, Any]:  # fmt: skip
    from bidwell.simulation.backtest.run import backtest  # noqa: PLC0415 - see _run

    strategy = found(**{name: _param(found, name).read(text) for name, text in request.parameters.items()})
    result = backtest(
        strategy, dict(bars), compile=request.compile, time_limit=request.time_limit,
        progress=lambda done, total: _say(says, Said(done=done, total=total)), canceled=canceled.is_set,
        seed=request.seed, adjust=request.adjusting, **conditions,
    )  # fmt: skip
    return _kept(result, result.bars, folder)


def _is_backtraders(request: RunRequest) -> bool:
    from bidwell.strategy.validation import validate  # noqa: PLC0415 - see _run

    found = [one for one in validate(request.source).strategies if request.class_name in {None, one.name}]
    return bool(found) and all(one.engine == "backtrader" for one in found)


def _backtrader(request: RunRequest, folder: Path, catalog: Path, says: Any,  # noqa: ANN401 - an unbuffered file
                canceled: threading.Event) -> dict[str, Any]:  # fmt: skip
    from bidwell.app.run_conditions import refuse_booking  # noqa: PLC0415 - see _run
    from bidwell.simulation.backtest.readings import bars_of  # noqa: PLC0415
    from bidwell.simulation.backtrader.environment import python_in  # noqa: PLC0415
    from bidwell.simulation.backtrader.playing import STAGE, Terms, run  # noqa: PLC0415

    if request.grid:
        raise InvalidInput("backtest.grid", "a sweep runs Bidwell's strategies alone", field="grid")
    if not request.fee.replace(".", "", 1).isdecimal():
        raise InvalidInput("backtest.fees", "backtrader takes a fee in percent", field="fee")
    terms = Terms(request.cash, float(request.fee), request.slippage, request.fill, request.leverage, request.time_limit,
                  request.memory, request.parameters, request.class_name)  # fmt: skip
    read = bars_of(list(request.data), catalog=_reader(catalog, request))
    actions = _actions(catalog, read, request)
    refuse_booking(request, actions)
    bars = _whole(read, actions)
    result = run(folder / "strategy.py", dict(bars), terms, [str(python_in(catalog.parent)), "-I", str(STAGE)],
                 progress=lambda done, total: _say(says, Said(done=done, total=total)), canceled=canceled.is_set)  # fmt: skip
    return _kept(result, bars, folder)


def _kept(result: Any, bars: Any, folder: Path) -> dict[str, Any]:  # noqa: ANN401 - a result and its bars
    from bidwell.jobs.backtests.pictures import pictures  # noqa: PLC0415 - see _run

    report = result.report(benchmark="first")
    result.save(folder)
    result.tear_sheet(folder / "tear_sheet.html", benchmark="first")
    _keep_bars(bars, folder)
    shown = {**pictures(report), "symbols": list(result.symbols), "speed": result.speed, "why": result.why}
    (folder / "pictures.json").write_bytes(msgspec.json.encode(shown))
    identity = result.identity
    figures = {name: _figure(result.metrics.get(name)) for name in SUMMARY}
    return {**figures, "code_hash": identity["code"], "data_hash": identity["data"], "speed": result.speed}


def _swept(found: Any, bars: Any, conditions: dict[str, Any], request: RunRequest, folder: Path, says: Any,  # noqa: ANN401 - see _tested
           canceled: threading.Event) -> dict[str, Any]:  # fmt: skip
    from bidwell.jobs.backtests.pictures import sweep_pictures  # noqa: PLC0415 - see _run
    from bidwell.simulation.research.sweep import sweep  # noqa: PLC0415

    grid = {name: [_param(found, name).read(text) for text in texts] for name, texts in request.grid.items()}
    for name, text in request.parameters.items():
        grid.setdefault(name, [_param(found, name).read(text)])
    result = sweep(
        found, dict(bars), grid, compile=request.compile, seed=request.seed,
        workers=max(1, (os.cpu_count() or 1) // 2), time_limit=request.time_limit,
        progress=lambda done, total: _say(says, Said(done=done, total=total)), canceled=canceled.is_set,
        adjust=request.adjusting, **conditions,
    )  # fmt: skip
    result.save(folder / "sweep.parquet")
    if any(len(values) > 1 for values in grid.values()):
        result.save(folder / "heat_map.html")
    trust = result.trust()
    shown = {**sweep_pictures(result.table, list(request.grid)), "speed": result.speed, "why": result.why,
             "deflated_sharpe": trust["deflated_sharpe"],
             "probability_of_overfitting": trust["probability_of_overfitting"]}  # fmt: skip
    (folder / "pictures.json").write_bytes(msgspec.json.encode(shown))
    # Where no trial ever moved there is no best one, and the rows say so.
    moved = any(value - value == 0.0 for value in result.columns["sharpe"].tolist())
    names = ("sharpe", "final_equity", "max_drawdown") if moved else ()
    best = {f"best_{name}": _figure(result.best_metrics[name]) for name in names}
    hashes = {"code_hash": result.identity["code"], "data_hash": result.identity["data"]}
    return {**best, "combinations": len(result), "speed": result.speed, **hashes}


def _param(found: Any, name: str) -> Any:  # noqa: ANN401 - a parameter of any type
    if name not in found.parameters:
        raise InvalidInput("strategy.parameter_unknown", f"{found.__name__} has no parameter {name}", field=name,
                           hint=f"it has {', '.join(found.parameters) or 'none'}")  # fmt: skip
    return found.parameters[name]


def _figure(value: Any) -> Any:  # noqa: ANN401 - a figure of any type
    return value if not isinstance(value, float) or value - value == 0.0 else None


def _reader(root: Path, request: RunRequest) -> Any:  # noqa: ANN401 - what `bars_of` takes
    from bidwell.marketdata.bars import timeframe_seconds  # noqa: PLC0415 - see _run
    from bidwell.marketdata.catalog import Catalog  # noqa: PLC0415
    from bidwell.model.ids import InstrumentId  # noqa: PLC0415

    first, after = (_midnight(text) for text in (request.start, request.end))

    def read(name: str) -> Any:  # noqa: ANN401 - a frame
        instrument, _, timeframe = name.partition("@")
        if timeframe == "quotes":
            frame = Catalog(root).read_quotes(InstrumentId(instrument), first, after)
        else:
            frame = Catalog(root).read(InstrumentId(instrument), timeframe_seconds(timeframe or "1D"), first, after)
        if frame.is_empty():
            raise InvalidInput("data.empty", f"{name} has no rows between {request.start or 'its first'} and "
                               f"{request.end or 'its last'}", field="start")  # fmt: skip
        return frame

    return read


def _actions(root: Path, bars: Any, request: RunRequest) -> dict[str, Any]:  # noqa: ANN401 - bars by symbol
    """The splits and dividends that the request lists, or else the catalog keeps beside the bars, by symbol."""
    from bidwell.app.run_conditions import actions_told  # noqa: PLC0415 - see _run
    from bidwell.marketdata.actions import read_actions  # noqa: PLC0415 - see _run
    from bidwell.model.ids import InstrumentId  # noqa: PLC0415
    from bidwell.simulation.backtest.corporate import actions_of  # noqa: PLC0415

    told = actions_told(request)
    if told is not None:
        return actions_of(told, list(bars))
    kept = {symbol: read_actions(root, InstrumentId(symbol)) for symbol in bars}
    return actions_of({symbol: frame for symbol, frame in kept.items() if not frame.is_empty()}, list(bars))


def _whole(bars: Any, actions: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - bars by symbol
    """Prices with splits and dividends taken out, for runs that book neither."""
    from bidwell.simulation.backtest.corporate import adjusted  # noqa: PLC0415 - see _run
    from bidwell.simulation.backtest.sessions import session_days  # noqa: PLC0415

    return {
        symbol: adjusted(each, session_days(each.time, None), actions[symbol], "total")[0]
        if symbol in actions else each
        for symbol, each in bars.items()
    }  # fmt: skip


def _midnight(text: str | None) -> datetime | None:
    if text is None:
        return None
    day = date.fromisoformat(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _keep_bars(bars: Any, folder: Path) -> None:  # noqa: ANN401 - bars by symbol
    """The bars that the chart shows beside the round trips, as they were when the run saw them."""
    import polars as pl  # noqa: PLC0415 - see _run

    most = 1_000_000
    if sum(len(each) for each in bars.values()) > most:
        return
    names = ("open", "high", "low", "close", "volume")
    frames = [
        pl.DataFrame({"symbol": [symbol] * len(each), "ts": each.time, **{name: getattr(each, name) for name in names}})
        for symbol, each in bars.items()
    ]
    pl.concat(frames).write_parquet(folder / "bars.parquet", compression="zstd")


if __name__ == "__main__":
    main()
