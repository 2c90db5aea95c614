"""What every brokerage does alike: the check of a credential, and looks through a session that is never connected."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from bidwell.engine.ports import BrokerSession
from bidwell.model.account import Account
from bidwell.model.ids import AccountId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bidwell.app.brokerage import Access, Means
    from bidwell.brokers.transport import Guide
    from bidwell.model.instrument import Instrument


class Session(BrokerSession, Protocol):
    """A broker's session, which is good for looks too."""

    async def held(self) -> list[str]: ...

    async def listing(self, names: Sequence[str], /) -> list[Instrument]: ...


C_co = TypeVar("C_co", covariant=True)
S = TypeVar("S", bound=Session)


class Configure(Protocol[C_co]):
    """A broker's config from a credential's fields; raises InvalidInput or ConfigError."""

    def __call__(
        self, fields: Mapping[str, str], environment: str, *, twin: str = "", proxy: str | None = None
    ) -> C_co: ...


class ThroughSession(ABC, Generic[C_co, S]):
    """`app.brokerage.Brokerage` but for `probe` and `prices`; a broker says how its session is made.

    `currency` is that of an account nobody has connected yet.
    """

    def __init__(self, guide: Guide, configure: Configure[C_co], currency: str = "USD") -> None:
        self.guide = guide
        self._configure = configure
        self._currency = currency

    @abstractmethod
    def _session(self, access: Access, account: Account, means: Means) -> S:
        """A session of an account, not connected yet."""

    def check(self, access: Access) -> None:
        """Raise InvalidInput or ConfigError for what cannot be a credential."""
        self._config(access)

    def session(self, access: Access, account: Account, means: Means) -> BrokerSession:
        """A session of an account, not connected yet."""
        return self._session(access, account, means)

    async def held(self, access: Access, means: Means) -> list[str]:
        """The broker's symbols of everything that is held or worked."""
        reader = self._reader(access, means)
        try:
            return await reader.held()
        finally:
            await reader.close()

    async def listing(self, access: Access, symbols: Sequence[str], means: Means) -> list[Instrument]:
        """The instruments behind the broker's symbols; what it does not list is left out."""
        reader = self._reader(access, means)
        try:
            return await reader.listing(symbols)
        finally:
            await reader.close()

    def _config(self, access: Access) -> C_co:
        return self._configure(access.fields, access.environment, twin=access.twin, proxy=access.proxy)

    def _reader(self, access: Access, means: Means) -> S:
        """A session that reads and is never connected."""
        nobody = Account(AccountId("reader"), "reader", self.guide.broker, "reader", self._currency)
        return self._session(access, nobody, means)
