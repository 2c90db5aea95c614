"""Late news: what brokers say of orders with which the desk was done long ago, some of it told before and some not.

It is drawn from a stream of its own, so that a schedule in which nothing is retired means what it always meant.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random

from bidwell.engine.ports import BrokerEvent
from bidwell.model import events as ev
from bidwell.model.ids import BrokerOrderId, ClientOrderId
from bidwell.simulation.orders import VenueOrder
from bidwell.simulation.proof import translation
from bidwell.simulation.proof.acts import STORM
from bidwell.simulation.proof.stage import Stage

_LYING = 0.35


class Gossip:
    """Tells stale and late things for as long as the storm lasts."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._random = Random(stage.plan.seed ^ 0x60551)  # noqa: S311 - a schedule must be repeatable
        self._lies = self._random.random() < _LYING

    async def go_on(self) -> None:
        """Say something every now and then."""
        loop = asyncio.get_running_loop()
        while loop.time() < STORM:
            await asyncio.sleep(self._random.uniform(0.2, 0.7))
            if self._lies and self._random.random() < 0.4:
                await self._fill_after_all()
            else:
                self._repeat()

    def _repeat(self) -> None:
        """Something that was told before about an order that the desk has forgotten is told again."""
        known = self._stage.desk.state.orders
        gone = [one for one in self._stage.venue.state.orders.values()
                if one.client_order_id and ClientOrderId(one.client_order_id) not in known]  # fmt: skip
        if not gone:
            return
        order = self._random.choice(gone)
        said = self._word(order)
        if self._random.random() < 0.4:
            said = replace(said, client_order_id=ClientOrderId(order.broker_order_id))
        self._stage.exchange.lines[order.account].hear([said])

    def _word(self, order: VenueOrder) -> BrokerEvent:
        at, name = self._stage.clock.now(), translation.name_of(order)
        if order.fills and self._random.random() < 0.7:
            return ev.OrderFilled(at, name, translation.fill_of(order, self._random.choice(order.fills), at))
        return ev.OrderAccepted(at, name, BrokerOrderId(order.broker_order_id), None, at)

    async def _fill_after_all(self) -> None:
        """The broker says canceled, and much later fills the order after all."""
        stage = self._stage
        able = [one for one in stage.venue.state.orders.values() if one.is_open and one.client_order_id]
        if not able:
            return
        order = self._random.choice(able)
        stage.judge.tainted.add(order.account)
        lie = ev.OrderCanceled(stage.clock.now(), translation.name_of(order), "a lie", order.filled)
        stage.exchange.lines[order.account].hear([lie])
        await asyncio.sleep(self._random.uniform(0.3, 1.3))
        price = stage.prices.get(order.instrument)
        if price is not None:
            whole = self._random.random() < 0.5
            stage.exchange.publish(stage.venue.fill_by_hand(order.broker_order_id, order.leaves if whole else order.leaves // 2,
                                                            price))  # fmt: skip
