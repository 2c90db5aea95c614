"""Random days at a venue: operations for properties, and what must hold after each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from bidwell.model.money import ZERO, Rates
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.facts import Fact, Placed, Traded
from bidwell.simulation.fees import PerShareFee
from bidwell.simulation.floor import Outcome, VenueSettings
from bidwell.simulation.orders import AccountSpec, Link, Models, Role, Ticket, VenueOrder
from bidwell.simulation.scripted import ScriptedMarket, share
from bidwell.simulation.slippage import TickSlippage
from bidwell.simulation.state import VenueState
from bidwell.simulation.venue import Venue

START = datetime(2013, 3, 4, 10, tzinfo=UTC)
ACCOUNTS = (
    AccountSpec("dollars", "USD", Decimal(1_000_000), Decimal(4)),
    AccountSpec("rupees", "INR", Decimal(10_000_000), Decimal(2), models=Models(PerShareFee(Decimal("0.005"), Decimal(1)))),
    AccountSpec("fractions", "USD", Decimal(500_000), Decimal(4), Decimal("0.1"), Models(slippage=TickSlippage(1))),
)  # fmt: skip
NAMES = [f"N{number}" for number in range(12)]


class MarketClock:
    """A wall clock that stands with the market's."""

    def __init__(self, market: ScriptedMarket) -> None:
        self._market = market

    def now(self) -> datetime:
        return self._market.now()


@dataclass
class World:
    """A venue on a scripted market with three accounts."""

    venue: Venue
    market: ScriptedMarket


def world(state: VenueState | None = None, settings: VenueSettings | None = None) -> World:
    market = ScriptedMarket(START, [share("ACME"), share("ZEUS")], rates=Rates({("USD", "INR"): Decimal("54.25")}))
    return World(Venue(state or VenueState(), market, MarketClock(market), settings), market)


# --- operations ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Quoted:
    instrument: str
    bid: Decimal
    spread: Decimal
    quantity: int
    seconds: int


@dataclass(frozen=True)
class Submitted:
    account: str
    tickets: tuple[Ticket, ...]
    link: Link
    first_fill: Decimal | None


@dataclass(frozen=True)
class CancelAsked:
    account: str
    name: str


@dataclass(frozen=True)
class ReplaceAsked:
    account: str
    changes: Ticket


Operation = Quoted | Submitted | CancelAsked | ReplaceAsked

_prices = st.integers(9_000, 11_000).map(lambda cents: Decimal(cents) / 100)
_quantities = st.integers(1, 60).map(Decimal)
_accounts = st.sampled_from([spec.account for spec in ACCOUNTS])
_instruments = st.sampled_from(["ACME.TEST", "ZEUS.TEST"])


@st.composite
def _tickets(draw: st.DrawFn, instrument: str = "", side: Side | None = None, name: str = "") -> Ticket:
    order_type = draw(st.sampled_from(list(OrderType)))
    limited = order_type in {OrderType.LIMIT, OrderType.STOP_LIMIT}
    stopped = order_type in {OrderType.STOP, OrderType.STOP_LIMIT}
    forces = [TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD]
    force = draw(st.sampled_from(forces if side else [*forces, TimeInForce.IOC, TimeInForce.FOK]))
    return Ticket(
        instrument or draw(_instruments), side or draw(st.sampled_from(list(Side))), draw(_quantities), order_type, force,
        name or draw(st.sampled_from(NAMES)),
        draw(_prices) if limited else None, draw(_prices) if stopped else None,
        Decimal("1.50") if order_type is OrderType.TRAILING_STOP else None, None,
        START + timedelta(minutes=draw(st.integers(1, 60))) if force is TimeInForce.GTD else None,
    )  # fmt: skip


