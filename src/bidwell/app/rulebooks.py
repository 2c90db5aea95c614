"""Rulebook files of an installation: those shipped, and a person's own in the data folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bidwell.engine.funding import look_again
from bidwell.model.errors import InvalidInput
from bidwell.risk.funded.library import Library, shipped
from bidwell.risk.funded.rulefile import RulebookError, parse

if TYPE_CHECKING:
    from bidwell.engine.guarding import Guard


class RulebookFolder:
    """The rulebooks that this installation knows; files of one's own are `*.toml` in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def library(self) -> Library:
        """Everything that can be read now, with the faults of what cannot."""
        return Library({**shipped(), **self.own()})

    def own(self) -> dict[str, str]:
        """The texts of one's own files by name; a name that is shipped is never taken for one's own."""
        known = shipped()
        files = sorted(self._folder.glob("*.toml")) if self._folder.is_dir() else []
        return {one.name: one.read_text(encoding="utf-8", errors="replace") for one in files if one.name not in known}

    def write(self, name: str, text: str) -> None:
        """Keep a file after the whole of it was checked; raises RulebookError with the line, InvalidInput for its name."""
        if name in shipped():
            raise InvalidInput("rulebook.name", f"{name} is shipped with the desk: choose another name", field="name")
        books = parse(text, name)
        others = Library({**shipped(), **{key: value for key, value in self.own().items() if key != name}})
        taken = [book.id for book in books if book.id in others.names]
        if taken:
            raise RulebookError(name, 1, f"{taken[0]} is defined in {others.names[taken[0]]} already")
        self._folder.mkdir(parents=True, exist_ok=True)
        scratch = self._folder / f".{name}.new"
        scratch.write_text(text, encoding="utf-8")
        with scratch.open("rb") as handle:
            os.fsync(handle.fileno())
        scratch.replace(self._folder / name)


def revise_all(guard: Guard, library: Library) -> None:
    """At a start: hold every funded account to its plan's version of today, and lock those whose plan is unreadable."""
    for account in list(guard.core.state.risk.funded):
        look_again(guard.core, account, library)
