"""The rulebooks there are: those shipped, and a person's own, with the files that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable

from bidwell.model.errors import InvalidInput
from bidwell.model.funded import Rulebook
from bidwell.risk.funded.rulefile import RulebookError, parse


class Library:
    """Rulebooks by id, each with its versions; a file with an error is kept as a fault, never half read."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.faults: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self._versions: dict[str, list[Rulebook]] = {}
        for name, text in files.items():
            try:
                books = parse(text, name)
            except RulebookError as error:
                self.faults[name] = str(error)
                continue
            taken = [book.id for book in books if self.names.get(book.id, name) != name]
            if taken:
                self.faults[name] = f"{name}: {taken[0]} is defined in {self.names[taken[0]]} already"
                continue
            for book in books:
                self._versions.setdefault(book.id, []).append(book)
                self.names[book.id] = name
        for found in self._versions.values():
            found.sort(key=lambda book: book.effective_from)

    def at(self, ident: str, day: date) -> Rulebook:
        """The version of a rulebook that is in force on a day; raises InvalidInput with what is wrong."""
        versions = [book for book in self._versions.get(ident, ()) if book.effective_from <= day]
        if versions:
            return versions[-1]
        known = self._versions.get(ident)
        if known:
            msg = f"rulebook {ident} is in force from {known[0].effective_from} on"
            raise InvalidInput("rulebook.not_in_force", msg, field="rulebook")
        unread = "; ".join(self.faults.values())
        hint = f"these files could not be read: {unread}" if unread else None
        raise InvalidInput("rulebook.unknown", f"there is no rulebook {ident!r}", field="rulebook", hint=hint)

    def all(self, day: date) -> tuple[Rulebook, ...]:
        """Every rulebook in its version of a day (the first one where none is in force yet), by firm and size."""
        found = []
        for versions in self._versions.values():
            current = [book for book in versions if book.effective_from <= day]
            found.append(current[-1] if current else versions[0])
        return tuple(sorted(found, key=lambda book: (book.firm, book.plan, book.phase, book.size)))


def shipped() -> dict[str, str]:
    """The texts of the rulebook files that come with the product, by file name."""
    folder = resources.files("bidwell.risk") / "rulebooks"
    return {
        one.name: one.read_text(encoding="utf-8") for one in _sorted(folder.iterdir()) if one.name.endswith(".toml")
    }


def _sorted(found: Iterable[Traversable]) -> list[Traversable]:
    return sorted(found, key=lambda one: one.name)
