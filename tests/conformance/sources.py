"""Reads the reference files: columns of text, as printed, so that a value's last digit is known."""

from __future__ import annotations

import csv
import gzip
import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
FOLDER = SHARED / "indicators"
Array = npt.NDArray[np.float64]


@cache
def table(path: str) -> dict[str, list[str]]:
    """Return the columns of a file under the reference folder; names in lower case without spaces."""
    full = FOLDER / path
    raw = gzip.decompress(full.read_bytes()) if full.suffix == ".gz" else full.read_bytes()
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    names = [name.strip().lower() for name in rows[0]]
    body = [row for row in rows[1:] if row]
    return {name: [row[k].strip() if k < len(row) else "" for row in body] for k, name in enumerate(names)}


def numbers(column: list[str]) -> Array:
    """Return a column as floats; what is not a number is NaN."""
    return np.array([number(text) for text in column])


def number(text: str) -> float:
    """Return the number, or NaN."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def half_digit(text: str) -> float:
    """Return half a unit of the last printed digit."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** (int(exponent or 0) - decimals)


def tolerance(text: str) -> float:
    """Return how far a value may be from its print: 1e-9 of it, or half its last digit with a hair for binary."""
    return max(1e-9 * max(1.0, abs(number(text))), half_digit(text) * (1.0 + 1e-6))


@cache
def vectors(path: str) -> Any:  # noqa: ANN401 - JSON
    """Return a JSON reference."""
    return json.loads((SHARED / path).read_text())
