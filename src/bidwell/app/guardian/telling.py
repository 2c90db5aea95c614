"""The guardian's record in words, for the screen and the command line."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bidwell.app.guardian import record
from bidwell.app.guardian.record import Record, Stage
from bidwell.server.guardian_view import GuardianAction, GuardianView

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_FRESH = timedelta(seconds=10)
_ORDINARY = 2.0


def told(data: Path, now: datetime, *, enabled: bool, after: float, data_age: float | None) -> GuardianView:
    """How a data folder's guardian is; `after` and `data_age` are the settings, for one that never ran."""
    found = record.read(data)
    if found is None:
        return GuardianView(enabled=enabled, ok=False, stage=Stage.OFF, said=_off(enabled=enabled), looked_at=None, after_s=Decimal(f"{after:g}"),
                            data_age_s=_exact(data_age), worry_s=0, mute_s=0, exposed=[], breached=[], adopting=0,
                            last=None)  # fmt: skip
    late = now - found.looked_at > _FRESH
    last = found.last
    return GuardianView(
        enabled=enabled, ok=found.stage is Stage.WATCHING and not late, stage=found.stage,
        said=_said(found, enabled=enabled, late=late), looked_at=found.looked_at, after_s=Decimal(f"{found.after:g}"),
        data_age_s=_exact(found.data_age), worry_s=_seconds(found.worry), mute_s=_seconds(found.mute), exposed=list(found.exposed),
        breached=list(found.breached), adopting=found.adopting,
        last=None if last is None else GuardianAction(
            at=last.at, cause=last.cause, reason=last.reason, accounts=list(last.accounts), locally=last.locally,
            flat_at=last.flat_at, failure=last.failure),
    )  # fmt: skip


def _seconds(worry: float) -> int:
    """Whole seconds; what is under two is the ordinary pause between two words."""
    return round(worry) if worry >= _ORDINARY else 0


def _exact(seconds: float | None) -> Decimal | None:
    return None if seconds is None else Decimal(f"{seconds:g}")


def _off(*, enabled: bool) -> str:
    return "is starting, or was stopped" if enabled else "is switched off (--no-guardian)"


def _said(found: Record, *, enabled: bool, late: bool) -> str:
    if found.stage is Stage.OFF:
        return _off(enabled=enabled)
    if late:
        return f"has said nothing since {found.looked_at:%H:%M:%S} UTC"
    if found.stage is Stage.ACTING and found.last is not None:
        return f"is flattening {', '.join(found.last.accounts)}: {found.last.reason}"
    if found.stage is Stage.HANDING_OVER:
        return "has flattened without the database and hands over what it did as soon as that is back"
    held = (
        f"{len(found.exposed)} account{'' if len(found.exposed) == 1 else 's'} at risk"
        if found.exposed
        else "nothing at risk"
    )
    return f"watches: {held}, acts after {found.after:g} s without a desk that can"
