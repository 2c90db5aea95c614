"""`bidwell strategy …`: check a strategy's file, run it on paper, see and stop what is at work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidwell.app import output
from bidwell.app.cli.options import Account, Data, Group
from bidwell.app.cli.trade import instrument_id, table

if TYPE_CHECKING:
    from rich.console import Console

    from bidwell.strategy.validation import Validation

STARTING = 90.0
Run = Annotated[str, typer.Argument(help="Id of a run, as `bidwell strategy list` shows it.")]


def register(cli: typer.Typer) -> None:
    group = typer.Typer(name="strategy", help="Strategies: begin, check, run on paper, list, stop.", no_args_is_help=True,
                        rich_markup_mode=None)  # fmt: skip
    for command in (templates, new, check, run, show, stop, resume, log, remove):
        group.command(name="list" if command is show else None)(command)
    cli.add_typer(group)


def templates(*, as_json: output.Json = False) -> None:
    """List the strategies to start from."""
    found = [{"name": name, "about": about} for name, (about, _) in _templates().items()]
    output.show({"items": found},
                lambda console: table(console, ["name", "about"], [[row["name"], row["about"]] for row in found]),
                as_json=as_json)  # fmt: skip


def new(
    name: Annotated[str, typer.Argument(help="Name of a template, as `bidwell strategy templates` shows it.")],
    file: Annotated[Path | None, typer.Argument(help="File to write; the template's name unless given.")] = None,
    *,
    as_json: output.Json = False,
) -> None:
    """Write a template to a file of your own; an existing file is left alone."""
    from bidwell.model.errors import InvalidInput

    known = _templates()
    if name not in known:
        raise InvalidInput("strategy.template", f"there is no template {name}", hint=f"one of {', '.join(known)}")
    target = file or Path(f"{name}.py")
    try:
        with target.open("x", encoding="utf-8") as out:
            out.write(known[name][1])
    except FileExistsError:
        raise InvalidInput("strategy.file", f"{target} is there already", hint="name another file") from None
    except OSError as error:
        raise InvalidInput("strategy.file", f"{target} cannot be written: {error.strerror}") from error
    output.show({"file": target}, lambda console: console.print(f"wrote {target}", markup=False), as_json=as_json)


def _templates() -> dict[str, tuple[str, str]]:
    """The first line and the text of each template by its name."""
    import ast
    from importlib import resources

    found = {}
    for each in sorted(resources.files("bidwell.strategy.templates").iterdir(), key=lambda one: one.name):
        if each.name.endswith(".py") and not each.name.startswith("_"):
            source = each.read_text(encoding="utf-8")
            about = (ast.get_docstring(ast.parse(source)) or "").partition("\n\n")[0]
            found[each.name.removesuffix(".py")] = (about.replace("\n", " "), source)
    return found


def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A Python file with a strategy.")],
    *,
    as_json: output.Json = False,
) -> None:
    """Read a strategy's file without running it: syntax, parameters, imports, looks at the future."""
    from bidwell.strategy.validation import validate

    found = validate(file.read_text("utf-8", errors="replace"))
    output.show(found.as_json(), lambda console: _draw_check(console, file, found), as_json=as_json)
    if not found.runs:
        raise typer.Exit(1)


