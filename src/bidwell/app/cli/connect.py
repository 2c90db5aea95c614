"""`bidwell accounts`: list them, connect one at a broker, see how it is connected, reconnect, arm."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli import trade
from bidwell.app.cli.chain import chain
from bidwell.app.cli.options import Data
from bidwell.model.errors import InvalidInput

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.app.remote import Remote

Email = Annotated[str | None, typer.Option(help="Who does it; asked for when left out.")]

_LONGEST_READ = 120.0


def register(cli: typer.Typer) -> None:
    accounts = typer.Typer(invoke_without_command=True, help="List the accounts; connect one at a broker.",
                           rich_markup_mode=None)  # fmt: skip
    accounts.callback()(listing)
    for command in (
        brokers,
        connect,
        connection,
        reconnect,
        login,
        forget,
        arm,
        kill_switch,
        instruments,
        search,
        chain,
    ):
        accounts.command()(command)
    cli.add_typer(accounts, name="accounts")


def listing(context: typer.Context, *, data: Data = None, as_json: output.Json = False) -> None:
    """List the accounts with equity, day P&L and state."""
    if context.invoked_subcommand is None:
        trade.accounts(data=data, as_json=as_json)


def brokers(*, data: Data = None, as_json: output.Json = False) -> None:
    """List the brokers, and what each asks for and where to find it."""
    from bidwell.app.remote import Remote

    found = Remote(data).get("/brokers")
    output.show(found, lambda console: _draw_brokers(console, found["items"]), as_json=as_json)


def connect(
    broker: Annotated[str, typer.Argument(help="Broker; see `bidwell accounts brokers`.")],
    *,
    name: Annotated[str, typer.Option(help="What the desk calls the account.")],
    environment: Annotated[str, typer.Option(help="paper, live, or twin for one on this machine.")] = "paper",
    field: Annotated[
        list[str] | None, typer.Option(help="A field as name=value; secrets left out are asked for.")
    ] = None,
    twin: Annotated[str, typer.Option(help="Address of the twin.")] = "",
    proxy: Annotated[str | None, typer.Option(help="This account's way out, http://user:password@host:port.")] = None,
    fractional: Annotated[bool, typer.Option("--fractional", help="Trade fractions.")] = False,
    email: Email = None,
    yes: Annotated[bool, typer.Option("--yes", help="Keep it without asking.")] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Connect an account: look at it read-only, show it, keep the credential sealed. A live one is halted until armed."""
    desk = _as_person(data, email)
    fields = _fields(desk, broker, field or [])
    body: dict[str, Any] = {"environment": environment, "fields": fields, "twin": twin}
    if proxy is not None:
        body["proxy"] = proxy
    if not yes:
        found = desk.post(f"/brokers/{broker}/probe", body)
        output.show(found, lambda console: console.print(
            f"account {found['number']} ({found['status']}): cash {found['cash']} {found['currency']}, "
            f"equity {found['equity'] or '–'}"), as_json=False)  # fmt: skip
        typer.confirm("Keep this account LIVE?" if found["live"] else "Keep this account?", abort=True)
    made = desk.post(f"/brokers/{broker}/accounts", {**body, "name": name, "fractional": fractional})
    output.show(made, lambda console: console.print(f"connected as {made['id']}"), as_json=as_json)


def connection(account: Annotated[str, typer.Argument(help="Account id.")], *, data: Data = None,
               as_json: output.Json = False) -> None:  # fmt: skip
    """Show an account's session, data age, limits used and last errors."""
    from bidwell.app.remote import Remote

    found = Remote(data).get(f"/accounts/{account}/connection")
    output.show(found, lambda console: _draw_connection(console, found), as_json=as_json)


def reconnect(account: Annotated[str, typer.Argument(help="Account id.")], *, data: Data = None,
              as_json: output.Json = False) -> None:  # fmt: skip
    """Close an account's session and open it anew."""
    from bidwell.app.remote import Remote

    found = Remote(data).post(f"/accounts/{account}/connection/reconnect")
    output.show(found, lambda console: _draw_connection(console, found), as_json=as_json)


