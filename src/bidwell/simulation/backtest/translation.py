"""From a strategy's class to the source of a compiled run: its `on_bar`, when it stays in the supported subset.

Supported: numbers and booleans, arithmetic (no power), comparisons, `if`, `for` over `range`, `math`, abs, min, max,
round, int, float, bool, len; the bar's fields; series by index or slice; parameters; numbers kept on `self`; methods of
the class; every order call. `Unsupported` names the line and the reason; the run is then interpreted.
"""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from bidwell.simulation.backtest.typing_fields import kept_whole, kept_yes_or_no
from bidwell.strategy import sizing
from bidwell.strategy.strategy import Strategy

CONTEXT = "book, i, o, h, l, c, v, t, P, S, M"
BAR_FIELDS = {"open": "o[i]", "high": "h[i]", "low": "l[i]", "close": "c[i]", "volume": "v[i]", "index": "i",
              "nanoseconds": "t[i]"}  # fmt: skip
ACCOUNT = {"position": "book.position[0]", "cash": "book.account[CASH]", "equity": "worth(book, c[i])"}
BUILTINS = {"abs", "min", "max", "round", "int", "float", "bool", "len", "range"}
NODES = (
    ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.If,
    ast.Expr, ast.Pass, ast.Break, ast.Continue, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Compare, ast.Call,
    ast.Constant, ast.Attribute, ast.Subscript, ast.Name, ast.Slice, ast.Tuple, ast.keyword, ast.expr_context,
    ast.boolop, ast.operator, ast.unaryop, ast.cmpop,
)  # fmt: skip
SIZES = {"quantity": "BY_QUANTITY", "notional": "BY_NOTIONAL", "percent": "BY_PERCENT", "risk": "BY_RISK"}
PRICES = ("limit", "stop", "trail", "trail_percent", "stop_loss", "take_profit", "exit_trail")
TARGETS = {"order_target": ("TO_QUANTITY", "quantity"), "order_target_percent": ("TO_PERCENT", "percent"),
           "order_target_notional": ("TO_NOTIONAL", "notional")}  # fmt: skip


class Unsupported(Exception):
    """Why a class cannot be compiled, with the line."""

    def __init__(self, why: str, line: int | None = None) -> None:
        super().__init__(f"line {line}: {why}" if line else why)


@dataclass
class Translated:
    """The functions' source, and the fields that they read: numbers that stay, series, and numbers that change."""

    source: str
    constants: dict[str, float | int | bool] = field(default_factory=dict)
    series: dict[str, NDArray[Any]] = field(default_factory=dict)
    state: dict[str, NDArray[Any]] = field(default_factory=dict)


def translate(strategy: Strategy, series: Mapping[str, NDArray[Any]]) -> Translated:
    """Translate the class of a prepared strategy; raises Unsupported."""
    owner = type(strategy)
    for name in ("on_start", "on_fill", "on_quote", "on_schedule"):
        if getattr(owner, name) is not getattr(Strategy, name):
            raise Unsupported(f"{name} runs in Python")
    if getattr(owner, "__getattr__", None) or owner.__setattr__ is not object.__setattr__:
        raise Unsupported("attributes with code behind them run in Python")
    work = _Translation(owner, strategy, dict(series))
    work.method("on_bar")
    constants, state = work.fields()
    used = {name: np.ascontiguousarray(series[name]) for name in sorted(work.series_used)}
    return Translated("\n\n".join(work.done.values()), constants, used, state)


