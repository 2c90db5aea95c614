"""`bidwell accounts chain`: an underlying's options at an account's broker, calls and puts beside each other."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli.options import Data
from bidwell.app.cli.trade import table
from bidwell.model.errors import InvalidInput

if TYPE_CHECKING:
    from rich.console import Console

LONGEST_READ = 120.0
"""Seconds for which a first read of the broker's list is waited for."""
PAUSE = 1.0
_SHOWN = 12
_READING = "options_reading"


def chain(
    account: Annotated[str, typer.Argument(help="Account id.")],
    underlying: Annotated[str, typer.Argument(help="Symbol or id, as NIFTY or AAPL.XNAS.")],
    *,
    expiry: Annotated[str | None, typer.Option(help="Day of expiry, as 2026-12-29; the nearest without.")] = None,
    strikes: Annotated[int, typer.Option(min=1, max=200, help="Strikes around the money.")] = 20,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Show an option chain of the account's broker; without --expiry the expiries too, and the chain of the nearest."""
    from bidwell.app.remote import Remote

    desk, path = Remote(data), f"/accounts/{account}/options"
    expiries = None
    if expiry is None:
        expiries = _patient(desk, f"{path}/expiries", underlying=underlying)["items"]
        if not expiries:
            raise InvalidInput(
                "options.none", f"the account's broker lists no options on {underlying}", field="underlying"
            )
    found = _patient(desk, f"{path}/chain", underlying=underlying, expiry=expiry, strikes=str(strikes))
    result = found if expiries is None else {**found, "expiries": expiries}
    output.show(result, lambda console: draw(console, found, expiries), as_json=as_json)


def _patient(desk: Any, path: str, **query: str | None) -> dict[str, Any]:  # noqa: ANN401 - a Remote, imported late
    """What the desk answers, asked again while the broker's list is being read."""
    until = time.monotonic() + LONGEST_READ
    while True:
        try:
            found: dict[str, Any] = desk.get(path, **query)
        except InvalidInput as problem:
            if problem.code != _READING or time.monotonic() >= until:
                raise
            time.sleep(PAUSE)
        else:
            return found


def draw(console: Console, found: dict[str, Any], expiries: list[str] | None = None) -> None:
    """Calls on the left, puts on the right, the strike nearest to the money marked."""
    if expiries:
        more = f" and {len(expiries) - _SHOWN} more" if len(expiries) > _SHOWN else ""
        console.print("expiries: " + ", ".join(expiries[:_SHOWN]) + more)
    last = f"{found['last']} {found['currency']}" if found["last"] is not None else "not known"
    console.print(f"{found['underlying']} {last}; options of {found['expiry']}, lot {found['lot_size']}, "
                  f"multiplier {found['multiplier']}")  # fmt: skip
    rows = []
    for row in found["rows"]:
        call, put = row["call"], row["put"]
        at = "◂ at the money" if row["strike"] == found["at_the_money"] else ""
        rows.append([_pick(call), *_prices(call), row["strike"], *_prices(put), _pick(put), at])
    table(console, ["call", "bid", "ask", "last", "strike", "bid", "ask", "last", "put", ""], rows)
    said = f"{len({row['strike'] for row in found['rows']})} of {found['strikes']} strikes, read {found['read_at']}"
    console.print("; ".join(each for each in (said, found["reason"]) if each), markup=False)


def _prices(option: dict[str, Any] | None) -> list[str]:
    return [(option or {}).get(name) or "–" for name in ("bid", "ask", "last")]


def _pick(option: dict[str, Any] | None) -> str:
    if option is None:
        return "–"
    return f"{option['pick']} (listed)" if option["listed"] else str(option["pick"])
