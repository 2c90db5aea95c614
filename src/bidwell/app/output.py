"""How commands answer: one JSON object with `--json`, text for people otherwise, errors to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.model.errors import BidwellError

if TYPE_CHECKING:
    from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def show(result: Mapping[str, Any], text: Callable[[Console], None], *, as_json: bool) -> None:
    """Print `result` as JSON, or let `text` draw it. Decimals, datetimes and paths become strings."""
    if as_json:
        print(json.dumps(result, default=str))
        return
    from rich.console import Console

    # A pipe has no width: a table in a file is not to be cut to a screen that is not there.
    text(Console(highlight=False, width=None if sys.stdout.isatty() else 200))


def show_error(error: BidwellError, *, as_json: bool) -> None:
    """Print an error with its stable code, and what to do about it where the error knows."""
    hint = getattr(error, "hint", None)
    if as_json:
        print(json.dumps({"error": {"code": error.code, "message": str(error), "hint": hint}}), file=sys.stderr)
        return
    print(f"bidwell: {error} [{error.code}]", file=sys.stderr)
    if hint:
        print(f"         {hint}", file=sys.stderr)
