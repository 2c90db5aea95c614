"""Logins that accounts of one credential share, and login codes that are good once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Mapping

    from bidwell.app.brokerage import Access

_REMEMBERED = 64


class Refusable(Protocol):
    """A login with what the broker said of it when it refused it."""

    @property
    def refusal(self) -> object: ...


L = TypeVar("L", bound=Refusable)


class Logins(Generic[L]):
    """One login for everybody who uses a credential; one that was refused is made anew: only a person asks for it again."""

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[Hashable, L]] = {}

    def of(self, whose: Hashable, entered: Hashable, make: Callable[[], L]) -> L:
        """The login of a credential, made anew where something else was entered."""
        known = self._known.get(whose)
        if known is None or known[0] != entered or known[1].refusal:
            known = self._known[whose] = (entered, make())
        return known[1]


class Codes:
    """What login codes gave, which a broker takes only once: a second look with one gets the same."""

    def __init__(self, field: str) -> None:
        self._field = field
        self._gave: OrderedDict[str, Mapping[str, str]] = OrderedDict()

    async def redeem(
        self, access: Access, whose: str, code: str, redeem: Callable[[], Awaitable[Mapping[str, str]]]
    ) -> Mapping[str, str]:
        """The credential's fields with what its code gave in the code's place; raises what `redeem` raises."""
        name = hashlib.sha256(f"{access.twin}|{whose}|{code}".encode()).hexdigest()
        if name not in self._gave:
            self._gave[name] = await redeem()
            while len(self._gave) > _REMEMBERED:
                self._gave.popitem(last=False)
        kept = {each: value for each, value in access.fields.items() if each != self._field}
        return kept | dict(self._gave[name])
