"""What the server asks of rulebooks: the library, and the files of one's own."""

from __future__ import annotations

from typing import Protocol

from bidwell.risk.funded.library import Library


class Rulebooks(Protocol):
    """The rulebook files of an installation; `app` keeps them in the data folder."""

    def library(self) -> Library:
        """Everything that can be read now, with the faults of what cannot."""
        ...

    def own(self) -> dict[str, str]:
        """The texts of one's own files by name."""
        ...

    def write(self, name: str, text: str) -> None:
        """Keep a file of one's own, after the whole of it was checked; raises RulebookError with the line."""
        ...
