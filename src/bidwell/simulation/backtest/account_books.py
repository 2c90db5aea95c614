"""What an account holds beside fills and equity, where a run keeps a ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEDGER: dict[str, Any] = {"ts": pl.Datetime("ns", "UTC"), "symbol": pl.String, "kind": pl.String,
                          "currency": pl.String, "amount": pl.Float64, "worth": pl.Float64}  # fmt: skip
EMPTY_LEDGER = pl.DataFrame(schema=LEDGER)


@dataclass(frozen=True, eq=False)
class AccountBooks:
    """A run's ledger and what its figures need.

    `ledger` has a row for all that came in or went out without a fill (dividend, cash in lieu, variation, borrow,
    revaluation): `amount` in its currency, `worth` in the account's. `balances` is the cash of each currency at the
    end. `rates` and `splits` are of each fill: its currency's rate, and the later splits of its instrument.
    `gross` is the worth of all positions after each instant, without their signs.
    """

    ledger: pl.DataFrame
    balances: Mapping[str, float]
    rates: Floats
    splits: Floats
    multipliers: Mapping[str, float]
    gross: Floats
