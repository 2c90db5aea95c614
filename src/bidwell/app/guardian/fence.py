"""A mark in the data folder: desks whose lease has this number or a lower one send nothing.

The lease fences a desk off from the journal at once, and from its brokers when its time is over. Where that is too late,
because the guardian has to act now, this does: every lane looks at it last thing before bytes leave.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

EVERYBODY: Final = 2**62
"""A mark that no lease passes: what was done without the database has to be adopted first."""

_WIDTH: Final = 20


class Fence:
    """The mark; it is written in place, so that it can be raised on a full disk too."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._file = os.open(folder / "fence", os.O_RDWR | os.O_CREAT, 0o600)
        if os.fstat(self._file).st_size < _WIDTH:
            self.set(0)

    @property
    def mark(self) -> int:
        """The highest number that is fenced off; one that cannot be read fences everybody off."""
        text = os.pread(self._file, _WIDTH, 0)
        return int(text) if text.isdigit() else EVERYBODY

    def bars(self, token: int) -> bool:
        """Whether the desk with this lease may not send."""
        return token <= self.mark

    def set(self, mark: int) -> None:
        """Fence off up to this number."""
        os.pwrite(self._file, b"%0*d" % (_WIDTH, mark), 0)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)
