"""Backtrader's strategies as their files declare them: `params`, methods, and indexes that look ahead."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bidwell.strategy.validation.finding import Finding, Outline, Parameter, Severity, finding

HOOKS = ("start", "prenext", "nextstart", "next", "stop", "notify_order", "notify_trade", "notify_cashvalue",
         "notify_data", "notify_timer")  # fmt: skip


def names_in(tree: ast.Module) -> tuple[set[str], set[str]]:
    """What the file calls backtrader, and what it calls backtrader's Strategy."""
    modules, strategies = set(), set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            modules |= {each.asname or each.name for each in node.names if each.name == "backtrader"}
        elif isinstance(node, ast.ImportFrom) and node.module == "backtrader":
            strategies |= {each.asname or each.name for each in node.names if each.name == "Strategy"}
    return modules, strategies


def classes_in(tree: ast.Module) -> list[ast.ClassDef]:
    """The subclasses of backtrader's Strategy at the top of the file."""
    modules, known = names_in(tree)
    found = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(_is_strategy(base, modules, known) for base in node.bases):
            known.add(node.name)
            found.append(node)
    return found


def _is_strategy(base: ast.expr, modules: set[str], known: set[str]) -> bool:
    if isinstance(base, ast.Name):
        return base.id in known
    return (isinstance(base, ast.Attribute) and base.attr == "Strategy" and isinstance(base.value, ast.Name)
            and base.value.id in modules)  # fmt: skip


def outline(node: ast.ClassDef) -> tuple[Outline, list[Finding]]:
    """One strategy, and what is wrong with it."""
    methods = {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}
    hooks = tuple(name for name in HOOKS if name in methods)
    findings = [] if "next" in methods or "nextstart" in methods else [
        finding(node, Severity.WARNING, "strategy.idle", f"{node.name} has no next: it would never trade")
    ]  # fmt: skip
    for method in methods.values():
        findings += _ahead(method)
    about = (ast.get_docstring(node) or "").partition("\n")[0]
    return Outline(node.name, node.lineno, about, tuple(_parameters(node)), hooks, "backtrader"), findings


def _ahead(method: ast.FunctionDef) -> Iterator[Finding]:
    for node in ast.walk(method):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
            index = node.slice
            if isinstance(index, ast.Constant) and isinstance(index.value, int) and index.value > 0:
                yield finding(node, Severity.WARNING, "look_ahead.next",
                              f"[{index.value}] is a bar to come: [0] is now, [-1] the one before")  # fmt: skip


def _parameters(node: ast.ClassDef) -> Iterator[Parameter]:
    for item in node.body:
        if not isinstance(item, ast.Assign) or [getattr(each, "id", "") for each in item.targets] != ["params"]:
            continue
        for name, value in _pairs(item.value):
            try:
                default = ast.literal_eval(value)
            except (ValueError, TypeError, SyntaxError):
                continue
            if isinstance(default, bool | int | float | str):
                yield Parameter(name, type(default).__name__, default, line=value.lineno)


def _pairs(value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Names and values of `params`, as pairs, as a dict, or as dict(…)."""
    if isinstance(value, ast.Tuple | ast.List):
        for each in value.elts:
            if (
                isinstance(each, ast.Tuple | ast.List)
                and len(each.elts) == 2
                and isinstance(each.elts[0], ast.Constant)
            ):
                yield str(each.elts[0].value), each.elts[1]
    elif isinstance(value, ast.Dict):
        for key, one in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant):
                yield str(key.value), one
    elif isinstance(value, ast.Call):
        for keyword in value.keywords:
            if keyword.arg is not None:
                yield keyword.arg, keyword.value