def run(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A Python file with a strategy.")],
    *,
    instrument: Annotated[list[str], typer.Option(help="Symbol or instrument id; repeat as needed.")],
    timeframe: Annotated[str, typer.Option(help="Length of a bar: 1m, 5m, 1h, 1D, …")] = "1m",
    account: Account = None,
    group: Group = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter, as in fast=10; repeat as needed.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What the run is called; its class unless given.")] = None,
    class_: Annotated[str | None, typer.Option("--class", help="Which strategy, where the file has several.")] = None,
    history: Annotated[int, typer.Option(help="Bars to begin with.")] = 500,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Put a strategy to work on the running desk: the file of the backtest, its orders through every rule."""
    from bidwell.app.remote import Remote
    from bidwell.app.strategies import pairs

    desk = Remote(data)
    body: dict[str, Any] = {
        "source": file.read_text("utf-8"), "instruments": [instrument_id(desk, each) for each in instrument],
        "timeframe": timeframe, "account": account, "group": group, "parameters": dict(pairs(set_ or [])), "name": name,
        "class_name": class_, "history": history,
    }  # fmt: skip
    started = desk.post("/strategy-runs", {key: value for key, value in body.items() if value is not None}, STARTING)
    output.show(
        started, lambda console: console.print(f"{started['name']} is at work as {started['id']}"), as_json=as_json
    )


def show(*, data: Data = None, as_json: output.Json = False) -> None:
    """List the strategies at work, and those that were, newest first."""
    from bidwell.app.remote import Remote

    found = Remote(data).get("/strategy-runs")
    rows = [[row["id"], row["name"], ", ".join(row["instruments"]), f"{row['timeframe_seconds']} s",
             row["receiver_name"], row["status"], ", ".join(f"{key} {value}" for key, value in row["positions"].items()),
             row["reason"]] for row in found["items"]]  # fmt: skip
    titles = ["run", "name", "instruments", "bars", "to", "status", "holds", "reason"]
    output.show(found, lambda console: table(console, titles, rows), as_json=as_json)


def stop(
    run: Run,
    *,
    flatten: Annotated[
        bool, typer.Option("--flatten", help="Cancel its working orders and close what it holds.")
    ] = False,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Stop a strategy; its working orders stay unless --flatten is given."""
    from bidwell.app.remote import Remote

    found = Remote(data).post(f"/strategy-runs/{run}/stop", {"flatten": flatten}, STARTING)
    output.show(found, lambda console: console.print(f"{run} is {found['status']}"), as_json=as_json)


def resume(run: Run, *, data: Data = None, as_json: output.Json = False) -> None:
    """Put a stopped or failed strategy to work again, with what it kept."""
    from bidwell.app.remote import Remote

    found = Remote(data).post(f"/strategy-runs/{run}/resume", patience=STARTING)
    output.show(found, lambda console: console.print(f"{run} is {found['status']}"), as_json=as_json)


def log(
    run: Run,
    *,
    after: Annotated[int, typer.Option(min=-1, help="Only lines after this number.")] = -1,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 200,
    data: Data = None,
    as_json: output.Json = False,
) -> None:
    """Show a strategy's log: what it wrote, its orders, fills and refusals."""
    from bidwell.app.remote import Remote

    found = Remote(data).get(f"/strategy-runs/{run}/log", after=str(after), limit=str(limit))
    output.show(found, lambda console: _draw_log(console, found["items"]), as_json=as_json)


def remove(run: Run, *, data: Data = None, as_json: output.Json = False) -> None:
    """Forget a strategy that is not at work, with its log; its orders stay in the journal."""
    from bidwell.app.remote import Remote

    Remote(data).delete(f"/strategy-runs/{run}")
    output.show({"removed": run}, lambda console: console.print(f"{run} is forgotten"), as_json=as_json)


def _draw_log(console: Console, lines: list[dict[str, Any]]) -> None:
    for line in lines:
        at = line["at"][:19].replace("T", " ")
        console.print(f"{line['number']:>6} {at} {line['level']:<5} {line['text']}", markup=False, soft_wrap=True)


def _draw_check(console: Console, file: Path, found: Validation) -> None:
    for each in found.findings:
        console.print(f"{file}:{each.line}:{each.column}: {each.severity}: {each.message} [{each.code}]",
                      markup=False, soft_wrap=True)  # fmt: skip
        if each.hint:
            console.print(f"    {each.hint}", markup=False, soft_wrap=True)
    for strategy in found.strategies:
        takes = ", ".join(f"{one.name}={one.default}" for one in strategy.parameters)
        console.print(f"{strategy.name}: {', '.join(strategy.hooks)}; {takes or 'no parameters'}", markup=False)
    errors = len(found.errors)
    console.print(f"{errors} errors, {len(found.findings) - errors} warnings")
