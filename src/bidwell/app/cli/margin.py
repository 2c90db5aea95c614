"""`bidwell margin`: what the broker would block for an order, or for several together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli.options import Account, Data, Group, Limit, Quantity, Side, Stop, Symbol, TimeInForce
from bidwell.app.cli.trade import table, written

if TYPE_CHECKING:
    from rich.console import Console

_PATIENCE = 30.0


def register(cli: typer.Typer) -> None:
    cli.command()(margin)


def margin(
    side: Side,
    quantity: Quantity,
    symbol: Symbol,
    *,
    account: Account = None,
    group: Group = None,
    limit: Limit = None,
    stop: Stop = None,
    tif: TimeInForce = "DAY",
    beside: Annotated[
        list[str] | None,
        typer.Option("--with", help="Another order of the basket: 'SIDE QUANTITY SYMBOL [LIMIT]'. May be given again."),
    ] = None,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Ask each account's broker what it would block for an order, and with --with for several together; none is sent."""
    from bidwell.app.remote import Remote

    desk = Remote(data)
    wishes = [written(desk, side, quantity, symbol, limit=limit, stop=stop, tif=tif)]
    wishes += [_beside(desk, text, tif) for text in beside or ()]
    receiver = {name: value for name, value in (("account", account), ("group", group)) if value is not None}
    told = desk.post("/preview/margin", {"intents": [wish | receiver for wish in wishes]}, _PATIENCE)
    output.show(told, lambda console: draw(console, told), as_json=as_json)


def _beside(desk: Any, text: str, tif: str) -> dict[str, Any]:  # noqa: ANN401 - a Remote, imported late
    from bidwell.model.errors import InvalidInput

    words = text.split()
    if len(words) not in {3, 4}:
        raise InvalidInput("margin.with", f"{text!r} is no order", field="with", hint="SIDE QUANTITY SYMBOL [LIMIT]")
    side, quantity, symbol, *price = words
    return written(desk, side, quantity, symbol, limit=price[0] if price else None, tif=tif)


def draw(console: Console, told: dict[str, Any]) -> None:
    """One row per account: what its broker would block, what is free, or why it was not told."""
    rows = []
    for line in told["accounts"]:
        known = line["told"] == "told"
        free = f"{line['available']} {line['currency']}" if line["available"] is not None else "not told"
        rows.append([line["name"], f"{line['required']} {line['currency']}" if known else "–", free if known else "–",
                     "" if known else line["reason"]])  # fmt: skip
    table(console, ["account", "margin at the broker", "free", "not told"], rows)
    for line in told["accounts"]:
        alone = [each for each in line["orders"] if each["required"] is not None]
        for each in alone if len(line["orders"]) > 1 else ():
            console.print(f"{line['name']}: {each['side'].lower()} {each['quantity']} {each['instrument']} alone "
                          f"{each['required']} {line['currency']}", markup=False)  # fmt: skip
