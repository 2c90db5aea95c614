"""Every error the server answers, as problem+json with a stable code (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
import structlog
from starlette.responses import Response

from bidwell.model.errors import (
    BidwellError,
    BrokerError,
    ConfigError,
    Conflict,
    CurrencyMismatch,
    DataError,
    InvalidInput,
    InvalidTransition,
    JournalError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import HTTPConnection

MEDIA_TYPE = "application/problem+json"
_TITLES = {int(status): status.phrase for status in HTTPStatus}
_log = structlog.get_logger("bidwell.server")

_STATUS: tuple[tuple[type[BidwellError], int], ...] = (
    (Conflict, 409), (InvalidInput, 422), (ConfigError, 422), (InvalidTransition, 409), (CurrencyMismatch, 422),
    (JournalError, 503), (BrokerError, 503), (DataError, 503), (BidwellError, 500),
)  # fmt: skip

_BY_CODE = {
    "login_failed": 401, "login_throttled": 429, "setup_link_invalid": 403, "email_taken": 409, "last_owner": 409,
    "group.in_use": 409, "order.closed": 409, "order.not_replaceable": 409, "doubt.over": 409,
    "doubt.not_yet": 409, "doubt.known": 409, "doubt.overtaken": 409,
    "storage_unavailable": 503, "broker_refused": 422,
}  # fmt: skip
_RETRY_AFTER_S = "2"
_HINTS = {
    "journal_unavailable": "nothing was accepted; try again with the same Idempotency-Key",
    "storage_unavailable": "the database is away and is looked for; try again in a moment",
    "broker_throttled": "the broker's own limit is used up for now; try again in a moment",
    "options_busy": "wait a moment: the broker's limit is kept free for orders",
    "options_reading": "the first read of a broker's list takes a while; it goes on meanwhile",
    "fenced": "another desk serves this workspace now; reload the page",
}


class ProblemError(Exception):
    """An answer that is a problem: raised anywhere under a route, rendered in one place."""

    def __init__(self, status: int, code: str, detail: str, *, field: str | None = None, hint: str | None = None,
                 headers: Mapping[str, str] | None = None) -> None:  # fmt: skip
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.hint = hint
        self.headers = dict(headers or {})


def not_found(what: str, name: str) -> ProblemError:
    """404 for what is missing and for what belongs to somebody else: they must look alike."""
    return ProblemError(404, f"{what}.unknown", f"there is no {what} {name[:80]!r} here")


def of_error(error: BidwellError) -> ProblemError:
    """The problem that an error of the desk becomes."""
    status = _BY_CODE.get(error.code) or next(status for kind, status in _STATUS if isinstance(error, kind))
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProblemError(500, "internal", "the desk met an error of its own; the log has it under this request id")
    seconds = getattr(error, "seconds", _RETRY_AFTER_S)
    waits = status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
    headers = {"Retry-After": str(seconds)} if waits else {}
    field = error.field if isinstance(error, InvalidInput) else None
    hint = error.hint if isinstance(error, InvalidInput) else _HINTS.get(error.code)
    return ProblemError(status, error.code, str(error), field=field, hint=hint, headers=headers)


def body_of(problem: ProblemError, request_id: str, errors: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """The problem's JSON object."""
    body: dict[str, Any] = {
        "type": f"urn:bidwell:problem:{problem.code}",
        "title": _TITLES.get(problem.status, "Error"),
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
    }
    if problem.field is not None:
        body["field"] = problem.field
    if problem.hint is not None:
        body["hint"] = problem.hint
    if errors:
        body["errors"] = list(errors)
    body["request_id"] = request_id
    return body


def request_id_of(connection: HTTPConnection) -> str:
    """The id that the outermost layer gave this request."""
    return str(connection.scope.get("state", {}).get("request_id", ""))


def answer(connection: HTTPConnection, problem: ProblemError, errors: Sequence[Mapping[str, str]] = ()) -> Response:
    """The problem as a response."""
    body = msgspec.json.encode(body_of(problem, request_id_of(connection), errors))
    return Response(body, problem.status, media_type=MEDIA_TYPE, headers=problem.headers)


def unexpected(connection: HTTPConnection, error: Exception) -> Response:
    """500 for what nobody foresaw: the trace goes to the log, not to the caller."""
    _log.error("request.failed", path=connection.scope.get("path"), exc_info=error)
    return answer(connection, ProblemError(500, "internal", "the desk met an error of its own; see its log"))
