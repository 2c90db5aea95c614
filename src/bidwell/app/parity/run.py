"""`parity`: the three runs, and what came of comparing them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bidwell.app.parity.comparing import Comparison, compare
from bidwell.app.parity.desks import run_paper, run_simulated
from bidwell.app.parity.kernel import run_kernel
from bidwell.app.parity.records import Record
from bidwell.app.parity.setting import Setting


@dataclass(frozen=True, slots=True)
class Parity:
    """What was compared, and how."""

    setting: Setting
    kernel: Record
    comparisons: tuple[Comparison, ...]

    @property
    def identical(self) -> bool:
        """Whether no run differs from the kernel's in any fill, or in equity by more than 1e-9."""
        return all(each.identical for each in self.comparisons)

    def as_json(self) -> dict[str, Any]:
        """The outcome as plain values."""
        setting = self.setting
        return {
            "identical": self.identical, "strategy": setting.strategy.__name__, "parameters": dict(setting.parameters),
            "bars": len(setting.bars), "tick_size": str(setting.instrument.tick_size),
            "lot_size": str(setting.instrument.lot_size), "fee_percent": str(setting.fee),
            "kernel": {"orders": len(self.kernel.orders), "fills": self.kernel.fills,
                       "final_equity": float(self.kernel.equity[-1])},
            "runs": [{**asdict(each), "identical": each.identical} for each in self.comparisons],
        }  # fmt: skip


def parity(setting: Setting, *, paper: bool = True, tell: Callable[[str], None] = lambda _text: None) -> Parity:
    """Run the strategy on the kernel, on the engine in simulation and, with `paper`, on the paper broker, and compare.

    `tell` hears what is being run. Raises InvalidInput where the strategy fails, DataError where a desk does not
    come to rest.
    """
    tell("kernel")
    kernel = run_kernel(setting)
    tell("engine in simulation")
    found = [compare(kernel, run_simulated(setting))]
    if paper:
        tell("paper broker")
        with tempfile.TemporaryDirectory(prefix="bidwell-parity-") as folder:
            found.append(compare(kernel, run_paper(setting, Path(folder))))
    return Parity(setting, kernel, tuple(found))
