"""Double-entry cash: every change of money is an entry whose postings sum to zero in each currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bidwell.model.fill import Fill
from bidwell.model.instrument import Instrument
from bidwell.model.money import ZERO


class LedgerName(StrEnum):
    """The ledger's accounts; debits are positive.

    cash: money held. positions: cost of what is held. realized: P&L taken (a gain is negative, a credit).
    fees: paid. capital: brought in or taken out from outside the order path.
    """

    CASH = "cash"
    POSITIONS = "positions"
    REALIZED = "realized"
    FEES = "fees"
    CAPITAL = "capital"


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount on one ledger account, positive when it is debited."""

    account_name: LedgerName
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Postings that belong together; raises ValueError unless they sum to zero in every currency."""

    at: datetime
    memo: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        """Refuse an entry that would make or lose money."""
        sums: dict[str, Decimal] = {}
        for posting in self.postings:
            sums[posting.currency] = sums.get(posting.currency, ZERO) + posting.amount
        if any(sums.values()):
            msg = f"postings of {self.memo!r} do not balance: {sums}"
            raise ValueError(msg)


def for_fill(instrument: Instrument, fill: Fill, realized: Decimal, cost_change: Decimal) -> LedgerEntry:
    """Book a fill: notional and realized P&L in the instrument's currency, the fee in its own.

    `cost_change` is what the fill added to the position's cost. A future moves only what it realized.
    """
    postings = [*_movement(instrument, realized, cost_change, LedgerName.CASH)]
    if fill.fee:
        postings.append(Posting(LedgerName.CASH, fill.fee_currency, -fill.fee))
        postings.append(Posting(LedgerName.FEES, fill.fee_currency, fill.fee))
    memo = f"{fill.side} {fill.quantity} {instrument.symbol} @ {fill.price} {fill.execution_id}"
    return LedgerEntry(fill.occurred_at, memo, tuple(postings))


def for_cash(currency: str, amount: Decimal, reason: str, at: datetime) -> LedgerEntry:
    """Book money that came in (positive) or went out from outside the order path."""
    return LedgerEntry(
        at,
        reason,
        (Posting(LedgerName.CASH, currency, amount), Posting(LedgerName.CAPITAL, currency, -amount)),
    )


def for_adjustment(
    instrument: Instrument, realized: Decimal, cost_change: Decimal, reason: str, at: datetime
) -> LedgerEntry:
    """Book a position that changed without a fill: capital stands where a fill would move cash."""
    return LedgerEntry(at, reason, _movement(instrument, realized, cost_change, LedgerName.CAPITAL))


def _movement(
    instrument: Instrument, realized: Decimal, cost_change: Decimal, against: LedgerName
) -> tuple[Posting, ...]:
    currency = instrument.currency
    if not instrument.settles_notional:
        if not realized:
            return ()
        return Posting(against, currency, realized), Posting(LedgerName.REALIZED, currency, -realized)
    postings = (
        Posting(against, currency, realized - cost_change),
        Posting(LedgerName.POSITIONS, currency, cost_change),
    )
    return (*postings, Posting(LedgerName.REALIZED, currency, -realized)) if realized else postings
