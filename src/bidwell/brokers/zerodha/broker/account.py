"""One account at Zerodha: orders over REST, what becomes of them over the ticker's order updates."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from bidwell.brokers.transport import Stream, TellsMargin, Unworkable
from bidwell.brokers.transport.caller import Denied
from bidwell.brokers.zerodha import parse, wire
from bidwell.brokers.zerodha.broker.masters import Masters
from bidwell.brokers.zerodha.broker.reading import Reading
from bidwell.brokers.zerodha.broker.ticket import changes_of, product_for, question_of, ticket_of
from bidwell.brokers.zerodha.broker.updates import Updates
from bidwell.brokers.zerodha.client import ZerodhaClient
from bidwell.brokers.zerodha.config import ZerodhaConfig
from bidwell.brokers.zerodha.symbols import EXCHANGES, Row
from bidwell.engine.ports import Capabilities, Clock, DedupeScope, Entropy, Margin, SessionLife
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import BrokerError, Refused, Unavailable
from bidwell.model.ids import BrokerOrderId
from bidwell.model.order import Order, OrderStatus
from bidwell.model.terms import OrderType, Terms, TimeInForce

_LONGEST_SLEEP = 30.0
"""Seconds between looks at the clock, which may be put right meanwhile."""

NO_LOGIN = "Zerodha wants a login each day: log in and bring the request token back"


def capabilities(config: ZerodhaConfig) -> Capabilities:
    """What Kite can do: a tag is not held against a second order, so nothing in doubt is ever sent again."""
    return Capabilities(
        order_types=frozenset({OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT}),
        times_in_force=frozenset({TimeInForce.DAY, TimeInForce.IOC}),
        dedupe_scope=DedupeScope.NONE,
        attached_exits=False,
        replace=True,
        fractional=False,
        orders_per_second=config.order_rate.per_second,
        burst=config.order_rate.burst,
        reserved=2,
        quarantine=timedelta(seconds=30),
        lists_the_day=True,
        answer_timeout=timedelta(seconds=config.answer_timeout),
    )


class ZerodhaBroker(TellsMargin):
    """The BrokerSession port over one day's login; `masters` may be shared by the accounts of one environment."""

    _client: ZerodhaClient
    _reading: Reading
    _updates: Updates

    def __init__(
        self, config: ZerodhaConfig, account: Account, masters: Masters, clock: Clock, entropy: Entropy
    ) -> None:
        super().__init__("Zerodha", account, clock, capabilities(config), patience=config.patience,
                         login_url=config.login_url)  # fmt: skip
        self._config = config
        self._health.login = config.login
        self._client = ZerodhaClient(config, self._health, asyncio.get_running_loop().time, self._logged_out)
        self._reading = Reading(self._client, masters, account.id, clock, config.settling)
        self._updates = Updates(self, self._reading)
        self._stream = Stream(self._client.http, config.ticker, self._updates, entropy, config.stream)

    async def probe(self) -> wire.Profile:
        """The read-only test: whose login it is; raises Refused where it is over or another account's."""
        self._client.open()
        login = self._config.login
        if login is None:
            raise Refused(NO_LOGIN)
        if login.over(self._clock.now()):
            raise Refused(login.ended().reason)
        found = await self._client.profile()
        if found.user_id != self._account.broker_account:
            raise Refused(f"this login is of {found.user_id}, and the account is {self._account.broker_account}")
        return found

    # --- orders -----------------------------------------------------------------------------------

    async def _learn(self, order: Order) -> None:
        await self._reading.row(order.instrument)

    async def _place(self, order: Order) -> None:
        row, product = self._route(order)
        order_id = await self._client.submit(ticket_of(order, row, product))
        if self._updates.accepted(order_id, (order.quantity, order.terms)):
            self.tell(ev.OrderAccepted(self._clock.now(), order.client_order_id, BrokerOrderId(order_id)))
        self._watch(order_id)

    def _route(self, order: Order) -> tuple[Row, str]:
        """Kite's row of an order's instrument and the product it goes under."""
        row = self._reading.book.row(order.instrument)
        if row is None or row.is_index:
            raise Unworkable("instrument.unlisted", f"Zerodha does not trade {order.instrument}")
        return row, product_for(order, row, self._config.product, self._reading.by_product(order.instrument))

    async def _withdraw(self, _order: Order, order_id: str) -> None:
        heard = self._updates.mentions(order_id)
        await self._client.cancel(self._reading.variety(order_id), order_id)
        self._watch(order_id, heard + 1)

    async def _amend(self, order: Order, order_id: str, quantity: Decimal, terms: Terms) -> None:
        """Zerodha works the same order on other terms."""
        heard = self._updates.mentions(order_id)
        self._updates.changing(order_id, (order.quantity, order.terms))
        try:
            await self._client.replace(self._reading.variety(order_id), order_id, changes_of(order, quantity, terms))
        except Denied as no:
            if self._decides(no):
                self._updates.unchanged(order_id)
            raise
        self._watch(order_id, heard + 1)

    async def _look_up(self, order: Order) -> str | None:
        found = await self._reading.by_name(order.client_order_id)
        return None if found is None else found.order_id

    # --- what orders would take ---------------------------------------------------------------------

    async def _margin(self, orders: Sequence[Order]) -> Margin:
        routes = [(order, *self._route(order)) for order in orders]
        asked = [(order, f"{row.exchange}:{row.symbol}") for order, row, _ in routes]
        questions = [question_of(*route) for route in routes]
        basket = None
        if len(questions) == 1:
            rows = await self._client.order_margins(questions)
        else:
            told = await self._client.basket_margin(questions)
            basket, rows = told.final.total, told.orders
        funds = (await self._client.free_margins()).equity
        return parse.margin(basket, rows, asked, None if funds is None else funds.net)

    # --- reading ----------------------------------------------------------------------------------

    async def held(self) -> list[str]:
        """Zerodha's symbols of everything that is held or worked."""
        self._client.open()
        held = [each for each in await self._client.positions() if each.quantity]
        worked = [
            each for each in await self._client.orders() if parse.STATUSES.get(each.status) is OrderStatus.WORKING
        ]
        rows: list[wire.Order | wire.Position | wire.Holding] = [*held, *await self._client.holdings(), *worked]
        return sorted({f"{row.exchange}:{row.tradingsymbol}" for row in rows})

    # --- inside -----------------------------------------------------------------------------------

    def _logged_out(self, reason: str) -> None:
        """REST says that the login is over: so is the stream, whatever it still says."""
        self._health.turn(SessionLife.NEEDS_LOGIN, reason, login_url=self._config.login_url)
        self._stream.drop(reason)

    def _chores(self) -> Iterable[Coroutine[None, None, None]]:
        yield self._prepare()
        yield self._end_with_the_login()

    async def _prepare(self) -> None:
        """Have the day's instrument lists before the first order needs one."""
        try:
            await self._reading.learn(EXCHANGES)
        except BrokerError as problem:
            self.trouble("instrument lists", problem)

    async def _end_with_the_login(self) -> None:
        """Give the stream up when the token ends, whatever it still says."""
        login = self._config.login
        while login is not None and not login.over(now := self._clock.now()):  # noqa: ASYNC110 - the clock passes it
            await asyncio.sleep(min((login.ends_at - now).total_seconds(), _LONGEST_SLEEP))
        if login is not None:
            self._logged_out(login.ended().reason)

    def _must_be_up(self) -> None:
        login = self._config.login
        if login is None or login.over(self._clock.now()):
            raise Unavailable("the day's login at Zerodha is over: nothing was sent")
        super()._must_be_up()
