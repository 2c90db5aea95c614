"""The overview put together from the desk."""

from __future__ import annotations

from decimal import Decimal

from bidwell.engine.desk import Desk
from bidwell.model.account import Mode
from bidwell.model.errors import CurrencyMismatch
from bidwell.model.ids import WorkspaceId
from bidwell.model.limits import Scope, ScopeType, TradingState
from bidwell.model.money import ZERO
from bidwell.risk.limits import DEFAULTS
from bidwell.server.accounts import reads as accounts
from bidwell.server.accounts.schemas import AccountSummary, ScopeView, StateView
from bidwell.server.context import ServerContext
from bidwell.server.overview import schemas

_CENT = Decimal("0.01")
_MILLISECOND = Decimal("0.001")


def overview(context: ServerContext, workspace: WorkspaceId, desk: Desk) -> schemas.Overview:
    """Everything that the frame of the desk page shows."""
    named = desk.state.workspace
    currency = named.currency if named is not None else "USD"
    found = accounts.summaries(desk)
    live = any(account.mode is Mode.LIVE and account.enabled for account in desk.state.accounts.values())
    path = desk.recorder.path
    return schemas.Overview(
        workspace=schemas.Workspace(id=workspace, name=named.name if named is not None else workspace,
                                    currency=currency, mode="live" if live else "paper"),
        version=context.settings.version, feed=feed(context, workspace, desk),
        equity=_sum(desk, found, currency, "equity"), day_pnl=_sum(desk, found, currency, "day_pnl"),
        state=state(desk), accounts=found,
        order_path=schemas.OrderPath(p50_ms=_latency(path.percentile(50)), p99_ms=_latency(path.percentile(99)),
                                     count=path.count),
        clock=schemas.DeskClock(now=context.clock.now()),
    )  # fmt: skip


def _latency(milliseconds: float | None) -> Decimal | None:
    return None if milliseconds is None else Decimal(milliseconds).quantize(_MILLISECOND)


def state(desk: Desk) -> StateView:
    """What may leave the workspace."""
    known = desk.state.trading_state([Scope(ScopeType.WORKSPACE)])
    if known is None:
        return StateView(state=TradingState.ACTIVE)
    return StateView(state=known.state, reason=known.reason, scope=ScopeView(type=known.scope.type))


def _sum(desk: Desk, found: list[AccountSummary], currency: str, name: str) -> Decimal | None:
    """The enabled accounts' amounts in one currency; None rather than a sum that leaves one out."""
    total = ZERO
    for account in found:
        if not account.enabled:
            continue
        amount: Decimal | None = getattr(account, name)
        if amount is None:
            return None
        try:
            total += amount * desk.market.rates.rate(account.currency, currency)
        except CurrencyMismatch:
            return None
    return total.quantize(_CENT)


def feed(context: ServerContext, workspace: WorkspaceId, desk: Desk) -> schemas.FeedView:
    """The feed's light: connected, and young enough."""
    market = desk.market
    age = None
    if market.last_received_at is not None:
        age = Decimal((context.clock.now() - market.last_received_at).total_seconds()).quantize(_MILLISECOND)
    speed = context.speeds.get(workspace)
    stale = age is None or (DEFAULTS.max_data_age is not None and age > DEFAULTS.max_data_age)
    return schemas.FeedView(
        name=market.feed.name, connected=market.feed.connected, label=context.settings.feed_label,
        market_time=market.market_time, speed=speed.speed if speed is not None else None, data_age_s=age,
        state="disconnected" if not market.feed.connected else "stale" if stale else "ok",
    )  # fmt: skip
