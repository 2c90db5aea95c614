"""Interactive Brokers' parts, made from a credential; accounts behind one Gateway share its connection."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bidwell.app.brokerage import Chains, Directory
from bidwell.app.brokerages.through_session import ThroughSession
from bidwell.brokers.ibkr import GUIDE, IbkrBroker, IbkrConfig, IbkrFeed, IbkrMarket, Link, configure
from bidwell.brokers.ibkr.symbols import SymbolBook
from bidwell.model.money import ZERO
from bidwell.server.ports import ProbedAccount

if TYPE_CHECKING:
    from bidwell.app.brokerage import Access, Means
    from bidwell.model.account import Account

_BOOKS: defaultdict[str, SymbolBook] = defaultdict(SymbolBook)
_LINKS: WeakValueDictionary[tuple[object, ...], Link] = WeakValueDictionary()


class Ibkr(ThroughSession[IbkrConfig, IbkrBroker]):
    """`app.brokerage.Brokerage`."""

    def __init__(self) -> None:
        super().__init__(GUIDE, configure)

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        """Read the account behind a Gateway."""
        broker = self._reader(access, means)
        try:
            await broker.probe()
            currency, funds = await broker.funds()
        finally:
            await broker.close()
        return ProbedAccount(access.fields["account"], currency, funds.get("TotalCashValue", ZERO), funds.get("NetLiquidation"),
                             funds.get("AvailableFunds"), "active")  # fmt: skip

    async def directory(self, access: Access, means: Means) -> Directory:
        """The futures that the desk knows; Interactive Brokers has no list of shares and options."""
        market = IbkrMarket(_book(access), means.clock, _link(self._seen(access, means), means))
        market.open()
        try:
            found = await market.futures()
        finally:
            await market.close()
        return Directory(found, {}, note="futures only; a share or an option by its exact symbol")

    def chains(self, access: Access, means: Means) -> Chains:
        """The option chains of shares, with prices of the account's own subscriptions."""
        return Chains(IbkrMarket(_book(access), means.clock, _link(self._seen(access, means), means)))

    def prices(self, access: Access, means: Means) -> IbkrFeed:
        """Live prices of the account's own subscriptions."""
        return IbkrFeed(_book(access), means.clock, _link(self._seen(access, means), means))

    def _session(self, access: Access, account: Account, means: Means) -> IbkrBroker:
        config = self._seen(access, means)
        return IbkrBroker(config, account, _book(access), means.clock, means.entropy, _link(config, means))

    def _seen(self, access: Access, means: Means) -> IbkrConfig:
        """Who stands in for a desk that hangs finds its client id in use."""
        return replace(self._config(access), second=means.polled)


make = Ibkr


def _book(access: Access) -> SymbolBook:
    return _BOOKS[access.twin or access.environment]


def _link(config: IbkrConfig, means: Means) -> Link:
    """The one connection under a client id: a second one would be refused."""
    known = _LINKS.get(config.link_key)
    if known is None:
        known = _LINKS[config.link_key] = Link(config, means.clock, means.entropy)
    return known
