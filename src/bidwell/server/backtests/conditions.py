"""What a run happens under, beyond money and fills: models, accounts, contracts, currencies, actions, sessions.

Names and rules are those of `bidwell.backtest` (docs/matching.md).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from bidwell.model.errors import ConfigError, InvalidInput
from bidwell.server.fields import Body, Flag, Number

_SERIES = r"[A-Z0-9][A-Z0-9&_-]{0,39}\.[A-Z0-9]{2,12}@([0-9]{1,2}[mhD]|quotes)"
SeriesName = Annotated[str, StringConstraints(pattern=rf"^{_SERIES}$")]
ParameterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$")]
ParameterText = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
SymbolName = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9&_-]{0,39}\.[A-Z0-9]{2,12}$")]
CurrencyName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{2,4}$")]
RateName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{2,9}$")]
Rate = Annotated[str, StringConstraints(pattern=rf"^(\d{{1,12}}(\.\d{{1,12}})?|{_SERIES})$")]
CalendarName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9/_.-]{1,19}$")]
ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{2,40}$")]
Steps = Annotated[Number, Field(ge=0, le=10**9)]


class Intrabar(StrEnum):
    """Which comes first where a bar touches both stop and target."""

    PESSIMISTIC = "pessimistic"
    OPTIMISTIC = "optimistic"


class ContractType(StrEnum):
    """What an instrument of a run is."""

    EQUITY = "equity"
    INDEX = "index"
    CRYPTO = "crypto"
    FOREX = "forex"
    FUTURE = "future"
    OPTION = "option"


class RightName(StrEnum):
    """The right of an option."""

    CALL = "call"
    PUT = "put"


class FeeTier(Body):
    """Maker and taker fee in percent from a notional of thirty days on."""

    volume: Annotated[Number, Field(ge=0)]
    maker: Annotated[Number, Field(ge=0, le=100)]
    taker: Annotated[Number, Field(ge=0, le=100)]


class ModelBody(Body):
    """A fee or slippage model of docs/matching.md with its arguments, numbers as text; `tiers` go to `tiered`."""

    model: ModelName = Field(examples=["per_share"])
    arguments: Annotated[dict[ParameterName, Flag | ParameterText], Field(max_length=10)] = Field(
        default_factory=dict, examples=[{"amount": "0.005", "minimum": "1"}]
    )
    tiers: Annotated[list[FeeTier], Field(max_length=50)] = Field(default_factory=list)


class ContractBody(Body):
    """What a symbol of the data is; without one it is a share in the account's currency.

    Futures take `underlying`, `expiry` and `initial_margin`; options `underlying` (an id with bars of its own),
    `expiry`, `strike`, `right`, `cash_settled` and `european`; crypto and forex `base`.
    """

    id: SymbolName = Field(examples=["ESZ6.XCME"])
    type: ContractType
    currency: CurrencyName = "USD"
    tick_size: Annotated[Number, Field(gt=0)] = Field(default="0.01", validate_default=True)
    lot_size: Annotated[Number, Field(gt=0)] = Field(default="1", validate_default=True)
    multiplier: Annotated[Number, Field(gt=0)] = Field(default="1", validate_default=True)
    base: CurrencyName | None = None
    underlying: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9&._-]{0,59}$")] | None = None
    expiry: date | None = None
    strike: Annotated[Number, Field(gt=0)] | None = None
    right: RightName | None = None
    cash_settled: Flag = False
    european: Flag = False
    initial_margin: Annotated[Number, Field(gt=0)] | None = None


class ActionBody(Body):
    """A corporate action: `split` new shares for one old, `dividend` of money for each old one, on its ex-date."""

    symbol: SymbolName
    date: date
    split: Annotated[Number, Field(gt=0, le=10**6)] = Field(default="1", validate_default=True)
    dividend: Annotated[Number, Field(ge=0)] = Field(default="0", validate_default=True)


class ConditionsBody(Body):
    """Everything beyond money and fills; `fee_model` and `slippage_model` go before `fee` and `slippage`.

    `borrow` is a year's rate on shorts, a fraction, `borrow_of` that of single symbols, `interest` that on cash below zero,
    `cash_interest` what idle cash earns. `settlements` are the underlying's values for options settled in the morning. `rates` gives currencies, or pairs
    with the account's, a number or a series of the catalog. `actions` null are the catalog's, a list those and no others.
    """

    fee_model: ModelBody | None = None
    slippage_model: ModelBody | None = None
    maintenance: Annotated[Number, Field(ge=0, le=1)] = Field(default="0.25", validate_default=True)
    borrow: Annotated[Number, Field(ge=0, le=100)] = Field(default="0", validate_default=True)
    borrow_of: Annotated[dict[SymbolName, Annotated[Number, Field(ge=0, le=100)]], Field(max_length=100)] = Field(
        default_factory=dict
    )
    interest: Annotated[Number, Field(ge=0, le=100)] = Field(default="0", validate_default=True)
    cash_interest: Annotated[Number, Field(ge=0, le=100)] = Field(default="0", validate_default=True)
    intrabar: Intrabar = Intrabar.PESSIMISTIC
    tick_size: Steps = Field(default="0", validate_default=True)
    multiplier: Annotated[Number, Field(gt=0)] = Field(default="1", validate_default=True)
    instruments: Annotated[list[ContractBody], Field(max_length=100)] = Field(default_factory=list)
    currency: CurrencyName = "USD"
    rates: Annotated[dict[RateName, Rate], Field(max_length=30)] = Field(
        default_factory=dict, examples=[{"EUR": "1.08", "USDJPY": "USDJPY.FX@1D"}]
    )
    convert: Flag = True
    actions: Annotated[list[ActionBody], Field(max_length=1000)] | None = None
    calendar: CalendarName | None = Field(default=None, examples=["XNYS"])
    settlements: Annotated[dict[SymbolName, Annotated[Number, Field(gt=0)]], Field(max_length=100)] = Field(
        default_factory=dict
    )


def told(body: ConditionsBody) -> dict[str, Any]:
    """The conditions as `RunRequest` keeps them."""
    return {
        "fee_model": _model(body.fee_model), "slippage_model": _model(body.slippage_model),
        "maintenance": float(body.maintenance), "borrow": float(body.borrow), "interest": float(body.interest),
        "cash_interest": float(body.cash_interest), "settlements": {name: float(value) for name, value in body.settlements.items()},
        "borrow_of": {name: float(rate) for name, rate in body.borrow_of.items()}, "intrabar": str(body.intrabar),
        "tick_size": float(body.tick_size), "multiplier": float(body.multiplier),
        "instruments": [_contract(one) for one in body.instruments], "currency": body.currency,
        "rates": dict(body.rates), "convert": body.convert, "calendar": body.calendar,
        "actions": None if body.actions is None else [
            {"symbol": one.symbol, "date": one.date.isoformat(), "split": float(one.split), "dividend": float(one.dividend)}
            for one in body.actions
        ],
    }  # fmt: skip


def check(body: ConditionsBody, symbols: set[str]) -> None:
    """Raise InvalidInput, with the field, for models and contracts that make no sense, and symbols without data."""
    # A desk that nobody asks for a backtest loads no models and no definitions.
    from bidwell.marketdata.definitions import Definition, build  # noqa: PLC0415
    from bidwell.simulation.backtest.models import named_model  # noqa: PLC0415

    for field, model in (("fees", body.fee_model), ("slippage", body.slippage_model)):
        if model is not None:
            named_model(field, _model(model))
    named = {"instruments": [one.id for one in body.instruments], "borrow_of": list(body.borrow_of), "settlements": list(body.settlements),
             "actions": [one.symbol for one in body.actions or []]}  # fmt: skip
    for field, names in named.items():
        for name in names:
            if name not in symbols:
                raise InvalidInput("backtest.symbol", f"{name} is not among the run's data", field=field)
    if len(set(named["instruments"])) < len(body.instruments):
        raise InvalidInput("backtest.instruments", "an instrument is told twice", field="instruments")
    for one in body.instruments:
        try:
            build(Definition("backtest", one.id, one.id, tuple(_contract(one).items())))
        except ConfigError as error:
            raise InvalidInput("backtest.instruments", f"{one.id}: {error}", field="instruments") from error


def _model(body: ModelBody | None) -> dict[str, Any] | None:
    if body is None:
        return None
    found: dict[str, Any] = {"model": body.model, **{name: _value(each) for name, each in body.arguments.items()}}
    if body.tiers:
        found["tiers"] = [[float(one.volume), float(one.maker), float(one.taker)] for one in body.tiers]
    return found


def _value(given: bool | str) -> bool | float | str:  # noqa: FBT001 - an argument of a model, whatever it is
    """A number's text as a number; every other text as it is."""
    if isinstance(given, bool) or not given.replace(".", "", 1).isdecimal():
        return given
    return float(Decimal(given))


def _contract(body: ContractBody) -> dict[str, str]:
    """The row of an instrument file."""
    symbol, _, venue = body.id.rpartition(".")
    given = {name: value for name, value in body.model_dump(mode="json").items() if value is not None}
    return {**{name: str(value) for name, value in given.items()}, "symbol": symbol, "venue": venue,
            "cash_settled": "yes" if body.cash_settled else "no", "european": "yes" if body.european else "no"}  # fmt: skip
