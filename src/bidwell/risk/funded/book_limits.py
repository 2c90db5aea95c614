"""A rulebook as limits, so that the gate's ordinary rules deny by it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bidwell.model.funded import Progress, Rulebook
from bidwell.model.limits import BreachAction, ContractLimit, Hours, Limits, LockUntil
from bidwell.risk.funded.evaluation import contracts


def limits_of(book: Rulebook, progress: Progress) -> Limits:
    """What the rulebook allows for the rest of the trading day; its losses are floors, which move with equity."""
    most = contracts(book, progress)
    counted = None
    if most is not None:
        counted = (replace(book.contracts or ContractLimit(most), limit=most),)
    return Limits(
        contract_limits=counted,
        trading_hours=(Hours(book.hours),) if book.hours else None,
        news_before=Decimal(book.news.before) if book.news is not None else None,
        news_after=Decimal(book.news.after) if book.news is not None else None,
        require_stop=True if book.stop_required else None,
        on_breach=BreachAction.FLATTEN_AND_LOCK,
        lock_until=LockUntil.NEXT_SESSION,
        currency=book.currency,
    )
