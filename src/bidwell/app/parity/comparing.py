"""Two records side by side: every order paired, every difference with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bidwell.app.parity.records import Deal, Key, Ordered, Record

TOLERANCE = 1e-9
FEE_TOLERANCE = 1e-6


class Code(StrEnum):
    """Why two runs differ; docs/parity.md says what each means."""

    DENIED = "denied_by_rule"
    VENUE = "refused_by_venue"
    DESK = "refused_by_desk"
    NOTHING = "nothing_to_do"
    KERNEL = "rejected_by_kernel"
    BUYING_POWER = "cut_to_buying_power"
    MARGIN_CALL = "margin_call"
    CLEARED = "exit_taken_off_first"
    PATH = "path_within_bar"
    GAP = "limit_gapped_through"
    VALIDITY = "time_in_force"
    ROUNDING = "rounded_otherwise"
    SIZE = "sized_otherwise"
    TIMING = "filled_on_another_bar"
    DECISION = "decided_otherwise"
    FEE = "charged_otherwise"
    WORTH = "valued_otherwise"
    FOLLOWS = "follows_an_earlier_difference"


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs of which order (its bar, its place among that bar's orders, its leg), and why."""

    code: Code
    bar: int
    place: int
    leg: str
    what: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run against the kernel's: paired orders, differences in the order of their bars, and how far equity parts."""

    name: str
    paired: int
    orders: int
    fills: int
    differences: tuple[Difference, ...]
    equity_error: float
    equity_bar: int

    @property
    def identical(self) -> bool:
        """Whether fills are the same and equity within 1e-9 after every bar."""
        return not self.differences


def compare(kernel: Record, other: Record) -> Comparison:
    """Pair every order of two records, by the bar on which it was decided and its place there."""
    differences: list[Difference] = []
    paired = 0
    for key in sorted(kernel.orders.keys() | other.orders.keys() | other.refusals.keys()):
        ours, theirs = kernel.orders.get(key), other.orders.get(key)
        paired += ours is not None and theirs is not None
        found = _difference(key, kernel, other, earlier=bool(differences))
        if found is not None:
            differences.append(Difference(found[0], key.bar, key.place, key.leg, found[1]))
    scale = np.maximum(np.abs(kernel.equity), 1e-9)
    errors = np.abs(kernel.equity - other.equity) / scale
    errors = np.where(np.isfinite(errors), errors, np.inf)
    apart = np.flatnonzero(errors > TOLERANCE)
    if len(apart):
        bar = int(apart[0])
        code = Code.FOLLOWS if differences else Code.WORTH
        what = f"equity {kernel.equity[bar]:.10g} and {other.equity[bar]:.10g}, on {len(apart)} bars in all"
        differences.append(Difference(code, bar, 0, "equity", what))
    return Comparison(other.name, paired, len(other.orders), other.fills, tuple(differences), float(errors.max()),
                      int(errors.argmax()))  # fmt: skip


def _difference(key: Key, kernel: Record, other: Record, *, earlier: bool) -> tuple[Code, str] | None:
    ours, theirs = kernel.orders.get(key), other.orders.get(key)
    refusal = other.refusals.get(key) or other.refusals.get(key._replace(leg="entry"))
    if ours is None or theirs is None:
        if refusal is not None and (ours is None or not ours.deals):
            # Neither run traded on it, and each says why.
            return None if ours is not None else (Code(refusal.code), f"only there: {refusal.text}")
        return _unpaired(key, ours, theirs, earlier, (refusal.code, refusal.text) if refusal else None)
    if ours.deals == theirs.deals:
        if abs(ours.fee - theirs.fee) > FEE_TOLERANCE * max(abs(ours.fee), 1.0):
            return Code.FEE, f"fees of {ours.fee:.8f} and {theirs.fee:.8f}"
        return None
    said = f"{_told(ours.deals)} here, {_told(theirs.deals)} there"
    if refusal is not None and not theirs.deals:
        return Code(refusal.code), f"{said}: {refusal.text}"
    return _parted(key, ours, theirs, kernel, other, earlier=earlier), said


def _unpaired(
    key: Key, ours: Ordered | None, theirs: Ordered | None, earlier: bool, refusal: tuple[str, str] | None  # noqa: FBT001 - one of a row
) -> tuple[Code, str] | None:  # fmt: skip
    if ours is not None:
        if refusal is not None:
            return Code(refusal[0]), f"{_told(ours.deals)} here: {refusal[1]}"
        if key.leg == "margin call":
            return Code.MARGIN_CALL, f"{_told(ours.deals)} here; a desk has no margin call of its own"
        if ours.reason and not ours.deals and key.leg == "entry":
            return Code.KERNEL, f"rejected here: {ours.reason}"
        if not ours.deals and key.leg != "entry":
            return None
        return (Code.FOLLOWS if earlier else Code.DECISION), f"only here: {ours.kind} {_told(ours.deals)}"
    told = theirs.deals if theirs is not None else []
    return (Code.FOLLOWS if earlier else Code.DECISION), f"only there: {_told(told)}"


def _parted(key: Key, ours: Ordered, theirs: Ordered, kernel: Record, other: Record, *, earlier: bool) -> Code:
    """Why an order that both runs placed filled differently."""
    for code, holds in (
        (Code.KERNEL, ours.status == "REJECTED"),
        (Code.BUYING_POWER, ours.reason == "buying power"),
        (Code.CLEARED, _elsewhere(key, ours, kernel, other)),
        (Code.VALIDITY, "EXPIRED" in {ours.status, theirs.status.upper()}),
    ):
        if holds:
            return code
    ticks = [abs(a.ticks - b.ticks) for a, b in zip(ours.deals, theirs.deals, strict=False)]
    lots = [abs(a.lots - b.lots) for a, b in zip(ours.deals, theirs.deals, strict=False)]
    if len(ours.deals) == len(theirs.deals) and [a.bar for a in ours.deals] == [b.bar for b in theirs.deals]:
        if max(lots):
            small = max(lots) <= 1 and ours.kind == "MARKET"
            return Code.FOLLOWS if earlier else Code.ROUNDING if small else Code.SIZE
        if max(ticks) <= 1:
            return Code.ROUNDING
        return Code.GAP if ours.kind in {"LIMIT", "STOP_LIMIT"} else Code.PATH
    bars = {deal.bar for deal in (*ours.deals, *theirs.deals)}
    if bars & other.ambiguous or _crowded(bars, kernel):
        return Code.PATH
    return Code.FOLLOWS if earlier else Code.TIMING


def _elsewhere(key: Key, ours: Ordered, kernel: Record, other: Record) -> bool:
    """Whether what one run filled with this order, the other filled with another one: same bar, side, price, lots."""
    mine = set(ours.deals) or set(other.orders[key].deals)
    rest = other if ours.deals else kernel
    return bool(mine) and mine <= {deal for name, order in rest.orders.items() if name != key for deal in order.deals}


def _crowded(bars: set[int], kernel: Record) -> bool:
    """Whether several orders filled on one of these bars, so that the path within it decides."""
    counts: dict[int, int] = {}
    for order in kernel.orders.values():
        for deal in order.deals:
            counts[deal.bar] = counts.get(deal.bar, 0) + 1
    return any(counts.get(bar, 0) > 1 for bar in bars)


def _told(deals: list[Deal]) -> str:
    return ", ".join(_words(deals)) or "nothing"


def _words(deals: list[Deal]) -> Iterator[str]:
    for deal in deals:
        yield f"{deal.lots:+d} lots at {deal.ticks} ticks on bar {deal.bar}"
