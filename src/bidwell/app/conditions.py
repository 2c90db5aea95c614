"""A backtest's conditions from a TOML file: what is too much for options of a command.

Keys are those of `bidwell.backtest`; paths are relative to the file. `fees` and `slippage` are tables with `model` and
its arguments, `instruments` a file of definitions, `actions` a file, "catalog", "none", or a table by symbol, `rates` and `borrow`
tables, `settlements` a file or a table by option, `calendar` a name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bidwell.app.claim import DataFolder
from bidwell.app.strategies import catalog_reader, kept_actions
from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.marketdata.definitions import build, read_definitions
from bidwell.model.errors import ConfigError, InvalidInput
from bidwell.model.instrument import Instrument
from bidwell.simulation.backtest.models import named_model

_PLAIN: dict[str, type | tuple[type, ...]] = {
    "cash": (int, float), "leverage": (int, float), "maintenance": (int, float), "shorting": bool,
    "participation": (int, float), "borrow": (int, float, dict), "interest": (int, float), "cash_interest": (int, float), "intrabar": str, "fill": str, "lot_size": (int, float),
    "tick_size": (int, float), "multiplier": (int, float), "currency": str, "convert": bool, "adjust": str, "compile": str,
    "seed": int,
}  # fmt: skip


def read_conditions(path: Path, folder: DataFolder, names: Sequence[str]) -> dict[str, Any]:
    """The arguments for `backtest` that a file says; `names` is the run's data, for actions of the catalog.

    Raises InvalidInput for a file that cannot be read, an unknown key, or a value of another kind.
    """
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput("conditions.unreadable", f"{path} cannot be read: {error}", field="conditions") from error
    return conditions_of(told, path.parent, folder, names, path.name)


def conditions_of(
    told: Mapping[str, Any], base: Path, folder: DataFolder, names: Sequence[str], where: str = "the command"
) -> dict[str, Any]:
    """The same from a table that is read already; paths are relative to `base`, and `where` is its name in errors."""
    special: dict[str, Callable[[Any], Any]] = {
        "fees": lambda given: named_model("fees", given),
        "slippage": lambda given: named_model("slippage", given),
        "instruments": lambda given: _instruments(base / _text("instruments", given)),
        "actions": lambda given: _actions(given, base, folder, names),
        "rates": lambda given: _rates(given, base, folder),
        "settlements": lambda given: _settlements(given, base),
        "calendar": lambda given: CompiledCalendars(folder.cache).table(_text("calendar", given)),
    }
    found: dict[str, Any] = {}
    for key, value in told.items():
        if key in special:
            found[key] = special[key](value)
        elif key not in _PLAIN:
            raise InvalidInput("conditions.unknown", f"{where} has the key {key!r}, which is no condition", field=key,
                               hint=f"one of {', '.join(sorted({*special, *_PLAIN}))}")  # fmt: skip
        elif not isinstance(value, _PLAIN[key]) or (isinstance(value, bool) and _PLAIN[key] is not bool):
            raise InvalidInput("conditions.kind", f"{key} = {value!r} is of another kind than {key} is", field=key)
        else:
            found[key] = value
    return found


def _instruments(path: Path) -> list[Instrument]:
    try:
        return [build(each) for each in read_definitions(path, "backtest")]
    except ConfigError as error:
        raise InvalidInput("conditions.instruments", f"{path.name}: {error}", field="instruments") from error


def _actions(given: Any, base: Path, folder: DataFolder, names: Sequence[str]) -> Any:  # noqa: ANN401 - whatever `backtest` takes
    if given == "catalog":
        return kept_actions({name.partition("@")[0]: name for name in names}, folder.path / "catalog")
    if given == "none":
        return None
    if isinstance(given, Mapping):
        return {symbol: base / _text("actions", each) for symbol, each in given.items()}
    return base / _text("actions", given)


def _rates(given: Any, base: Path, folder: DataFolder) -> dict[str, Any]:  # noqa: ANN401 - whatever `backtest` takes
    if not isinstance(given, Mapping):
        raise InvalidInput("conditions.kind", "rates is a table of currencies", field="rates")
    return {name: _rate(each, base, folder) if isinstance(each, str) else each for name, each in given.items()}


def _rate(given: str, base: Path, folder: DataFolder) -> Any:  # noqa: ANN401 - whatever `Rates` takes
    """A file, or where there is a timeframe a series of the catalog."""
    file = base / given
    return catalog_reader(folder.path / "catalog")(given) if "@" in given and not file.exists() else file


def _settlements(given: Any, base: Path) -> Any:  # noqa: ANN401 - whatever `backtest` takes
    """A table of options and their values, or a file of them."""
    return dict(given) if isinstance(given, Mapping) else base / _text("settlements", given)


def _text(field: str, given: Any) -> str:  # noqa: ANN401 - whatever a file says
    if not isinstance(given, str):
        raise InvalidInput("conditions.kind", f"{field} is a name or a path, not {given!r}", field=field)
    return given
