"""The field types that every schema is made of: exact numbers, instants, names, and the two kinds of model."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Path
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from bidwell.model.money import LARGEST, MOST_DIGITS

_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_LONGEST_NUMBER = 64


def exact(value: object) -> Decimal:
    """Read a decimal from its text or from a whole number; anything that has been through a float is refused."""
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PydanticCustomError("number.type", 'a number is written as text, such as "98.50"')
    elif isinstance(value, float):
        raise PydanticCustomError("number.float", 'write the number as text ("98.50"): a float is not exact')
    else:
        text = str(value) if not isinstance(value, int) or abs(value) <= LARGEST else ""
        if text == "" and value != "":
            raise _too_large()
        if len(text) > _LONGEST_NUMBER:
            raise _too_large()
        if not _PLAIN.fullmatch(text):
            raise PydanticCustomError("number.format", 'not a plain decimal number such as "98.50"')
        number = Decimal(text)
    if not number.is_finite():
        raise PydanticCustomError("number.not_finite", "the number must be finite")
    if abs(number) > LARGEST or len(number.as_tuple().digits) > MOST_DIGITS:
        raise _too_large()
    return number


def _too_large() -> PydanticCustomError:
    return PydanticCustomError(
        "number.too_large", "at most {digits} digits and at most {largest}", {"digits": MOST_DIGITS, "largest": "10^15"}
    )


def plain(value: Decimal) -> str:
    """The exact text without an exponent."""
    return format(value, "f")


def instant(value: datetime) -> str:
    """ISO 8601 in UTC with microseconds and `Z`."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError("time.zone", "a time needs its zone, such as 2026-11-21T09:30:00Z")
    return value.astimezone(UTC)


def _whole(value: Any) -> Any:  # noqa: ANN401 - a validator sees whatever JSON held
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("number.whole", "a whole number is needed")
    return value


Number = Annotated[
    Decimal,
    BeforeValidator(exact),
    PlainSerializer(plain, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "decimal", "examples": ["98.50"]}),
]
Instant = Annotated[
    datetime,
    AfterValidator(_aware),
    PlainSerializer(instant, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-21T14:30:00.000000Z"]}),
]
Whole = Annotated[int, BeforeValidator(_whole)]
ObjectId = Annotated[str, Path(alias="id", max_length=120)]
Flag = Annotated[bool, Field(strict=True)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9&._:-]*$")]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Note = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{2,9}$")]


class Body(BaseModel):
    """What a client sends: an unknown field is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class View(BaseModel):
    """What the server answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Item = TypeVar("Item")


class Page(View, Generic[Item]):
    """A part of a list; `next_cursor` asks for the following part and is null at the end."""

    items: list[Item]
    next_cursor: str | None = None


class Problem(View):
    """RFC 9457 problem details; `code` is stable and machine-readable."""

    type: str = Field(examples=["https://bidwell.dev/problems/instrument.unknown"])
    title: str
    status: int
    code: str = Field(examples=["instrument.unknown"])
    detail: str
    field: str | None = None
    hint: str | None = None
    errors: list[ProblemPart] | None = None
    request_id: str


class ProblemPart(View):
    """One of several things that are wrong with a request."""

    code: str
    field: str
    detail: str