@st.composite
def _submissions(draw: st.DrawFn) -> Submitted:
    first = draw(_tickets())
    link = draw(st.sampled_from(list(Link)))
    tickets = [first]
    if link is not Link.NONE:
        side = first.side.opposite if link is Link.BRACKET else first.side
        tickets.extend(draw(st.lists(_tickets(first.instrument, side), min_size=1, max_size=2)))
    first_fill = draw(st.sampled_from([None, None, None, Decimal("0.3")]))
    return Submitted(draw(_accounts), tuple(tickets), link, first_fill)


_quotes = st.builds(
    Quoted, _instruments, _prices, st.integers(0, 50).map(lambda cents: Decimal(cents) / 100), st.integers(0, 80),
    st.integers(0, 300),
)  # fmt: skip
operations: st.SearchStrategy[list[Operation]] = st.lists(
    st.one_of(
        _quotes,
        _submissions(),
        st.builds(CancelAsked, _accounts, st.sampled_from(NAMES)),
        st.builds(ReplaceAsked, _accounts, _tickets()),
    ),
    min_size=5,
    max_size=40,
)


def play(here: World, operation: Operation) -> list[Outcome]:
    """Do one thing and give what came of it."""
    venue, market = here.venue, here.market
    match operation:
        case Quoted():
            market.move_to(market.now() + timedelta(seconds=operation.seconds))
            quote = market.quote(
                operation.instrument, str(operation.bid), str(operation.bid + operation.spread),
                quantity=str(operation.quantity),
            )  # fmt: skip
            return venue.on_quotes([quote])
        case Submitted():
            return venue.submit(operation.account, operation.tickets, operation.link, first_fill=operation.first_fill)
        case CancelAsked():
            return venue.cancel(operation.account, operation.name)
        case ReplaceAsked():
            return venue.replace(operation.account, operation.changes)


def open_all(here: World) -> list[Outcome]:
    """Open the three accounts."""
    return [outcome for spec in ACCOUNTS for outcome in here.venue.open_account(spec)]


# --- what must hold ------------------------------------------------------------------------------


def assert_sound(here: World, facts: Sequence[Fact]) -> None:
    """Cash, positions and quantities follow from the fills, by another reckoning than the venue's own."""
    state = here.venue.state
    orders = list(state.orders.values())
    for spec in ACCOUNTS:
        cash = {spec.currency: spec.cash}
        held: dict[str, Decimal] = {}
        for order in orders:
            if order.account != spec.account:
                continue
            for each in order.fills:
                cash["USD"] = cash.get("USD", ZERO) - order.side.sign * each.quantity * each.price - each.fee
                held[order.instrument] = held.get(order.instrument, ZERO) + order.side.sign * each.quantity
        account = state.accounts[spec.account]
        assert account.cash == cash
        assert {name: each.quantity for name, each in account.holdings.items()} == {
            name: quantity for name, quantity in held.items() if quantity
        }
        reserved = sum((order.margin * min(order.opening, order.leaves) for order in orders
                        if order.account == spec.account), ZERO)  # fmt: skip
        assert account.reserved == reserved
    for order in orders:
        _assert_order_sound(order, state)
    placed = [fact.order.broker_order_id for fact in facts if isinstance(fact, Placed)]
    assert len(placed) == len(set(placed))
    executions = [fact.execution.execution_id for fact in facts if isinstance(fact, Traded)]
    assert len(executions) == len(set(executions))


def _assert_order_sound(order: VenueOrder, state: VenueState) -> None:
    assert order.filled == sum((each.quantity for each in order.fills), ZERO)
    assert order.filled <= order.quantity or order.status is OrderStatus.REJECTED
    assert (order.status is OrderStatus.FILLED) == (order.filled == order.quantity and order.quantity > 0)
    assert (order.broker_order_id in state.books.get(order.instrument, {})) is order.is_open
    assert state.named[(order.account, order.client_order_id)] is order
    if order.role is Role.EXIT:
        group = state.groups[order.group]
        entry = next((each for each in group if each.role is Role.ENTRY), None)
        exits = sum((each.filled for each in group if each.role is Role.EXIT), ZERO)
        if entry is not None:
            assert exits <= entry.filled
