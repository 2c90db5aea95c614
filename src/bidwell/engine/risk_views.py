"""What the gate and the screen see of risk: limits that hold now, floors, worst cases; reckoned only where asked for."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from bidwell.engine.extremes import Extreme, Extremes
from bidwell.model.errors import CurrencyMismatch
from bidwell.model.ids import AccountId
from bidwell.model.limits import Basis, Drawdown, Limits, Scope, ScopeType
from bidwell.model.money import ZERO
from bidwell.model.terms import Side
from bidwell.risk.funded.days import flat_at
from bidwell.risk.funded.evaluation import Seen, day_floor, floor
from bidwell.risk.limits import DEFAULTS, effective, scaled
from bidwell.risk.view import Floor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidwell.engine.market import Market
    from bidwell.engine.risk_state import Funded
    from bidwell.engine.state import State
    from bidwell.model.account import Account
    from bidwell.model.ids import InstrumentId
    from bidwell.model.instrument import Instrument
    from bidwell.model.limits import NewsEvent
    from bidwell.portfolio.valuation import Valuation

_WORDS: Final = {Basis.STATIC: "Maximum drawdown", Basis.TRAILING_END_OF_DAY: "Drawdown from the best day's end",
                 Basis.TRAILING_INTRADAY: "Drawdown from the highest equity"}  # fmt: skip
NOT_YET: Final = datetime.min.replace(tzinfo=UTC)
"""A moment at which no planned change of limits is due."""

_UNKNOWN = Limits(max_order_notional=ZERO, max_position_notional=ZERO, max_gross_exposure=ZERO)


# --- limits ------------------------------------------------------------------------------------------


def limits_of(state: State, scopes: Sequence[Scope], market: Market, now: datetime) -> tuple[Limits, dict[str, str]]:
    """The tightest limits over the scopes at a moment, the account's rulebook among them, money in its currency."""
    risk = state.risk
    due = bool(risk.planned) and risk.planned[0].effective_from <= now
    currency = _currency(state, scopes)
    key = (*scopes, risk.revision, currency)
    if not due and (known := state.merged.get(key)) is not None:
        return known
    rows, moving = _rows(state, scopes, market, currency, now if due else None)
    own = any(name == "workspace" for name, _ in rows)
    found = effective(rows if own else [("default", DEFAULTS), *rows])
    if not due and not moving:
        state.merged[key] = found
    return found


def _currency(state: State, scopes: Sequence[Scope]) -> str:
    for scope in scopes:
        if scope.type is ScopeType.ACCOUNT:
            account = state.accounts.get(AccountId(scope.id))
            return account.currency if account is not None else ""
    return ""


def _rows(state: State, scopes: Sequence[Scope], market: Market, currency: str,
          now: datetime | None) -> tuple[list[tuple[str, Limits]], bool]:  # fmt: skip
    """Each scope's limits in the account's currency, and whether a rate is in them (which moves)."""
    rows, moving = [], False
    for scope in scopes:
        limits = _set(state, scope, now)
        if limits is not None:
            if limits.currency and limits.currency != currency:
                moving = True
                limits = _exchanged(limits, market, currency)
            rows.append((str(scope), limits))
        funded = _funded(state, scope)
        if funded is not None:
            rows.append((f"rulebook:{funded.rulebook.id}", funded.limits))
    return rows, moving


def _exchanged(limits: Limits, market: Market, currency: str) -> Limits:
    """Limits with their money in another currency; where no rate is known, none that adds risk passes."""
    try:
        return scaled(limits, market.rates.rate(limits.currency, currency))
    except CurrencyMismatch:
        return _UNKNOWN


def _funded(state: State, scope: Scope) -> Funded | None:
    return state.risk.funded.get(AccountId(scope.id)) if scope.type is ScopeType.ACCOUNT else None


def _set(state: State, scope: Scope, now: datetime | None) -> Limits | None:
    """What a scope sets; with a moment, a plan that is due by then counts though it is not carried out yet."""
    if now is not None:
        due = [one for one in state.risk.planned if one.scope == scope and one.effective_from <= now]
        if due:
            return due[-1].limits
    return state.limits.get(scope)


# --- money -------------------------------------------------------------------------------------------


def converted(market: Market, sums: dict[str, Decimal], currency: str) -> Decimal:
    """Sums by currency as one amount; raises CurrencyMismatch where a rate is unknown."""
    return sum((amount * market.rates.rate(held, currency) for held, amount in sums.items() if amount), ZERO)


