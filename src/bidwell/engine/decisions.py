"""From an intent to orders that passed or were denied. Preview runs exactly this, and keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from bidwell.engine import copies, intake, views
from bidwell.engine.allocation import Holding, allocate
from bidwell.model.account import Member
from bidwell.model.ids import client_order_id
from bidwell.model.intent import SizingBy, Source
from bidwell.model.money import ZERO
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Protection, Side, Terms, TimeInForce
from bidwell.risk.view import Proposal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from bidwell.engine.intake import Request
    from bidwell.engine.market import Market
    from bidwell.engine.ports import Entropy
    from bidwell.engine.state import State
    from bidwell.model.account import Group
    from bidwell.model.events import Allocation
    from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
    from bidwell.model.intent import Intent
    from bidwell.risk.gate import Blocked, Gate, Passed


_ALL = Decimal(100)


@dataclass(frozen=True, slots=True)
class Decision:
    """One account's part of an intent: what it was given, what was asked of the gate, what the gate said."""

    allocation: Allocation
    proposal: Proposal | None
    verdict: Passed | Blocked | None


def reference_price(intent: Intent, market: Market) -> Decimal | None:
    """The price at which money becomes quantity: the intent's own, else the side of the quote it would take."""
    if intent.terms.prices:
        return intent.terms.prices[0]
    quote = market.quotes.get(intent.instrument)
    if quote is None:
        return None
    if intent.side is None:
        return quote.last
    return quote.ask if intent.side is Side.BUY else quote.bid


def races(intent: Intent, order: Order) -> bool:
    """Whether an open order in the same instrument must be off the book before this exit is sized.

    A strategy's exit clears the strategy's own orders; one by hand clears exits, those of strategies only where
    it closes everything; "close all" clears every order of the desk.
    """
    if order.external or order.intent == intent.id:
        return False
    if intent.close_all:
        return True
    if intent.strategy is not None:
        return order.strategy == intent.strategy
    return order.reduces and (order.strategy is None or intent.sizing.value >= _ALL)


def racing(state: State, intent: Intent, account: AccountId, instrument: InstrumentId) -> frozenset[ClientOrderId]:
    """The open orders that an exit would first take off."""
    if intent.sizing.by is not SizingBy.CLOSE:
        return frozenset()
    return frozenset(order.client_order_id for order in state.book(account, instrument) if races(intent, order))


def closable(state: State, intent: Intent, account: AccountId, instrument: InstrumentId,
             without: frozenset[ClientOrderId] = frozenset()) -> Decimal:  # fmt: skip
    """What a close may take: what the sender holds less what open orders of the closing side may still take of it."""
    portfolio = state.portfolios[account]
    whole = intent.close_all or intent.strategy is None
    held = portfolio.position(instrument) if whole else portfolio.share(instrument, intent.strategy)
    closing = Side.SELL if held.quantity > 0 else Side.BUY
    others = [order for order in state.book(account, instrument)
              if order.side is closing and (whole or order.strategy == intent.strategy)]  # fmt: skip
    sums = views.taken(state, others, held.quantity, without)
    return max(abs(held.quantity) - sums.open_buy - sums.open_sell - sums.exits, ZERO)


def holdings_of(state: State, market: Market, intent: Intent, group: Group | None, *,
                clearing: bool = False) -> tuple[Holding, ...]:  # fmt: skip
    """The receiving accounts as allocation sees them; `clearing` leaves out the orders that an exit would take off."""
    members = group.members if group is not None else (Member(intent.account),) if intent.account else ()
    found = []
    for member in members:
        account = state.accounts.get(member.account)
        if account is None or not account.enabled:
            continue
        wanted = member.instruments.get(intent.instrument, intent.instrument)
        instrument = state.instruments.get(wanted)
        portfolio = state.portfolios[account.id]
        position = portfolio.positions.get(wanted)
        share = portfolio.shares.get((wanted, intent.strategy))
        rate = market.view(instrument, account.currency, intent.received_at).rate if instrument else None
        worth = views.valuation_or_none(state, market, account)
        limit = None
        if intent.sizing.by is SizingBy.CLOSE and instrument is not None:
            off = racing(state, intent, account.id, wanted) if clearing else frozenset()
            limit = closable(state, intent, account.id, wanted, off)
        found.append(Holding(
            account=account, member=member, wanted=wanted, instrument=instrument,
            equity=worth.equity if worth else ZERO, rate=rate,
            position=position.quantity if position else ZERO, share=share.quantity if share else ZERO, closable=limit,
        ))  # fmt: skip
    return tuple(found)


