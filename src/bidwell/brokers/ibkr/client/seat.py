"""A part's place on a link: open while the part is, so that the connection ends behind the last."""

from __future__ import annotations

from bidwell.brokers.ibkr.client.link import Link, User
from bidwell.model.errors import Unavailable


class Seat:
    """`transport.broker.Connection` over a link; with a `user` it is `transport.broker.Channel` too, by `hearing`."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._is_open = False

    def open(self) -> None:
        """Be ready to ask."""
        self._is_open = True

    async def close(self) -> None:
        """Ask no more."""
        self._is_open = False
        await self.link.leave(self)

    async def ready(self) -> Link:
        """The link, opened where it was not; raises Unavailable or Refused."""
        if not self._is_open:
            raise Unavailable("the session is closed: nothing was sent")
        await self.link.join(self)
        return self.link


class Hearing:
    """`transport.broker.Channel`: hears the link for one user while it is open."""

    def __init__(self, seat: Seat, user: User) -> None:
        self._seat = seat
        self._user = user
        self._is_open = False

    @property
    def is_up(self) -> bool:
        """Whether what happens is heard."""
        return self._is_open and self._seat.link.is_up

    async def open(self) -> None:
        """Hear from now on; raises Unavailable, Refused."""
        if self._is_open:
            return
        link = await self._seat.ready()
        if not link.is_up:
            raise Unavailable("the Gateway is not connected to Interactive Brokers")
        self._is_open = True
        link.listen(self._user)
        self._user.up()

    async def close(self) -> None:
        """Hear no more."""
        self._is_open = False
        self._seat.link.unlisten(self._user)

    def drop(self, reason: str) -> None:
        """Begin the connection anew."""
        self._seat.link.drop(reason)
