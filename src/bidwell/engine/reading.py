"""What may be read off a desk: values, limits, health; nothing here changes anything."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bidwell.engine import views
from bidwell.engine.state import State
from bidwell.model.instrument import Forex

if TYPE_CHECKING:
    from decimal import Decimal

    from bidwell.engine.market import Market
    from bidwell.engine.ports import Clock
    from bidwell.engine.sessions import Session
    from bidwell.model import events as ev
    from bidwell.model.ids import AccountId
    from bidwell.portfolio.valuation import Valuation

_FRESH = timedelta(seconds=15)


class Reading:
    """The figures of one workspace; a desk is one."""

    def __init__(self, market: Market, clock: Clock) -> None:
        self.market = market
        self.sessions: dict[AccountId, Session] = {}
        self.recovering: str | None = "starting"
        self._clock = clock
        self._read = State()

    @property
    def state(self) -> State:
        """The workspace's state, for reading."""
        return self._read

    @property
    def session_calendar(self) -> str:
        """The calendar whose dates bound daily figures: that of the first instrument that has sessions."""
        for instrument in self.state.instruments.values():
            if not isinstance(instrument.contract, Forex) and instrument.calendar != "24/7":
                return instrument.calendar
        return "24/7"

    def reconciled(self, account: AccountId) -> bool:
        """Whether the account's book agreed with its broker's since it was last connected."""
        session = self.sessions.get(account)
        return session is not None and session.connected and session.reconciled

    def valuation(self, account: AccountId) -> Valuation | None:
        """The account's value in its currency, or None while a rate is unknown."""
        return views.valuation_or_none(self.state, self.market, self.state.accounts[account])

    def buying_power(self, account: AccountId) -> Decimal | None:
        """What an order may still cost, in the account's currency, or None while a rate is unknown."""
        worth = self.valuation(account)
        if worth is None:
            return None
        leverage = self.state.accounts[account].leverage
        return worth.equity - worth.gross_exposure / leverage - self.state.reserved(account)

    def day_pnl(self, account: AccountId) -> Decimal | None:
        """Equity now less the session's opening one, without what was paid in or out; None before either is known."""
        worth = self.valuation(account)
        opening = views.opening_equity(self.state, self.market, self.state.accounts[account])
        return None if worth is None or opening is None else worth.equity - opening

    def trading_state(self, account: AccountId) -> ev.TradingStateSet | None:
        """The strictest halt that reaches the account, or None."""
        return self.state.trading_state(self.state.scopes_of(account, None))

    def meters(self, account: AccountId) -> tuple[views.Meter, ...]:
        """How far the account is into each of its limits."""
        return views.meters(self.state, self.market, self.state.accounts[account])

    def ready(self) -> dict[str, tuple[bool, str]]:
        """Each component's health in words."""
        last = self.market.last_received_at
        fresh = last is not None and self._clock.now() - last < _FRESH
        down = [str(name) for name, session in self.sessions.items() if not session.reconciled]
        return {
            "journal": (self.recovering is None, self.recovering or f"sequence {self.state.sequence}"),
            "feed": (self.market.feed.connected and fresh, self.market.feed.detail),
            "accounts": (not down, "all reconciled" if not down else "waiting: " + ", ".join(down)),
        }
