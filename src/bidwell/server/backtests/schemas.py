"""Backtest runs. Amounts that are asked for are decimal texts; what a run found are float64 statistics, as numbers."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from bidwell.model.role import Role
from bidwell.server.backtests.conditions import ConditionsBody, ParameterName, ParameterText, SeriesName
from bidwell.server.fields import Body, Flag, Identifier, Instant, Number, Page, View, Whole

ClassName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$")]
Fee = Annotated[str, StringConstraints(pattern=r"^([a-z_]{2,40}|\d{1,3}(\.\d{1,8})?)$")]
MOST_COMBINATIONS = 10_000


class FillAt(StrEnum):
    """When a market order fills."""

    NEXT_OPEN = "next_open"
    CLOSE = "close"
    QUOTE = "quote"


class Compiling(StrEnum):
    """Whether a strategy is compiled."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Adjust(StrEnum):
    """How splits and dividends that the catalog keeps are booked: as they were, splits taken out of prices, or both."""

    RAW = "raw"
    SPLIT = "split"
    TOTAL = "total"


class RunBody(ConditionsBody):
    """What to run. `data` are names from `/backtests/data`; `end` is excluded; a `grid` makes the run a sweep.

    `adjust` null is "split", for a sweep "total".
    """

    strategy: Identifier
    version: Annotated[Whole, Field(ge=1, le=1_000_000)] | None = None
    class_name: ClassName | None = None
    data: Annotated[list[SeriesName], Field(min_length=1, max_length=100)]
    start: date | None = None
    end: date | None = None
    cash: Annotated[Number, Field(gt=0)] = Field(default="100000", validate_default=True)
    fee: Fee = "0"
    slippage: Annotated[Number, Field(ge=0, le=50)] = Field(default="0", validate_default=True)
    fill: FillAt = FillAt.NEXT_OPEN
    leverage: Annotated[Number, Field(gt=0, le=100)] = Field(default="1", validate_default=True)
    shorting: Flag = True
    participation: Annotated[Number, Field(gt=0, le=1)] | None = None
    lot_size: Annotated[Number, Field(ge=0)] = Field(default="0", validate_default=True)
    adjust: Adjust | None = None
    compile: Compiling = Compiling.AUTO
    seed: Annotated[Whole, Field(ge=0, le=2**32 - 1)] = 0
    parameters: Annotated[dict[ParameterName, ParameterText], Field(max_length=100)] = Field(default_factory=dict)
    grid: Annotated[
        dict[ParameterName, Annotated[list[ParameterText], Field(min_length=1, max_length=1000)]], Field(max_length=10)
    ] = Field(default_factory=dict)
    time_limit_s: Annotated[Whole, Field(ge=1, le=3600)] = 300
    memory_gb: Annotated[Number, Field(ge=1, le=64)] = Field(default="4", validate_default=True)


class AskedAction(View):
    """A corporate action that a run was told."""

    symbol: str
    date: str
    split: float
    dividend: float


class Asked(View):
    """What a run was asked to do."""

    version: Whole
    class_name: str | None
    data: list[str]
    start: str | None
    end: str | None
    cash: float
    fee: str
    slippage: float
    fill: str
    leverage: float
    shorting: bool
    participation: float | None
    lot_size: float
    adjust: str | None = None
    compile: str
    seed: int
    parameters: dict[str, str]
    grid: dict[str, list[str]]
    time_limit: float
    memory: float
    fee_model: dict[str, Any] | None = None
    slippage_model: dict[str, Any] | None = None
    maintenance: float = 0.25
    borrow: float = 0.0
    borrow_of: dict[str, float] = Field(default_factory=dict)
    interest: float = 0.0
    cash_interest: float = 0.0
    intrabar: str = "pessimistic"
    tick_size: float = 0.0
    multiplier: float = 1.0
    instruments: list[dict[str, str]] = Field(default_factory=list)
    currency: str = "USD"
    rates: dict[str, str] = Field(default_factory=dict)
    convert: bool = True
    actions: list[AskedAction] | None = None
    calendar: str | None = None
    settlements: dict[str, float] = Field(default_factory=dict)


class Progress(View):
    """How far a run is; `total` is 0 while that is not known."""

    done: Whole
    total: Whole


class Run(View):
    """A run; `code`, `reason` and `line` say why there is no result, `summary` has figures of a finished one."""

    id: str
    kind: str = Field(examples=["backtest"], description="backtest or sweep")
    strategy: str
    strategy_name: str
    status: str = Field(examples=["done"], description="queued, running, done, failed, canceled or interrupted")
    asked: Asked
    progress: Progress | None
    code: str
    reason: str
    line: Whole | None = Field(description="the line of the strategy's file that failed")
    summary: dict[str, float | int | str | None]
    created_at: Instant
    created_by: str
    started_at: Instant | None
    finished_at: Instant | None


class RunDetail(Run):
    """A run with the first 20,000 characters of what its strategy printed."""

    output: str