def allocations(state: State, market: Market, intent: Intent, group: Group | None, *,
                clearing: bool = False) -> tuple[tuple[Allocation, ...], str, Decimal | None]:  # fmt: skip
    """Split the intent now: the parts, the policy's name and the reference price used. Raises InvalidInput."""
    reference = reference_price(intent, market)
    instrument = state.instruments[intent.instrument]
    holdings = holdings_of(state, market, intent, group, clearing=clearing)
    if intent.source is Source.COPY and group is not None:
        return copies.parts(state, intent, group, holdings), f"follows {group.leader}", reference
    parts = allocate(intent, group, holdings, instrument, reference)
    return parts, str(group.policy) if group else "single", reference


def propose(state: State, market: Market, intent: Intent, part: Allocation, now: datetime, *,
            reconciled: bool, without: frozenset[ClientOrderId] = frozenset()) -> Proposal:  # fmt: skip
    """Turn an account's part into the order that asks the gate, with the exits attached to it."""
    account = state.accounts[part.account]
    instrument = state.instruments[part.instrument]
    side = Side(part.side)
    view = views.account_view(
        state, market, account, instrument.id, now=now, side=side, terms=intent.terms, quantity=part.quantity,
        strategy=intent.strategy, group=intent.group, intent=intent.id, reconciled=reconciled, without=without,
    )  # fmt: skip
    # A close of what is held in the account's own name only ever reduces; one of a strategy's share may be the
    # other side of another strategy's, and is then judged by what it adds.
    whole = intent.sizing.by is SizingBy.CLOSE and (intent.close_all or intent.strategy is None)
    reduces = (whole and view.position * side.sign < 0) or part.quantity <= view.headroom(side)
    order = Order(
        client_order_id=client_order_id(intent.id, account.id, 0, 1), account=account.id, instrument=instrument.id,
        side=side, quantity=part.quantity, terms=intent.terms, created_at=now, intent=intent.id,
        strategy=intent.strategy, reduces=reduces,
    )  # fmt: skip
    attached = () if order.reduces or intent.protects else _exits(order, intent.protection)
    return Proposal(order, instrument, view, market.view(instrument, account.currency, now), now, attached)


def _exits(entry: Order, protection: Protection | None) -> tuple[Order, ...]:
    """The target (leg 1) and the stop (leg 2) that wait for the entry's fills."""
    if protection is None:
        return ()
    legs: list[tuple[int, Terms]] = []
    if protection.take_profit_price is not None:
        legs.append((1, Terms(OrderType.LIMIT, limit_price=protection.take_profit_price,
                              time_in_force=TimeInForce.GTC)))  # fmt: skip
    if protection.stop_price is not None:
        legs.append((2, Terms(OrderType.STOP, stop_price=protection.stop_price, time_in_force=TimeInForce.GTC)))
    elif protection.trail_amount is not None:
        legs.append((2, Terms(OrderType.TRAILING_STOP, trail_amount=protection.trail_amount,
                              time_in_force=TimeInForce.GTC)))  # fmt: skip
    return tuple(
        replace(entry, client_order_id=client_order_id_of_leg(entry, leg), side=entry.side.opposite, terms=terms,
                leg=leg, entry=entry.client_order_id, reduces=True)
        for leg, terms in legs
    )  # fmt: skip


