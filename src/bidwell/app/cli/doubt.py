"""`bidwell doubt`: an order whose answer was lost, resolved by a person's word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli.options import Data
from bidwell.app.cli.trade import table

if TYPE_CHECKING:
    from rich.console import Console

Order = Annotated[str, typer.Argument(help="The order's id, as `bidwell reconciliation` shows it.")]
Reason = Annotated[str, typer.Option(prompt="How do you know", help="How you know; it is kept in the journal.")]


def register(cli: typer.Typer) -> None:
    group = typer.Typer(help="Resolve an order in doubt: say which of the broker's it is, or that it never got there.",
                        no_args_is_help=True)  # fmt: skip
    for command in (show, identify, absent):
        group.command()(command)
    cli.add_typer(group, name="doubt")


def show(order: Order, *, data: Data = None, as_json: output.Json = False) -> None:
    """Ask the broker which of its orders one in doubt may be."""
    from bidwell.app.remote import Remote

    found = Remote(data).get(f"/orders/{order}/candidates")
    output.show(found, lambda console: _draw(console, found), as_json=as_json)


def identify(
    order: Order,
    number: Annotated[str, typer.Argument(help="The broker's number of the order that it is.")],
    *,
    reason: Reason,
    yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Say which of the broker's orders one in doubt is; shows what it may be and asks first."""
    from bidwell.app.remote import Remote

    desk = Remote(data)
    if not yes:
        found = desk.get(f"/orders/{order}/candidates")
        output.show(found, lambda console: _draw(console, found), as_json=as_json)
        if as_json:
            return
        typer.confirm(f"Is the broker's order {number} ours?", abort=True)
    done = desk.post(f"/orders/{order}/identify", {"broker_order_id": number, "reason": reason})
    output.show(done, lambda console: console.print(f"{order} is the broker's order {number}"), as_json=as_json)


def absent(
    order: Order,
    *,
    reason: Reason,
    email: Annotated[str | None, typer.Option(help="Who says it; asked for when left out.")] = None,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Vouch that the broker never got an order, which frees what it reserved; a person does it, with a password."""
    from bidwell.app.remote import Remote

    desk = Remote(data)
    email = email or typer.prompt("E-mail")
    desk.sign_in(email, typer.prompt("Password", hide_input=True))
    done = desk.post(f"/orders/{order}/confirm-dead", {"reason": reason})
    output.show(done, lambda console: console.print(f"{order} is over: the broker never got it"), as_json=as_json)


def terms(given: dict[str, Any]) -> str:
    """The terms of an order in a few words."""
    prices = [f"{word} {given[key]}" for word, key in (("at", "limit_price"), ("stop", "stop_price")) if given.get(key)]
    return " ".join([given["order_type"], *prices, given["time_in_force"]])


def _draw(console: Console, found: dict[str, Any]) -> None:
    order = found["order"]
    console.print(f"{order['client_order_id']}: {order['side']} {order['quantity']} {order['symbol']} "
                  f"{terms(order['terms'])}, {order['status']}. The broker's orders that it may be:", markup=False)  # fmt: skip
    rows = [[one["broker_order_id"], one["side"], one["quantity"], terms(one["terms"]),
             (one["created_at"] or "–")[:19].replace("T", " "), one["status"], one["filled_quantity"],
             one["average_price"] or "–", "adopted as EXTERNAL" if one["external"] else ""]
            for one in found["items"]]  # fmt: skip
    titles = ["number", "side", "quantity", "terms", "taken in (UTC)", "state", "filled", "at", "here"]
    if rows:
        table(console, titles, rows)
    else:
        console.print("none: if the broker's own screen shows none either, it never got there")
