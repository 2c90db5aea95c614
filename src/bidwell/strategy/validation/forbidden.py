"""What a strategy has no business with: files, processes, the network, the interpreter's insides.

This keeps honest files honest and says so early; it is no wall against a hostile one, which the process that runs a
strategy has to be.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bidwell.strategy.validation.finding import Finding, Severity, finding

MODULES = frozenset({
    "aiohttp", "asyncio", "builtins", "code", "codeop", "concurrent", "ctypes", "fcntl", "ftplib", "gc", "glob", "http",
    "httpx", "imaplib", "importlib", "inspect", "io", "marshal", "mmap", "multiprocessing", "os", "pathlib", "pickle",
    "pkgutil", "poplib", "posix", "psycopg", "pty", "requests", "resource", "runpy", "select", "shelve", "shutil",
    "signal", "site", "smtplib", "socket", "socketserver", "sqlite3", "ssl", "subprocess", "sys", "telnetlib",
    "tempfile", "threading", "urllib", "urllib3", "webbrowser", "websockets", "xmlrpc", "zipimport",
})  # fmt: skip
BUILTINS = frozenset(
    {"__import__", "breakpoint", "compile", "eval", "exec", "exit", "globals", "input", "open", "quit"}
)
INSIDES = frozenset({
    "__bases__", "__builtins__", "__code__", "__getattribute__", "__globals__", "__import__", "__loader__", "__mro__",
    "__reduce__", "__reduce_ex__", "__subclasses__", "_trading",
})  # fmt: skip
ROOMS = ("bidwell.strategy", "bidwell.analytics")


def forbidden(tree: ast.Module) -> Iterator[Finding]:
    """Every import, call and attribute that a strategy may not use."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                yield from _module(node, each.name)
        elif isinstance(node, ast.ImportFrom):
            yield from _module(node, node.module or ".", relative=node.level > 0)
        elif isinstance(node, ast.Name) and node.id in BUILTINS and isinstance(node.ctx, ast.Load):
            yield _error(node, "forbidden.builtin", f"{node.id} is not for strategies")
        elif isinstance(node, ast.Attribute) and node.attr in INSIDES:
            yield _error(node, "forbidden.attribute", f"{node.attr} is not for strategies")


def _module(node: ast.stmt, name: str, *, relative: bool = False) -> Iterator[Finding]:
    root = name.partition(".")[0]
    if relative:
        yield _error(node, "forbidden.import", "a strategy is one file: it has no neighbours to import")
    elif root in MODULES:
        yield _error(node, "forbidden.import", f"a strategy may not import {name}",
                     "bars, quotes and fills come to it; self.log writes, self.state is kept")  # fmt: skip
    elif root == "bidwell" and name != "bidwell" and not name.startswith(ROOMS):
        yield _error(node, "forbidden.import", f"{name} is the desk's own",
                     "from bidwell import Bar, Bars, Param, Strategy, indicators")  # fmt: skip


def _error(node: ast.stmt | ast.expr, code: str, message: str, hint: str = "") -> Finding:
    return finding(node, Severity.ERROR, code, message, hint)
