"""Looks at the future, as far as they can be seen by reading; `prepare` holds all bars and is where they happen."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bidwell.strategy.validation.backtrader import classes_in
from bidwell.strategy.validation.finding import Finding, Severity, finding

WHOLE = frozenset({"max", "min", "mean", "median", "std", "var", "sum", "argmax", "argmin", "quantile", "percentile",
                   "nanmax", "nanmin", "nanmean", "nanstd", "nanmedian", "nanpercentile", "nanquantile", "ptp"})  # fmt: skip
TWO_SIDED = frozenset({"bfill", "backfill", "gradient", "filtfilt", "sosfiltfilt", "savgol_filter", "detrend", "flip",
                       "flipud", "lowess"})  # fmt: skip
CLOCKS = frozenset({"now", "utcnow", "today", "time_ns"})
COLUMNS = frozenset({"open", "high", "low", "close", "volume", "time"})


def smells(tree: ast.Module) -> Iterator[Finding]:
    """Every place that looks as if it used what is not known yet."""
    theirs = classes_in(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _call(node)
        elif isinstance(node, ast.Subscript):
            yield from _reversed(node)
        elif isinstance(node, ast.ClassDef) and node not in theirs:
            for item in node.body:
                if isinstance(item, ast.FunctionDef) and len(item.args.args) >= 2:
                    yield from _in_prepare(item) if item.name == "prepare" else _in_hook(item)


def _call(node: ast.Call) -> Iterator[Finding]:
    name = _called(node)
    numbers = [*node.args, *(each.value for each in node.keywords if each.arg in {"periods", "n", "shift", "period"})]
    if name in {"shift", "roll"} and any(_negative(each) for each in numbers):
        yield _warning(node, "look_ahead.shift", f"{name} by a negative number brings later values forward",
                       "shift by a positive number, or read [-2] in on_bar")  # fmt: skip
    if name in TWO_SIDED:
        yield _warning(node, "look_ahead.two_sided", f"{name} uses what comes after each value as well")
    for each in node.keywords:
        if each.arg == "center" and isinstance(each.value, ast.Constant) and each.value.value is True:
            yield _warning(node, "look_ahead.centered", "a centred window reaches into the future", "drop center=True")
        if each.arg == "strategy" and isinstance(each.value, ast.Constant) and each.value.value == "backward":
            yield _warning(node, "look_ahead.two_sided", "filling backward uses later values")
    if (
        name in CLOCKS
        and isinstance(node.func, ast.Attribute)
        and _root(node.func) in {"datetime", "date", "time", "dt"}
    ):
        yield _warning(node, "clock", "the machine's clock makes a backtest different each time", "use bar.time")


def _reversed(node: ast.Subscript) -> Iterator[Finding]:
    if isinstance(node.slice, ast.Slice) and node.slice.step is not None and _negative(node.slice.step):
        yield _warning(node, "look_ahead.reversed", "a reversed series runs from the future to the past")


def _in_prepare(method: ast.FunctionDef) -> Iterator[Finding]:
    bars = method.args.args[1].arg
    for node in ast.walk(method):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Name) and node.value.id == bars:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(each, ast.Attribute) for each in targets):
                yield finding(node, Severity.ERROR, "look_ahead.bars", f"{bars} kept on self holds the future",
                              f"keep columns: self.close = {bars}.close")  # fmt: skip
        elif isinstance(node, ast.Call):
            yield from _whole(node, bars)
        elif isinstance(node, ast.Subscript) and _is_column(node.value, bars):
            if _negative(node.slice):
                yield _warning(node, "look_ahead.last", "a negative index here counts from the end of all the data",
                               "store the column on self and read [-1] in on_bar")  # fmt: skip
            elif isinstance(node.slice, ast.BinOp) and isinstance(node.slice.op, ast.Add):
                yield _warning(node, "look_ahead.next", "an index of i + … reads a later bar")


def _whole(node: ast.Call, bars: str) -> Iterator[Finding]:
    name = _called(node)
    if name not in WHOLE:
        return
    own = isinstance(node.func, ast.Attribute) and _is_column(node.func.value, bars)
    if own or any(_is_column(each, bars) for each in node.args):
        yield _warning(node, "look_ahead.whole", f"{name} over a whole column knows the end of the data",
                       "use a rolling window, such as indicators.highest")  # fmt: skip


def _in_hook(method: ast.FunctionDef) -> Iterator[Finding]:
    for node in ast.walk(method):
        if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute)):
            continue
        of_self = isinstance(node.value.value, ast.Name) and node.value.value.id == method.args.args[0].arg
        if (
            of_self
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, int)
            and node.value.attr != "state"
        ):
            yield _warning(node, "series.first", f"self.{node.value.attr}[{node.slice.value}] counts from the first bar",
                           "[-1] is the current bar, [-2] the one before")  # fmt: skip
        ahead = isinstance(node.slice, ast.BinOp) and isinstance(node.slice.op, ast.Add)
        if of_self and ahead and "index" in ast.unparse(node.slice):
            yield _warning(node, "look_ahead.next", "a series has nothing after the current bar",
                           "[-1] is the current bar, [-2] the one before")  # fmt: skip


def _is_column(node: ast.expr, bars: str) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr in COLUMNS and isinstance(node.value, ast.Name)
            and node.value.id == bars)  # fmt: skip


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _root(node: ast.Attribute) -> str:
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return inner.id if isinstance(inner, ast.Name) else ""


def _negative(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return isinstance(node.operand, ast.Constant | ast.Name)
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value < 0


def _warning(node: ast.expr, code: str, message: str, hint: str = "") -> Finding:
    return finding(node, Severity.WARNING, code, message, hint)
