"""Fee and slippage models by the names that files, requests and forms give them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest import fees, slippage

_FEES: dict[str, Callable[..., Any]] = {each.__name__: each for each in (
    fees.none, fees.percent, fees.per_share, fees.per_contract, fees.per_order, fees.maker_taker, fees.cme,
    fees.ibkr_fixed, fees.ibkr_tiered, fees.tiered, fees.crypto, fees.india,
)}  # fmt: skip
_SLIPPAGE: dict[str, Callable[..., Any]] = {each.__name__: each for each in (
    slippage.none, slippage.fixed, slippage.percent, slippage.spread, slippage.volume_share, slippage.square_root,
)}  # fmt: skip
_MODELS = {"fees": _FEES, "slippage": _SLIPPAGE}


def named_model(field: str, given: Any) -> Any:
    """The model that `given` is: a number of percent, a name, or a mapping with `model` and its arguments.

    `field` is "fees" or "slippage". Raises InvalidInput for another name, and for arguments that the model does not
    take or that make no sense.
    """
    if isinstance(given, int | float) and not isinstance(given, bool):
        return float(given)
    known = _MODELS[field]
    named = dict(given) if isinstance(given, Mapping) else {"model": given}
    name = named.pop("model", None)
    if name not in known:
        raise InvalidInput(f"conditions.{field}", f"{field}: model {name!r} is not known", field=field,
                           hint=f"one of {', '.join(known)}")  # fmt: skip
    try:
        return known[name](**named)
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(
            f"conditions.{field}", f"{field}: {name} takes other arguments: {error}", field=field
        ) from error


def parameters_of(field: str) -> dict[str, tuple[str, ...]]:
    """The names of the models of a field, "fees" or "slippage", each with its arguments in order."""
    return {name: tuple(inspect.signature(each).parameters) for name, each in _MODELS[field].items()}
