"""The desk's log: structlog as JSON or for a console, with request and intent ids and without secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

REDACTED = "[redacted]"
# What our own secrets look like wherever they turn up, and the names under which others may hide.
_SECRET = re.compile(r"\b(bwt|bwh|bdw|bws)_[A-Za-z0-9_-]{8,}|(?i:bearer )[A-Za-z0-9._~+/=-]{8,}")
_NAMES = re.compile(
    r"password|passwd|secret|token|authorization|cookie|csrf|api_?key|signing_key|private_?key|credential",
    re.IGNORECASE,
)
_HARMLESS = re.compile(r"(_hint|_id|_count|_hash_prefix)$", re.IGNORECASE)
_DEEPEST = 6


def redact(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - a log line holds anything
    """The value without secrets, by their form and by the name they stand under."""
    if isinstance(value, str):
        return _SECRET.sub(REDACTED, value)
    if isinstance(value, bytes):
        return _SECRET.sub(REDACTED, value.decode("utf-8", "replace"))
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {name: _named(str(name), one, depth) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(one, depth + 1) for one in value]
    return value


def _named(name: str, value: Any, depth: int) -> Any:  # noqa: ANN401 - the same
    if value and _NAMES.search(name) and not _HARMLESS.search(name):
        return REDACTED
    return redact(value, depth + 1)


def _redactor(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Redact a whole line; the trace of an error, too, once it is text."""
    return {name: value if name in {"level", "timestamp"} else _named(name, value, 0) for name, value in event.items()}


def configure(*, as_json: bool, level: int = logging.INFO) -> None:
    """Set the log up for this process: one line per event on standard error, for libraries' logging as well."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redactor,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    ))  # fmt: skip
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("uvicorn.access", "uvicorn.error", "asyncio", "alembic", "ccxt"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