@dataclass
class _Translation:
    owner: type[Strategy]
    strategy: Strategy
    series: dict[str, NDArray[Any]]
    done: dict[str, str] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    written: dict[str, list[ast.expr]] = field(default_factory=dict)
    series_used: set[str] = field(default_factory=set)

    def method(self, name: str) -> None:
        if name in self.done:
            return
        function = inspect.getattr_static(self.owner, name)
        if not isinstance(function, FunctionType):
            raise Unsupported(f"{name} is no plain method")
        if name in self.pending:
            raise Unsupported(f"{name} calls itself")
        self.pending.add(name)
        node, shift = _parsed(function)
        for each in ast.walk(node):
            if not isinstance(each, NODES):
                raise Unsupported(f"{type(each).__name__} runs in Python", getattr(each, "lineno", 0) + shift)
        arguments = [argument.arg for argument in node.args.args]
        plain = not (node.args.vararg or node.args.kwarg or node.args.kwonlyargs or node.args.defaults)
        if not plain or not arguments or node.decorator_list:
            raise Unsupported(f"{name} takes more than plain arguments", node.lineno + shift)
        bar = arguments[1] if name == "on_bar" else None
        rest = arguments[2:] if bar else arguments[1:]
        rewrite = _Rewrite(self, function, arguments[0], bar, shift, _locals(node))
        body = [rewrite.visit(statement) for statement in node.body]
        header = f"@njit(cache=True, _nrt=False, forceinline=True)\ndef m_{name}({', '.join([CONTEXT, *rest])}):"
        text = "\n".join(ast.unparse(ast.fix_missing_locations(statement)) for statement in body)
        self.done[name] = header + "\n" + textwrap.indent(text, "    ")

    def fields(self) -> tuple[dict[str, float | int | bool], dict[str, NDArray[Any]]]:
        """Numbers that stay as they are, and those that the code changes, in arrays of one."""
        constants: dict[str, float | int | bool] = {}
        state: dict[str, NDArray[Any]] = {}
        for name in sorted(self.read | set(self.written)):
            value = getattr(self.strategy, name, None)
            if isinstance(value, np.generic):
                value = value.item()
            if not isinstance(value, bool | int | float):
                what = "is None: begin with math.nan" if value is None else f"is {type(value).__name__}, no number"
                raise Unsupported(f"self.{name} {what}")
            if name not in self.written:
                constants[name] = value
                continue
            state[name] = np.array([value], dtype=self._type(name, value))
        return constants, state

    def _type(self, name: str, value: float) -> type:
        assigned = self.written[name]
        if isinstance(value, bool):
            if not all(kept_yes_or_no(each) for each in assigned):
                raise Unsupported(f"self.{name} is a bool and takes other values", assigned[0].lineno)
            return np.bool_
        whole = {each for each in self.read | set(self.written) if type(getattr(self.strategy, each, None)) is int}
        return np.int64 if isinstance(value, int) and all(kept_whole(each, whole) for each in assigned) else np.float64


