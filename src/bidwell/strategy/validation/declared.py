"""The strategies that a file defines, with their parameters and the methods that the engine calls."""

from __future__ import annotations

import ast
import math
from typing import Any

from bidwell.strategy.validation.finding import Finding, ParameterFound, Severity, StrategyFound

HOOKS = {
    "prepare": "bars", "on_bar": "bar", "on_quote": "quote", "on_fill": "fill", "on_schedule": "at",
}  # fmt: skip


def strategies_in(tree: ast.Module) -> tuple[tuple[StrategyFound, ...], list[Finding]]:
    """Every subclass of Strategy at the top of the file, and what is wrong with their declarations."""
    bases = _names_of_strategy(tree)
    found: list[StrategyFound] = []
    findings: list[Finding] = []
    for node in tree.body:
        if not isinstance(node, ast.ClassDef) or not any(_is_strategy(base, bases) for base in node.bases):
            continue
        inherits = any(isinstance(base, ast.Name) and base.id in {each.name for each in found} for base in node.bases)
        bases.add(node.name)
        parameters = [each for each in (_parameter(item, findings) for item in node.body) if each is not None]
        hooks = _hooks(node, findings)
        if not inherits and not {"on_bar", "on_quote", "on_schedule"} & set(hooks):
            findings.append(_error(node, "strategy.idle", f"{node.name} has no on_bar, on_quote or on_schedule"))
        about = (ast.get_docstring(node) or "").partition("\n")[0]
        found.append(StrategyFound(node.name, node.lineno, about, hooks, tuple(parameters)))
    return tuple(found), findings


def _names_of_strategy(tree: ast.Module) -> set[str]:
    """What the file calls `bidwell.Strategy`."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "bidwell":
            names |= {each.asname or each.name for each in node.names if each.name == "Strategy"}
    return names


def _is_strategy(base: ast.expr, names: set[str]) -> bool:
    if isinstance(base, ast.Name):
        return base.id in names
    return isinstance(base, ast.Attribute) and base.attr == "Strategy"


def _hooks(node: ast.ClassDef, findings: list[Finding]) -> tuple[str, ...]:
    found = []
    for item in node.body:
        if isinstance(item, ast.AsyncFunctionDef) and item.name in HOOKS:
            findings.append(_error(item, "strategy.async", f"{item.name} is called as a plain function", "drop async"))
        if not isinstance(item, ast.FunctionDef) or item.name not in HOOKS:
            continue
        found.append(item.name)
        required = len(item.args.posonlyargs) + len(item.args.args) - len(item.args.defaults)
        if required != 2 and item.args.vararg is None:
            wanted = f"def {item.name}(self, {HOOKS[item.name]})"
            findings.append(_error(item, "strategy.arguments", f"{item.name} is called with one argument", wanted))
    return tuple(found)


def _parameter(item: ast.stmt, findings: list[Finding]) -> ParameterFound | None:
    """A `name = Param(…)` of a class body."""
    target, value = _assigned(item)
    called = value.func if isinstance(value, ast.Call) else None
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    if target is None or not isinstance(value, ast.Call) or name != "Param":
        return None
    given: dict[str, Any] = dict(zip(("default", "low", "high"), map(_plain, value.args), strict=False))
    given |= {each.arg: _plain(each.value) for each in value.keywords if each.arg}
    if "default" not in given:
        findings.append(_error(item, "strategy.parameter", f"{target} needs a default: Param(10, 2, 50)"))
    _check_range(item, target, given, findings)
    default = given.get("default")
    kind = type(default).__name__ if isinstance(default, bool | int | float | str) else None
    return ParameterFound(
        target, item.lineno, kind, default, given.get("low"), given.get("high"), given.get("step"),
        tuple(given.get("choices") or ()), str(given.get("about") or ""),
    )  # fmt: skip


def _assigned(item: ast.stmt) -> tuple[str | None, ast.expr | None]:
    if isinstance(item, ast.Assign) and len(item.targets) == 1 and isinstance(item.targets[0], ast.Name):
        return item.targets[0].id, item.value
    if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
        return item.target.id, item.value
    return None, None


def _plain(node: ast.expr) -> Any:  # noqa: ANN401 - whatever value is written there
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _check_range(item: ast.stmt, name: str, given: dict[str, Any], findings: list[Finding]) -> None:
    default = given.get("default")
    low, high = (_number(given.get(each), without) for each, without in (("low", -math.inf), ("high", math.inf)))
    if low > high:
        findings.append(_error(item, "strategy.parameter", f"{name}: the least value {low} is above the most, {high}"))
    elif not low <= _number(default, low) <= high:
        text = f"{name}: the default {default} is not within {low} to {high}"
        findings.append(_error(item, "strategy.parameter", text))
    choices = given.get("choices")
    if isinstance(choices, list | tuple) and choices and default not in choices:
        findings.append(_error(item, "strategy.parameter", f"{name}: the default {default!r} is not among the choices"))
    if default is None and "default" in given:
        findings.append(Finding(item.lineno, item.col_offset, "strategy.parameter_unread", Severity.WARNING,
                                f"{name}: the default is more than a plain value, and is known only when it runs"))  # fmt: skip


def _number(value: object, without: float) -> float:
    return value if isinstance(value, int | float) else without


def _error(node: ast.stmt, code: str, message: str, hint: str = "") -> Finding:
    return Finding(node.lineno, node.col_offset, code, Severity.ERROR, message, hint)
