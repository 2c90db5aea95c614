"""What was wrong with a request, field by field, in stable codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bidwell.server.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Sequence

_CODES = {
    "missing": "field.missing",
    "extra_forbidden": "field.unknown",
    "enum": "field.choice",
    "literal_error": "field.choice",
    "json_invalid": "body.json",
    "model_attributes_type": "field.object",
    "model_type": "field.object",
    "dict_type": "field.object",
    "list_type": "field.list",
    "too_long": "field.too_long",
    "too_short": "field.too_short",
    "string_type": "field.text",
    "string_too_long": "field.too_long",
    "string_too_short": "field.too_short",
    "string_pattern_mismatch": "field.format",
    "greater_than": "number.too_small",
    "greater_than_equal": "number.too_small",
    "less_than": "number.too_large",
    "less_than_equal": "number.too_large",
    "bool_type": "field.flag",
    "bool_parsing": "field.flag",
    "int_parsing": "number.whole",
    "int_type": "number.whole",
}
_PLACES = {"body", "query", "path", "header", "cookie"}


def code_of(kind: str) -> str:
    """Our code for a validator's kind of error; our own kinds have a dot and stay."""
    if "." in kind:
        return kind
    if kind.startswith(("datetime", "timezone", "date")):
        return "time.format"
    return _CODES.get(kind, "field.invalid")


def parts_of(errors: Sequence[Any]) -> list[dict[str, str]]:
    """Every error as code, field and detail; the given values are left out, as they may be secret."""
    return [
        {
            "code": code_of(str(error["type"])),
            "field": ".".join(str(part) for part in error["loc"] if part not in _PLACES),
            "detail": str(error["msg"]),
        }
        for error in errors
    ]


def problem_of(parts: Sequence[dict[str, str]]) -> ProblemError:
    """One problem for all parts; a single part lends it its code and field."""
    if len(parts) == 1:
        only = parts[0]
        status = 400 if only["code"] == "body.json" else 422
        return ProblemError(status, only["code"], only["detail"], field=only["field"] or None)
    return ProblemError(422, "request.invalid", f"{len(parts)} fields of the request are wrong; see errors")
