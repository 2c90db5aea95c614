"""A broker that wants a login each day, for the tests of logging in: its code "morning" opens it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from bidwell.app.brokerage import Access, Means
from bidwell.brokers.transport import Environment, Field, Guide
from bidwell.engine.ports import (
    BrokerListener,
    BrokerOrder,
    BrokerSession,
    Capabilities,
    DedupeScope,
    SessionLife,
    SessionReport,
    SessionState,
    Snapshot,
)
from bidwell.model.account import Account
from bidwell.model.errors import Refused
from bidwell.model.ids import AccountId, ClientOrderId
from bidwell.model.instrument import Instrument
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Terms, TimeInForce
from bidwell.risk.approved import Approved
from bidwell.server.ports import ProbedAccount

LOGIN = "https://daily.test/login"


class Session:
    """`BrokerSession` that is up while the day's token is good."""

    def __init__(self, account: AccountId, token: str) -> None:
        self._account = account
        self._token = token

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(frozenset({OrderType.LIMIT}), frozenset({TimeInForce.DAY}), DedupeScope.NONE)

    def report(self) -> SessionReport:
        if self._token.endswith("morning"):
            return SessionReport(SessionState(SessionLife.ACTIVE))
        return SessionReport(SessionState(SessionLife.NEEDS_LOGIN, "the day's login is over", LOGIN))

    async def connect(self, listener: BrokerListener) -> None:
        if not self._token.endswith("morning"):
            raise Refused("the day's login is over")
        listener.on_connected(self._account)

    async def close(self) -> None: ...

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None: ...

    async def cancel(self, order: Order) -> None: ...

    async def replace(self, order: Order, quantity: Decimal, terms: Terms) -> None: ...

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        return None

    async def candidates(self, client_order_id: ClientOrderId) -> Sequence[BrokerOrder]:
        return ()

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        raise Refused("there is nothing to read")


class Switched(Session):
    """One of a broker that can be told to let no order pass."""

    async def turn_kill_switch(self, *, on: bool) -> str:
        if not on:
            raise Refused("not before tomorrow")
        return "switched on"


class Daily:
    """`app.brokerage.Brokerage` and `Redeeming`."""

    guide = Guide("daily", "Daily", (Field("key", "Key", "on its page", secret=False),
                                     Field("code", "Code", "after the login", daily=True)),
                  (Environment("paper", "Paper", live=False),), ("Log in.",), "docs/brokers.md")  # fmt: skip

    def check(self, access: Access) -> None:
        self.guide.check({"code": "kept"} | {name: value for name, value in access.fields.items() if name != "token"})

    async def redeem(self, access: Access, means: Means) -> Mapping[str, str]:
        code = access.fields.get("code", "")
        if not code:
            return access.fields
        token = f"token of {code}"
        if code not in {"evening", "morning", "noon"}:
            raise Refused(f"Daily does not know the code {code!r}")
        return {name: value for name, value in access.fields.items() if name != "code"} | {"token": token}

    def hint(self, access: Access, body: bytes) -> bool:
        return body == f"changed {access.fields['key']}".encode()

    def session(self, access: Access, account: Account, means: Means) -> BrokerSession:
        made = Switched if access.fields["key"] == "switched" else Session
        return made(account.id, access.fields["token"])

    async def probe(self, access: Access, means: Means) -> ProbedAccount:
        number = "D-2" if access.fields["token"].endswith("noon") else "D-1"
        return ProbedAccount(number, "INR", Decimal(1000), None, None, "ACTIVE")

    async def held(self, access: Access, means: Means) -> list[str]:
        return []

    async def listing(self, access: Access, symbols: Sequence[str], means: Means) -> list[Instrument]:
        return []

    def prices(self, access: Access, means: Means) -> None:
        return None


def make() -> Daily:
    return Daily()
