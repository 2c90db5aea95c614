"""One account at Alpaca: orders over REST, what becomes of them over the order stream."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

from bidwell.brokers.alpaca import parse, wire
from bidwell.brokers.alpaca.broker.reading import Reading
from bidwell.brokers.alpaca.broker.ticket import ticket_of
from bidwell.brokers.alpaca.broker.updates import Updates, created
from bidwell.brokers.alpaca.client import AlpacaClient
from bidwell.brokers.alpaca.config import AlpacaConfig
from bidwell.brokers.alpaca.symbols import SymbolBook
from bidwell.brokers.transport import Kind, RemoteBroker, Stream, Unworkable
from bidwell.brokers.transport.caller import Denied
from bidwell.engine.ports import BrokerEvent, Capabilities, Clock, DedupeScope, Entropy
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import InDoubt, Refused
from bidwell.model.ids import BrokerOrderId
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Terms, TimeInForce


def capabilities(account: Account, config: AlpacaConfig) -> Capabilities:
    """What Alpaca can do for an account.

    Brackets stay with the engine: their legs get ids of Alpaca's making, by which a leg whose answer was lost could not
    be told from a stranger's order.
    """
    return Capabilities(
        order_types=frozenset(OrderType),
        times_in_force=frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK}),
        dedupe_scope=DedupeScope.FOREVER,
        attached_exits=False,
        replace=True,
        fractional=account.quantity_step is not None,
        orders_per_second=config.rate.per_second,
        burst=config.rate.burst - config.rate.reserved,
        reserved=10,
        quarantine=timedelta(seconds=30),
        answer_timeout=timedelta(seconds=config.answer_timeout),
    )


class AlpacaBroker(RemoteBroker):
    """The BrokerSession port over one key pair; `symbols` may be shared by the accounts of one environment."""

    _client: AlpacaClient
    _reading: Reading

    def __init__(
        self, config: AlpacaConfig, account: Account, symbols: SymbolBook, clock: Clock, entropy: Entropy
    ) -> None:
        super().__init__("Alpaca", account, clock, capabilities(account, config), patience=config.patience,
                         login_url="https://app.alpaca.markets")  # fmt: skip
        self._client = AlpacaClient(config, self._health, asyncio.get_running_loop().time)
        self._reading = Reading(self._client, symbols, account.id, clock)
        self._updates = Updates(self, account.id, config, self._client, symbols, clock)
        self._stream = Stream(self._client.http, config.updates_url, self._updates, entropy, config.stream)

    async def probe(self) -> wire.Account:
        """The read-only test: the account behind the key; raises Refused where it is blocked or the key is wrong."""
        self._client.open()
        found = await self._client.account()
        if found.account_blocked or found.trading_blocked or found.trade_suspended_by_user:
            raise Refused(f"account {found.account_number} may not trade: Alpaca has it blocked or suspended")
        return found

    # --- orders -----------------------------------------------------------------------------------

    async def _place(self, order: Order) -> None:
        symbol = await self._reading.symbol(order.instrument)
        if symbol is None:
            raise Unworkable("instrument.unlisted", f"Alpaca does not trade {order.instrument}")
        answer = await self._client.submit(ticket_of(order, symbol))
        at, name = self._clock.now(), order.client_order_id
        if answer.status == "rejected":
            self.tell(ev.OrderRejected(at, name, "rejected", answer.reject_reason or "rejected on arrival"))
            return
        self.tell(ev.OrderAccepted(at, name, BrokerOrderId(answer.id), None, created(answer)))
        self._watch(answer.id)

    async def _withdraw(self, _order: Order, order_id: str) -> None:
        await self._client.cancel(order_id)

    async def _withdraw_denied(self, order: Order, no: Denied) -> None:
        if not (self._decides(no) and order.broker_order_ids and await self._moved_on(order)):
            await super()._withdraw_denied(order, no)

    async def _moved_on(self, order: Order) -> bool:
        """Cancel what replaced the order that we know, where there is such; an order of ours can be found so."""
        theirs = await self._client.by_id(order.broker_order_ids[-1])
        newest = (await self._client.chain(theirs))[-1]
        if newest.id == theirs.id:
            return False
        await self._client.cancel(newest.id)
        return True

    async def _amend(self, order: Order, order_id: str, quantity: Decimal, terms: Terms) -> None:
        """Alpaca works a new order then, whose id joins the chain."""
        try:
            answer = await self._client.replace(order_id, _changes(order, quantity, terms, order_id))
        except Denied as no:
            if no.verdict.kind is Kind.DUPLICATE:
                raise InDoubt("this change was asked for before: its outcome is looked up") from no
            raise
        self._watch(answer.id)

    async def _look_up(self, order: Order) -> str | None:
        found = await self._client.by_name(order.client_order_id)
        return None if found is None else found.id

    def _is_news(self, event: BrokerEvent) -> bool:
        if isinstance(event, ev.OrderReplaced) and event.broker_order_id is not None:
            self._accepted.add(event.broker_order_id)
        return super()._is_news(event)

    # --- reading ----------------------------------------------------------------------------------

    async def held(self) -> list[str]:
        """Alpaca's symbols of everything that is held or worked."""
        self._client.open()
        names = [row.symbol for row in await self._client.positions()]
        return sorted({*names, *(row.symbol for row in await self._client.orders("open"))})


def _changes(order: Order, quantity: Decimal, terms: Terms, replaced: str) -> dict[str, object]:
    wanted: dict[str, object] = {
        "qty": f"{quantity:f}", "time_in_force": terms.time_in_force.lower(),
        "client_order_id": parse.replacement_name(order.client_order_id, replaced),
    }  # fmt: skip
    trail = terms.trail_amount if terms.trail_amount is not None else terms.trail_percent
    for name, price in (("limit_price", terms.limit_price), ("stop_price", terms.stop_price), ("trail", trail)):
        if price is not None:
            wanted[name] = f"{price:f}"
    return wanted
