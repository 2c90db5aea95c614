"""The arguments for `backtest` that a request of the API says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bidwell.app.strategies import catalog_reader, fee_named
from bidwell.jobs.backtests.request import RunRequest
from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.marketdata.definitions import Definition, build
from bidwell.model.errors import ConfigError, InvalidInput
from bidwell.simulation.backtest.corporate import CorporateAction
from bidwell.simulation.backtest.models import named_model

_PLAIN = ("cash", "fill", "leverage", "maintenance", "shorting", "participation", "intrabar", "lot_size", "tick_size",
          "interest", "cash_interest", "multiplier", "currency", "convert")  # fmt: skip
# What a Cerebro is not told, by the value that says nothing.
_NOT_BACKTRADERS: dict[str, Any] = {
    "shorting": True, "participation": None, "lot_size": 0.0, "fee_model": None, "slippage_model": None,
    "maintenance": 0.25, "borrow": 0.0, "borrow_of": {}, "interest": 0.0, "cash_interest": 0.0, "settlements": {}, "intrabar": "pessimistic", "tick_size": 0.0, "multiplier": 1.0,
    "instruments": [], "currency": "USD", "rates": {}, "convert": True, "calendar": None,
}  # fmt: skip


def conditions_of(request: RunRequest, catalog: Path) -> dict[str, Any]:
    """Everything but corporate actions; rates and sessions come from the catalog and the data folder around it.

    Raises InvalidInput for what makes no sense, Missing for a series or calendar that is not there.
    """
    found: dict[str, Any] = {name: getattr(request, name) for name in _PLAIN}
    found["fees"] = fee_named(request.fee) if request.fee_model is None else named_model("fees", request.fee_model)
    model = request.slippage_model
    # No slippage leaves a price as it is; one of 0 percent would put it on the tick grid.
    found["slippage"] = (request.slippage or None) if model is None else named_model("slippage", model)
    found["borrow"] = request.borrow
    if request.borrow_of:
        symbols = [name.partition("@")[0] for name in request.data]
        found["borrow"] = {symbol: request.borrow_of.get(symbol, request.borrow) for symbol in symbols}
    if request.instruments:
        found["instruments"] = [_instrument(row) for row in request.instruments]
    if request.settlements:
        found["settlements"] = request.settlements
    read = catalog_reader(catalog)
    found["rates"] = {name: read(text) if "@" in text else float(text) for name, text in request.rates.items()}
    if request.calendar is not None:
        found["calendar"] = CompiledCalendars(catalog.parent / "cache").table(request.calendar)
    return found


def actions_told(request: RunRequest) -> dict[str, list[CorporateAction]] | None:
    """The corporate actions that the request lists, by symbol; None where it leaves them to the catalog."""
    if request.actions is None:
        return None
    found: dict[str, list[CorporateAction]] = {}
    for one in request.actions:
        action = CorporateAction(date.fromisoformat(one.date), one.split, one.dividend)
        found.setdefault(one.symbol, []).append(action)
    return found


def refuse_for_backtrader(request: RunRequest) -> None:
    """Raise InvalidInput for a condition that a Cerebro would leave out without a word."""
    for name, nothing in _NOT_BACKTRADERS.items():
        if getattr(request, name) != nothing:
            raise InvalidInput("backtest.backtrader", f"runs of backtrader's files take no {name}", field=name,
                               hint="they know cash, fee and slippage in percent, leverage, fills and corporate actions")  # fmt: skip


def refuse_booking(request: RunRequest, actions: Mapping[str, object]) -> None:
    """Raise InvalidInput where splits or dividends would have to be booked in a Cerebro, which knows neither."""
    if actions and request.adjust in {"raw", "split"}:
        raise InvalidInput("backtest.backtrader", "runs of backtrader's files book no splits and dividends",
                           field="adjust", hint="both can be taken out of the prices: total")  # fmt: skip


def _instrument(row: dict[str, str]) -> Any:  # noqa: ANN401 - an Instrument
    try:
        return build(Definition("backtest", row["id"], row["id"], tuple(row.items())))
    except ConfigError as error:
        raise InvalidInput("backtest.instruments", f"{row['id']}: {error}", field="instruments") from error