def login(
    account: Annotated[str | None, typer.Argument(help="Account id.", show_default="each that needs one")] = None,
    *,
    field: Annotated[list[str] | None, typer.Option(help="What the login gave, as name=value; else asked for.")] = None,
    email: Email = None,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Log in for the day where a broker wants it: open the address, log in there, bring back where you were sent."""
    from bidwell.app.remote import Remote

    rows = Remote(data).get("/logins")["items"]
    wanted = [row for row in rows if row["account"] == account or (account is None and row["life"] != "active")]
    if account is not None and not wanted:
        raise InvalidInput("login.none", f"{account} is of no broker that wants a login each day", field="account")
    if not wanted:
        output.show({"items": rows}, lambda console: console.print("no account needs a login now"), as_json=as_json)
        return
    desk, done = _as_person(data, email), []
    for row in wanted:
        if not as_json:
            typer.echo(f"{row['name']} ({row['broker']} {row['number']}): {row['reason'] or row['life']}")
            if row["login_url"]:
                typer.echo(f"  log in at {row['login_url']}")
        given = dict(_pair(each) for each in field or [])
        for each in row["fields"]:
            if each["name"] not in given:
                given[each["name"]] = typer.prompt(f"  {each['label']} ({each['where']})")
        done.append(desk.post(f"/logins/{row['account']}", {"fields": given}))
    output.show({"items": done}, lambda console: _draw_logins(console, done), as_json=as_json)


def forget(account: Annotated[str, typer.Argument(help="Account id.")], *, email: Email = None, data: Data = None,
           as_json: output.Json = False) -> None:  # fmt: skip
    """Remove an account's credential: its session ends and it is switched off; its orders stay at the broker."""
    _as_person(data, email).delete(f"/accounts/{account}/connection")
    output.show({"forgotten": account}, lambda console: console.print(f"the credential of {account} is gone"),
                as_json=as_json)  # fmt: skip


def arm(
    account: Annotated[str, typer.Argument(help="Account id.")],
    *,
    number: Annotated[str, typer.Option(prompt="Account number at the broker", help="As the broker shows it.")],
    email: Email = None,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Let a live account trade; a person does it, with a password and the account's number."""
    done = _as_person(data, email).post(f"/accounts/{account}/arm", {"number": number})
    output.show(done, lambda console: console.print(f"{account} is armed"), as_json=as_json)


def kill_switch(
    account: Annotated[str, typer.Argument(help="Account id.")],
    *,
    on: Annotated[bool, typer.Option("--on/--off", help="Let no order pass, or let them pass again.")],
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Turn the broker's own kill switch, where it has one (Dhan): no order of the account passes there any more."""
    from bidwell.app.remote import Remote

    done = Remote(data).post(f"/accounts/{account}/connection/kill-switch", {"on": on})
    output.show(done, lambda console: console.print(f"the broker says: {done['said']}"), as_json=as_json)


def instruments(
    account: Annotated[str, typer.Argument(help="Account id.")],
    symbols: Annotated[list[str], typer.Argument(help="The broker's symbols.")],
    *,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Bring instruments of the account's broker into the workspace's list."""
    from bidwell.app.remote import Remote

    done = Remote(data).post(f"/accounts/{account}/instruments", {"symbols": symbols})
    output.show(done, lambda console: console.print("listed " + ", ".join(done["instruments"])), as_json=as_json)


def search(
    account: Annotated[str, typer.Argument(help="Account id.")],
    words: Annotated[list[str], typer.Argument(help="Of symbol, name, underlying, expiry, strike, right.")],
    *,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Rows at most.")] = 20,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Search the whole list of the account's broker; the first search waits until it is read."""
    from bidwell.app.remote import Remote

    desk, path = Remote(data), f"/accounts/{account}/instruments/search"
    until = time.monotonic() + _LONGEST_READ
    while True:
        done = desk.get(path, q=" ".join(words), limit=str(limit))
        if done["state"] != "loading" or time.monotonic() >= until:
            break
        time.sleep(1)
    output.show(done, lambda console: _show_found(console, done), as_json=as_json)


def _show_found(console: Console, done: dict[str, Any]) -> None:
    if done["state"] != "ready":
        console.print(done["reason"] or "the list is being read still: search again in a while")
        return
    rows = [[row["pick"], row["name"], row["kind"], row["expiry"] or "", row["strike"], "yes" if row["listed"] else ""]
            for row in done["items"]]  # fmt: skip
    if rows:
        trade.table(console, ["symbol", "name", "kind", "expiry", "strike", "listed"], rows)
    else:
        console.print("nothing in the list has these words")
    said = [f"{done['rows']:,} instruments, read {done['loaded_at']}", done["reason"], done["note"], *done["colliding"]]
    console.print("; ".join(each for each in said if each))


def _as_person(data: Path | None, email: str | None) -> Remote:
    from bidwell.app.remote import Remote

    desk = Remote(data)
    who = email or typer.prompt("E-mail")
    desk.sign_in(who, typer.prompt("Password", hide_input=True))
    return desk


def _fields(desk: Remote, broker: str, given: list[str]) -> dict[str, str]:
    """The credential: what was given, and what is asked for without showing it."""
    found = dict(_pair(each) for each in given)
    offers = {row["broker"]: row for row in desk.get("/brokers")["items"]}
    if broker not in offers:
        raise InvalidInput("broker.unknown", f"there is no broker {broker!r}", field="broker", hint=", ".join(offers))
    for row in offers[broker]["fields"]:
        if row["name"] not in found:
            empty = "" if row["optional"] else None
            found[row["name"]] = typer.prompt(f"{row['label']} ({row['where']})", default=empty, show_default=False,
                                              hide_input=row["secret"])  # fmt: skip
    return found


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise InvalidInput("credential.field", f"{text!r} is not name=value", field="field")
    return key, value


def _draw_brokers(console: Console, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        console.print(f"{row['title']} ({row['broker']}): " + ", ".join(each["name"] for each in row["environments"]))
        for step in row["steps"]:
            console.print(f"  - {step}", markup=False)
        for each in row["fields"]:
            console.print(f"  {each['name']}: {each['label']} – {each['where']}", markup=False)


def _draw_logins(console: Console, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        console.print(f"{row['name']}: {row['life']} {row['reason']}", markup=False)


def _draw_connection(console: Console, found: dict[str, Any]) -> None:
    console.print(f"{found['broker']} {found['environment']} {found['number']}: {found['life']} {found['reason']}")
    if found["login_url"]:
        console.print(f"  log in at {found['login_url']}")
    console.print(f"  last heard {found['data_age'] or '–'} s ago; {found['requests_left'] or '–'} of "
                  f"{found['requests_limit'] or '–'} requests left")  # fmt: skip
    for each in found["troubles"][:5]:
        console.print(f"  {each['at'][:19]} {each['what']}: {each['sentence']}", markup=False)
