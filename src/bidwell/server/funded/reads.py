"""Funded accounts put together from state, market and the rulebook library."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bidwell.engine import risk_views, views
from bidwell.engine.desk import Desk
from bidwell.engine.risk_state import Funded
from bidwell.model.account import Account
from bidwell.model.errors import CurrencyMismatch
from bidwell.model.funded import Phase, Progress, Rulebook
from bidwell.model.ids import AccountId
from bidwell.model.limits import Basis, Hours
from bidwell.risk.figures import percent
from bidwell.risk.funded import evaluation
from bidwell.risk.funded.days import closes, flat_at
from bidwell.risk.windows import described
from bidwell.server.funded import schemas
from bidwell.server.problems import not_found

_CENT = Decimal("0.01")
_NEAR = Decimal("0.75")
_BASES = {
    Basis.STATIC: "a fixed floor", Basis.TRAILING_END_OF_DAY: "trails the best day's end",
    Basis.TRAILING_INTRADAY: "trails the highest equity, unrealized included",
}  # fmt: skip


def find(desk: Desk, name: str) -> tuple[Account, Funded]:
    """The account and what it is held to, or a 404 problem."""
    account, funded = desk.state.accounts.get(AccountId(name)), desk.state.risk.funded.get(AccountId(name))
    if account is None or funded is None:
        raise not_found("funded account", name)
    return account, funded


def rulebook_view(
    book: Rulebook, *, own: bool = False, judged: tuple[Progress, Decimal | None] | None = None
) -> schemas.RulebookView:
    """A rulebook for the eye; with an account's progress and equity each rule has a state."""
    daily, news = book.daily_loss, book.news
    return schemas.RulebookView(
        id=book.id, firm=book.firm, plan=book.plan, phase=book.phase, size=book.size, currency=book.currency,
        balance=book.balance, effective_from=book.effective_from, source=book.source, read_on=book.read_on,
        disclaimer=schemas.DISCLAIMER, zone=book.zone, rolls_at=book.rolls_at, maximum_loss=book.maximum_loss.amount,
        basis=book.maximum_loss.basis, lock=book.maximum_loss.lock, daily_loss=daily.amount if daily else None,
        daily_action=daily.action if daily else None, profit_target=book.profit_target,
        contracts=book.contracts.limit if book.contracts else None, flat_by=book.flat_by, consistency=book.consistency,
        minimum_days=book.minimum_days, stop_required=book.stop_required, news_before=news.before if news else None,
        news_after=news.after if news else None,
        hours=[schemas.RulebookHours(start=one.start, end=one.end, zone=one.zone, days=list(one.days)) for one in book.hours],
        next=book.next, notes=book.notes, own=own, rules=rules(book, judged),
    )  # fmt: skip


def rules(book: Rulebook, judged: tuple[Progress, Decimal | None] | None) -> list[schemas.RulebookRule]:
    """Every rule in words; its state is empty without an account."""
    progress, equity = judged if judged is not None else (None, None)
    lost = book.maximum_loss
    lock = f", stops at {lost.lock:,f}" if lost.lock is not None else ""
    rows = [("maximum_loss", "Maximum loss", f"{lost.amount:,f} {book.currency}, {_BASES[lost.basis]}{lock}",
             _left(equity, evaluation.floor(book, progress), lost.amount) if progress else "")]  # fmt: skip
    if book.daily_loss is not None:
        level = evaluation.day_floor(book, progress) if progress else None
        state = (
            ""
            if progress is None
            else "reached"
            if progress.day_locked
            else _left(equity, level, book.daily_loss.amount)
        )
        ends = "ends the day" if book.daily_loss.action == "lock_day" else "ends the account"
        rows.append(("daily_loss", "Daily loss", f"{book.daily_loss.amount:,f} {book.currency}, {ends}", state))
    if book.profit_target is not None:
        state = "" if progress is None else _met(progress.balance - book.balance >= book.profit_target)
        rows.append(("profit_target", "Profit target", f"{book.profit_target:,f} {book.currency}", state))
    rows += _counted(book, progress)
    if book.hours:
        rows.append(("hours", "Hours", described(Hours(book.hours)), ""))
    if book.flat_by is not None:
        rows.append(("flat_by", "Flat by", f"{book.flat_by:%H:%M} {book.zone}", ""))
    if book.news is not None:
        rows.append(("news", "Releases", f"no entry from {book.news.before} s before to {book.news.after} s after", ""))
    if book.stop_required:
        rows.append(("stop_required", "Protective stop", "on every entry", ""))
    return [schemas.RulebookRule(rule=rule, label=label, text=text, state=state, unconfirmed=rule in book.unconfirmed)
            for rule, label, text, state in rows]  # fmt: skip


