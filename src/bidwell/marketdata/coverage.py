"""Which stretches of time a vendor has been asked for already, so that a download goes on where it stopped."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from bidwell.model.errors import DataError

Stretch = tuple[datetime, datetime]


class Coverage:
    """Stretches that were downloaded, kept in a file; starts are inclusive, ends exclusive."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.stretches: list[Stretch] = []
        if path.exists():
            try:
                self.stretches = msgspec.json.decode(path.read_bytes(), type=list[Stretch])
            except (msgspec.DecodeError, OSError) as error:
                raise DataError(f"{path} cannot be read: {error}") from error

    def missing(self, since: datetime, until: datetime) -> list[Stretch]:
        """What of a stretch was not asked for, in order."""
        found: list[Stretch] = []
        at = since
        for first, last in self.stretches:
            if last <= at or first >= until:
                continue
            if first > at:
                found.append((at, first))
            at = max(at, last)
        if at < until:
            found.append((at, until))
        return found

    def add(self, since: datetime, until: datetime) -> None:
        """Note a stretch durably enough for a crash of the process; raises DataError when the disk fails."""
        if until <= since:
            return
        merged: list[Stretch] = []
        for first, last in sorted([*self.stretches, (since, until)]):
            if merged and first <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        self.stretches = merged
        temporary = self._path.with_suffix(".tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(msgspec.json.encode(merged))
            temporary.replace(self._path)
        except OSError as error:
            raise DataError(f"the download's progress could not be kept below {self._path.parent}: {error}") from error
