"""One account at TopstepX: orders over REST, what becomes of them over the user hub."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from bidwell.brokers.topstepx import parse, wire
from bidwell.brokers.topstepx.broker.reading import Reading
from bidwell.brokers.topstepx.broker.ticket import TYPES, changes, ticket_of
from bidwell.brokers.topstepx.broker.updates import Updates
from bidwell.brokers.topstepx.broker.user import User
from bidwell.brokers.topstepx.client import Refusal, TopstepxClient
from bidwell.brokers.topstepx.config import PAGE_URL, PRACTICE, PRACTICE_NAME, TopstepxConfig
from bidwell.brokers.topstepx.symbols import SymbolBook
from bidwell.brokers.transport import Health, Kind
from bidwell.brokers.transport.caller import Denied
from bidwell.engine.ports import (
    BrokerEvent,
    BrokerListener,
    BrokerOrder,
    Capabilities,
    Clock,
    DedupeScope,
    SessionLife,
    SessionReport,
    Snapshot,
)
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import BrokerError, ConfigError, InDoubt, Refused, Unavailable
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.model.instrument import Instrument
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import Terms
from bidwell.risk.approved import Approved

log = structlog.get_logger("bidwell")
_REMEMBERED = 5000
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


class TopstepxBroker:
    """The BrokerSession port over one account of one login.

    `symbols` may be shared by the accounts of one environment, `user` by those of one user. `connect` looks at the
    account first, so that a key that is wrong is told at once; it raises Unavailable or Refused then and leaves nothing
    running.
    """

    def __init__(self, config: TopstepxConfig, account: Account, user: User, symbols: SymbolBook, clock: Clock) -> None:
        self._config = config
        self._account = account
        self._clock = clock
        self._capabilities = capabilities(config)
        self._listener: BrokerListener | None = None
        self._health = Health(clock)
        self._user = user
        self._client = TopstepxClient(config, user.login, self._health, asyncio.get_running_loop().time)
        self._reading = Reading(self._client, symbols, account.id, clock)
        self._updates = Updates(self, self._client, self._reading)
        self._accepted: dict[str, None] = {}
        self._watching: set[asyncio.Task[None]] = set()
        self._renewing: asyncio.Task[None] | None = None
        self._allowed = True

    @property
    def capabilities(self) -> Capabilities:
        """What this broker can do."""
        return self._capabilities

    def report(self) -> SessionReport:
        """State, data age, limits used and last errors."""
        return self._health.report()

    async def connect(self, listener: BrokerListener) -> None:
        """Prove the key by a look at the account, open the user hub and keep both up until `close`."""
        if self._listener is not None and self._listener is not listener:
            raise ConfigError(f"the session of {self._account.id} has another listener already")
        self._client.open()
        try:
            await self.probe()
            self._listener = listener
            await self._user.join(self._updates)
        except BaseException as problem:
            self._listener = None
            await self._client.close()
            if isinstance(problem, BrokerError):
                self.lost(problem)
            raise
        if self._renewing is None:
            self._renewing = asyncio.get_running_loop().create_task(self._renew())

    async def close(self) -> None:
        """End the session; orders stay as they are at TopstepX."""
        renewing, self._renewing = self._renewing, None
        for task in (*self._watching, *([renewing] if renewing is not None else [])):
            task.cancel()
        await self._user.leave(self._updates)
        await self._updates.close()
        await self._client.close()
        self._health.turn(SessionLife.DEAD, "closed")

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

    async def submit(self, approved: Approved[Order], attached: tuple[Approved[Order], ...] = ()) -> None:
        """Place an order and wait for REST's answer; a refusal by the market is an event."""
        if attached:
            raise ConfigError("TopstepX is not asked to hold exits: the engine does")
        self._must_be_up()
        order = approved.order
        contract = await self._reading.symbol(order.instrument)
        if contract is None or order.quantity % 1:
            why = f"TopstepX does not trade {order.instrument}" if contract is None else "contracts are whole"
            code = "instrument.unlisted" if contract is None else "quantity.lot"
            self.tell(ev.OrderRejected(self._clock.now(), order.client_order_id, code, why))
            return
        try:
            number = await self._client.place(ticket_of(order, self._reading.number, contract))
        except Denied as no:
            await self._denied(order.client_order_id, no)
        else:
            self._took(number, order)

    def _took(self, number: int, order: Order) -> None:
        name, ident = order.client_order_id, BrokerOrderId(str(number))
        self._updates.know(number, name, order.quantity, order.terms)
        # The hub may have told the whole story by now; a rejection there was never an order that worked.
        if not self._updates.has_ended(number) or self.accepted_before(ident):
            self.tell(ev.OrderAccepted(self._clock.now(), name, ident))
        self._watch(number)

    async def _denied(self, name: ClientOrderId, no: Denied) -> None:
        kind = no.verdict.kind
        if kind is Kind.DUPLICATE:
            await self._tell_first(name)
            return
        if not kind.rejects and kind is not Kind.NOT_FOUND:
            raise no
        if no.verdict.code == "OrderRejected" and isinstance(no, Refusal) and no.order_id is None:
            # A tag that was used before is refused too, and the words for it are not known: what is there tells.
            theirs = await self._looked_up(name)
            if theirs is not None and theirs.status is not OrderStatus.REJECTED:
                self._tell_state(theirs, name)
                return
        if isinstance(no, Refusal) and no.order_id is not None:
            if self._updates.has_ended(no.order_id):
                return
            self._updates.ended(no.order_id)
        self.tell(ev.OrderRejected(self._clock.now(), name, no.verdict.code, no.verdict.message))

    async def _tell_first(self, name: ClientOrderId) -> None:
        """The tag was used before: what became of the order under it is the answer to this one too."""
        theirs = await self._looked_up(name)
        if theirs is None:
            raise InDoubt("TopstepX says it has had this order, and does not show it")
        self._tell_state(theirs, name)

    async def _looked_up(self, name: ClientOrderId) -> BrokerOrder | None:
        try:
            return await self.find(name)
        except BrokerError as problem:
            raise InDoubt(
                f"TopstepX refused the order, and whether it has had it before is not known: {problem}"
            ) from problem

    def _tell_state(self, theirs: BrokerOrder, name: ClientOrderId) -> None:
        for event in parse.state(theirs, name, self._clock.now()):
            self.tell(event, again=True)

    async def cancel(self, order: Order) -> None:
        """Ask to take an order off the book; the end comes over the user hub."""
        name = order.client_order_id
        try:
            number = await self._number_of(order)
            if number is None:
                self.tell(ev.CancelRejected(self._clock.now(), name, "TopstepX has no such order"))
                return
            await self._client.cancel(self._reading.number, number)
        except Denied as no:
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            self.tell(ev.CancelRejected(self._clock.now(), name, no.verdict.message))

    async def replace(self, order: Order, quantity: Decimal, terms: Terms) -> None:
        """Ask for other terms under the same id; that it works on them comes over the user hub."""
        self._must_be_up()
        name = order.client_order_id
        try:
            number = await self._number_of(order)
            if number is None:
                self.tell(ev.ReplaceRejected(self._clock.now(), name, "TopstepX has no such order"))
                return
            size = quantity if parse.MODIFY_SIZE_IS_TOTAL else quantity - order.filled_quantity
            await self._client.modify(changes(self._reading.number, number, size, terms))
        except Denied as no:
            if not no.verdict.kind.rejects and no.verdict.kind is not Kind.NOT_FOUND:
                raise
            self.tell(ev.ReplaceRejected(self._clock.now(), name, no.verdict.message))
        else:
            # The hub tells of what changed: where nothing did, the answer is all there is.
            if self._updates.works_on(number) == (quantity, terms):
                ident = BrokerOrderId(str(number))
                self.tell(ev.OrderReplaced(self._clock.now(), name, quantity, terms, ident))

    async def _number_of(self, order: Order) -> int | None:
        if order.broker_order_ids:
            return int(order.broker_order_ids[-1])
        found = await self._reading.by_tag(order.client_order_id)
        return None if found is None else found.id

    # --- reading ----------------------------------------------------------------------------------

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Look an order up by our tag, with its fills; None means that TopstepX answered that it has none."""
        return await self._reading.find(client_order_id)

    async def snapshot(self, since: datetime | None = None) -> Snapshot:
        """Read orders, fills, positions and the balance."""
        return await self._reading.snapshot(since)

    async def listing(self, symbols: Sequence[str]) -> list[Instrument]:
        """The instruments behind contract ids, exchange symbols or roots."""
        self._client.open()
        return await self._reading.listing(symbols)

    async def held(self) -> list[str]:
        """TopstepX's ids of everything that is held or worked."""
        await self.probe()
        number = self._reading.number
        names = {row.contractId for row in await self._client.positions(number)}
        return sorted(names | {row.contractId for row in await self._client.working(number)})

    # --- what the hub tells -------------------------------------------------------------------------

    def tell(self, event: BrokerEvent, *, again: bool = False) -> None:
        """Hand an event to the desk; an acceptance once, whichever of REST and hub was first."""
        if isinstance(event, ev.OrderAccepted) and event.broker_order_id is not None:
            known = event.broker_order_id in self._accepted
            self._accepted[event.broker_order_id] = None
            if len(self._accepted) > _REMEMBERED:
                del self._accepted[next(iter(self._accepted))]
            if known and not again:
                return
        if self._listener is not None:
            self._listener.on_broker_event(self._account.id, event)

    def accepted_before(self, order_id: str) -> bool:
        """Whether the desk was told that TopstepX works this order."""
        return order_id in self._accepted

    def came_up(self) -> None:
        """The user hub is up: the desk reads what was missed."""
        self._active()
        if self._listener is not None:
            self._listener.on_connected(self._account.id)

    def went_down(self, reason: str) -> None:
        """The user hub is gone and is being mended."""
        self._health.turn(SessionLife.DEAD, f"reconnecting: {reason}")
        self._health.trouble("user hub", reason, "stream")
        if self._listener is not None:
            self._listener.on_disconnected(self._account.id, reason)

    def lost(self, problem: BrokerError) -> None:
        """The session cannot go on by itself."""
        refused = isinstance(problem, Refused)
        life = SessionLife.NEEDS_LOGIN if refused else SessionLife.DEAD
        self._health.turn(life, str(problem), login_url=PAGE_URL if refused else "")
        self._health.trouble("connecting", problem)

    def heard(self) -> None:
        """Something came over the hub."""
        self._health.heard()

    def may_trade(self, *, allowed: bool) -> None:
        """Whether TopstepX lets the account trade: at a loss limit it does not any more."""
        if allowed == self._allowed:
            return
        self._allowed = allowed
        if not allowed:
            self._health.trouble("account", f"{_BLOCKED}: a limit of its programme may have been reached", "canTrade")
        if self._updates.is_up:
            self._active()

    def trouble(self, what: str, problem: BrokerError | str) -> None:
        """Something came that a person should know of."""
        self._health.trouble(what, problem)

    def reread(self, reason: str) -> None:
        """What came cannot be made sense of: the hub begins anew, and with it the desk's reading."""
        self._user.drop(reason)

    # --- inside -----------------------------------------------------------------------------------

    def _active(self) -> None:
        self._health.turn(SessionLife.ACTIVE, "" if self._allowed else _BLOCKED)

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

    def _must_be_up(self) -> None:
        if not self._updates.is_up:
            raise Unavailable("the session with TopstepX is down: nothing was sent")

    def _watch(self, number: int) -> None:
        """An order that REST took must show on the hub; a hub that keeps silent of it is mute."""

        async def look() -> None:
            await asyncio.sleep(self._config.patience)
            if self._updates.is_up and not self._updates.mentioned(number):
                self._user.drop("the user hub is open and says nothing of an order that was taken in")

        if not self._updates.mentioned(number):
            task = asyncio.get_running_loop().create_task(look())
            self._watching.add(task)
            task.add_done_callback(self._watching.discard)


def check_environment(config: TopstepxConfig, found: wire.Account) -> None:
    """Refuse an account that is no practice account where one was promised; raises Refused."""
    if config.environment == PRACTICE and not found.name.upper().startswith(PRACTICE_NAME):
        raise Refused(f"{found.name} is no practice account at TopstepX: connect it as the account that it is")