class _Rewrite(ast.NodeTransformer):
    def __init__(
        self, work: _Translation, function: FunctionType, self_name: str, bar: str | None, shift: int, local: set[str]
    ) -> None:
        self.work = work
        self.function = function
        self.self_name = self_name
        self.bar = bar
        self.shift = shift
        self.local = local

    def refuse(self, why: str, node: ast.AST) -> Unsupported:
        return Unsupported(why, getattr(node, "lineno", 0) + self.shift)

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if isinstance(node.value, ast.Constant):
            return ast.Pass()
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, bool | int | float):
            raise self.refuse(f"{node.value!r} is no number", node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return ast.Pass()
        return self.visit_Assign(ast.copy_location(ast.Assign(targets=[node.target], value=node.value), node))

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        if isinstance(node.op, ast.Pow | ast.MatMult):
            raise self.refuse("a power is not the same to the last bit: multiply, or use math.sqrt", node)
        return self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        if isinstance(node.op, ast.Pow | ast.MatMult):
            raise self.refuse("a power is not the same to the last bit: multiply", node)
        if self._own(node.target):
            whole = ast.BinOp(left=ast.Attribute(node.target.value, node.target.attr, ast.Load()), op=node.op,
                              right=node.value)  # fmt: skip
            return self.visit_Assign(ast.copy_location(ast.Assign(targets=[node.target], value=whole), node))
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        for target in node.targets:
            for each in target.elts if isinstance(target, ast.Tuple) else [target]:
                if self._own(each):
                    self._write(each.attr, node.value if each is target else each, each)
                elif not isinstance(each, ast.Name):
                    raise self.refuse("only names and fields of self can be set", node)
        return self.generic_visit(node)

    def visit_For(self, node: ast.For) -> ast.AST:
        counted = (
            isinstance(node.iter, ast.Call) and isinstance(node.iter.func, ast.Name) and node.iter.func.id == "range"
        )
        if not counted or not isinstance(node.target, ast.Name):
            raise self.refuse("a loop goes over range()", node)
        return self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if not self._own(node.value) or node.value.attr not in self.work.series:
            raise self.refuse("only series have an index", node)
        name = node.value.attr
        self.work.series_used.add(name)
        if isinstance(node.slice, ast.Slice):
            seen = _expression(f"S.{name}[:i + 1]")
            self.generic_visit(node.slice)
            return ast.Subscript(seen, node.slice, ast.Load())
        if ast.unparse(node.slice) == "-1":
            return _expression(f"S.{name}[i]")
        index = self.visit(node.slice)
        return _call("at", _expression(f"S.{name}"), _expression("i"), index)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if self._own(node):
            return self._field(node)
        if isinstance(node.value, ast.Name) and node.value.id == self.bar and self.bar is not None:
            if node.attr not in BAR_FIELDS:
                raise self.refuse(f"bar.{node.attr} is read in Python", node)
            return _expression(BAR_FIELDS[node.attr])
        if isinstance(node.value, ast.Name) and self.function.__globals__.get(node.value.id) is math:
            value = getattr(math, node.attr, None)
            if isinstance(value, float):
                return _expression(f"math.{node.attr}")
        raise self.refuse(f"{ast.unparse(node)} is not known", node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in {self.bar, self.self_name}:
            raise self.refuse(f"{node.id} itself is handed on or kept", node)
        if node.id in self.local:
            return node
        found = self.function.__globals__.get(node.id)
        if isinstance(found, bool | int | float):
            return (
                ast.Constant(found)
                if not isinstance(found, float) or math.isfinite(found)
                else _expression(f"float('{found}')")
            )
        raise self.refuse(f"{node.id} is no number", node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        target = node.func
        if isinstance(target, ast.Name) and target.id in BUILTINS and target.id not in self.local:
            if node.keywords or (target.id == "round" and len(node.args) != 1):
                raise self.refuse(f"{target.id} with keywords or digits runs in Python", node)
            return ast.Call(target, [self.visit(each) for each in node.args], [])
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            if self.function.__globals__.get(target.value.id) is math and target.value.id not in self.local:
                if node.keywords or target.attr == "pow":
                    raise self.refuse(f"math.{target.attr} runs in Python", node)
                return ast.Call(_expression(f"math.{target.attr}"), [self.visit(each) for each in node.args], [])
            if target.value.id == self.self_name:
                return self._own_call(target.attr, node)
        raise self.refuse(f"{ast.unparse(target)}() runs in Python", node)

    def _own(self, node: ast.AST) -> TypeGuard[ast.Attribute]:
        return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == self.self_name

    def _field(self, node: ast.Attribute) -> ast.AST:
        name = node.attr
        if isinstance(node.ctx, ast.Store):
            return ast.Subscript(_expression(f"M.{name}"), ast.Constant(0), ast.Store())
        if name in ACCOUNT:
            return _expression(ACCOUNT[name])
        if name in self.work.series:
            self.work.series_used.add(name)
            return _expression(f"S.{name}[:i + 1]")
        self.work.read.add(name)
        return ast.copy_location(ast.Name(f"field_{name}", ast.Load()), node)

    def _write(self, name: str, value: ast.expr, node: ast.AST) -> None:
        if name in ACCOUNT or name in self.work.series or name in self.work.owner.parameters:
            raise self.refuse(f"self.{name} is not the strategy's to set", node)
        self.work.written.setdefault(name, []).append(value)

    def _own_call(self, name: str, node: ast.Call) -> ast.AST:
        if getattr(Strategy, name, None) is None:
            if node.keywords:
                raise self.refuse(f"self.{name} with keywords runs in Python", node)
            self.work.method(name)
            return ast.Call(ast.Name(f"m_{name}", ast.Load()),
                            [*(_expression(each) for each in CONTEXT.split(", ")), *map(self.visit, node.args)], [])  # fmt: skip
        if inspect.getattr_static(self.work.owner, name) is not inspect.getattr_static(Strategy, name):
            raise self.refuse(f"{name} is overridden", node)
        if name in {"buy", "sell", "close", *TARGETS}:
            return self._order(name, node)
        arguments = [self.visit(each) for each in node.args]
        if name == "cancel" and len(arguments) == 1 and not node.keywords:
            return _call("take_back", _expression("book"), arguments[0], _expression("i"))
        if name == "oco" and len(arguments) == 2 and not node.keywords:
            return _call("link", _expression("book"), *arguments)
        if name == "cancel_all" and not arguments and not node.keywords:
            return _call("withdraw_all", _expression("book"), ast.Constant(0), _expression("i"))
        raise self.refuse(f"self.{name}() runs in Python", node)

    def _order(self, name: str, node: ast.Call) -> ast.AST:
        first = {"close": "percent"}.get(name) or (TARGETS[name][1] if name in TARGETS else "quantity")
        given: dict[str, ast.expr] = {first: node.args[0]} if node.args else {}
        if len(node.args) > 1 or any(word.arg is None for word in node.keywords):
            raise self.refuse(f"{name} takes one plain argument", node)
        given.update({word.arg: word.value for word in node.keywords if word.arg})
        given = {
            word: value
            for word, value in given.items()
            if not (isinstance(value, ast.Constant) and value.value is None)
        }
        validity = given.pop("time_in_force", ast.Constant("GTC"))
        if not isinstance(validity, ast.Constant) or validity.value not in sizing.VALIDITIES:
            raise self.refuse("time_in_force is GTC, DAY or IOC", node)
        by, amount = self._size(name, given, node)
        unknown = set(given) - set(PRICES)
        if unknown:
            raise self.refuse(f"{name}({', '.join(sorted(unknown))}=) runs in Python", node)
        prices: dict[str, ast.expr] = {
            word: _call("price_given", self.visit(given[word])) if word in given else ast.Constant(0.0)
            for word in PRICES
        }
        if "trail_percent" in given:
            prices["trail_percent"] = ast.BinOp(prices["trail_percent"], ast.Div(), ast.Constant(100.0))
        side = {"buy": "1.0", "sell": "-1.0"}.get(name, "0.0")
        first_of = [_expression(each) for each in ("book", "0", "i", "c[i]", side, by)]
        sized = ast.Call(ast.Name("float", ast.Load()), [amount], [])
        if by in {"BY_QUANTITY", "CLOSING"} and not given and validity.value == "GTC":
            return _call("at_market", *first_of, sized)
        return _call(
            "submit", *first_of, sized, prices["limit"], prices["stop"], prices["trail"],
            prices["trail_percent"], ast.Constant(sizing.VALIDITIES[validity.value]), prices["stop_loss"],
            prices["take_profit"], prices["exit_trail"],
        )  # fmt: skip

    def _size(self, name: str, given: dict[str, ast.expr], node: ast.AST) -> tuple[str, ast.expr]:
        if name == "close":
            return "CLOSING", self.visit(given.pop("percent", ast.Constant(100.0)))
        if name in TARGETS:
            by, word = TARGETS[name]
            if word not in given:
                raise self.refuse(f"{name} needs {word}", node)
            return by, self.visit(given.pop(word))
        sizes = [word for word in SIZES if word in given]
        if len(sizes) != 1:
            raise self.refuse(f"{name} takes one of {', '.join(SIZES)}", node)
        return SIZES[sizes[0]], self.visit(given.pop(sizes[0]))


def _parsed(function: FunctionType) -> tuple[ast.FunctionDef, int]:
    try:
        lines, first = inspect.getsourcelines(function)
    except (OSError, TypeError):
        raise Unsupported(f"the source of {function.__name__} cannot be read") from None
    node = ast.parse(textwrap.dedent("".join(lines))).body[0]
    if not isinstance(node, ast.FunctionDef):
        raise Unsupported(f"{function.__name__} is no plain method")
    if function.__closure__:
        raise Unsupported(f"{function.__name__} uses names from around its class", first)
    node.returns = None
    for argument in node.args.args:
        argument.annotation = None
    for each in ast.walk(node):
        if isinstance(each, ast.AnnAssign):
            each.annotation = ast.Constant(0)
    return node, first - 1


def _locals(node: ast.FunctionDef) -> set[str]:
    found = {argument.arg for argument in node.args.args}
    return found | {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _call(name: str, *arguments: ast.AST) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])  # type: ignore[arg-type]
