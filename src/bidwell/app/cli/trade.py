"""`bidwell order`, `protect`, `accounts`, `halt`, `release`: the desk from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli.options import Account, Data, Group, Limit, Quantity, Side, Stop, Symbol, TimeInForce

if TYPE_CHECKING:
    from rich.console import Console


def register(cli: typer.Typer) -> None:
    for command in (order, protect, halt, release):
        cli.command()(command)


def order(
    side: Side,
    quantity: Quantity,
    symbol: Symbol,
    *,
    account: Account = None,
    group: Group = None,
    limit: Limit = None,
    stop: Stop = None,
    protect: Annotated[str | None, typer.Option(help="Protective stop price.")] = None,
    target: Annotated[str | None, typer.Option(help="Target price.")] = None,
    tif: TimeInForce = "DAY",
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking.")] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Preview an order in every account it is for, ask, and send it."""
    from bidwell.app.remote import Remote

    desk = Remote(data)
    body = written(desk, side, quantity, symbol, limit=limit, stop=stop, tif=tif) | {"account": account, "group": group}
    exits = {name: price for name, price in (("stop_price", protect), ("take_profit_price", target)) if price}
    if exits:
        body["protection"] = exits
    _ask_and_send(desk, body, yes=yes, as_json=as_json)


def protect(
    symbol: Symbol,
    *,
    account: Account = None,
    group: Group = None,
    stop: Annotated[str | None, typer.Option(help="Stop price.")] = None,
    trail: Annotated[str | None, typer.Option(help="Distance of a trailing stop, instead of a stop price.")] = None,
    target: Annotated[str | None, typer.Option(help="Target price.")] = None,
    percent: Annotated[str, typer.Option(help="How much of the position.")] = "100",
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking.")] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Attach a stop, a target or both to what is held: one cancels the other, and new ones replace those before."""
    from bidwell.app.remote import Remote

    desk = Remote(data)
    given = {"stop_price": stop, "trail_amount": trail, "take_profit_price": target}
    body: dict[str, Any] = {
        "instrument": instrument_id(desk, symbol), "account": account, "group": group,
        "sizing": {"by": "close", "value": percent}, "protects": True,
        "protection": {name: price for name, price in given.items() if price is not None},
    }  # fmt: skip
    _ask_and_send(desk, body, yes=yes, as_json=as_json)


def _ask_and_send(desk: Any, body: dict[str, Any], *, yes: bool, as_json: bool) -> None:  # noqa: ANN401 - a Remote, imported late
    """Show what would happen, ask, and send it."""
    body = {name: value for name, value in body.items() if value is not None}
    if not yes:
        preview = desk.post("/preview", body)
        if as_json:
            output.show({"preview": preview}, lambda _: None, as_json=True)
            return
        output.show(preview, lambda console: draw_preview(console, preview), as_json=False)
        typer.confirm(preview["button"] + "?", abort=True)
    sent = desk.post("/intents", body)
    output.show(sent, lambda console: console.print(f"accepted as {sent['id']}"), as_json=as_json)


def written(
    desk: Any,  # noqa: ANN401 - a Remote, imported late
    side: str,
    quantity: str,
    symbol: str,
    *,
    limit: str | None,
    stop: str | None = None,
    tif: str = "DAY",
) -> dict[str, Any]:
    """The wish of an order, but for who receives it."""
    kind = {(False, False): "MARKET", (True, False): "LIMIT", (False, True): "STOP", (True, True): "STOP_LIMIT"}
    terms = {"order_type": kind[(limit is not None, stop is not None)], "limit_price": limit, "stop_price": stop,
             "time_in_force": tif.upper()}  # fmt: skip
    return {
        "instrument": instrument_id(desk, symbol), "side": side.upper(), "sizing": {"by": "quantity", "value": quantity},
        "terms": {name: value for name, value in terms.items() if value is not None},
    }  # fmt: skip


def instrument_id(desk: Any, symbol: str) -> str:  # noqa: ANN401 - a Remote, imported late
    """The id of an instrument by its symbol or id; raises InvalidInput where it is none or several."""
    from bidwell.model.errors import InvalidInput

    wanted = symbol.upper()
    found = [row["id"] for row in desk.get("/instruments", q=wanted)["items"] if wanted in {row["id"], row["symbol"]}]
    if len(found) != 1:
        what = "is not listed" if not found else "is ambiguous: " + ", ".join(found)
        raise InvalidInput("instrument.unknown", f"{symbol} {what}", field="symbol")
    return str(found[0])


def draw_preview(console: Console, preview: dict[str, Any]) -> None:
    """One row per account with its answer."""
    rows = [[row["name"], row["side"], row["quantity"], "allowed" if row["allowed"] else _why(row)]
            for row in preview["allocations"]]  # fmt: skip
    table(console, ["account", "side", "quantity", "answer"], rows)
    for row in preview["allocations"]:
        for part in row.get("emulated", ()):
            console.print(f"{row['name']}: {part['text']}")
    for warning in preview.get("warnings", ()):
        console.print(f"▲ {warning}")


def _why(row: dict[str, Any]) -> str:
    denial = row.get("denial")
    return str(denial["message"]) if denial else str(row["note"])


def accounts(*, data: Data = None, as_json: output.Json = False) -> None:
    """List the accounts with equity, day P&L and state."""
    from bidwell.app.remote import Remote

    found = Remote(data).get("/accounts")
    rows = [[row["id"], row["name"], row["broker"], row["mode"], row["currency"], row["equity"] or "–",
             row["day_pnl"] or "–", str(row["open_orders"]), row["state"]["state"],
             "reconciled" if row["reconciled"] else "not reconciled"] for row in found["items"]]  # fmt: skip
    titles = ["id", "name", "broker", "mode", "currency", "equity", "day P&L", "open", "state", "book"]
    output.show(found, lambda console: table(console, titles, rows), as_json=as_json)


def halt(
    *,
    reason: Annotated[str, typer.Option(help="Why; it is kept in the journal.")],
    account: Annotated[str | None, typer.Option(help="Only this account.")] = None,
    group: Annotated[str | None, typer.Option(help="Only this group.")] = None,
    reduce_only: Annotated[
        bool, typer.Option("--reduce-only", help="Keep working orders; allow only reductions.")
    ] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Stop everything that adds risk and cancel what works; it stays so over a restart until released."""
    from bidwell.app.remote import Remote

    body = {"scope": _scope(account, group), "state": "reduce_only" if reduce_only else "halted", "reason": reason,
            "cancel_working": not reduce_only}  # fmt: skip
    done = Remote(data).post("/halt", body) or {}
    output.show(done, lambda console: console.print("halted"), as_json=as_json)


def release(
    *,
    account: Annotated[str | None, typer.Option(help="Only this account.")] = None,
    group: Annotated[str | None, typer.Option(help="Only this group.")] = None,
    email: Annotated[str | None, typer.Option(help="Who releases it; asked for when left out.")] = None,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Release a halt; a person does it, with a password, because a key may be in anybody's hands."""
    from bidwell.app.remote import Remote

    desk = Remote(data)
    email = email or typer.prompt("E-mail")
    password = typer.prompt("Password", hide_input=True)
    desk.sign_in(email, password)
    done = desk.post("/release", {"scope": _scope(account, group), "password": password}) or {}
    output.show(done, lambda console: console.print("released"), as_json=as_json)


def _scope(account: str | None, group: str | None) -> dict[str, str]:
    if account:
        return {"type": "account", "id": account}
    return {"type": "group", "id": group} if group else {"type": "workspace", "id": ""}


def table(console: Console, titles: list[str], rows: list[list[str]]) -> None:
    """Print rows under titles."""
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        drawn.add_column(title)
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    console.print(drawn if rows else "nothing yet")
