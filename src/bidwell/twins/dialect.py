"""What one broker's twin adds to the stage: its routes, its words for events, and how it fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aiohttp import web

from bidwell.simulation.floor import Outcome


class Dialect(Protocol):
    """One broker's protocol, to the letter of its fixtures."""

    name: str

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The vendor's own URLs."""
        ...

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Keep what the protocol needs to remember, before anything of it is told."""
        ...

    def events(self, outcome: Outcome) -> tuple[str, Sequence[str | bytes]] | None:
        """The account and the frames by which the order stream tells of it."""
        ...

    def prices(self, instruments: Sequence[str]) -> None:
        """Quotes moved: tell whoever subscribed."""
        ...

    def throttled(self, seconds: float) -> web.Response:
        """Too many requests."""
        ...

    def failed(self, status: int) -> web.Response:
        """The broker's own trouble."""
        ...

    def unauthorized(self) -> web.Response:
        """Credentials that open nothing."""
        ...
