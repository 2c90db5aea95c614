"""ccxt, imported when the first exchange is used: it takes two seconds and a hundred megabytes.

It reckons in the decimal context that it finds and changes it, so every call into it gets a context of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_EVEN, Context, localcontext
from importlib import import_module
from typing import Any

from bidwell.model.errors import BrokerError, ProtocolError

BROKEN = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What the library lets out where a payload is not what it expects."""


def made(exchange: str, settings: dict[str, Any]) -> Any:  # noqa: ANN401 - the library is not typed
    """An exchange of the library (REST and streams); figures come out of it as text and not as floats."""
    found = getattr(import_module("ccxt.pro"), exchange)(settings)
    found.number = str
    return found


def load() -> None:
    """Import the library; to be done in a thread of its own."""
    import_module("ccxt.pro")


def base_error() -> type[Exception]:
    """The root of the library's errors."""
    root: type[Exception] = import_module("ccxt.base.errors").BaseError
    return root


def exact(text: bytes | str, what: str) -> Any:  # noqa: ANN401 - JSON
    """JSON whose fractions stay text, digit for digit; raises ProtocolError."""
    try:
        return json.loads(text, parse_float=str, parse_constant=_no_figure)
    except (ValueError, RecursionError) as problem:
        raise ProtocolError(f"{what} was not understood: {problem}") from problem


def _no_figure(text: str) -> None:
    raise ValueError(f"{text} is no figure")


@contextmanager
def reckoning() -> Iterator[None]:
    """A decimal context that the library may bend."""
    with localcontext(Context(prec=28, rounding=ROUND_HALF_EVEN)):
        yield


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Let the library read a payload: whatever it stumbles over is a ProtocolError."""
    try:
        with reckoning():
            yield
    except BrokerError:
        raise
    except BROKEN as problem:
        raise ProtocolError(f"{what} was not understood: {type(problem).__name__}: {problem}") from problem
    except base_error() as problem:
        raise ProtocolError(f"{what} was not understood: {problem}") from problem
