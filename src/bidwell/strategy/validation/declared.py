"""The strategies that a file defines, with their parameters and the methods that the engine calls."""

from __future__ import annotations

import ast
from typing import Any

from bidwell.model.errors import InvalidInput
from bidwell.strategy.parameters import Param
from bidwell.strategy.validation import backtrader
from bidwell.strategy.validation.finding import Finding, Outline, Parameter, Severity, finding

HOOKS = {
    "on_start": "", "prepare": "bars", "on_bar": "bar", "on_quote": "quote", "on_fill": "fill", "on_schedule": "at",
}  # fmt: skip


def strategies_in(tree: ast.Module) -> tuple[tuple[Outline, ...], list[Finding]]:
    """Every subclass of Strategy at the top of the file, and what is wrong with their declarations."""
    bases = _names_of_strategy(tree)
    found: list[Outline] = []
    findings: list[Finding] = []
    theirs = backtrader.classes_in(tree)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node in theirs:
            told, wrong = backtrader.outline(node)
            found.append(told)
            findings += wrong
        elif isinstance(node, ast.ClassDef) and any(_is_strategy(base, bases) for base in node.bases):
            inherits = bool(
                {base.id for base in node.bases if isinstance(base, ast.Name)} & {one.name for one in found}
            )
            bases.add(node.name)
            found.append(_outline(node, findings, inherits=inherits))
    return tuple(found), findings


def _outline(node: ast.ClassDef, findings: list[Finding], *, inherits: bool) -> Outline:
    parameters = [each for each in (_parameter(item, findings) for item in node.body) if each is not None]
    hooks = _hooks(node, findings)
    if not inherits and not {"on_bar", "on_quote", "on_schedule"} & set(hooks):
        findings.append(_error(node, "strategy.idle", f"{node.name} has no on_bar, on_quote or on_schedule"))
    about = (ast.get_docstring(node) or "").partition("\n")[0]
    return Outline(node.name, node.lineno, about, tuple(parameters), hooks)


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
        if isinstance(item, ast.FunctionDef) and item.name.startswith("on_") and item.name not in HOOKS:
            text = f"nothing calls {item.name}; did you mean on_bar or on_fill?"
            findings.append(finding(item, Severity.WARNING, "strategy.hook", text))
        if not isinstance(item, ast.FunctionDef) or item.name not in HOOKS:
            continue
        found.append(item.name)
        required = len(item.args.posonlyargs) + len(item.args.args) - len(item.args.defaults)
        wanted = [each for each in ("self", HOOKS[item.name]) if each]
        if required != len(wanted) and item.args.vararg is None:
            hint = f"def {item.name}({', '.join(wanted)})"
            findings.append(
                _error(item, "strategy.arguments", f"{item.name} takes {hint.partition('(')[2][:-1]}", hint)
            )
    return tuple(found)


def _parameter(item: ast.stmt, findings: list[Finding]) -> Parameter | None:
    """A `name = Param(…)` of a class body, once `Param` itself has agreed to its values."""
    name, call = _assigned(item)
    called = call.func if isinstance(call, ast.Call) else None
    last = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    if name is None or not isinstance(call, ast.Call) or last != "Param":
        return None
    try:
        values = [ast.literal_eval(each) for each in call.args]
        named = {each.arg: ast.literal_eval(each.value) for each in call.keywords if each.arg is not None}
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        text = f"{name} is not written as plain values, so its range is only known when it runs"
        findings.append(finding(call, Severity.WARNING, "strategy.parameter_unread", text))
        return None
    try:
        param: Param[Any] = Param(*values, **named)
    except (InvalidInput, TypeError) as error:
        findings.append(_error(call, "strategy.parameter", f"{name}: {error}", "Param(10, 2, 50): default, low, high"))
        return None
    if _upside_down(param):
        findings.append(_error(call, "strategy.parameter", f"{name}: the least value is above the most"))
    return Parameter(name, param.kind.__name__, param.default, param.low, param.high, param.step, tuple(param.choices),
                     str(param.about), item.lineno)  # fmt: skip


def _upside_down(param: Param[Any]) -> bool:
    low, high = param.low, param.high
    return isinstance(low, int | float) and isinstance(high, int | float) and low > high


def _assigned(item: ast.stmt) -> tuple[str | None, ast.expr | None]:
    if isinstance(item, ast.Assign) and len(item.targets) == 1 and isinstance(item.targets[0], ast.Name):
        return item.targets[0].id, item.value
    if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
        return item.target.id, item.value
    return None, None


def _error(node: ast.stmt | ast.expr, code: str, message: str, hint: str = "") -> Finding:
    return finding(node, Severity.ERROR, code, message, hint)
