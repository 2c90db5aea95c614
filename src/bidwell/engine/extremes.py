"""Running sums of what an account's instruments could become at worst, so that a decision adds up none of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from bidwell.model.ids import InstrumentId
from bidwell.model.limits import ContractLimit
from bidwell.model.money import ZERO


@dataclass(frozen=True, slots=True)
class Extreme:
    """What one instrument could become: contracts on its larger side, and what open orders buy or sell for at worst."""

    contracts: Decimal
    bought: Decimal
    sold: Decimal


_NONE = Extreme(ZERO, ZERO, ZERO)


@dataclass(slots=True)
class Extremes:
    """The worst case of every instrument of one account; `touched` names those that changed since they were summed."""

    entries: dict[InstrumentId, Extreme] = field(default_factory=dict)
    roots: dict[InstrumentId, str] = field(default_factory=dict)
    touched: dict[InstrumentId, None] = field(default_factory=dict)
    bought: Decimal = ZERO
    sold: Decimal = ZERO
    weighted: dict[ContractLimit, Decimal] = field(default_factory=dict)

    def put(self, name: InstrumentId, root: str, found: Extreme) -> None:
        """Take an instrument's new worst case into every sum."""
        before = self.entries.get(name, _NONE)
        self.entries[name], self.roots[name] = found, root
        self.bought += found.bought - before.bought
        self.sold += found.sold - before.sold
        if found.contracts != before.contracts:
            for bound in self.weighted:
                self.weighted[bound] += weight_of(bound, root) * (found.contracts - before.contracts)

    def contracts(self, bound: ContractLimit) -> Decimal:
        """The sum of contracts as a limit counts them."""
        known = self.weighted.get(bound)
        if known is None:
            known = sum(
                (weight_of(bound, self.roots[name]) * one.contracts for name, one in self.entries.items()), ZERO
            )
            self.weighted[bound] = known
        return known

    def elsewhere(self, bound: ContractLimit, name: InstrumentId, root: str) -> Decimal:
        """The same without one instrument."""
        own = self.entries.get(name)
        total = self.contracts(bound)
        return total if own is None else total - weight_of(bound, root) * own.contracts


def weight_of(bound: ContractLimit, root: str) -> Decimal:
    """How much a contract of an underlying counts; what may not be entered counts one where it is held already."""
    for name, weight in bound.weights:
        if name == root:
            return weight
    return Decimal(1) if bound.other is None else bound.other
