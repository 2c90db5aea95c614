"""What a session remembers of orders: bounded, the oldest forgotten first."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")
REMEMBERED = 5000


class Recent(dict[K, V]):
    """The values set for the newest keys; one that is set again keeps its place. `setdefault` and `update` do not bound."""

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        if len(self) > REMEMBERED:
            del self[next(iter(self))]


class Seen(Recent[K, None]):
    """The newest keys."""

    def add(self, key: K) -> bool:
        """Note a key; whether it is new."""
        known = key in self
        self[key] = None
        return not known
