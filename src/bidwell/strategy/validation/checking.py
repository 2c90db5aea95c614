"""`validate`: everything that can be said of a strategy's file by reading it."""

from __future__ import annotations

import ast
import hashlib
import warnings
from functools import lru_cache

from bidwell.strategy.validation.declared import strategies_in
from bidwell.strategy.validation.finding import Finding, Severity, Validation
from bidwell.strategy.validation.forbidden import forbidden
from bidwell.strategy.validation.smells import smells

LONGEST = 200_000


def validate(source: str) -> Validation:
    """Read the text of a strategy's file; the same text is read once."""
    return _read(hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest(), source)


@lru_cache(maxsize=256)
def _read(digest: str, source: str) -> Validation:
    if len(source) > LONGEST:
        return _refused(digest, "strategy.too_long", f"a strategy file has at most {LONGEST:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
        found, findings = strategies_in(tree)
        everything = {*findings, *forbidden(tree), *smells(tree)}
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        end = error.end_offset if error.end_lineno == line and error.end_offset else 0
        wrong = Finding(line, column, max(end, column + 1), "strategy.syntax", Severity.ERROR, error.msg)
        return Validation(findings=(wrong,), hash=digest)
    except (ValueError, RecursionError, MemoryError) as error:
        return _refused(digest, "strategy.syntax", f"this cannot be read as Python: {error}")
    if not found:
        everything.add(_whole("strategy.class", "the file defines no subclass of bidwell.Strategy",
                              "class Mine(Strategy): … with an on_bar"))  # fmt: skip
    return Validation(found, tuple(sorted(everything)), digest)


def _refused(digest: str, code: str, message: str) -> Validation:
    return Validation(findings=(_whole(code, message),), hash=digest)


def _whole(code: str, message: str, hint: str = "") -> Finding:
    return Finding(1, 1, 2, code, Severity.ERROR, message, hint)
