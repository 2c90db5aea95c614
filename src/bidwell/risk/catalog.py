"""Every limit with its kind and unit, in the order in which a person reads them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """In what a limit is stated."""

    MONEY = "money"
    QUANTITY = "quantity"
    COUNT = "count"
    FRACTION = "fraction"
    SECONDS = "seconds"
    INSTRUMENTS = "instruments"
    DRAWDOWNS = "drawdowns"
    CONTRACTS = "contracts"
    HOURS = "hours"
    FLAG = "flag"
    CHOICE = "choice"
    FRACTIONS = "fractions"


@dataclass(frozen=True, slots=True)
class Entry:
    """One limit: the rule that asks it, how it is called, its kind and its unit (empty: the account's currency)."""

    name: str
    rule: str
    label: str
    kind: Kind
    unit: str
    section: str


def _entries(section: str, *rows: tuple[str, str, str, Kind, str]) -> tuple[Entry, ...]:
    return tuple(Entry(*row, section) for row in rows)


CATALOG: Final[tuple[Entry, ...]] = (
    *_entries(
        "Order",
        ("max_order_quantity", "max_order_quantity", "Order quantity", Kind.QUANTITY, "units"),
        ("max_order_notional", "max_order_notional", "Order notional", Kind.MONEY, ""),
        ("price_collar", "price_collar", "Price collar", Kind.FRACTION, "part of one"),
        ("duplicate_window", "duplicate", "Duplicate window", Kind.SECONDS, "s"),
        ("max_order_rate", "order_rate", "Order rate", Kind.COUNT, "per minute"),
        ("max_data_age", "stale_data", "Data age", Kind.SECONDS, "s"),
        ("require_stop", "protective_stop", "A stop on every entry", Kind.FLAG, ""),
    ),
    *_entries(
        "Exposure",
        ("max_position", "max_position", "Position", Kind.QUANTITY, "units"),
        ("max_position_notional", "max_position_notional", "Position notional", Kind.MONEY, ""),
        ("contract_limits", "max_contracts", "Contracts over all instruments", Kind.CONTRACTS, "contracts"),
        ("max_gross_exposure", "max_gross_exposure", "Gross exposure", Kind.MONEY, ""),
        ("max_net_exposure", "max_net_exposure", "Net exposure", Kind.MONEY, ""),
        ("margin_buffer", "margin_buffer", "Equity kept free", Kind.FRACTION, "part of one"),
        ("max_open_orders", "max_open_orders", "Open orders", Kind.COUNT, "orders"),
        ("allowed_instruments", "instrument_lists", "Allowed instruments", Kind.INSTRUMENTS, ""),
        ("denied_instruments", "instrument_lists", "Denied instruments", Kind.INSTRUMENTS, ""),
    ),
    *_entries(
        "Loss",
        ("max_daily_loss", "daily_loss", "Daily loss with unrealized", Kind.MONEY, ""),
        ("max_daily_realized_loss", "realized_loss", "Daily realized loss", Kind.MONEY, ""),
        ("drawdowns", "drawdown", "Drawdown", Kind.DRAWDOWNS, ""),
        ("max_trades_per_day", "max_trades", "Entries a session", Kind.COUNT, "entries"),
        ("on_breach", "", "When a loss limit is reached", Kind.CHOICE, ""),
        ("lock_until", "", "Locked until", Kind.CHOICE, ""),
        ("warn_at", "", "Warn at", Kind.FRACTIONS, "parts of one"),
    ),
    *_entries(
        "Time",
        ("trading_hours", "trading_hours", "Trading hours", Kind.HOURS, ""),
        ("news_before", "news_window", "Quiet before a release", Kind.SECONDS, "s"),
        ("news_after", "news_window", "Quiet after a release", Kind.SECONDS, "s"),
        ("flat_before_close", "", "Flat before the session's end", Kind.SECONDS, "s"),
    ),
)
"""All limits there are."""
