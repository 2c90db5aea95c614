"""The conditions of a run as options: the same ones for `backtest`, `sweep`, `walk-forward` and `honesty`.

What an option says goes before what `--conditions FILE` says; what neither says is what `bidwell.backtest` takes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from bidwell.model.errors import InvalidInput

# Name, kind, what holds where nothing is said, what it is, and how it is written where that is not --name.
_ASKED: tuple[tuple[str, Any, str, str, str], ...] = (
    ("cash", float, "100,000", "Starting cash.", ""),
    ("fee", str, "0", ("Percent of the notional, a name (ibkr_fixed, india_delivery, cme_es, crypto_kraken, …), or a model with "
     "its arguments: ibkr_tiered:monthly_volume=400000, per_share:0.005,minimum=1."), ""),
    ("slippage", str, "0", ("Percent of the price, or a model with its arguments: fixed:0.01, spread:0.02, volume_share:0.1, "
     "square_root:0.1."), ""),
    ("fill", str, "next_open", "Where market orders fill: next_open, close or quote.", ""),
    ("participation", float, "no bound", "Share of a bar's volume that may fill, as in 0.1.", ""),
    ("intrabar", str, "pessimistic", "What a bar that touches both stop and target fills: pessimistic (the stop) or optimistic.",
     ""),
    ("leverage", float, "1", "Exposure per equity.", ""),
    ("maintenance", float, "0.25", "Equity per exposure below which everything is closed.", ""),
    ("shorting", bool, "shorting", "Whether positions may be short.", "--shorting/--no-shorting"),
    ("borrow", list[str], "0", ("What a short costs a year, a fraction (0.03), or of one symbol: TSLA.XNAS=0.03; repeat as "
     "needed."), ""),
    ("interest", float, "0", "What cash below zero costs a year, a fraction (0.06).", ""),
    ("cash_interest", float, "0", "What idle cash earns a year, a fraction (0.04).", ""),
    ("lot_size", float, "any fraction", "Quantity step.", ""),
    ("tick_size", float, "any price", "Price step.", ""),
    ("multiplier", float, "1", "Money per point of price and unit.", ""),
    ("instruments", Path, "shares", "CSV file of what the symbols are: futures, options, other currencies.", ""),
    ("currency", str, "USD", "The account's currency.", ""),
    ("rate", list[str], "none", ("Another currency's rate: EUR=1.08, a file or a catalog name (EUR=EURUSD.FX@1D); repeat as "
     "needed."), ""),
    ("convert", bool, "convert", "Whether money is exchanged as it comes, or kept.", "--convert/--keep-currencies"),
    ("actions", str, "catalog", "Splits and dividends: a file (date, split, dividend, symbol), catalog, or none.", ""),
    ("adjust", str, "the catalog's: split, in searches total; a file's: raw", "How they are booked: raw (as they happen), split (splits taken out of the prices), total (both).",
     ""),
    ("calendar", str, "days of UTC", "Sessions to keep to, as in XNYS or XNSE.", ""),
    ("settlement", list[str], "the close", ("Settlement value of an option that is settled in the morning of its last day: "
     "SPXJ.XCBO=4512.33, or a file (symbol, value, date); repeat as needed."), ""),
    ("conditions", Path, "none", "TOML file of conditions; options go before it.", ""),
)  # fmt: skip


def _parameters() -> list[inspect.Parameter]:
    """The options as Typer reads them off a signature."""
    found = []
    for name, kind, usual, words, written in _ASKED:
        option = typer.Option(*([written] if written else []), help=words, show_default=usual)
        found.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None,
                                       annotation=Annotated[kind | None, option]))  # fmt: skip
    return found


class Told:
    """What the options said, which become a run's arguments once its data is known."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = {name: value for name, value in said.items() if value is not None and value != []}

    def arguments(
        self, names: Sequence[str], folder: Path | None, *, usual: str = "split", **own: object
    ) -> dict[str, Any]:
        """The keywords of `bidwell.backtest` that were said, in a file or by options; `own` are the command's.

        Where nothing is said of corporate actions, those that the catalog keeps are booked as is `usual`. Raises InvalidInput for a value that is none, and for corporate actions that are nowhere.
        """
        from bidwell.app.claim import DataFolder
        from bidwell.app.conditions import conditions_of, read_conditions
        from bidwell.app.folders import data_folder

        said = dict(self._said)
        place = DataFolder(data_folder(folder))
        file = said.pop("conditions", None)
        found = {} if file is None else read_conditions(file, place, names)
        models = {field: _model(field, said.pop(option)) for field, option in _MODELS.items() if option in said}
        if "borrow" in said:
            said["borrow"] = _borrow(said["borrow"])
        if "rate" in said:
            said["rates"] = dict(_pair("rate", text) for text in said.pop("rate"))
        if "settlement" in said:
            said["settlements"] = _settlements(said.pop("settlement"))
        if "instruments" in said:
            said["instruments"] = str(said["instruments"])
        silent = not {"actions", "adjust"} & {*said, *found}
        if "actions" not in {*said, *found}:
            said["actions"] = "catalog"
        found |= conditions_of(said, Path(), place, names) | models
        found |= {name: value for name, value in own.items() if value is not None}
        if silent and found["actions"]:
            found["adjust"] = usual
        if found.get("adjust", "raw") != "raw" and not found.get("actions"):
            raise InvalidInput("backtest.actions", f"adjust {found['adjust']} has no splits or dividends to take out",
                               field="actions", hint="name a file with --actions; the catalog has none for this data")  # fmt: skip
        return found