def realized_today(state: State, market: Market, account: Account) -> Decimal | None:
    """The session's realized P&L after fees, or None before a session was opened or while a rate is unknown."""
    before = state.risk.realized_at_open.get(account.id)
    if before is None:
        return None
    portfolio = state.portfolios[account.id]
    sums = dict(portfolio.realized_pnl)
    for sign, amounts in ((-1, portfolio.fees), (-1, before)):
        for currency, amount in amounts.items():
            sums[currency] = sums.get(currency, ZERO) + sign * amount
    try:
        return converted(market, sums, account.currency)
    except CurrencyMismatch:
        return None


def paid_in(state: State, market: Market, account: Account) -> Decimal:
    """What came in less what went out since drawdowns began to be measured; raises CurrencyMismatch."""
    return converted(market, state.risk.paid.get(account.id, {}), account.currency)


# --- floors ------------------------------------------------------------------------------------------


def floors(state: State, market: Market, account: Account, limits: Limits, origins: dict[str, str],
           worth: Valuation) -> tuple[Floor, ...]:  # fmt: skip
    """The equities that the account must stay above: one for each drawdown limit, and its rulebook's."""
    funded = state.risk.funded.get(account.id)
    if limits.drawdowns is None and funded is None:
        return ()
    try:
        found = [drawdown_floor(state, market, account, one, worth, origins) for one in limits.drawdowns or ()]
        if funded is not None:
            found += _book_floors(market, account, funded)
    except CurrencyMismatch:
        return (Floor(worth.equity, "No rate is known for what was paid in", "account"),)
    return tuple(found)


def drawdown_floor(state: State, market: Market, account: Account, rule: Drawdown, worth: Valuation,
                    origins: dict[str, str]) -> Floor:  # fmt: skip
    """The equity that one drawdown limit wants the account to stay above; raises CurrencyMismatch."""
    paid = paid_in(state, market, account)
    now = worth.equity - paid
    marks = state.risk.marks.get(account.id)
    if marks is None:
        high = now
    else:
        high = {Basis.STATIC: marks.start, Basis.TRAILING_END_OF_DAY: marks.end_of_day,
                Basis.TRAILING_INTRADAY: max(marks.intraday, now)}[rule.basis]  # fmt: skip
    level = high - rule.amount
    if rule.lock is not None:
        level = min(level, rule.lock)
    return Floor(level + paid, _WORDS[rule.basis], origins.get("drawdowns", ""))


def shift(market: Market, account: Account, funded: Funded) -> Decimal:
    """What the account's equity is above its rulebook's money; raises CurrencyMismatch."""
    paid = converted(market, funded.paid, account.currency)
    return funded.base - funded.rulebook.balance + paid + funded.paid_out


def _book_floors(market: Market, account: Account, funded: Funded) -> list[Floor]:
    apart = shift(market, account, funded)
    origin = f"rulebook:{funded.rulebook.id}"
    found = [Floor(floor(funded.rulebook, funded.progress) + apart, "Maximum loss", origin)]
    daily = day_floor(funded.rulebook, funded.progress)
    if daily is not None:
        found.append(Floor(daily + apart, "Daily loss limit", origin))
    return found


def seen(state: State, market: Market, account: Account, funded: Funded, worth: Valuation, at: datetime) -> Seen:
    """The account in its rulebook's money at a moment of the market clock; raises CurrencyMismatch."""
    apart = shift(market, account, funded)
    equity = worth.equity - apart
    held = any(position.quantity for position in state.portfolios[account.id].positions.values())
    traded = state.risk.fills.get(account.id, 0) > funded.fills
    return Seen(at, equity - worth.unrealized_pnl, equity, traded, not held)


# --- worst cases -------------------------------------------------------------------------------------


def extremes(state: State, account: AccountId) -> Extremes:
    """The worst case of every instrument that is held or has an open order, brought up to date."""
    known = state.risk.extremes.get(account)
    if known is None:
        known = state.risk.extremes[account] = Extremes()
        known.touched.update(dict.fromkeys(state.portfolios[account].positions))
        known.touched.update(dict.fromkeys(state.books.get(account, {})))
    for name in known.touched:
        known.put(name, state.instruments[name].root, extreme(state, account, name))
    known.touched.clear()
    return known


