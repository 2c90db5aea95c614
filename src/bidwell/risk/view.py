"""What the gate looks at: one order, one account's state at that instant, and the market beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bidwell.model.account import Account
from bidwell.model.instrument import Instrument
from bidwell.model.limits import Limits, TradingState
from bidwell.model.market import Quote
from bidwell.model.money import ZERO
from bidwell.model.order import Order
from bidwell.model.terms import Side


@dataclass(frozen=True, slots=True)
class MarketView:
    """The market as the decision saw it.

    `rate` turns the instrument's currency into the account's (None: unknown). `data_age` is in seconds of
    wall clock (None: never quoted). `session_open` is whether the venue trades at the market clock's time, which
    `time` is (None: unknown, the wall clock stands for it).
    """

    quote: Quote | None
    data_age: Decimal | None
    rate: Decimal | None
    session_open: bool
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """An equity that an account must stay above, in its currency: what sets it, and in whose words it is called."""

    level: Decimal
    label: str
    origin: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account as the decision saw it; money in the account's currency, quantities in the order's instrument.

    `position` is signed. `open_buy` and `open_sell` are the quantities that working, in-doubt and approved
    orders may still fill, without those in `exits_taken`: what open reducing orders on the other side of the
    position already claim of it (an OCO pair counts once). `buying_power` is what is left after positions and every reservation. `gross_exposure`
    covers positions and what open orders may add. `session_equity` is the equity at the session's opening.
    `recent_orders` counts those approved in the last 60 s, `twins` those with the same instrument, side,
    quantity and terms inside the duplicate window (other intents only).
    `net_long` and `net_short` are what net exposure could become on either side if every open order of that side
    filled; `realized_today` is the session's realized P&L after fees (None: no session was opened);
    `entries_today` counts entries of the session that filled or may. `elsewhere` holds, for each of the limits'
    contract limits, what could stand in all other instruments as it counts them; `news` names the scheduled release
    that bars this instrument now. `flat_from` is since when what is held is closed before the venue's session ends (None:
    not yet). `floors` are the equities below which a loss limit is reached.
    """

    account: Account
    limits: Limits
    state: TradingState = TradingState.ACTIVE
    state_reason: str = ""
    position: Decimal = ZERO
    open_buy: Decimal = ZERO
    open_sell: Decimal = ZERO
    exits_taken: Decimal = ZERO
    equity: Decimal = ZERO
    buying_power: Decimal = ZERO
    gross_exposure: Decimal = ZERO
    open_orders: int = 0
    session_equity: Decimal | None = None
    recent_orders: int = 0
    twins: int = 0
    reconciled: bool = True
    origins: dict[str, str] = field(default_factory=dict)
    net_long: Decimal = ZERO
    net_short: Decimal = ZERO
    realized_today: Decimal | None = None
    entries_today: int = 0
    elsewhere: tuple[Decimal, ...] = ()
    news: str = ""
    flat_from: datetime | None = None
    floors: tuple[Floor, ...] = ()

    def headroom(self, side: Side) -> Decimal:
        """How much an order of a side may fill before it opens a position, once everything open on its side filled.

        Below zero it is the position that would then stand on the order's side already, with its sign turned.
        """
        if side is Side.BUY:
            held, ahead = -self.position, self.open_buy
        else:
            held, ahead = self.position, self.open_sell
        if held > 0:
            ahead += self.exits_taken
        return held - ahead


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order that asks to leave, with the exits attached to it; `headroom` is the view's for the order's side."""

    order: Order
    instrument: Instrument
    view: AccountView
    market: MarketView
    now: datetime
    attached: tuple[Order, ...] = ()
    headroom: Decimal = field(init=False)

    def __post_init__(self) -> None:
        # Most rules ask for it.
        object.__setattr__(self, "headroom", self.view.headroom(self.order.side))
