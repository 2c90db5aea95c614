"""Payloads gone wrong: a sample with an odd value at some place, or with bytes changed and cut off."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from hypothesis import strategies as st

from bidwell.model.errors import ProtocolError

RUNS = int(os.environ.get("BIDWELL_FUZZ", "60"))
Parsers = dict[str, tuple[Any, Callable[[bytes], object]]]
"""A broker's payloads by name: a sample, and what reads one down to the desk's own types."""

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=30),
    st.sampled_from(["NaN", "sNaN", "Infinity", "-1", "1e400", "1e-400", "0", "9" * 60, "é" * 5000, "2024-13-45T99:99:99Z",
                     "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"]),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=4), st.integers(), max_size=3),
)  # fmt: skip


@contextmanager
def understood_or_refused() -> Iterator[None]:
    """Whatever is done may say ProtocolError, and nothing else."""
    with suppress(ProtocolError):
        yield


def with_odd_value(data: st.DataObject, sample: Any) -> Any:  # noqa: ANN401 - JSON
    """The sample with an odd value at some place."""
    *path, last = data.draw(st.sampled_from(sorted(_places(sample), key=str)))
    copy = json.loads(json.dumps(sample))
    inner = copy
    for key in path:
        inner = inner[key]
    inner[last] = data.draw(ODD)
    return copy


def damaged(data: st.DataObject, sample: bytes, most: int = 4) -> bytes:
    """The sample cut off somewhere, with at most so many bytes changed."""
    body = bytearray(sample)
    for _ in range(data.draw(st.integers(0, most))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    return bytes(body[: data.draw(st.integers(0, len(body)))])


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(inner, (*path, key))
    if path:
        yield path
