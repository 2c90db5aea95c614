"""One account at TopstepX: orders over REST, what becomes of them over the user hub."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from datetime import timedelta
from decimal import Decimal

from bidwell.brokers.topstepx import parse, wire
from bidwell.brokers.topstepx.broker.reading import Reading
from bidwell.brokers.topstepx.broker.ticket import TYPES, changes, ticket_of
from bidwell.brokers.topstepx.broker.updates import Updates
from bidwell.brokers.topstepx.broker.user import Seat, User
from bidwell.brokers.topstepx.client import Refusal, TopstepxClient
from bidwell.brokers.topstepx.config import PAGE_URL, PRACTICE, PRACTICE_NAME, TopstepxConfig
from bidwell.brokers.topstepx.symbols import SymbolBook
from bidwell.brokers.transport import Kind, RemoteBroker, Unworkable, story
from bidwell.brokers.transport.caller import Denied
from bidwell.engine.ports import BrokerOrder, Capabilities, Clock, DedupeScope, SessionLife
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import BrokerError, InDoubt, Refused
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import Terms

_ENDS_SOON = timedelta(hours=1)
_TRY_AGAIN = 60.0
_BLOCKED = "TopstepX does not let this account trade at the moment"


def capabilities(config: TopstepxConfig) -> Capabilities:
    """What TopstepX can do for an account.

    Tags are unique by its documents; as no source shows how a second one is answered, no order in doubt is sent again.
    Brackets stay with the engine: their legs carry no tag of ours, and an account has to have them switched on.
    """
    return Capabilities(
        order_types=frozenset(TYPES),
        times_in_force=frozenset({parse.FORCE}),
        dedupe_scope=DedupeScope.OPEN_ONLY,
        attached_exits=False,
        replace=True,
        orders_per_second=config.rate.per_second,
        burst=config.rate.burst - config.rate.reserved,
        reserved=10,
        quarantine=timedelta(seconds=30),
        answer_timeout=timedelta(seconds=config.answer_timeout),
    )


class TopstepxBroker(RemoteBroker):
    """The BrokerSession port over one account of one login.

    `symbols` may be shared by the accounts of one environment, `user` by those of one user.
    """

    _client: TopstepxClient
    _reading: Reading
    _updates: Updates

    def __init__(self, config: TopstepxConfig, account: Account, user: User, symbols: SymbolBook, clock: Clock) -> None:
        super().__init__("TopstepX", account, clock, capabilities(config), patience=config.patience,
                         login_url=PAGE_URL, channel="user hub")  # fmt: skip
        self._config = config
        self._client = TopstepxClient(config, user.login, self._health, asyncio.get_running_loop().time)
        self._reading = Reading(self._client, symbols, account.id, clock)
        self._updates = Updates(self, self._client, self._reading)
        self._stream = Seat(user, self._updates)
        self._allowed = True

    async def probe(self) -> wire.Account:
        """The read-only test: the account behind the key; raises Refused where the login does not show it."""
        self._client.open()
        # An account that the desk knows is one and the same whatever it is called by now.
        known = self._account.broker_account
        found = await self._reading.account(known if known.isdecimal() else self._config.account)
        check_environment(self._config, found)
        self.may_trade(allowed=found.canTrade)
        return found

    # --- orders -----------------------------------------------------------------------------------

    async def _place(self, order: Order) -> None:
        contract = await self._reading.symbol(order.instrument)
        if contract is None:
            raise Unworkable("instrument.unlisted", f"TopstepX does not trade {order.instrument}")
        if order.quantity % 1:
            raise Unworkable("quantity.lot", "contracts are whole")
        number = await self._client.place(ticket_of(order, self._reading.number, contract))
        name, ident = order.client_order_id, BrokerOrderId(str(number))
        self._updates.know(number, name, order.quantity, order.terms)
        # The hub may have told the whole story by now; a rejection there was never an order that worked.
        if not self._updates.has_ended(number) or self.accepted_before(ident):
            self.tell(ev.OrderAccepted(self._clock.now(), name, ident))
        self._watch(number)

    async def _place_denied(self, order: Order, no: Denied) -> None:
        name = order.client_order_id
        if no.verdict.kind is Kind.DUPLICATE:
            await self._tell_first(name)
            return
        if not self._decides(no):
            raise no
        if no.verdict.code == "OrderRejected" and isinstance(no, Refusal) and no.order_id is None:
            # A tag that was used before is refused too, and the words for it are not known: what is there tells.
            theirs = await self._looked_up(name)
            if theirs is not None and theirs.status is not OrderStatus.REJECTED:
                self._tell_story(theirs, name)
                return
        if isinstance(no, Refusal) and no.order_id is not None:
            if self._updates.has_ended(no.order_id):
                return
            self._updates.ended(no.order_id)
        await super()._place_denied(order, no)

    async def _tell_first(self, name: ClientOrderId) -> None:
        """The tag was used before: what became of the order under it is the answer to this one too."""
        theirs = await self._looked_up(name)
        if theirs is None:
            raise InDoubt("TopstepX says it has had this order, and does not show it")
        self._tell_story(theirs, name)

    async def _looked_up(self, name: ClientOrderId) -> BrokerOrder | None:
        try:
            return await self.find(name)
        except BrokerError as problem:
            raise InDoubt(
                f"TopstepX refused the order, and whether it has had it before is not known: {problem}"
            ) from problem

    def _tell_story(self, theirs: BrokerOrder, name: ClientOrderId) -> None:
        for event in story(theirs, name, self._clock.now(), code="Rejected"):
            self.tell(event, again=True)

    async def _withdraw(self, _order: Order, order_id: str) -> None:
        await self._client.cancel(self._reading.number, int(order_id))

    async def _amend(self, order: Order, order_id: str, quantity: Decimal, terms: Terms) -> None:
        """TopstepX works the same order on other terms."""
        number = int(order_id)
        size = quantity if parse.MODIFY_SIZE_IS_TOTAL else quantity - order.filled_quantity
        await self._client.modify(changes(self._reading.number, number, size, terms))
        # The hub tells of what changed: where nothing did, the answer is all there is.
        if self._updates.works_on(number) == (quantity, terms):
            at, name = self._clock.now(), order.client_order_id
            self.tell(ev.OrderReplaced(at, name, quantity, terms, BrokerOrderId(order_id)))

    async def _look_up(self, order: Order) -> str | None:
        found = await self._reading.by_tag(order.client_order_id)
        return None if found is None else str(found.id)

    # --- reading ----------------------------------------------------------------------------------

    async def held(self) -> list[str]:
        """TopstepX's ids of everything that is held or worked."""
        await self.probe()
        number = self._reading.number
        names = {row.contractId for row in await self._client.positions(number)}
        return sorted(names | {row.contractId for row in await self._client.working(number)})

    # --- what the hub tells -------------------------------------------------------------------------

    def may_trade(self, *, allowed: bool) -> None:
        """Whether TopstepX lets the account trade: at a loss limit it does not any more."""
        if allowed == self._allowed:
            return
        self._allowed = allowed
        if not allowed:
            self._health.trouble("account", f"{_BLOCKED}: a limit of its programme may have been reached", "canTrade")
        if self._updates.is_up:
            self._active()

    # --- inside -----------------------------------------------------------------------------------

    def _active(self) -> None:
        self._health.turn(SessionLife.ACTIVE, "" if self._allowed else _BLOCKED)

    def _chores(self) -> Iterable[Coroutine[None, None, None]]:
        yield self._renew()

    async def _renew(self) -> None:
        """Exchange the token long before it ends; one that cannot be is told to end soon when it does."""
        wait = self._config.renew_every
        while True:
            await asyncio.sleep(wait)
            try:
                await self._client.renew(self._config.renew_every / 2)
            except BrokerError as problem:
                wait = min(_TRY_AGAIN, self._config.renew_every)
                self._not_renewed(problem)
            else:
                wait = self._config.renew_every
                if self._updates.is_up:
                    self._active()

    def _not_renewed(self, problem: BrokerError) -> None:
        self._health.trouble("renewing the session", problem)
        until = parse.expiry_of(self._client.last_token)
        if self._updates.is_up and until is not None and until - self._clock.now() < _ENDS_SOON:
            self._health.turn(SessionLife.EXPIRING, f"not renewed: {problem}", until=until)


def check_environment(config: TopstepxConfig, found: wire.Account) -> None:
    """Refuse an account that is no practice account where one was promised; raises Refused."""
    if config.environment == PRACTICE and not found.name.upper().startswith(PRACTICE_NAME):
        raise Refused(f"{found.name} is no practice account at TopstepX: connect it as the account that it is")
