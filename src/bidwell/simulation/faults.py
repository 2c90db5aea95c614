"""Scripts of what goes wrong between a desk and the venue, repeatable from a seed."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from random import Random

import msgspec

from bidwell.model.errors import ConfigError
from bidwell.model.terms import Side


class FaultType(StrEnum):
    """What can go wrong; docs/paper-venue.md tells each in full."""

    ACK_LOST = "ack_lost"
    LATE_ACCEPT = "late_accept"
    REJECT = "reject"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    PARTIAL = "partial"
    MUTE = "mute"
    DISCONNECT = "disconnect"
    MALFORMED = "malformed"


class On(StrEnum):
    """What a fault strikes: a request, or a fill that the market made."""

    SUBMIT = "submit"
    CANCEL = "cancel"
    REPLACE = "replace"
    FILL = "fill"


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of a script. Empty conditions match everything.

    Of what matches, the first `skip` pass, then `count` are struck (None: all), each with `probability`.
    `seconds` is how late, how mute or how long apart; `fraction` how much fills at first; `processed` is
    whether a disconnect comes after the request was carried out or before.
    """

    fault: FaultType
    on: On = On.SUBMIT
    account: str = ""
    instrument: str = ""
    side: Side | None = None
    client_order_ids: tuple[str, ...] = ()
    skip: int = 0
    count: int | None = 1
    probability: float = 1.0
    seconds: float = 1.0
    fraction: Decimal = Decimal("0.5")
    code: str = "fault"
    reason: str = "rejected by the fault script"
    processed: bool = True


class FaultScript(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules in order: the first that strikes wins."""

    seed: int = 0
    faults: tuple[Fault, ...] = ()


def read_script(path: Path) -> FaultScript:
    """Read a script from a JSON file; raises ConfigError where it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=FaultScript)
    except (OSError, msgspec.MsgspecError) as problem:
        raise ConfigError(f"the fault script {path} cannot be read: {problem}") from problem


class Faults:
    """A script in the course of being played."""

    def __init__(self, script: FaultScript) -> None:
        self.script = script
        self.random = Random(script.seed)  # noqa: S311 - repeatable faults are the point
        self._matched = [0] * len(script.faults)
        self._struck = [0] * len(script.faults)

    def strike(self, on: On, account: str, client_order_id: str, instrument: str, side: Side | None) -> Fault | None:
        """The fault that strikes this, if any; what is asked for counts as having come by."""
        for index, fault in enumerate(self.script.faults):
            if not _matches(fault, on, account, client_order_id, instrument, side):
                continue
            self._matched[index] += 1
            spent = fault.count is not None and self._struck[index] >= fault.count
            if self._matched[index] <= fault.skip or spent:
                continue
            if fault.probability < 1 and self.random.random() >= fault.probability:
                continue
            self._struck[index] += 1
            return fault
        return None


def _matches(fault: Fault, on: On, account: str, client_order_id: str, instrument: str, side: Side | None) -> bool:
    return (
        fault.on is on
        and fault.account in {"", account}
        and fault.instrument in {"", instrument}
        and (fault.side is None or fault.side is side)
        and (not fault.client_order_ids or client_order_id in fault.client_order_ids)
    )
