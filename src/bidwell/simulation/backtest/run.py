"""`backtest`: any strategy on any data, one call, one result."""

from __future__ import annotations

import hashlib
import inspect
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

import bidwell
from bidwell.model.errors import InvalidInput
from bidwell.model.instrument import Instrument
from bidwell.model.session import SessionTable
from bidwell.simulation.backtest import fees as fee_models
from bidwell.simulation.backtest import slippage as slippage_models
from bidwell.simulation.backtest.circumstances import Circumstances, Given, circumstances_of, plain_conditions, table_of
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.fees import FeeModel
from bidwell.simulation.backtest.ledgered import LedgeredRun
from bidwell.simulation.backtest.loop import Run
from bidwell.simulation.backtest.quick import CompiledRun
from bidwell.simulation.backtest.readings import Reader, bars_of, data_hash
from bidwell.simulation.backtest.result import LogLine, Result
from bidwell.simulation.backtest.several import SeveralRun
from bidwell.simulation.backtest.signals import Signals, Targets
from bidwell.simulation.backtest.slippage import SlippageModel
from bidwell.simulation.backtest.translation import Unsupported
from bidwell.simulation.backtest.watching import Progress, Watch
from bidwell.simulation.backtest.weights import Weights, WeightsRun
from bidwell.strategy.bars import Bars
from bidwell.strategy.strategy import Strategy

TIME_LIMIT = 300.0
SPEEDS = ("auto", "always", "never")