class RunPage(Page[Run]):
    """Runs, newest first."""


class SeriesView(View):
    """Bars that a run can be made on; `name` is what a run names."""

    name: str = Field(examples=["AAPL.XNAS@1D"])
    instrument: str
    timeframe: str
    rows: Whole
    first: Instant
    last: Instant
    source: str


class SeriesList(View):
    """The catalog's bars."""

    items: list[SeriesView]


class RunSettings(Body):
    """The least role that may have strategy code run."""

    run_role: Role


class RunSettingsView(View):
    """The least role that may have strategy code run, and whether the asker may."""

    run_role: Role
    allowed: bool


# --- results -----------------------------------------------------------------------------------------

Values = list[float | None]


class EquityView(View):
    """Equity, drawdown (a fraction, zero or less) and benchmark at the same instants."""

    at: list[int]
    value: Values
    drawdown: Values
    benchmark: Values | None


class MonthsView(View):
    """A year's returns by month, January first; null for a month without one."""

    year: int
    whole: float | None
    months: Values


class YearView(View):
    """A year's return."""

    year: int
    value: float | None
    benchmark: float | None


class RollingView(View):
    """The Sharpe ratio over a moving window of so many periods."""

    window: int
    at: list[int]
    value: Values


class LineView(View):
    """A value at instants."""

    at: list[int]
    value: Values


class DistributionView(View):
    """How often returns fell between two edges; `outside` is how many lie beyond the first and last."""

    edges: list[float]
    counts: list[int]
    outside: int


class CostView(View):
    """Money that was paid."""

    name: str
    amount: float


class DrawdownView(View):
    """One of the deepest drawdowns; `to` is null while it has not recovered."""

    begun: int
    to: int | None
    periods: int
    depth: float


class FigureView(View):
    """A figure; `unit` is fraction, number or count, null is what is not defined."""

    name: str
    group: str
    label: str
    unit: str
    value: float | None
    benchmark: float | None


class DetailView(View):
    """What a reader should know about the run."""

    name: str
    value: str


class ResultView(View):
    """What the page draws; times are seconds since 1970 in UTC."""

    currency: str
    first_equity: float
    symbols: list[str]
    speed: str
    why: str
    equity: EquityView
    benchmark_name: str | None
    months: list[MonthsView]
    years: list[YearView]
    rolling: RollingView
    distribution: DistributionView
    exposure: LineView
    costs: list[CostView]
    drawdowns: list[DrawdownView]
    figures: list[FigureView]
    periods: int
    periods_per_year: float
    details: list[DetailView]


class SweepView(View):
    """A sweep's rows by column, the parameters first; at most 10,000 of `rows`.

    `deflated_sharpe` is the probability that the best Sharpe ratio is more than luck over so many trials,
    `probability_of_overfitting` that the best of one half of the time is below the middle in the other.
    """

    parameters: list[str]
    columns: dict[str, list[float | int | str | bool | None]]
    rows: int
    speed: str
    why: str
    deflated_sharpe: float | None
    probability_of_overfitting: float | None


class TripView(View):
    """A round trip; MAE and MFE are the worst and best open profit per entry notional."""

    number: int
    symbol: str
    side: str
    quantity: float
    entry_at: int
    exit_at: int
    entry_price: float
    exit_price: float
    profit: float
    fees: float
    return_on_entry: float | None
    mae_share: float | None
    mfe_share: float | None
    bars: int


class TripList(View):
    """The first 5,000 of `total` round trips in their order."""

    items: list[TripView]
    total: int


class MarkView(View):
    """A fill on the chart."""

    at: int
    side: str
    quantity: float
    price: float


class RunBars(View):
    """The bars that the run saw, `merged` of them put into one, and its fills among them."""

    at: list[int]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float]
    merged: int
    fills: list[MarkView]


class ShareView(View):
    """A share of all paths with its 95 % interval."""

    share: float
    low: float
    high: float


class SurvivalView(View):
    """How a run's days, drawn again and again, fare under a rulebook; money in the rulebook's currency.

    `scale` is what the run's money was multiplied by, `days` how many of the firm's days it has. `balances` holds for
    each day from the start on the balance at the `levels` of probability; an ended path stands still. `reasons` splits
    the failed paths. Days to an end are means over the paths concerned.
    """

    rulebook: str
    scale: float
    days: Whole
    bars_per_day: float
    paths: Whole
    longest: Whole
    seed: Whole
    passed: ShareView
    failed: ShareView
    open: ShareView
    days_to_pass: float | None
    days_to_fail: float | None
    reasons: dict[str, float]
    levels: list[float]
    balances: list[list[float]]
    start: float
    floor: float
    target: float | None


class Compared(View):
    """One run of a comparison."""

    run: Run
    at: list[int]
    value: Values = Field(description="equity per starting equity, less one")
    figures: list[FigureView]


class Comparison(View):
    """Runs beside each other."""

    items: list[Compared]
