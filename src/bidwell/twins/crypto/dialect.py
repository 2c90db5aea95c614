"""What the exchanges' twins share as dialects: pairs by the exchange's name, signed and public reads, prices as they move."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from bidwell.model.market import Quote
from bidwell.simulation.floor import Outcome
from bidwell.twins.crypto.answers import heard
from bidwell.twins.crypto.spot import SpotRoom, milliseconds
from bidwell.twins.mishaps import On
from bidwell.twins.scenario import Listed, Person, inner_id
from bidwell.twins.stage import Handler, Stage

PUBLIC = "price:"
"""The account of a line that hears prices only."""

Query = Mapping[str, str]


class SpotTwin(ABC):
    """`twins.Dialect` but for routes, words and the order stream."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.room = SpotRoom(stage)

    # --- the exchange's own -------------------------------------------------------------------------

    @staticmethod
    @abstractmethod
    def pair(row: Listed) -> str:
        """The exchange's name of a pair."""

    @abstractmethod
    def price_frames(self, row: Listed) -> Mapping[str, str]:
        """What the price stream says of a pair now, by what a line has to want."""

    @abstractmethod
    async def caller(self, request: web.Request) -> tuple[str, Query] | web.Response:
        """The account that asks for a read and what it asks with, or what a stranger is told."""

    # --- the same everywhere ------------------------------------------------------------------------

    def on_outcomes(self, outcomes: Sequence[Outcome]) -> None:  # noqa: B027 - a dialect may, and none has to
        """Nothing is remembered beside the venue."""

    def prices(self, instruments: Sequence[str]) -> None:
        """Quotes moved: tell whoever subscribed."""
        for name in instruments:
            row = self.stage.market.rows[self.stage.market.symbols[name]]
            for wanted, frame in self.price_frames(row).items():
                self.stage.lines.tell(PUBLIC, [frame], wanted)

    def row(self, pair: str) -> Listed | None:
        """The pair that the exchange calls this."""
        return next((row for row in self.room.rows() if self.pair(row) == pair), None)

    def quote(self, row: Listed) -> Quote:
        """The newest quote of a pair."""
        return self.stage.venue.quotes[inner_id(row.symbol)]

    def now(self) -> int:
        """The market's clock in milliseconds."""
        return milliseconds(self.stage.market.now())

    def read(self, work: Callable[[str, Query], web.Response]) -> Handler:
        """A handler for a read of one account."""

        async def handle(request: web.Request) -> web.Response:
            asked = await self.caller(request)
            if isinstance(asked, web.Response):
                return asked
            account, query = asked
            return await self.stage.play(request, On.READ, account, lambda _refusal, _first: (work(account, query), ()))

        return handle

    def public(self, work: Callable[[Query], web.Response]) -> Handler:
        """A handler for a read that anybody may ask."""

        async def handle(request: web.Request) -> web.Response:
            query = {**request.query, **request.match_info}
            return await self.stage.play(request, On.READ, "", lambda _refusal, _first: (work(query), ()))

        return handle


class SigningTwin(SpotTwin):
    """One whose requests are signed over their address or their body, of which what changes orders is a JSON object."""

    @abstractmethod
    def signed(self, request: web.Request, text: str) -> Person | web.Response:
        """The account behind a signature over this, or what a stranger is told."""

    def covered(self, _request: web.Request) -> str:
        """What of a read's address the signature is over, beside what it is over always."""
        return ""

    @abstractmethod
    def misread(self) -> web.Response:
        """The answer to a body that is none."""

    async def caller(self, request: web.Request) -> tuple[str, Query] | web.Response:
        """The account that asks for a read."""
        person = self.signed(request, self.covered(request))
        return person if isinstance(person, web.Response) else (person.account, {**request.query, **request.match_info})

    async def asked(self, request: web.Request) -> tuple[str, dict[str, Any]] | web.Response:
        """The account that wants something changed and what it says."""
        text = await request.text()
        person = self.signed(request, text)
        if isinstance(person, web.Response):
            return person
        body = heard(text)
        return self.misread() if body is None else (person.account, body)
