"""A broker for the tests of connecting: one paper and one live account, reached by no network."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from bidwell.app.brokerage import Access, Directory, Means
from bidwell.brokers.transport import Environment, Field, Guide
from bidwell.engine.ports import BrokerSession
from bidwell.model.account import Account
from bidwell.model.errors import Refused, Unavailable
from bidwell.model.instrument import Instrument
from bidwell.server.ports import ProbedAccount
from bidwell.simulation.scripted import share


class Stub:
    """`app.brokerage.Brokerage`; the key "good" opens it."""

    guide = Guide("stub", "Stub", (Field("key", "Key", "on its page"),),
                  (Environment("paper", "Paper", live=False), Environment("live", "Live", live=True)),
                  ("Ask for a key.",), "docs/brokers.md")  # fmt: skip

    lists: ClassVar[list[str]] = []

    def check(self, access: Access) -> None:
        self.guide.check(access.fields)

    def session(self, access: Access, account: Account, means: Means) -> BrokerSession:
        raise Unavailable("the stub has no sessions")

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        if access.fields["key"] != "good":
            raise Refused("Stub does not know this key.")
        number = "S-LIVE" if access.environment == "live" else "S-PAPER"
        return ProbedAccount(number, "USD", Decimal("1234.56"), None, None, "ACTIVE")

    async def held(self, access: Access, means: Means) -> list[str]:
        return ["HELD"]

    async def listing(self, access: Access, symbols: Sequence[str], means: Means) -> list[Instrument]:
        return [share(symbol) for symbol in symbols if symbol != "NOSUCH"]

    async def directory(self, access: Access, means: Means) -> Directory:
        if not self.lists:
            raise Unavailable("Stub does not answer.")
        return Directory(map(share, self.lists), {"AB": "A and B both stand for AB.TEST"}, note="no options")

    def prices(self, access: Access, means: Means) -> None:
        return None


def make() -> Stub:
    return Stub()
