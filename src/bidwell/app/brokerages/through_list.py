"""What brokerages do alike whose market reads a list of the day."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

from bidwell.app.brokerage import Chains, Directory, made
from bidwell.app.brokerages.through_session import Session, ThroughSession

if TYPE_CHECKING:
    from bidwell.app.brokerage import Access, Means
    from bidwell.brokers.transport.listed import ListedMarket

C_co = TypeVar("C_co", covariant=True)
S = TypeVar("S", bound=Session)


class ThroughList(ThroughSession[C_co, S]):
    """`app.brokerage.Brokerage` but for `probe` and `prices`, with `Enumerating` and `Chaining`."""

    @abstractmethod
    def _market(self, access: Access, means: Means) -> ListedMarket[Any, Any]:
        """A market over the credential's login, not open yet."""

    async def directory(self, access: Access, means: Means) -> Directory:
        """Everything that the desk trades of the broker's list."""
        market = self._market(access, means)
        market.open()
        try:
            await market.prepare()
        finally:
            await market.close()
        refused = dict(market.book.refused)
        return Directory(made(market.book.listing, list(market.book.ids()), refused), refused, by_id=True)

    def chains(self, access: Access, means: Means) -> Chains:
        """The option chains of the broker's list."""
        return Chains(self._market(access, means), by_id=True)
