"""`honesty`: whether a backtest could have happened, and whether its result rests on more than luck and free trading.

Four checks, each with a verdict: look-ahead (later bars change earlier decisions), warm-up (indicators depend on
where the data begins), costs (how much the result bears) and plateau (whether neighbouring parameters do as well).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.readings import Reader, bars_of
from bidwell.simulation.backtest.stored import plain
from bidwell.simulation.backtest.watching import Progress, Watch
from bidwell.simulation.research.bearing import costs, plateau
from bidwell.simulation.research.finding import FAIL, PASS, WARN, Finding
from bidwell.simulation.research.listening import Heard, Name, first_difference, heard, same
from bidwell.simulation.research.stretches import Times, instants, newest, stretch
from bidwell.simulation.research.terms import Terms
from bidwell.strategy.bars import Bars
from bidwell.strategy.parameters import Param
from bidwell.strategy.strategy import Strategy

CHECKS = ("look-ahead", "warm-up", "costs", "plateau")
CUTS = 12
WARM_UPS = (50, 100, 200, 500, 1_000, 2_000)
SETTLED = 1e-6
TIME_LIMIT = 300.0


@dataclass(frozen=True, slots=True)
class Honesty:
    """The findings of all checks; the verdict is the worst of theirs: "pass", "warn" or "fail"."""

    strategy: str
    parameters: dict[str, Any]
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """The worst verdict."""
        return max((each.verdict for each in self.findings), key=(PASS, WARN, FAIL).index)

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        found: dict[str, Any] = plain({"verdict": self.verdict, "strategy": self.strategy, "parameters": self.parameters,
                                       "findings": [asdict(each) for each in self.findings]})  # fmt: skip
        return found


def honesty(
    strategy: type[Strategy] | Strategy,
    data: Any,  # noqa: ANN401 - see `readings.bars_of`
    parameters: Mapping[str, Any] | None = None,
    *,
    checks: tuple[str, ...] = CHECKS,
    objective: str = "sharpe",
    cash: float = 100_000.0,
    fees: Any = None,  # noqa: ANN401 - see `run.backtest`
    slippage: Any = None,  # noqa: ANN401 - see `run.backtest`
    seed: int = 0,
    time_limit: float | None = TIME_LIMIT,
    progress: Progress | None = None,
    canceled: Callable[[], bool] | None = None,
    catalog: Reader | None = None,
    **conditions: Any,  # noqa: ANN401 - those of `backtest`
) -> Honesty:
    """Check a strategy with one set of parameters on bars of one instrument or several.

    `checks` are some of `CHECKS`; the time limit, in seconds, holds for all of them. Raises what `backtest` raises,
    and InvalidInput for an unknown check.
    """
    unknown = [each for each in checks if each not in CHECKS]
    if unknown or not checks:
        raise InvalidInput("honesty.check", f"check {unknown[0] if unknown else ''!r} is not known", field="checks",
                           hint=f"some of {', '.join(CHECKS)}")  # fmt: skip
    terms = Terms.of(cash, fees, slippage, conditions)
    bars, settled = terms.settled(whole := bars_of(data, catalog=catalog))
    owner = strategy if isinstance(strategy, type) else type(strategy)
    values = dict(parameters or {})
    if isinstance(strategy, Strategy):
        values = {name: getattr(strategy, name) for name in owner.parameters} | values
    watch = Watch(time_limit, None, canceled)
    case = _Case(owner, values, bars, settled, whole, terms.given(), objective, seed, watch)
    findings: list[Finding] = []
    for number, name in enumerate(checks):
        if progress is not None:
            progress(number, len(checks))
        findings.append(_CHECKS[name](case))
    if progress is not None:
        progress(len(checks), len(checks))
    return Honesty(owner.__name__, {**_defaults(owner), **values}, tuple(findings))


@dataclass(frozen=True)
class _Case:
    owner: type[Strategy]
    values: dict[str, Any]
    bars: Mapping[str, Bars]
    terms: Terms
    whole: Mapping[str, Bars]
    given: dict[str, Any]
    objective: str
    seed: int
    watch: Watch

    @cached_property
    def time(self) -> Times:
        """Every instant of the bars."""
        return instants(self.bars)

    @cached_property
    def all(self) -> Heard:
        """What the strategy asks for on all bars."""
        return self.heard(self.bars)

    def until(self, stop: int) -> Heard:
        """What it asks for where the data ends before an instant."""
        return self.heard(stretch(self.bars, self.time, 0, stop))

    def heard(self, bars: Mapping[str, Bars]) -> Heard:
        """What it asks for on some of the bars."""
        random.seed(self.seed)  # every part begins alike
        np.random.seed(self.seed)  # noqa: NPY002 - strategies use it
        return heard(self.owner(**self.values), bars, self.terms.within(bars), self.watch)

    def called(self, name: Name) -> str:
        """A series as a reader knows it."""
        return f"self.{name[1]}" + (f" of {name[0]}" if len(self.bars) > 1 else "")


def look_ahead(case: _Case) -> Finding:
    """Run on data that ends earlier: what was decided before its end, and every series, must be as it was."""
    total = len(case.time)
    whole = case.all
    deciding = sorted({each[0] for each in whole.asked})
    ends = {int(each) for each in np.linspace(0, total, CUTS // 2 + 2)[1:-1]}
    # A run that ends with the bar of a decision knows nothing of what followed it.
    ends |= {deciding[int(place)] + 1 for place in np.linspace(0, len(deciding) - 1, CUTS // 2)} if deciding else set()
    tried = 0
    for end in sorted(each for each in ends if 0 < each < total):
        case.watch.passed(end, total)
        tried += 1
        told = _changed(case, whole, end)
        if told:
            text, bar = told
            return Finding("look-ahead", FAIL, text, {
                "bar": bar, "time": _time(case.time[bar]), "data_ended_before_bar": end, "runs": tried,
            })  # fmt: skip
    if not whole.asked:
        return Finding("look-ahead", WARN, "no order was asked for, so there was nothing to compare", {"runs": tried})
    return Finding("look-ahead", PASS, f"{len(whole.asked):,} decisions and {len(whole.series)} series stay as they are "
                   f"in {tried} runs on data that ends earlier", {"runs": tried, "decisions": len(whole.asked)})  # fmt: skip


def _changed(case: _Case, whole: Heard, end: int) -> tuple[str, int] | None:
    try:
        shorter = case.until(end)
    except InvalidInput as error:
        if not error.code.startswith("strategy."):
            raise
        return f"the strategy fails when the data ends before bar {end}, and not with all data: {error}", end - 1
    return _changed_series(case, shorter, end) or _changed_decision(whole, shorter, end)


def _changed_series(case: _Case, shorter: Heard, end: int) -> tuple[str, int] | None:
    for name, array in shorter.series.items():
        longer = case.all.series.get(name)
        if longer is None or array.dtype.kind not in "fiub":
            continue
        place = first_difference(longer, array)
        if place >= 0:
            bar = int(np.searchsorted(case.time, shorter.bars[name[0]].time[place]))
            return (f"{case.called(name)} at bar {bar} is {longer[place]:.8g} with all data and {array[place]:.8g} when "
                    f"the data ends before bar {end}: prepare looks at later bars"), bar  # fmt: skip
    return None


def _changed_decision(whole: Heard, shorter: Heard, end: int) -> tuple[str, int] | None:
    first = [each for each in whole.asked if each[0] < end]
    for one, other in zip(first, shorter.asked, strict=False):
        if one[0] != other[0] or not same(one, other):
            bar = min(one[0], other[0])
            return f"the decision at bar {bar} is another when the data ends before bar {end}: it knew later bars", bar
    if len(first) != len(shorter.asked):
        gone = len(first) > len(shorter.asked)
        bar = (first if gone else shorter.asked)[min(len(first), len(shorter.asked))][0]
        return f"the decision at bar {bar} is {'not' if gone else 'only'} made when the data ends before bar {end}", bar
    return None


def warm_up(case: _Case) -> Finding:
    """Run `prepare` on data that begins later: after how many bars its series have the value of the whole data."""
    total = max(map(len, case.bars.values()))
    lengths = [each for each in WARM_UPS if each < total]
    names = [name for name, array in case.all.series.items() if array.dtype.kind == "f"]
    if not names or not lengths:
        why = "prepare stores no series of numbers" if not names else f"{total} bars are too few to begin later"
        return Finding("warm-up", PASS if not names else WARN, why, {})
    away: dict[Name, dict[int, float]] = {name: {} for name in names}
    for length in lengths:
        case.watch.passed(length, total)
        later = case.heard(newest(case.bars, length))
        for name in names:
            if name in later.series:
                away[name][length] = _apart(float(case.all.series[name][-1]), float(later.series[name][-1]))
    settled = {name: next((n for n in lengths if _stays(found, n)), None) for name, found in away.items()}
    never = sorted(case.called(name) for name, length in settled.items() if length is None)
    figures = {
        "differences": {
            _key(case, name): {str(n): value for n, value in found.items()} for name, found in away.items()
        },
        "settled_after": {_key(case, name): length for name, length in settled.items()},
    }
    if never:
        return Finding("warm-up", WARN, f"{', '.join(never)} still depends on where the data begins after "
                       f"{lengths[-1]:,} bars: live, it will have other values than here", figures)  # fmt: skip
    most = max(length for length in settled.values() if length is not None)
    return Finding("warm-up", PASS, f"{most:,} bars before the first decision give every series its value "
                   "(to a millionth)", figures)  # fmt: skip


def _key(case: _Case, name: Name) -> str:
    return case.called(name).removeprefix("self.")


def _stays(found: Mapping[int, float], length: int) -> bool:
    return all(value <= SETTLED for n, value in found.items() if n >= length)


def _apart(first: float, second: float) -> float:
    if math.isnan(first) and math.isnan(second):
        return 0.0
    if math.isnan(first) or math.isnan(second):
        return math.inf
    return abs(first - second) / max(abs(first), abs(second), 1e-12)


def _time(moment: Any) -> str:  # noqa: ANN401 - one of NumPy's integers
    return str(np.datetime64(int(moment), "ns").astype("datetime64[s]")) + "Z"


def _defaults(owner: type[Strategy]) -> dict[str, Any]:
    known: Mapping[str, Param[Any]] = owner.parameters
    return {name: param.default for name, param in known.items()}


_CHECKS: dict[str, Callable[[_Case], Finding]] = {
    "look-ahead": look_ahead,
    "warm-up": warm_up,
    "costs": lambda case: costs(case.owner, case.values, case.whole, case.given, case.seed),
    "plateau": lambda case: plateau(case.owner, case.values, case.whole, case.given, case.objective, case.seed),
}
