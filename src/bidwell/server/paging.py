"""Cursor pagination over lists that are held in memory, newest first."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import Query

from bidwell.server.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="how many items at most")]
Cursor = Annotated[str | None, Query(max_length=200, description="the `next_cursor` of the part before")]
DEFAULT_LIMIT = 50


def pack(key: str) -> str:
    """An opaque cursor that stands after the item with this key."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def unpack(cursor: str) -> str:
    """The key inside a cursor; raises a 422 problem for what no answer of ours contained."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise wrong_cursor() from error


def wrong_cursor() -> ProblemError:
    """422 for a cursor that is not ours."""
    return ProblemError(422, "cursor.invalid", "the cursor is not one that this list gave", field="cursor",
                        hint="start again without a cursor")  # fmt: skip


def cut(items: Iterable[T], key: Callable[[T], str], cursor: str | None, limit: int) -> tuple[list[T], str | None]:
    """The part of `items` after the cursor, and the cursor after it (None at the end)."""
    source = iter(items)
    if cursor is not None:
        last = unpack(cursor)
        if not any(key(item) == last for item in source):
            raise wrong_cursor()
    found: list[T] = []
    for item in source:
        if len(found) == limit:
            return found, pack(key(found[-1]))
        found.append(item)
    return found, None
