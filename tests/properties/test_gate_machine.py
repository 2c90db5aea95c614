"""Any sequence of orders, fills, cancels and halts: what the gate let pass never exceeds a limit, at any instant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bidwell.model.events import Reservation
from bidwell.model.ids import ClientOrderId, InstrumentId
from bidwell.model.instrument import Instrument
from bidwell.model.limits import ContractLimit, Limits, TradingState
from bidwell.model.money import Rates
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms
from bidwell.portfolio.portfolio import Portfolio
from bidwell.portfolio.valuation import Valuation, value
from bidwell.risk.gate import Blocked, Gate, Passed
from bidwell.risk.reservation import Claim, committed
from bidwell.risk.view import AccountView
from tests.properties.samples import AAPL, ACCOUNT, COIN, NOW, account, fill, limit, market, order, proposal, quote

INSTRUMENTS: dict[InstrumentId, Instrument] = {one.id: one for one in (AAPL, replace(COIN, min_notional=Decimal(0)))}
QUOTES = {AAPL.id: quote(), COIN.id: quote("2000", "2000.5", "2000", instrument=COIN.id)}
UNITS = {AAPL.id: Decimal(5), COIN.id: Decimal("0.25")}
COLLAR = Decimal("0.05")
FEE = Decimal("0.002")
OWNER = account()


@dataclass
class Open:
    """An approved order with what it reserved and what it may still fill."""

    order: Order
    reservation: Reservation
    leaves: Decimal


class Trading(RuleBasedStateMachine):
    """One account at standing prices; its view is put together as the engine does it."""

    @initialize(
        max_position=st.sampled_from([Decimal(40), Decimal(120), None]),
        max_gross=st.sampled_from([Decimal(6_000), Decimal(15_000), None]),
        cash=st.sampled_from([Decimal(2_000), Decimal(20_000)]),
        max_net=st.sampled_from([Decimal(2_500), Decimal(9_000), None]),
        max_contracts=st.sampled_from([Decimal(60), None]),
        max_trades=st.sampled_from([3, None]),
    )
    def open_account(self, max_position: Decimal | None, max_gross: Decimal | None, cash: Decimal,
                     max_net: Decimal | None, max_contracts: Decimal | None, max_trades: int | None) -> None:  # fmt: skip
        counted = None if max_contracts is None else (ContractLimit(max_contracts, ((COIN.id, Decimal(4)),)),)
        self.limits = Limits(max_position=max_position, max_gross_exposure=max_gross, price_collar=COLLAR,
                             max_net_exposure=max_net, contract_limits=counted, max_trades_per_day=max_trades)  # fmt: skip
        self.entries: list[Open] = []
        self.state = TradingState.ACTIVE
        self.gate = Gate()
        self.portfolio = Portfolio(ACCOUNT)
        self.portfolio.adjust_cash("USD", cash, "opening balance", NOW)
        self.book: list[Open] = []
        self.count = 0

    def sums(self, instrument: InstrumentId) -> tuple[Decimal, Decimal, Decimal]:
        """Open buys, open sells and exits; an order marked as reducing is an exit while it opposes the position."""
        position = self.portfolio.position(instrument).quantity
        buys = sells = exits = Decimal(0)
        for one in self.book:
            if one.order.instrument != instrument:
                continue
            if one.order.reduces and position * one.order.side.sign < 0:
                exits += one.leaves
            elif one.order.side is Side.BUY:
                buys += one.leaves
            else:
                sells += one.leaves
        return buys, sells, exits

    def worth(self) -> Valuation:
        return value(self.portfolio, INSTRUMENTS, lambda name: QUOTES[name].last, Rates(), "USD")

    def committed(self) -> Decimal:
        return sum(
            (
                committed(
                    OWNER, instrument, self.portfolio.position(name).quantity,
                    [Claim(one.order.side, one.leaves, one.reservation) for one in self.book
                     if one.order.instrument == name],
                )
                for name, instrument in INSTRUMENTS.items()
            ),
            Decimal(0),
        )  # fmt: skip

    def seen(self, instrument: InstrumentId) -> AccountView:
        worth, taken = self.worth(), self.committed()
        buys, sells, exits = self.sums(instrument)
        return AccountView(
            account=OWNER, limits=self.limits, state=self.state,
            position=self.portfolio.position(instrument).quantity, open_buy=buys, open_sell=sells, exits_taken=exits,
            equity=worth.equity, buying_power=worth.equity - worth.gross_exposure - taken,
            gross_exposure=worth.gross_exposure + taken, session_equity=worth.equity,
            net_long=self.net() + self.sent(Side.BUY), net_short=self.sent(Side.SELL) - self.net(),
            elsewhere=tuple(self.contracts(bound, instrument) for bound in self.limits.contract_limits or ()),
            entries_today=self.counted(),
        )  # fmt: skip

    def contracts(self, bound: ContractLimit, without: InstrumentId | None = None) -> Decimal:
        """What could stand in all instruments but one, as a limit counts it."""
        weights = dict(bound.weights)
        return sum((weights.get(name, Decimal(1)) * max(*self.worst(name), abs(self.held(name)))
                    for name in INSTRUMENTS if name != without), Decimal(0))  # fmt: skip

    def held(self, instrument: InstrumentId) -> Decimal:
        return self.portfolio.position(instrument).quantity

    def net(self) -> Decimal:
        """Long less short at standing prices."""
        return sum((self.held(name) * QUOTES[name].last for name in INSTRUMENTS), Decimal(0))

    def sent(self, side: Side) -> Decimal:
        """What open orders of a side may still move, at the prices that they reserved."""
        return sum((one.leaves * one.reservation.price for one in self.book if one.order.side is side), Decimal(0))

    def counted(self) -> int:
        """Entries that filled or still may."""
        return sum(1 for one in self.entries if one.leaves < one.order.quantity or one in self.book)

    @rule(
        instrument=st.sampled_from(sorted(INSTRUMENTS)), side=st.sampled_from(Side), size=st.integers(1, 40),
        beyond=st.integers(-8, 8), priced=st.booleans(), reduces=st.sampled_from([False, False, False, True]),
    )  # fmt: skip
    def submit(self, instrument: InstrumentId, side: Side, size: int, beyond: int, priced: bool, reduces: bool) -> None:
        self.ask(
            instrument,
            side,
            UNITS[instrument] * size,
            self.terms(instrument, side, beyond, priced=priced),
            reduces=reduces,
        )

    @rule(instrument=st.sampled_from(sorted(INSTRUMENTS)), side=st.sampled_from(Side), beyond=st.integers(0, 4))
    def submit_as_much_as_passes(self, instrument: InstrumentId, side: Side, beyond: int) -> None:
        """Go to the edge: ask for too much, then for the least of what the rules say would pass."""
        terms, far = self.terms(instrument, side, beyond, priced=True), Decimal(1_000_000)
        verdict = self.decide(instrument, side, far, terms, reduces=False)
        assert isinstance(verdict, Blocked)
        most = min(Decimal(check.would_pass) for check in verdict.checks if not check.passed)
        if most > 0:
            assert self.ask(instrument, side, most, terms, reduces=False)

    def terms(self, instrument: InstrumentId, side: Side, beyond: int, *, priced: bool) -> Terms:
        if not priced:
            return Terms()
        touch = QUOTES[instrument].ask if side is Side.BUY else QUOTES[instrument].bid
        return limit(str(INSTRUMENTS[instrument].round_price(touch * (1 + Decimal(beyond) / 100))))

    def decide(
        self, instrument: InstrumentId, side: Side, quantity: Decimal, terms: Terms, *, reduces: bool
    ) -> Passed | Blocked:
        self.count += 1
        asked = order(
            side, quantity, terms=terms, reduces=reduces, instrument=instrument,
            client_order_id=ClientOrderId(f"{self.count:018}"),
        )  # fmt: skip
        return self.gate.decide(
            proposal(
                asked, instrument=INSTRUMENTS[instrument], view=self.seen(instrument),
                market=market(quote=QUOTES[instrument]),
            )
        )  # fmt: skip

    def ask(self, instrument: InstrumentId, side: Side, quantity: Decimal, terms: Terms, *, reduces: bool) -> bool:
        verdict = self.decide(instrument, side, quantity, terms, reduces=reduces)
        if not isinstance(verdict, Passed):
            return False
        found = verdict.approved.order
        assert self.state is TradingState.ACTIVE or found.reduces
        assert not reduces or found.reduces
        self.book.append(Open(found, verdict.reservation, found.quantity))
        if not found.reduces:
            self.entries.append(self.book[-1])
            self.an_entry_leaves_the_net_within_its_limit(side)
        if found.reduces:
            self.exits_do_not_flip(instrument, side)
        return True

    def exits_do_not_flip(self, instrument: InstrumentId, side: Side) -> None:
        position = self.portfolio.position(instrument).quantity
        same = [one for one in self.book if one.order.instrument == instrument and one.order.side is side]
        after = position + side.sign * sum((one.leaves for one in same), Decimal(0))
        assert after * position >= 0

    def an_entry_leaves_the_net_within_its_limit(self, side: Side) -> None:
        """Reducing orders may always leave, so that an exit can lean the net; no entry does."""
        bound = self.limits.max_net_exposure
        assert bound is None or side.sign * self.net() + self.sent(side) <= bound

    @precondition(lambda self: self.book)
    @rule(place=st.integers(0, 999), share=st.integers(1, 4), slip=st.integers(-4, 4))
    def fill_some(self, place: int, share: int, slip: int) -> None:
        one = self.book[place % len(self.book)]
        found, instrument = one.order, INSTRUMENTS[one.order.instrument]
        quantity = min(instrument.round_quantity(one.leaves * share / 4) or instrument.lot_size, one.leaves)
        price = self.price_of(found, Decimal(slip) / 100)
        self.count += 1
        execution = fill(
            found.side, quantity, price, name=f"e{self.count}", instrument=found.instrument,
            fee=quantity * price * FEE,
        )  # fmt: skip
        self.portfolio.apply_fill(execution, instrument)
        one.leaves -= quantity
        if not one.leaves:
            self.book.remove(one)

    def price_of(self, found: Order, slip: Decimal) -> Decimal:
        """A price that the venue may give: slipped for a market order, the limit or better for a priced one."""
        touch = QUOTES[found.instrument].ask if found.side is Side.BUY else QUOTES[found.instrument].bid
        if found.terms.order_type is OrderType.MARKET:
            return touch * (1 + slip)
        bound = found.terms.limit_price
        assert bound is not None
        return bound if found.side is Side.BUY else max(bound, touch)

    @precondition(lambda self: self.book)
    @rule(place=st.integers(0, 999))
    def cancel(self, place: int) -> None:
        self.book.pop(place % len(self.book))

    @rule(state=st.sampled_from([TradingState.ACTIVE] * 4 + [TradingState.REDUCE_ONLY, TradingState.HALTED]))
    def halt_or_release(self, state: TradingState) -> None:
        self.state = state

    @rule(instrument=st.sampled_from(sorted(INSTRUMENTS)), reduces=st.booleans())
    def leave(self, instrument: InstrumentId, reduces: bool) -> None:
        """Whatever is left to close can be closed at once, whatever the limits and the state."""
        position = self.portfolio.position(instrument).quantity
        buys, sells, exits = self.sums(instrument)
        room = abs(position) - exits - (sells if position > 0 else buys)
        if position and room > 0:
            side = Side.SELL if position > 0 else Side.BUY
            assert self.ask(instrument, side, room, Terms(), reduces=reduces)

    @invariant()
    def no_side_can_take_a_position_beyond_its_limit(self) -> None:
        bound = self.limits.max_position
        for name in INSTRUMENTS:
            long, short = self.worst(name)
            assert bound is None or max(long, short) <= bound

    @invariant()
    def contracts_and_entries_stay_within_their_limits_whatever_fills(self) -> None:
        for bound in self.limits.contract_limits or ():
            assert self.contracts(bound) <= bound.limit
        most = self.limits.max_trades_per_day
        assert most is None or self.counted() <= most

    @invariant()
    def gross_exposure_stays_within_its_limit_whatever_fills(self) -> None:
        bound = self.limits.max_gross_exposure
        worst = sum(
            (
                max(*self.worst(name), abs(self.portfolio.position(name).quantity)) * QUOTES[name].last
                for name in INSTRUMENTS
            ),
            Decimal(0),
        )
        assert bound is None or worst <= bound

    @invariant()
    def what_is_held_and_committed_is_covered_by_equity(self) -> None:
        worth = self.worth()
        assert worth.equity >= worth.gross_exposure + self.committed()

    def worst(self, instrument: InstrumentId) -> tuple[Decimal, Decimal]:
        position = self.portfolio.position(instrument).quantity
        long, short = position, -position
        for one in self.book:
            if one.order.instrument == instrument and one.order.side is Side.BUY:
                long += one.leaves
            elif one.order.instrument == instrument:
                short += one.leaves
        return long, short


TestTrading = Trading.TestCase
TestTrading.settings = settings(max_examples=150, stateful_step_count=40)
