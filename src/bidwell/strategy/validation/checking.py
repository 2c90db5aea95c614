"""`check`: everything that can be said of a strategy's file by reading it."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import lru_cache

from bidwell.strategy.validation.declared import strategies_in
from bidwell.strategy.validation.finding import Checked, Finding, Severity
from bidwell.strategy.validation.forbidden import forbidden
from bidwell.strategy.validation.smells import smells

LARGEST = 512 * 1024


def check(source: str) -> Checked:
    """Check the text of a strategy's file; the same text is read once."""
    return _checked(hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest(), source)


@lru_cache(maxsize=256)
def _checked(digest: str, source: str) -> Checked:
    if len(source) > LARGEST:
        return Checked(digest, (), (_error(1, 0, "strategy.large", f"the file has more than {LARGEST:,} characters"),))
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        place = error.lineno or 1, max((error.offset or 1) - 1, 0)
        return Checked(digest, (), (_error(*place, "strategy.syntax", error.msg),))
    except (ValueError, RecursionError, MemoryError) as error:
        return Checked(digest, (), (_error(1, 0, "strategy.syntax", str(error) or "the text is nested too deeply"),))
    found, findings = strategies_in(tree)
    everything = {*findings, *forbidden(tree), *smells(tree), *_missing(found)}
    return Checked(digest, found, tuple(sorted(everything)))


def _missing(found: tuple[object, ...]) -> Iterator[Finding]:
    if not found:
        yield _error(1, 0, "strategy.class", "the file defines no subclass of bidwell.Strategy",
                     "class Mine(Strategy): … with an on_bar")  # fmt: skip


def _error(line: int, column: int, code: str, message: str, hint: str = "") -> Finding:
    return Finding(line, column, code, Severity.ERROR, message, hint)