def extreme(state: State, account: AccountId, name: InstrumentId,
            without: frozenset[Any] = frozenset()) -> Extreme:  # fmt: skip
    """What one instrument could become if every open order of a side filled, but for those in `without`."""
    position = state.portfolios[account].position(name).quantity
    multiplier = state.instruments[name].multiplier
    quantity, money = {Side.BUY: ZERO, Side.SELL: ZERO}, {Side.BUY: ZERO, Side.SELL: ZERO}
    rest = [order for order in state.book(account, name) if order.client_order_id not in without]
    for claim in state.claims(rest):
        quantity[claim.side] += claim.quantity
        money[claim.side] += claim.quantity * claim.reservation.price * claim.reservation.rate * multiplier
    most = max(abs(position), position + quantity[Side.BUY], quantity[Side.SELL] - position)
    return Extreme(most, money[Side.BUY], money[Side.SELL])


# --- for the gate ------------------------------------------------------------------------------------


def figures(state: State, market: Market, account: Account, instrument: Instrument, limits: Limits,
            origins: dict[str, str], worth: Valuation, now: datetime,
            without: frozenset[Any]) -> dict[str, Any]:  # fmt: skip
    """What the rules on risk ask of an account view, each only where a limit asks for it."""
    found: dict[str, Any] = {"floors": floors(state, market, account, limits, origins, worth)}
    if limits.max_net_exposure is not None:
        sums = extremes(state, account.id)
        bought, sold = sums.bought, sums.sold
        for name in {state.orders[order].instrument for order in without}:
            now_there, left = sums.entries[name], extreme(state, account.id, name, without)
            bought, sold = bought + left.bought - now_there.bought, sold + left.sold - now_there.sold
        found["net_long"] = worth.net_exposure + bought
        found["net_short"] = sold - worth.net_exposure
    if limits.contract_limits is not None:
        sums = extremes(state, account.id)
        found["elsewhere"] = tuple(sums.elsewhere(bound, instrument.id, instrument.root)
                                   for bound in limits.contract_limits)  # fmt: skip
    if limits.max_daily_realized_loss is not None:
        found["realized_today"] = realized_today(state, market, account)
    if limits.max_trades_per_day is not None:
        found["entries_today"] = entries_today(state, account.id, without)
    closing = None
    if limits.flat_before_close is not None:
        closing = flat_from(market, instrument, limits.flat_before_close, now)
    found["flat_from"] = closing or plan_flat_from(state, account.id, market.market_time or now)
    if limits.news_before is not None or limits.news_after is not None:
        found["news"] = news_near(state, instrument, limits, market.market_time or now)
    return found


def flat_from(market: Market, instrument: Instrument, seconds: Decimal, now: datetime) -> datetime | None:
    """Since when what is held is closed so many seconds before the venue's session ends; None where it is not."""
    moment = market.market_time or now
    closes = market.closes_at(instrument, moment)
    begins = None if closes is None else closes - timedelta(seconds=float(seconds))
    return begins if begins is not None and moment >= begins else None


def plan_flat_from(state: State, account: AccountId, moment: datetime) -> datetime | None:
    """Since when the account's plan wants it flat for the rest of the firm's day; None where it does not."""
    funded = state.risk.funded.get(account)
    begins = None if funded is None else flat_at(funded.rulebook, funded.progress.day)
    return begins if begins is not None and moment >= begins else None


def entries_today(state: State, account: AccountId, without: frozenset[Any] = frozenset()) -> int:
    """Entries since the session opened that filled, at least in part, or still may."""
    entries = state.risk.entries.get(account, {})
    return len(entries) + state.risk.counted.get(account, 0) - sum(1 for name in without if name in entries)


def news_near(state: State, instrument: Instrument, limits: Limits, moment: datetime) -> str:
    """The scheduled release that bars an instrument at a moment of the market clock; empty where none does."""
    releases = state.risk.releases
    if not releases:
        return ""
    first = moment - timedelta(seconds=float(limits.news_after or 0))
    last = moment + timedelta(seconds=float(limits.news_before or 0))
    for place in range(bisect_left(releases, first, key=_released_at), len(releases)):
        event = releases[place]
        if event.at > last:
            break
        if not event.instruments or instrument.root in event.instruments or instrument.id in event.instruments:
            return event.title
    return ""


def _released_at(event: NewsEvent) -> datetime:
    return event.at
