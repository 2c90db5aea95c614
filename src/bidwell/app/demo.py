"""The workspace that a new installation starts with: five paper accounts, a group over them, and an alert."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bidwell.model import events as ev
from bidwell.model.account import Account, Group, Member, Policy, Strategy
from bidwell.model.errors import ConfigError
from bidwell.model.ids import AccountId, GroupId, StrategyId, WorkspaceId
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.risk.limits import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bidwell.brokers.paper.broker.admin import PaperAdmin
    from bidwell.engine.desk import Desk
    from bidwell.model.instrument import Instrument


def _workspace() -> WorkspaceId:
    """The one workspace that this process works for: `BIDWELL_WORKSPACE`, or main."""
    name = os.environ.get("BIDWELL_WORKSPACE") or "main"
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        msg = (
            f"BIDWELL_WORKSPACE={name[:60]!r} is no name for a workspace: small letters, digits and hyphens, at most 40"
        )
        raise ConfigError(msg)
    return WorkspaceId(name)


WORKSPACE = _workspace()
NAME = "Demo desk" if WORKSPACE == "main" else WORKSPACE
GROUP = GroupId("all-five")
STRATEGY = StrategyId("aapl-cross")
# What the demonstration's alert buys, by feed.
ALERTS = {"replay": ("AAPL", "20"), "binance": ("BTC/USDT", "0.05"), "brokers": ("AAPL", "1")}


@dataclass(frozen=True, slots=True)
class Opening:
    """A paper account to open at the venue and to define at the desk."""

    account: Account
    cash: Decimal
    limits: Limits | None = None


def _account(name: str, title: str, currency: str, *, step: str | None = None, program: str = "") -> Account:
    return Account(AccountId(name), title, "paper", name, currency,
                   quantity_step=Decimal(step) if step else None, program=program)  # fmt: skip


ACCOUNTS = (
    Opening(_account("growth", "Growth", "USD"), Decimal(100_000)),
    Opening(_account("income", "Income", "USD"), Decimal(50_000)),
    Opening(_account("india", "India", "INR"), Decimal(4_200_000)),
    Opening(_account("fractional", "Fractional", "USD", step="0.0001"), Decimal(25_000)),
    Opening(
        _account("funded", "Funded 50K", "USD", program="demo evaluation"), Decimal(50_000),
        Limits(max_order_quantity=Decimal(5), max_order_notional=Decimal(1_000), max_position=Decimal(5),
               max_gross_exposure=Decimal(5_000), max_open_orders=4, max_daily_loss=Decimal(1_000)),
    ),
)  # fmt: skip


def token_hash(token: str) -> str:
    """SHA-256 (hex): what is kept of a signal token."""
    return hashlib.sha256(token.encode()).hexdigest()


async def open_accounts(admin: PaperAdmin) -> None:
    """Open the accounts at the venue; one that is already there stays as it is."""
    for opening in ACCOUNTS:
        account = opening.account
        await admin.open_account(account.broker_account, account.currency, opening.cash, leverage=account.leverage,
                                 quantity_step=account.quantity_step)  # fmt: skip


async def furnish(desk: Desk, instruments: Sequence[Instrument], token: str, now: datetime) -> None:
    """Define whatever of the demonstration is not in the journal yet: safe to run again after a crash in between."""
    state = desk.state
    if state.workspace is None:
        await desk.define(ev.WorkspaceNamed(now, WORKSPACE, NAME, "USD"))
    for instrument in instruments:
        if state.instruments.get(instrument.id) != instrument:
            await desk.define(ev.InstrumentListed(now, instrument))
    if Scope(ScopeType.WORKSPACE) not in state.limits:
        await desk.define(ev.LimitsSet(now, Scope(ScopeType.WORKSPACE), DEFAULTS))
    for opening in ACCOUNTS:
        scope = Scope(ScopeType.ACCOUNT, opening.account.id)
        if opening.limits is not None and scope not in state.limits:
            if opening.account.id not in state.accounts:
                await desk.define(ev.AccountDefined(now, opening.account))
            await desk.define(ev.LimitsSet(now, scope, opening.limits))
        elif opening.account.id not in state.accounts:
            await desk.define(ev.AccountDefined(now, opening.account))
    if GROUP not in state.groups:
        members = tuple(Member(opening.account.id) for opening in ACCOUNTS)
        await desk.define(ev.GroupDefined(now, Group(GROUP, "All five", Policy.PROPORTIONAL, members)))
    if STRATEGY not in state.strategies:
        await desk.define(ev.StrategyDefined(now, Strategy(
            STRATEGY, "AAPL cross", token_hash(token), token[-4:], group=GROUP)))  # fmt: skip


def curl_line(url: str, token: str, feed: str) -> str:
    """A line for the shell that posts the demonstration's alert, with a fresh id each time it is run."""
    symbol, quantity = ALERTS[feed]
    body = (f'{{"token":"{token}","action":"buy","symbol":"{symbol}","quantity":"{quantity}",'
            '"id":"\'$(date +%s%N)\'"}')  # fmt: skip
    return f"curl -s {url} -H 'Content-Type: application/json' -d '{body}'"
