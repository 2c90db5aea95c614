# mypy: disable-error-code="comparison-overlap"
# A Decimal equals a whole number, also inside a tuple.
# ruff: noqa: ANN401 - what is changed is checked by the classes that take it
"""A person resolves what no lookup can: which of the broker's orders is ours, or that none is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bidwell.engine import codec, resolving
from bidwell.engine.intake import Receipt
from bidwell.engine.ports import BrokerOrder, DedupeScope, Snapshot
from bidwell.engine.state import State
from bidwell.jobs.live.hearing import Hearing, OwnFill
from bidwell.model import events as ev
from bidwell.model.account import Account
from bidwell.model.errors import InDoubt, InvalidInput, InvalidTransition, Unavailable
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.intent import Source
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.simulation.proof.broker import ProofBroker
from bidwell.simulation.proof.weather import Fault
from tests.unit.engine.workbench import AAA, BBB, TREND, Bench, limit, virtually

ACCOUNT = AccountId("acc_0")
WHY = "seen on the broker's own screen"


class Nameless(ProofBroker):
    """A broker that keeps no id of ours: what `kept_back` names is in no report, and no lookup can tell it."""

    kept_back: set[str]

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        if self.kept_back:
            msg = "more than one may be it"
            raise InDoubt(msg)
        return None

    async def candidates(self, client_order_id: ClientOrderId) -> Sequence[BrokerOrder]:
        taken = await super().snapshot()
        return [self._stripped(one) for one in taken.orders if one.broker_order_id in self.kept_back]

    async def snapshot(self, since: object = None) -> Snapshot:
        taken = await super().snapshot()
        orders = [one for one in taken.orders if one.broker_order_id not in self.kept_back]
        moved = any(one.fills for one in taken.orders if one.broker_order_id in self.kept_back)
        return replace(taken, orders=tuple(map(self._stripped, orders)), complete=taken.complete and not moved)

    def hear(self, events: object) -> None:
        """It has no stream: reports tell everything."""

    @staticmethod
    def _stripped(one: BrokerOrder) -> BrokerOrder:
        return replace(one, client_order_id=None)


class Counter(Bench):
    """A bench whose broker is nameless."""

    kept_back: set[str]

    def connect(self, account: Account) -> ProofBroker | None:
        line = super().connect(account)
        assert line is not None
        line.__class__ = Nameless
        assert isinstance(line, Nameless)
        line.kept_back = self.kept_back
        return line

    def theirs(self, place: int = -1) -> BrokerOrderId:
        return BrokerOrderId(list(self.venue.state.orders)[place])

    def by_hand(
        self, side: Side = Side.BUY, quantity: int = 10, price: str = "98", instrument: InstrumentId = AAA.id
    ) -> BrokerOrderId:
        ticket = Ticket(
            instrument, side, Decimal(quantity), OrderType.LIMIT, TimeInForce.GTC, limit_price=Decimal(price)
        )
        self.exchange.publish(self.venue.submit("acc_0", [ticket]))
        return self.theirs()


async def counter(*, quarantine: float = 2.0) -> Counter:
    Counter.kept_back = set()
    bench = Counter(DedupeScope.NONE, quarantine)
    await bench.open()
    return bench


async def lost(bench: Counter, *, price: str = "98", key: str = "k1", **more: Any) -> Receipt:
    """An order that reached the broker, which shows it in no report."""
    bench.weather.plan("submit", Fault.ACK_LOST)
    receipt = await bench.send(key, terms=limit(price), **more)
    name = name_of(bench, receipt)
    await bench.until(lambda: any(one.client_order_id == name for one in bench.venue.state.orders.values()))
    bench.kept_back.add(bench.theirs())
    return receipt


async def in_doubt() -> tuple[Counter, Receipt, BrokerOrderId, BrokerOrderId]:
    """Ours, and one by hand that looks the same."""
    bench = await counter()
    receipt = await lost(bench)
    ours, other = bench.theirs(), bench.by_hand()
    bench.kept_back.add(other)
    await bench.settle(4.0)
    assert bench.order(receipt).status is OrderStatus.SUBMITTED
    return bench, receipt, ours, other


def name_of(bench: Counter, receipt: Receipt) -> ClientOrderId:
    return bench.order(receipt).client_order_id


def replayed(bench: Counter) -> str:
    state = State()
    for entry in bench.journal.entries:
        state.apply(codec.decode(entry.kind, entry.body))
    return state.hash()


@virtually
async def test_the_order_that_a_person_names_is_ours_and_the_other_one_a_strangers() -> None:
    bench, receipt, ours, other = await in_doubt()
    seen = await resolving.look(bench.desk, name_of(bench, receipt))
    assert [one.theirs.broker_order_id for one in seen] == [ours, other]
    await resolving.identify(bench.desk, name_of(bench, receipt), ours, actor="me", reason=WHY)
    bench.kept_back.clear()
    await bench.settle(3.0)
    order = bench.order(receipt)
    assert (order.status, order.broker_order_ids) == (OrderStatus.WORKING, (ours,))
    externals = [one for one in bench.desk.state.orders.values() if one.external]
    assert [one.broker_order_ids for one in externals] == [(other,)]
    told = next(one for one in bench.heard if isinstance(one, ev.OrderIdentified))
    assert (told.actor, told.reason, told.external) == ("me", WHY, None)
    assert bench.journal.sent == {order.client_order_id: 1}
    assert replayed(bench) == bench.desk.state.hash()


@virtually
async def test_what_the_named_order_filled_is_booked_once() -> None:
    bench, receipt, ours, _ = await in_doubt()
    bench.quote("97.9")
    await bench.settle(2.0)
    assert (bench.position(), bench.order(receipt).status) == (0, OrderStatus.SUBMITTED)
    await resolving.identify(bench.desk, name_of(bench, receipt), ours, actor="me", reason=WHY)
    assert (bench.order(receipt).status, bench.position()) == (OrderStatus.FILLED, 10)
    assert bench.desk.state.reserved(ACCOUNT) == 0
    bench.kept_back.clear()
    await bench.settle(4.0)
    assert bench.position() == bench.truth() == 20
    assert bench.desk.reconciled(ACCOUNT)
    await bench.restart()
    assert (bench.position(), bench.order(receipt).filled_quantity) == (20, 10)


@virtually
async def test_an_order_that_was_adopted_as_external_becomes_ours_with_its_fills_and_is_not_booked_twice() -> None:
    bench = await counter()
    bench.quote("100", size=4)
    hearing = Hearing(bench.desk, "run_1", TREND)
    receipt = await lost(bench, price="100.01", key="run:run_1:1:7", source=Source.STRATEGY, strategy=TREND)
    bench.kept_back.clear()
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.ABSENT)
    (external,) = [one for one in bench.desk.state.orders.values() if one.external]
    assert (external.filled_quantity, bench.position()) == (4, 4)
    assert bench.desk.state.portfolios[ACCOUNT].share(AAA.id).quantity == 4
    cash = dict(bench.desk.state.portfolios[ACCOUNT].cash)
    (seen,) = await resolving.look(bench.desk, name_of(bench, receipt))
    assert (seen.external, seen.theirs.filled_quantity) == (external.client_order_id, 4)
    await resolving.identify(bench.desk, name_of(bench, receipt), seen.theirs.broker_order_id, actor="me", reason=WHY)
    order, given_up = bench.order(receipt), bench.desk.state.orders[external.client_order_id]
    assert (order.status, order.filled_quantity, order.leaves_quantity) == (OrderStatus.WORKING, 4, 6)
    assert (given_up.status, given_up.fills) == (OrderStatus.CANCELED, ())
    assert order.client_order_id in given_up.reason
    portfolio = bench.desk.state.portfolios[ACCOUNT]
    assert (bench.position(), portfolio.cash) == (4, cash)
    assert [portfolio.share(AAA.id, one).quantity for one in (None, TREND)] == [0, 4]
    assert not bench.desk.state.foreign.get(ACCOUNT)
    # A strategy that runs hears of what was its own all along, and of what fills later.
    (own,) = await hearing.catch_up(bench.journal, 0)
    assert (own.order, own.fill) == (7, order.fills[0])
    heard = hearing.news.get_nowait()
    assert isinstance(heard, OwnFill)
    assert heard.fill == own.fill
    # What is said of the adopted one from now on is said of ours.
    fill = replace(order.fills[0], client_order_id=external.client_order_id)
    bench.desk.on_broker_event(ACCOUNT, ev.OrderFilled(bench.clock.now(), external.client_order_id, fill))
    bench.quote("100", size=6)
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.FILLED)
    await bench.settle(3.0)
    assert bench.position() == bench.truth() == 10
    assert bench.desk.state.orders[external.client_order_id].fills == ()
    assert replayed(bench) == bench.desk.state.hash()


@virtually
async def test_an_adopted_order_that_is_over_ends_ours_and_frees_what_it_reserved() -> None:
    bench = await counter()
    receipt = await lost(bench)
    bench.kept_back.clear()
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.ABSENT)
    (external,) = [one for one in bench.desk.state.orders.values() if one.external]
    await bench.desk.cancel(external.client_order_id, "me")
    await bench.settle(3.0)
    (seen,) = await resolving.look(bench.desk, name_of(bench, receipt))
    await resolving.identify(bench.desk, name_of(bench, receipt), seen.theirs.broker_order_id, actor="me", reason=WHY)
    assert (bench.order(receipt).status, bench.desk.state.reserved(ACCOUNT)) == (OrderStatus.CANCELED, 0)


@virtually
async def test_an_adopted_order_is_offered_whatever_the_clocks_say_and_one_that_was_known_before_is_not() -> None:
    bench = await counter()
    before = bench.by_hand()
    await bench.until(lambda: any(one.external for one in bench.desk.state.orders.values()))
    (known,) = [one for one in bench.desk.state.orders.values() if one.external]
    await bench.desk.cancel(known.client_order_id, "me")
    await bench.settle(2.0)
    bench.clock.step(3600)
    bench.weather.plan("submit", Fault.LATE_BEYOND_QUARANTINE)
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle(0.1)
    bench.clock.step(-3600)
    await bench.until(lambda: len([one for one in bench.desk.state.orders.values() if one.external]) == 2)
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.ABSENT)
    (seen,) = await resolving.look(bench.desk, name_of(bench, receipt))
    assert seen.theirs.broker_order_id == bench.theirs() != before
    assert seen.theirs.created_at is not None
    assert seen.theirs.created_at < bench.order(receipt).created_at
    with pytest.raises(InvalidInput, match="it was there before"):
        await resolving.identify(bench.desk, name_of(bench, receipt), before, actor="me", reason=WHY)
    await resolving.identify(bench.desk, name_of(bench, receipt), bench.theirs(), actor="me", reason=WHY)
    assert bench.order(receipt).status is OrderStatus.WORKING


@virtually
async def test_an_order_that_the_broker_never_got_is_over_by_a_persons_word_with_its_reason() -> None:
    bench, receipt, ours, other = await in_doubt()
    assert bench.desk.state.reserved(ACCOUNT) > 0
    await resolving.confirm_dead(bench.desk, name_of(bench, receipt), actor="me", reason=WHY)
    assert (bench.order(receipt).status, bench.order(receipt).reason) == (OrderStatus.REJECTED, WHY)
    assert bench.desk.state.reserved(ACCOUNT) == 0
    # A wrong word doubles nothing: what is there after all is a stranger's, and the account only reduces.
    bench.kept_back.clear()
    await bench.settle(3.0)
    externals = [one for one in bench.desk.state.orders.values() if one.external]
    assert {one.broker_order_ids for one in externals} == {(ours,), (other,)}
    assert replayed(bench) == bench.desk.state.hash()


@virtually
async def test_nothing_is_resolved_before_the_quarantine_nor_twice() -> None:
    bench = await counter(quarantine=6.0)
    receipt = await lost(bench)
    name, ours = name_of(bench, receipt), bench.theirs()
    await bench.settle(1.0)
    for word in (resolving.identify(bench.desk, name, ours, actor="me", reason=WHY),
                 resolving.confirm_dead(bench.desk, name, actor="me", reason=WHY)):  # fmt: skip
        with pytest.raises(InvalidInput, match="still being looked for"):
            await word
    await bench.settle(8.0)
    await resolving.identify(bench.desk, name, ours, actor="me", reason=WHY)
    for word in (resolving.identify(bench.desk, name, ours, actor="me", reason=WHY),
                 resolving.confirm_dead(bench.desk, name, actor="me", reason=WHY)):  # fmt: skip
        with pytest.raises(InvalidInput, match="not in doubt"):
            await word


@virtually
async def test_an_order_that_does_not_fit_or_is_another_one_of_ours_is_no_candidate() -> None:
    bench, receipt, ours, _ = await in_doubt()
    second = await lost(bench, key="k2", price="97")
    taken = bench.theirs()
    await bench.settle(4.0)
    await resolving.identify(bench.desk, name_of(bench, second), taken, actor="me", reason=WHY)
    wrong = [
        bench.by_hand(Side.SELL, price="103"),
        bench.by_hand(quantity=11),
        bench.by_hand(instrument=BBB.id, price="40"),
    ]
    await bench.settle(3.0)
    name = name_of(bench, receipt)
    for number in (taken, *wrong, BrokerOrderId("nowhere")):
        with pytest.raises(InvalidInput, match=f"order {number} cannot be order"):
            await resolving.identify(bench.desk, name, number, actor="me", reason=WHY)
    assert bench.order(receipt).status is OrderStatus.SUBMITTED
    assert ours in [one.theirs.broker_order_id for one in await resolving.look(bench.desk, name)]


@virtually
async def test_an_account_that_is_not_connected_or_does_not_answer_resolves_nothing() -> None:
    bench, receipt, ours, _ = await in_doubt()
    name = name_of(bench, receipt)
    told = bench.line.candidates

    async def away(_: ClientOrderId) -> Sequence[BrokerOrder]:
        msg = "503 service unavailable"
        raise InDoubt(msg)

    bench.line.candidates = away  # type: ignore[method-assign, assignment]
    with pytest.raises(Unavailable, match="cannot be read"):
        await resolving.identify(bench.desk, name, ours, actor="me", reason=WHY)
    bench.line.candidates = told  # type: ignore[method-assign]
    await bench.lose()
    for word in (resolving.identify(bench.desk, name, ours, actor="me", reason=WHY),
                 resolving.confirm_dead(bench.desk, name, actor="me", reason=WHY)):  # fmt: skip
        with pytest.raises(InvalidInput, match="not connected"):
            await word
    with pytest.raises(InvalidInput, match="does not exist"):
        await resolving.look(bench.desk, ClientOrderId("nothing"))
    assert [one.obstacle for one in resolving.doubtful(bench.desk, ACCOUNT)] == ["the account is not connected"]


@virtually
async def test_a_connection_that_is_made_anew_while_the_broker_is_asked_settles_nothing() -> None:
    bench, receipt, ours, _ = await in_doubt()
    line, name = bench.line, name_of(bench, receipt)
    told = line.candidates

    async def cut(client_order_id: ClientOrderId) -> Sequence[BrokerOrder]:
        found = await told(client_order_id)
        bench.desk.on_connected(ACCOUNT)
        return found

    line.candidates = cut  # type: ignore[method-assign]
    with pytest.raises(InvalidInput, match="connected anew"):
        await resolving.identify(bench.desk, name, ours, actor="me", reason=WHY)
    assert bench.order(receipt).status is OrderStatus.SUBMITTED


@virtually
async def test_a_cancel_that_was_asked_in_doubt_goes_out_once_the_order_is_named() -> None:
    bench, receipt, ours, _ = await in_doubt()
    await bench.desk.cancel(name_of(bench, receipt), "me")
    await resolving.identify(bench.desk, name_of(bench, receipt), ours, actor="me", reason=WHY)
    await bench.until(lambda: not bench.venue.state.orders[ours].is_open)


@virtually
async def test_a_broker_that_keeps_our_id_is_not_contradicted() -> None:
    bench = await Bench(DedupeScope.NONE, timeout=60.0).open()
    bench.weather.plan("submit", Fault.ACK_LOST)
    receipt = await bench.send("k1", terms=limit("98"))
    await bench.settle(0.1)
    name = bench.order(receipt).client_order_id
    bench.desk.core.emit(ev.OrderAbsent(bench.clock.now(), name, 2))
    with pytest.raises(InvalidInput, match="under its own id"):
        await resolving.confirm_dead(bench.desk, name, actor="me", reason=WHY)
    await bench.until(lambda: bench.order(receipt).status is OrderStatus.WORKING)


@virtually
async def test_a_word_about_an_order_that_is_not_in_doubt_folds_into_nothing() -> None:
    bench = await counter()
    receipt = await lost(bench)
    ours = bench.theirs()
    await bench.settle(4.0)
    name = name_of(bench, receipt)
    await resolving.identify(bench.desk, name, ours, actor="me", reason=WHY)
    before = bench.desk.state.hash()
    with pytest.raises(InvalidTransition):
        bench.desk.state.apply(ev.OrderIdentified(bench.clock.now(), name, BrokerOrderId("x"), "me", WHY))
    assert bench.desk.state.hash() == before