def client_order_id_of_leg(entry: Order, leg: int) -> ClientOrderId:
    """The id of an exit attached to `entry`; raises ValueError for an order without an intent."""
    if entry.intent is None:
        msg = "only an intent's own order has attached exits"
        raise ValueError(msg)
    return client_order_id(entry.intent, entry.account, leg, 1)


def decide(state: State, market: Market, gate: Gate, intent: Intent, parts: tuple[Allocation, ...], *, now: datetime,
           reconciled: Callable[[AccountId], bool], keep: Callable[[Decision], None],
           clearing: bool = False) -> list[Decision]:  # fmt: skip
    """Ask the gate for each part in turn; `keep` hears each decision before the next is made, so that it can reserve."""
    decisions = []
    for part in parts:
        if part.quantity <= 0:
            decisions.append(Decision(part, None, None))
            keep(decisions[-1])
            continue
        off = racing(state, intent, part.account, part.instrument) if clearing else frozenset()
        for proposal in _proposals(state, market, intent, part, now, reconciled=reconciled(part.account), without=off):
            decisions.append(Decision(part, proposal, gate.decide(proposal)))
            keep(decisions[-1])
    return decisions


def _proposals(state: State, market: Market, intent: Intent, part: Allocation, now: datetime, *, reconciled: bool,
               without: frozenset[ClientOrderId]) -> Iterator[Proposal]:  # fmt: skip
    """The part's order; or, where what is held is to be protected, its exits, of which each is one claim with the other."""
    proposal = propose(state, market, intent, part, now, reconciled=reconciled, without=without)
    if not intent.protects:
        yield proposal
        return
    closing = proposal.order
    legs = _exits(replace(closing, side=closing.side.opposite), intent.protection)
    names = frozenset(leg.client_order_id for leg in legs)
    for leg in legs:
        seen = propose(
            state, market, intent, part, now, reconciled=reconciled, without=without | (names & state.orders.keys())
        )
        yield replace(seen, order=leg, attached=())


def judge_replacement(state: State, market: Market, gate: Gate, order: Order, wanted: Order,
                      now: datetime) -> Passed | Blocked:  # fmt: skip
    """Ask the gate about an order as it would be after a replace, not counting what it already claims."""
    account = state.accounts[order.account]
    instrument = state.instruments[order.instrument]
    group = state.intents[order.intent].intent.group if order.intent is not None else None
    # A target and a stop of one entry are one claim: neither stands in the other's way.
    pair = {one.client_order_id for one in state.book(account.id, instrument.id)
            if order.entry is not None and one.entry == order.entry}  # fmt: skip
    view = views.account_view(
        state, market, account, instrument.id, now=now, side=order.side, terms=wanted.terms, quantity=wanted.quantity,
        strategy=order.strategy, group=group, intent=order.intent, reconciled=True,
        without=frozenset({order.client_order_id, *pair}),
    )  # fmt: skip
    asked = replace(wanted, quantity=wanted.quantity - order.filled_quantity)
    return gate.decide(Proposal(asked, instrument, view, market.view(instrument, account.currency, now), now))


def preview(state: State, market: Market, gate: Gate, request: Request, now: datetime, entropy: Entropy,
            reconciled: Callable[[AccountId], bool]) -> tuple[list[Decision], str, Decimal | None]:  # fmt: skip
    """Decide a request as if it came in now: decisions, policy and reference price. Raises InvalidInput."""
    intake.check(state, request)
    intent = intake.intent_of(request, now, entropy, state)
    group = state.groups.get(intent.group) if intent.group is not None else None
    parts, policy, reference = allocations(state, market, intent, group, clearing=True)
    made = decide(state, market, gate, intent, parts, now=now, reconciled=reconciled, keep=lambda _: None,
                  clearing=True)  # fmt: skip
    return made, policy, reference