def _counted(book: Rulebook, progress: Progress | None) -> list[tuple[str, str, str, str]]:
    rows = []
    if book.minimum_days:
        state = "" if progress is None else _met(progress.days >= book.minimum_days)
        rows.append(("minimum_days", "Trading days", f"at least {book.minimum_days}", state))
    if book.consistency is not None:
        profit = None if progress is None else progress.balance - book.balance
        met = profit is None or progress is None or profit <= 0 or progress.best <= book.consistency * profit
        text = f"the best day at most {percent(book.consistency)} of the profit"
        rows.append(("consistency", "Consistency", text, "" if progress is None else _met(met)))
    if book.contracts is not None:
        allowed = evaluation.contracts(book, progress) if progress is not None else book.contracts.limit
        scaled = " (by the scaling plan today)" if progress is not None and allowed != book.contracts.limit else ""
        rows.append(("contracts", "Contracts", f"{allowed:f}{scaled}", "ok" if progress else ""))
    if book.payout is not None:
        cap = f", at most {book.payout.cap:,f}" if book.payout.cap is not None else ""
        text = f"after {book.payout.days} days of {book.payout.day_profit:,f} {book.currency}{cap}"
        state = "" if progress is None else _met(not evaluation.payable(book, progress)[1])
        rows.append(("payout", "Payout", text, state))
    return rows


def _met(fact: bool) -> str:  # noqa: FBT001 - a word for one fact
    return "ok" if fact else "open"


def _left(equity: Decimal | None, level: Decimal | None, amount: Decimal) -> str:
    if equity is None or level is None:
        return ""
    if equity <= level:
        return "reached"
    return "near" if amount - (equity - level) >= _NEAR * amount else "ok"


def summary(desk: Desk, account: Account, funded: Funded) -> schemas.Funded:
    """One account under its rulebook."""
    return schemas.Funded(**_summary(desk, account, funded))


def _summary(desk: Desk, account: Account, funded: Funded) -> dict[str, Any]:
    book, progress = funded.rulebook, funded.progress
    equity = _equity(desk, account, funded)
    floor, daily = evaluation.floor(book, progress), evaluation.day_floor(book, progress)
    profit = progress.balance - book.balance
    payable, lacking = evaluation.payable(book, progress)
    halt = desk.state.trading_state(desk.state.scopes_of(account.id, None))
    target = book.profit_target
    return {
        "account": account.id, "name": account.name, "rulebook": rulebook_view(book, judged=(progress, equity)),
        "stage": progress.stage, "reason": progress.reason, "fault": funded.fault,
        "locked": halt.reason if halt is not None else "", "equity": _cent(equity), "balance": _cent(progress.balance),
        "floor": _cent(floor), "distance": _apart(equity, floor), "day": progress.day,
        "day_pnl": _apart(equity, progress.balance), "day_floor": _cent(daily), "day_distance": _apart(equity, daily),
        "day_ends_at": closes(book, progress.day), "flat_at": flat_at(book, progress.day), "profit": _cent(profit),
        "target_left": None if target is None else _cent(max(target - profit, Decimal(0))),
        "contracts_allowed": evaluation.contracts(book, progress), "days": progress.days,
        "winning_days": progress.wins, "best_day": _cent(progress.best),
        "missing": list(evaluation.missing(book, progress)) if book.phase is Phase.EVALUATION else [],
        "payable": _cent(payable), "payable_missing": list(lacking), "attached_at": funded.attached.at,
    }  # fmt: skip


def _equity(desk: Desk, account: Account, funded: Funded) -> Decimal | None:
    worth = views.valuation_or_none(desk.state, desk.market, account)
    try:
        return None if worth is None else worth.equity - risk_views.shift(desk.market, account, funded)
    except CurrencyMismatch:
        return None


def _cent(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(_CENT)


def _apart(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else (one - other).quantize(_CENT)


def listed(desk: Desk) -> list[schemas.Funded]:
    """Every account that is held to a rulebook."""
    state = desk.state
    return [summary(desk, state.accounts[name], one) for name, one in state.risk.funded.items()]


def detail(desk: Desk, account: Account, funded: Funded) -> schemas.FundedDetail:
    """One account under its rulebook in full."""
    path = desk.guard.trends.points.get(account.id, ())
    return schemas.FundedDetail(
        **_summary(desk, account, funded),
        closed_days=[schemas.FundedDay(day=one.day, balance=one.balance, profit=one.profit, floor=one.floor,
                                     traded=one.fills) for one in funded.days],
        stages=[schemas.FundedStage(at=one.at, stage=one.stage, reason=one.reason, actor=one.actor)
                for one in funded.stages],
        path=[schemas.FundedPoint(at=one.at, equity=one.equity.quantize(_CENT), floor=_cent(one.floor)) for one in path],
    )  # fmt: skip