def backtest(
    strategy: Strategy | type[Strategy] | Any,
    data: Any,
    *,
    cash: float = 100_000.0,
    fees: FeeModel | float | None = None,
    slippage: SlippageModel | float | None = None,
    fill: str = "next_open",
    leverage: float = 1.0,
    maintenance: float = 0.25,
    shorting: bool = True,
    participation: float | None = None,
    borrow: float | Mapping[str, float] = 0.0,
    interest: float = 0.0,
    cash_interest: float = 0.0,
    intrabar: str = "pessimistic",
    lot_size: float = 0.0,
    tick_size: float = 0.0,
    multiplier: float = 1.0,
    instruments: Mapping[str, Instrument] | Iterable[Instrument] | None = None,
    currency: str = "USD",
    rates: Mapping[str, Any] | None = None,
    convert: bool = True,
    actions: Any = None,
    adjust: str = "raw",
    calendar: SessionTable | str | None = None,
    calendars: Callable[[str], SessionTable] | None = None,
    settlements: Any = None,
    compile: str = "auto",  # noqa: A002 - the issue's own word
    seed: int = 0,
    time_limit: float | None = TIME_LIMIT,
    progress: Progress | None = None,
    canceled: Callable[[], bool] | None = None,
    partial: bool = False,
    catalog: Reader | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Result:
    """Run a strategy (a class, an instance, `Signals` or `Targets`) over bars and return what it gave.

    `data` is what `readings.bars_of` takes. `fees` and `slippage` are models, or a number of percent. `instruments` says what
    symbols are; those without one are shares in `currency`. `rates` (as `rates.Rates`) and `actions` (as `corporate.actions_of`)
    are other currencies and corporate actions, `convert` and `adjust` how they are booked, `calendar` the sessions, `settlements`
    (as `settlements_of`) the values of options settled in the morning; see docs/matching.md. `compile` is "auto" (where it pays),
    "always" (raises where it cannot) or "never". `parameters` go to a strategy given as a class, `seed` to NumPy's and Python's
    randomness. With `partial` a run that is canceled or out of time gives what it has (`Result.stopped`). Raises InvalidInput for
    bad data, conditions or parameters, a strategy that fails (with its line), and when the time limit, in seconds, is over;
    Missing for data that is not there.
    """
    conditions = Conditions(
        cash=cash, fees=fee_model(fees), slippage=slippage_model(slippage), fill=fill, leverage=leverage, maintenance=maintenance,
        shorting=shorting, participation=participation, intrabar=intrabar, interest=interest, cash_interest=cash_interest,
        borrow=0.0 if isinstance(borrow, Mapping) else borrow, lot_size=lot_size, tick_size=tick_size, multiplier=multiplier,
    )  # fmt: skip
    given = Given(instruments, currency, rates, convert, actions, adjust, table_of(calendar, calendars), settlements, borrow)  # fmt: skip
    bars, around = circumstances_of(given, bars_of(data, catalog=catalog), conditions)
    conditions = plain_conditions(conditions, around.held)
    chosen, watch = _instance(strategy, parameters or {}), Watch(time_limit, progress, canceled, partial=partial)
    _seed(seed)
    run = _ran(chosen, bars, conditions, around, watch, compile)
    return _result(run, chosen, bars, conditions, around, seed, watch.stopped)


def _ran(
    strategy: Strategy | Weights, bars: Mapping[str, Bars], conditions: Conditions, around: Circumstances, watch: Watch,
    speed: str,
) -> Any:  # fmt: skip
    """The finished run, compiled where that is possible, wanted and pays."""
    plain: Any
    if speed not in SPEEDS:
        raise InvalidInput("backtest.compile", f"compile {speed!r} is not known", field="compile",
                           hint=f"one of {', '.join(SPEEDS)}")  # fmt: skip
    if isinstance(strategy, Weights):
        if around.why or not around.alike:
            why = around.why or "instruments have their own steps"
            raise InvalidInput("backtest.weights", f"a run of weights cannot be made where {why}",
                               hint="write the strategy as a class")  # fmt: skip
        weighed = WeightsRun(strategy, bars, conditions)
        weighed.go(watch)
        return weighed
    if around.why:
        if speed == "always":
            raise InvalidInput("backtest.compile", f"the run cannot be compiled: {around.why}",
                               hint='compile="auto" runs it in Python')  # fmt: skip
        plain, why = LedgeredRun(strategy, bars, conditions, around), around.why
    elif len(bars) > 1:
        if speed == "always":
            raise InvalidInput("backtest.compile", "a run of several instruments cannot be compiled")
        plain, why = SeveralRun(strategy, bars, conditions, around.held), "several instruments run in Python"
    else:
        (only,) = bars.values()
        plain = Run(strategy, only, conditions)
        done, why = _compiled(plain, conditions, watch, speed)
        if done is not None:
            return done
    plain.why = why
    plain.go(watch)
    return plain


def _compiled(plain: Run, conditions: Conditions, watch: Watch, speed: str) -> tuple[CompiledRun | None, str]:
    """The finished compiled run, or why there is none."""
    strategy = plain.strategy
    if speed == "never":
        return None, "compile is never"
    arrays = plain.ready(watch)
    try:
        quick = CompiledRun(strategy, arrays, plain.bars, conditions)
        why = quick.pays() if speed == "auto" else ""
        if not why:
            quick.go(watch)
            return quick, ""
    except Unsupported as error:
        if speed == "always":
            raise InvalidInput("backtest.compile", f"{type(strategy).__name__} cannot be compiled: {error}",
                               hint='compile="auto" runs it in Python') from error  # fmt: skip
        why = str(error)
    except InvalidInput:
        raise
    except Exception as error:  # noqa: BLE001 - the interpreted run says at which line it was
        why = f"compiled, it raised {type(error).__name__}"
    return None, why


def _result(
    run: Any, strategy: Any, bars: Mapping[str, Bars], conditions: Conditions, around: Circumstances, seed: int,
    stopped: str,
) -> Result:  # fmt: skip
    return Result(
        symbols=tuple(bars), time=run.time, equity=run.equity_curve(), rows=run.rows,
        cash=conditions.cash, multiplier=conditions.multiplier, speed=run.speed, why=run.why,
        identify=lambda: identity(strategy, bars, conditions, seed, around),
        bars=bars, currency=around.rates.currency,
        books=run.books() if isinstance(run, LedgeredRun) else None, stopped=stopped,
        log=tuple(LogLine(*line) for line in getattr(run, "notes", ())),
    )  # fmt: skip


def identity(
    strategy: Any, bars: Mapping[str, Bars], conditions: Conditions, seed: int, around: Circumstances | None = None
) -> dict[str, Any]:
    """What was run, in hashes and values: enough to run it again and to see whether it is the same."""
    return {
        "strategy": type(strategy).__name__,
        "code": code_hash(type(strategy)),
        "parameters": {name: getattr(strategy, name) for name in getattr(strategy, "parameters", {})},
        "data": data_hash(bars),
        "symbols": list(bars),
        "bars": sum(len(each) for each in bars.values()),
        "conditions": asdict(conditions),
        "circumstances": around.described() if around else None,
        "inputs": strategy.inputs() if isinstance(strategy, Signals | Targets | Weights) else None,
        "seed": seed,
        "versions": {"bidwell": bidwell.__version__, "python": platform.python_version(), "numpy": np.__version__,
                     "polars": pl.__version__},
        "machine": platform.machine(),
    }  # fmt: skip


def code_hash(owner: type) -> str:
    """SHA-256 of the strategy's source, or of its byte code where it was typed into a shell."""
    digest = hashlib.sha256()
    for each in owner.__mro__:
        if each.__module__.startswith("bidwell.") or each is object:
            continue
        try:
            digest.update(inspect.getsource(each).encode())
        except (OSError, TypeError):
            for value in vars(each).values():
                code = getattr(value, "__code__", None)
                if code is not None:
                    digest.update(code.co_code + repr(code.co_consts).encode() + repr(code.co_names).encode())
    return digest.hexdigest()


def _instance(strategy: Any, parameters: Mapping[str, object]) -> Any:
    if isinstance(strategy, type) and issubclass(strategy, Strategy):
        return strategy(**parameters)
    if isinstance(strategy, Strategy | Weights):
        if parameters:
            raise InvalidInput("backtest.parameters", "an instance has its parameters already: give its class")
        return strategy
    raise InvalidInput("backtest.strategy", f"{strategy!r} is no strategy", field="strategy",
                       hint="a subclass of bidwell.Strategy, Signals or Targets")  # fmt: skip


def _seed(seed: int) -> None:
    import random  # noqa: PLC0415 - only where a run is made

    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - strategies use it


def fee_model(given: FeeModel | float | None) -> FeeModel:
    """A fee model as given: itself, a number of percent, or none."""
    if given is None:
        return fee_models.none()
    return given if isinstance(given, FeeModel) else fee_models.percent(float(given))


def slippage_model(given: SlippageModel | float | None) -> SlippageModel:
    """A slippage model as given: itself, a number of percent, or none."""
    if given is None:
        return slippage_models.none()
    return given if isinstance(given, SlippageModel) else slippage_models.percent(float(given))
