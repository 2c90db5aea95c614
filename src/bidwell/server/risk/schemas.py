"""Risk as the screen shows it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from bidwell.model.instrument import Right
from bidwell.model.limits import BreachAction, LockUntil, ScopeType
from bidwell.model.risk_events import Severity
from bidwell.model.terms import Side
from bidwell.server.accounts.schemas import StateView
from bidwell.server.fields import Body, Identifier, Instant, Note, Number, View, Whole
from bidwell.server.intents.schemas import AtStopsView, IntentRequest, TermsBody
from bidwell.server.limits.schemas import Limits


class RiskMeter(View):
    """How far an account is into one limit: `fraction` of one, and the last samples of it, oldest first."""

    rule: str
    label: str
    limit: Number
    used: Number
    left: Number
    unit: str
    fraction: Number
    origin: str
    warn_at: list[Number]
    trend: list[Number]


class LockView(View):
    """Why nothing that adds risk leaves an account, and until when."""

    rule: str
    reason: str
    until: LockUntil
    reduce_only: bool
    since: Instant


class AccountRisk(View):
    """One account's risk at a glance; money in its currency, null while a rate or price is unknown."""

    account: str
    name: str
    currency: str
    program: str
    state: StateView
    equity: Number | None
    day_pnl: Number | None
    realized_today: Number | None
    free_margin: Number | None
    meters: list[RiskMeter]
    locks: list[LockView]
    open_violations: Whole
    positions: Whole


class SquareOffView(View):
    """Positions that are being closed."""

    id: str
    account: str
    instrument: str | None
    strategy: str | None
    reason: str
    actor: str
    since: Instant


class RiskStatus(View):
    """The workspace's risk now."""

    accounts: list[AccountRisk]
    square_offs: list[SquareOffView]


class ViolationView(View):
    """A limit that was neared or reached, what was done, and what people said of it."""

    id: str
    account: str
    account_name: str
    rule: str
    severity: Severity
    action: BreachAction
    limit: str
    current: str
    unit: str
    message: str
    session: date | None
    opened_at: Instant
    state: str = Field(examples=["open", "acknowledged", "resolved"])
    acknowledged_by: str
    acknowledged_at: Instant | None
    resolved_by: str
    resolved_at: Instant | None
    note: str


class ViolationList(View):
    """Violations, newest first."""

    items: list[ViolationView]


class ViolationNote(Body):
    """What somebody says of a violation."""

    note: Note = ""


class SquareOff(Body):
    """What to close: an account, a group's accounts, or the whole workspace; narrowed to an instrument or a strategy."""

    account: Identifier | None = None
    group: Identifier | None = None
    instrument: Identifier | None = None
    strategy: Identifier | None = None
    reason: Note = ""


class SquareOffReceipt(View):
    """The square-offs that are durable now."""

    items: list[SquareOffView]


class ScheduledRelease(Body):
    """A scheduled release; `instruments` are underlyings or ids, empty for all."""

    at: Instant
    title: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
    instruments: Annotated[list[Identifier], Field(max_length=100)] = Field(default_factory=list)


class ReleaseCalendar(Body):
    """The releases that news windows look at, as a whole, with where they were read."""

    events: Annotated[list[ScheduledRelease], Field(max_length=5000)]
    source: Note = ""


class ReleaseText(Body):
    """A calendar file's text: lines of `time, title, instruments`, or iCalendar."""

    text: Annotated[str, Field(max_length=1_000_000)]
    source: Note = ""


class QuietView(View):
    """An account into which nothing is entered from `before` seconds ahead of a release to `after` behind it."""

    account: str
    name: str
    before: Number
    after: Number


class ReleaseCalendarView(View):
    """The releases that news windows look at, the market clock's time, and the accounts that have such windows."""

    now: Instant
    quiet: list[QuietView]
    events: list[ScheduledRelease]
    source: str
    set_at: Instant | None
    actor: str


class LimitsTrial(Body):
    """Limits of one scope to try without setting them."""

    type: ScopeType
    id: Identifier | None = None
    limits: Limits


class DryRun(Body):
    """An order that is only asked about, under the limits that hold or under others."""

    intent: IntentRequest
    trial: LimitsTrial | None = None


class SizeRequest(Body):
    """How much may be bought or sold for a risk: money in the account's currency, or percent of its equity.

    `terms` are the order's, from which the entry is taken; `entry` alone stands for a limit order at that price.
    """

    account: Identifier
    instrument: Identifier
    side: Side
    entry: Annotated[Number, Field(gt=0)] | None = None
    terms: TermsBody | None = None
    stop: Annotated[Number, Field(gt=0)]
    take_profit: Annotated[Number, Field(gt=0)] | None = None
    risk_amount: Annotated[Number, Field(gt=0)] | None = None
    risk_percent: Annotated[Number, Field(gt=0, le=100)] | None = None


