"""The compiled kernel: the sources of the interpreted one, put together in one file and compiled by numba.

The file's name carries the hash of everything in it, so that the on-disk cache of compiled code never holds a
function whose callee has changed. It lies in `$BIDWELL_CACHE`, else in the user's cache folder.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import platformdirs

from bidwell.simulation.backtest import accounts, array_rows, layout, life, matching, submission
from bidwell.strategy import sizing

_KERNEL = (sizing, layout, array_rows, accounts, life, matching, submission)
# What every fill goes through. A call hands over all arrays of the book, each with its shape: dearer than the work itself.
_INLINED = {
    "step",
    "lone_market",
    "plain_fill",
    "at_market",
    "keep_order",
    "keep_fill",
    "keep_working",
    "after_bar",
    "watch",
}
_BUILT_IN = {"range", "len", "min", "max", "abs", "int", "float", "bool", "round", "njit"}
# What works alike whatever constant it is called with: a kernel for each would only take time to compile.
_ALIKE = frozenset({"end"})
_HOW = "cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False, error_model='numpy'"
_HEAD = """import math
import numpy as np
from numba import njit
"""


@lru_cache(maxsize=1)
def kernel_source() -> str:
    """The kernel's source: constants, then every function under numba's decorator."""
    return with_plain_numbers("\n\n".join([_HEAD, *(_stripped(module) for module in _KERNEL)]), _ALIKE)


def with_plain_numbers(source: str, only: frozenset[str] | None = None) -> str:
    """A source whose calls (`only` those of these functions) hand whole numbers and flags over as values.

    A literal is a type of its own to numba: it would compile `submit` anew for each kind of order.
    """
    tree = ast.parse(source)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            name = call.func.id
            if name not in _BUILT_IN and (only is None or name in only):
                call.args = [_plain_number(argument) for argument in call.args]
    return ast.unparse(ast.fix_missing_locations(tree))


def _plain_number(argument: ast.expr) -> ast.expr:
    if isinstance(argument, ast.Constant) and type(argument.value) in {int, bool}:
        kind = type(argument.value).__name__
    elif isinstance(argument, ast.Name) and argument.id in _whole_constants():
        kind = "int"
    else:
        return argument
    return ast.Call(ast.Name(kind, ast.Load()), [argument], [])


@lru_cache(maxsize=1)
def _whole_constants() -> frozenset[str]:
    """The kernel's constants that are whole numbers: columns, kinds of orders, states."""
    return frozenset(
        name for module in _KERNEL for name, value in vars(module).items() if name.isupper() and type(value) is int
    )


def _stripped(module: ModuleType) -> str:
    """A module's source without imports, docstrings and annotations, its functions to be compiled."""
    path = module.__file__ or ""
    tree = ast.parse(Path(path).read_text("utf-8"))
    kept: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            kept.append(decorated(node, f"njit({_HOW}, forceinline={node.name in _INLINED})"))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant | ast.BinOp):
            kept.append(node)
    return "\n\n".join(ast.unparse(ast.fix_missing_locations(node)) for node in kept)


def decorated(node: ast.FunctionDef, decorator: str) -> ast.FunctionDef:
    """A function without annotations and docstring, under a decorator."""
    node.decorator_list = [ast.parse(decorator, mode="eval").body]
    node.returns = None
    for argument in [*node.args.args, *node.args.kwonlyargs]:
        argument.annotation = None
    if len(node.body) > 1 and isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
        node.body = node.body[1:]
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef):
            inner.body = [_plain(statement) for statement in inner.body]
    return node


def _plain(statement: ast.stmt) -> ast.stmt:
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return ast.Assign(targets=[statement.target], value=statement.value, lineno=statement.lineno)
    return statement


def name_of(name: str, source: str) -> str:
    """The name of the module that a source makes; it changes with the source."""
    return f"bidwell_{name}_{hashlib.sha256(source.encode()).hexdigest()[:16]}"


def is_warm(name: str) -> bool:
    """Whether a module's compiled code is on disk."""
    return any((folder() / "__pycache__").glob(f"{name}.*.nbi"))


def module_of(name: str, source: str) -> ModuleType:
    """The module that a source makes, kept as a file so that its compiled code is cached."""
    full = name_of(name, source)
    if full in sys.modules:
        return sys.modules[full]
    path = folder() / f"{full}.py"
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8") as file:
            file.write(source)
        Path(file.name).replace(path)
    spec = importlib.util.spec_from_file_location(full, path)
    if spec is None or spec.loader is None:
        message = f"{path} cannot be imported"
        raise ImportError(message)
    module = importlib.util.module_from_spec(spec)
    sys.modules[full] = module
    spec.loader.exec_module(module)
    return module


@lru_cache(maxsize=1)
def folder() -> Path:
    """Where kernels are kept; a temporary folder where the user's cache cannot be written."""
    told = os.environ.get("BIDWELL_CACHE")
    path = (Path(told) if told else platformdirs.user_cache_path("bidwell", appauthor=False)) / "kernels"
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="bidwell-kernels-"))
    return path if os.access(path, os.W_OK) else Path(tempfile.mkdtemp(prefix="bidwell-kernels-"))


def kernel_name() -> str:
    """The name of the kernel's module."""
    return name_of("kernel", kernel_source())


def kernel() -> ModuleType:
    """The compiled kernel: the functions of `matching`, `submission` and `accounts`."""
    return module_of("kernel", kernel_source())
