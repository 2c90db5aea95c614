"""What must hold of orders that the desk works in a broker's stead, at every byte and at every trade of the venue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from bidwell.engine.holding import VALID
from bidwell.model.money import ZERO
from bidwell.model.order import Order
from bidwell.model.terms import OrderType
from bidwell.simulation.matching import STOPS

if TYPE_CHECKING:
    from bidwell.simulation.orders import VenueOrder
    from bidwell.simulation.proof.journal import ProofJournal
    from bidwell.simulation.venue import Venue

EXITS: Final = 28
"""Exits that may fill or have filled never come to more than their entry has filled."""

HELD: Final = 29
"""Only a price that was seen and young sets an order off; what has an end is ended; what has a stop keeps it."""


class Left(Protocol):
    """An order that left."""

    @property
    def order(self) -> Order:
        """As it was when it left."""
        ...


class Watching(Protocol):
    """What the judge has seen that matters here; `exits` holds the exits that left, by their entry."""

    venue: Venue
    journal: ProofJournal
    quoted: dict[str, list[datetime]]
    max_data_age: timedelta
    exits: dict[str, dict[str, None]]
    tainted: set[str]
    steps: bool

    @property
    def sent(self) -> Mapping[str, Left]:
        """Everything that left, by its id."""
        ...


def due(judge: Watching, order: Order, now: datetime) -> Iterator[tuple[int, str]]:
    """What a triggered order breaks as it leaves."""
    name = order.client_order_id
    triggered = judge.journal.triggered.get(name)
    if triggered is None:
        if order.entry is not None or (order.asked or order.terms).order_type is not order.terms.order_type:
            yield HELD, f"{name} leaves and nothing that is durable set it off"
        return
    if order.quantity > triggered.quantity:
        yield EXITS, f"{name} leaves over {order.quantity}, {triggered.quantity} was let out"
    if name not in judge.journal.waited:
        return
    if now > triggered.at + VALID and not judge.steps:
        yield 24, f"{name} leaves {now - triggered.at} after it was set off"
    seen = triggered.seen
    if seen is None:
        if order.entry is None:
            yield HELD, f"{name} leaves and no price set it off"
        return
    if seen.quoted_at not in judge.quoted.get(order.instrument, ()):
        yield HELD, f"{name} was set off at {seen.price}, which nobody told"
    if seen.at - seen.quoted_at > judge.max_data_age and not judge.steps:
        yield HELD, f"{name} was set off by a price that was {seen.at - seen.quoted_at} old"
    asked = order.asked or order.terms
    level = seen.level if asked.order_type is OrderType.TRAILING_STOP else asked.stop_price or asked.limit_price
    if level is not None and (seen.price - level) * order.side.sign * (1 if asked.order_type in STOPS else -1) < 0:
        yield HELD, f"{name} was set off at {seen.price}, its level is {level}"


def exceeded(judge: Watching, account: str, changed: VenueOrder) -> Iterator[tuple[int, str]]:
    """Whether an entry's exits, by the venue's own book, could close more than the entry has filled."""
    sent = judge.sent.get(changed.client_order_id)
    if sent is None or account in judge.tainted:
        return
    name = sent.order.entry or sent.order.client_order_id
    legs = judge.exits.get(name)
    if not legs:
        return
    entry, received = judge.venue.state.find(account, name), judge.journal.intents.get(sent.order.intent or "")
    filled = entry.filled if entry is not None else ZERO
    if received is not None and received.intent.protects:
        filled = judge.journal.allotted[received.intent.id, account].quantity
    could = ZERO
    for leg in legs:
        theirs = judge.venue.state.find(account, leg)
        if theirs is not None:
            could += theirs.filled + (theirs.leaves if theirs.is_open else ZERO)
    if could > filled:
        yield EXITS, f"the exits of {name} could close {could}, it filled {filled}"


LATEST: Final = timedelta(seconds=3)
"""How long after its end the desk may take to end an order at rest."""
