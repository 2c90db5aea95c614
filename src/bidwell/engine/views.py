"""What the gate and the screen see of an account: state and market put together, at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from bidwell.engine import risk_views
from bidwell.engine.folding import MINUTE
from bidwell.model.errors import CurrencyMismatch
from bidwell.model.ids import ClientOrderId
from bidwell.model.limits import Limits, Scope, TradingState
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import Side
from bidwell.portfolio.valuation import Valuation, value
from bidwell.risk.view import AccountView

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from bidwell.engine.commitments import Open
    from bidwell.engine.market import Market
    from bidwell.engine.state import State
    from bidwell.model.account import Account
    from bidwell.model.ids import AccountId, GroupId, InstrumentId, IntentId, StrategyId
    from bidwell.model.order import Order
    from bidwell.model.terms import Terms

_NOTHING: Final[frozenset[ClientOrderId]] = frozenset()
# What an account is worth to a rule while a rate is unknown: nothing, so that nothing that adds risk passes.
_UNKNOWN = Valuation("", ZERO, ZERO, ZERO, ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class Taken:
    """What open orders of one account may still do in one instrument (quantities, all positive)."""

    open_buy: Decimal = ZERO
    open_sell: Decimal = ZERO
    exits: Decimal = ZERO


def valuation(state: State, market: Market, account: Account) -> Valuation:
    """The account's value at the last prices, in its currency; reckoned again only after either has changed."""
    portfolio = state.portfolios[account.id]
    return market.valued(portfolio, (portfolio.posted, account.currency), lambda: value(
        portfolio, state.instruments, market.price, market.rates, account.currency))  # fmt: skip


def valuation_or_none(state: State, market: Market, account: Account) -> Valuation | None:
    """The account's value, or None while a rate that it needs is unknown."""
    try:
        return valuation(state, market, account)
    except CurrencyMismatch:
        return None


def opening_equity(state: State, market: Market, account: Account) -> Decimal | None:
    """The equity that day figures are reckoned from: the session's opening one, and what was paid in or out since."""
    session = state.sessions.get(account.id)
    if session is None:
        return None
    equity = session.equity
    try:
        for currency, amount in state.flows.get(account.id, {}).items():
            equity += amount * market.rates.rate(currency, account.currency)
    except CurrencyMismatch:
        return session.equity
    return equity


def taken(state: State, open_orders: Iterable[Order], position: Decimal,
          without: frozenset[ClientOrderId] = _NOTHING, summed: Open | None = None) -> Taken:  # fmt: skip
    """Sum up open orders of one instrument in which `position` is held, `without` some of them.

    `summed` are orders that were summed up already.

    Exits attached to an entry count with what the entry has filled so far, and a target and a stop of the
    same entry count once, because one's fill cancels the other. An exit on whose side there is nothing left to
    close would open a position, and counts as an order that may.
    """
    sums = {Side.BUY: ZERO, Side.SELL: ZERO} if summed is None else dict(summed.entries)
    exits = {Side.BUY: ZERO, Side.SELL: ZERO} if summed is None else dict(summed.exits)
    pairs: dict[ClientOrderId, tuple[Side, Decimal]] = {}
    for order in open_orders:
        if order.client_order_id in without:
            continue
        leaves = state.claim(order)
        if order.entry is not None:
            entry = state.orders.get(order.entry)
            claimed = leaves if entry is None else min(leaves, entry.filled_quantity)
            known = pairs.get(order.entry)
            pairs[order.entry] = (order.side, claimed if known is None else max(known[1], claimed))
        else:
            (exits if order.reduces else sums)[order.side] += leaves
    for side, claimed in pairs.values():
        exits[side] += claimed
    for side, held in ((Side.BUY, -position), (Side.SELL, position)):
        if held <= 0:
            sums[side] += exits[side]
            exits[side] = ZERO
    return Taken(sums[Side.BUY], sums[Side.SELL], exits[Side.BUY] + exits[Side.SELL])


def limits_of(state: State, scopes: Sequence[Scope], market: Market,
              now: datetime = risk_views.NOT_YET) -> tuple[Limits, dict[str, str]]:  # fmt: skip
    """The tightest limits over the scopes, with the defaults where the workspace sets none."""
    return risk_views.limits_of(state, scopes, market, now)