class SizeAnswer(View):
    """The largest quantity that keeps to the risk and to every rule; `limited_by` is the rule that made it smaller.

    `entry` is the price that the risk is reckoned from, `reward` what the target brings in units of that risk.
    """

    entry: Number
    reward: Number | None
    quantity: Number
    wanted: Number
    risk: Number
    notional: Number
    currency: str
    limited_by: str
    message: str
    at_stops: AtStopsView | None


class EdgeRequest(Body):
    """Results of past trades: written down (in money or in R), an account's closed round trips, or a backtest's.

    `strategy` leaves only that strategy's share of the account.
    """

    results: Annotated[list[Number], Field(min_length=1, max_length=100_000)] | None = None
    account: Identifier | None = None
    strategy: Identifier | None = None
    run: Identifier | None = None


class EdgeAnswer(View):
    """Part of wins, payoff ratio, expectancy of a result with its standard error, and Kelly's fraction of capital.

    Money is in `currency`, which is empty where the results have none of their own. Without a result nothing is known.
    """

    count: Whole
    currency: str
    wins: Number | None = None
    payoff: Number | None = None
    expectancy: Number | None = None
    error: Number | None = None
    kelly: Number | None = None


class TailView(View):
    """Value at risk and what is lost on average beyond it; losses are positive."""

    var: Number
    cvar: Number


class PositionRisk(View):
    """One instrument over the accounts asked about: `component` is what it adds to the parametric VaR."""

    instrument: str
    symbol: str
    worth: Number
    weight: Number
    beta: Number | None
    volatility: Number
    component: Number


class ScenarioView(View):
    """What a scenario would bring in all, and by instrument."""

    name: str
    change: Number
    positions: dict[str, Number]


class PortfolioView(View):
    """What the positions could lose, from up to 252 daily returns; `why` says why nothing is known, empty otherwise.

    `effective` is of how many equal positions the portfolio is worth; `correlations` are in the order of `positions`.
    `margin_used` is what positions and open orders take of buying power, `margin_share` the part of equity that this is.
    """

    currency: str
    why: str
    gross: Number | None
    net: Number | None
    margin_used: Number | None
    margin_share: Number | None
    periods: Whole
    confidence: Number | None
    horizon: Whole
    historical: TailView | None
    parametric: TailView | None
    monte_carlo: TailView | None
    volatility: Number | None
    beta: Number | None
    herfindahl: Number | None
    effective: Number | None
    positions: list[PositionRisk]
    correlations: list[list[Number]]
    scenarios: list[ScenarioView]


class OptionRisk(View):
    """An option that is held; `why` says why its greeks are unknown, empty otherwise.

    `delta` is one unit's. The others are the position's, in money: `delta_money` what it is worth in its underlying,
    `gamma_money` the change of that for 1 % of the underlying, `vega` per point of volatility, `theta` per calendar day,
    `rho` per point of the rate. `volatility_source` says where the volatility comes from.
    """

    instrument: str
    symbol: str
    underlying: str
    quantity: Number
    expiry: date
    strike: Number
    right: Right
    why: str
    spot: Number | None = None
    price: Number | None = None
    days: Number | None = None
    volatility: Number | None = None
    volatility_source: str = ""
    delta: Number | None = None
    delta_money: Number | None = None
    gamma_money: Number | None = None
    vega: Number | None = None
    theta: Number | None = None
    rho: Number | None = None


class GreeksView(View):
    """Greeks of the options that are held, their sums without the `unknown` ones; `rate` is the yearly rate assumed."""

    currency: str
    rate: Number
    positions: list[OptionRisk]
    unknown: Whole
    delta_money: Number
    gamma_money: Number
    vega: Number
    theta: Number
    rho: Number


class StressRequest(Body):
    """A scenario of one's own: `market` moves everything (times beta with a benchmark), `by_instrument` exactly."""

    name: Annotated[str, Field(min_length=1, max_length=80)] = "own scenario"
    account: Identifier | None = None
    benchmark: Identifier | None = None
    market: Annotated[Number, Field(ge=-1, le=10)]
    by_instrument: Annotated[dict[Identifier, Annotated[Number, Field(ge=-1, le=10)]], Field(max_length=200)] = Field(
        default_factory=dict
    )