_MODELS = {"fees": "fee", "slippage": "slippage"}


def with_conditions(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose last parameter is `told: Told`, as one that has every condition as an option."""
    own = inspect.signature(command, eval_str=True)
    asked = _parameters()

    @wraps(command)
    def run(*args: Any, **given: Any) -> None:  # noqa: ANN401 - what Typer read
        said = {each.name: given.pop(each.name) for each in asked if each.name in given}
        command(*args, told=Told(said), **given)

    kept = [each for name, each in own.parameters.items() if name != "told"]
    whole = own.replace(parameters=[*kept, *asked], return_annotation=None)
    run.__signature__ = whole  # type: ignore[attr-defined]  # what Typer reads a command's options from
    run.__annotations__ = {name: each.annotation for name, each in whole.parameters.items()}
    return run


def _model(field: str, text: str) -> Any:  # noqa: ANN401 - a model, or a number of percent
    from bidwell.app.strategies import fee_named
    from bidwell.simulation.backtest.models import named_model, parameters_of

    name, colon, rest = text.partition(":")
    if not colon:
        if field == "fees" and name not in parameters_of(field):
            return fee_named(text)
        try:
            return float(text)
        except ValueError:
            return named_model(field, name)
    known = parameters_of(field).get(name, ())
    told: dict[str, Any] = {"model": name}
    for place, part in enumerate(rest.split(",")):
        key, equals, value = part.partition("=")
        if not equals:
            key, value = known[place] if place < len(known) else "", part
        told[key.strip() or f"argument {place + 1}"] = _value(value.strip())
    return named_model(field, told)


def _value(text: str) -> float | bool | str:
    if text in {"true", "false"}:
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text


def _borrow(texts: Sequence[str]) -> float | dict[str, float]:
    if len(texts) == 1 and "=" not in texts[0]:
        return _number("borrow", texts[0])
    return {name: _number("borrow", value) for name, value in (_pair("borrow", text) for text in texts)}


def _settlements(texts: Sequence[str]) -> str | dict[str, Any]:
    """A file, or values by option."""
    if len(texts) == 1 and "=" not in texts[0]:
        return texts[0]
    return dict(_pair("settlement", text) for text in texts)


def _pair(option: str, text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise InvalidInput(f"conditions.{option}", f"--{option} {text} is not NAME=VALUE", field=option)
    try:
        return name, float(value)
    except ValueError:
        return name, value


def _number(option: str, value: str | float) -> float:
    try:
        return float(value)
    except ValueError:
        raise InvalidInput(f"conditions.{option}", f"--{option} {value} is no number", field=option) from None