def account_view(state: State, market: Market, account: Account, instrument: InstrumentId, *, now: datetime,
                 side: Side, terms: Terms, quantity: Decimal, strategy: StrategyId | None, group: GroupId | None,
                 intent: IntentId | None, reconciled: bool,
                 without: frozenset[ClientOrderId] = _NOTHING) -> AccountView:  # fmt: skip
    """Everything the rules may ask of the account for one order, as if the orders in `without` were not there."""
    scopes = state.scopes_of(account.id, strategy, group)
    limits, origins = limits_of(state, scopes, market, now)
    halt = state.trading_state(scopes)
    trading, reason = (halt.state, halt.reason) if halt else (TradingState.ACTIVE, "")
    if trading is TradingState.ACTIVE and state.foreign.get(account.id):
        trading, reason = TradingState.REDUCE_ONLY, "an order that was not placed by this desk is open"
    held = state.portfolios[account.id].positions.get(instrument)
    position = held.quantity if held is not None else ZERO
    summed = None if without else state.open_quantities(account.id, instrument)
    rest = state.book(account.id, instrument) if summed is None else ()
    sums = taken(state, rest, position, without, summed)
    worth = valuation_or_none(state, market, account) or _UNKNOWN
    reserved = state.reserved(account.id, without)
    window = float(limits.duplicate_window) if limits.duplicate_window is not None else 0.0
    twins = _twins(state, account.id, now, window, (instrument, side, quantity), terms, intent) if window else 0
    return AccountView(
        account=account, limits=limits, state=trading, state_reason=reason,
        position=position, open_buy=sums.open_buy, open_sell=sums.open_sell,
        exits_taken=sums.exits, equity=worth.equity,
        buying_power=worth.equity - worth.gross_exposure / account.leverage - reserved,
        gross_exposure=worth.gross_exposure + reserved * account.leverage,
        open_orders=len(state.open.get(account.id, ())) - len(without),
        session_equity=opening_equity(state, market, account), recent_orders=_recent(state, account.id, now),
        twins=twins, reconciled=reconciled, origins=origins,
        **risk_views.figures(state, market, account, state.instruments[instrument], limits, origins, worth, now, without),
    )  # fmt: skip


def _recent(state: State, account: AccountId, now: datetime) -> int:
    """Orders approved in the last minute."""
    times = state.recent.get(account, ())
    gone = 0
    for at in times:
        if now - at <= MINUTE:
            break
        gone += 1
    return len(times) - gone


def _twins(state: State, account: AccountId, now: datetime, window: float,
           like: tuple[InstrumentId, Side, Decimal], terms: Terms, intent: IntentId | None) -> int:  # fmt: skip
    """Orders of other intents that look the same inside the duplicate window."""
    found = 0
    for order in state.alike.get((account, *like), ()):
        age = (now - order.created_at).total_seconds()
        if age <= window and order.intent != intent and order.terms == terms and not _refused(state, order):
            found += 1
    return found


def _refused(state: State, order: Order) -> bool:
    """Whether the broker said no to all of it: sending it again doubles nothing; of the retired, those are left out."""
    known = state.orders.get(order.client_order_id)
    return known is not None and known.status is OrderStatus.REJECTED and not known.fills


@dataclass(frozen=True, slots=True)
class Meter:
    """How far an account is into one limit; `unit` is a currency or a noun."""

    rule: str
    label: str
    limit: Decimal
    used: Decimal
    unit: str


def meters(state: State, market: Market, account: Account) -> tuple[Meter, ...]:
    """The limits that have a level between nothing and all, with how much of each is used now."""
    limits, _ = limits_of(state, state.scopes_of(account.id, None), market)
    worth = valuation_or_none(state, market, account)
    opening = opening_equity(state, market, account)
    found: list[Meter] = []
    if limits.max_daily_loss is not None and worth is not None and opening is not None:
        found.append(Meter("daily_loss", "Daily loss", limits.max_daily_loss,
                           max(opening - worth.equity, ZERO), account.currency))  # fmt: skip
    if limits.max_gross_exposure is not None and worth is not None:
        used = worth.gross_exposure + state.reserved(account.id) * account.leverage
        found.append(Meter("max_gross_exposure", "Gross exposure", limits.max_gross_exposure, used, account.currency))
    if limits.max_position is not None:
        held = max((abs(one.quantity) for one in state.portfolios[account.id].positions.values()), default=ZERO)
        found.append(Meter("max_position", "Largest position", limits.max_position, held, "units"))
    if worth is not None and worth.equity > 0:
        used = worth.gross_exposure / account.leverage + state.reserved(account.id)
        found.append(Meter("buying_power", "Buying power", worth.equity, used, account.currency))
    if limits.max_open_orders is not None:
        count = Decimal(len(state.open.get(account.id, ())))
        found.append(Meter("max_open_orders", "Open orders", Decimal(limits.max_open_orders), count, "orders"))
    return tuple(found)
