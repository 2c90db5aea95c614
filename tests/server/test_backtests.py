"""Backtests over the API: run in workers, followed, read, compared, downloaded, canceled, refused."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bidwell.marketdata.catalog import Catalog
from bidwell.model.ids import InstrumentId
from bidwell.model.role import Role
from bidwell.server.stream.hub import Hub
from bidwell.server.stream.topics import Name
from tests.server.house import MAIN, OTHER, House, Person, queued, until
from tests.server.test_strategy_files import GOOD, keep

RUNS = "/api/v1/w/main/backtests"
LONGEST = 60.0
SWINGER = """from bidwell import Bar, Bars, Param, Strategy, indicators

class Swinger(Strategy):
    fast = Param(3, 2, 50)
    slow = Param(10, 3, 200)

    def prepare(self, bars: Bars) -> None:
        self.quick, self.calm = indicators.sma(bars.close, self.fast), indicators.sma(bars.close, self.slow)

    def on_bar(self, bar: Bar) -> None:
        if self.quick[-1] > self.calm[-1] and not self.position:
            self.buy(percent=90)
        elif self.quick[-1] < self.calm[-1] and self.position:
            self.close()
"""


def stock(folder: Path, rows: int = 400) -> None:
    """A year and more of days of one share in the house's catalog."""
    rng = np.random.default_rng(5)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0003, 0.02, rows)))
    opened = np.concatenate([[100.0], close[:-1]])
    starts = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=each) for each in range(rows)]
    frame = pl.DataFrame({
        "start": starts, "open": opened, "high": np.maximum(opened, close) * 1.01,
        "low": np.minimum(opened, close) * 0.99, "close": close, "volume": np.full(rows, 1e6),
    })  # fmt: skip
    Catalog(folder / "catalog").append(InstrumentId("ACME.TEST"), 86_400, frame, source="test")


@pytest.fixture
async def trader(home: House, tmp_path: Path) -> Person:
    await asyncio.to_thread(stock, tmp_path)
    return await home.member(MAIN, Role.TRADER)


async def run(person: Person, strategy: str, **changes: object) -> dict[str, Any]:
    answer = await person.post(RUNS, json={"strategy": strategy, "data": ["ACME.TEST@1D"], **changes})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def ended(person: Person, name: str) -> dict[str, Any]:
    async with asyncio.timeout(LONGEST):
        while (found := (await person.get(f"{RUNS}/{name}")).json())["status"] in {"queued", "running"}:
            await asyncio.sleep(0.02)
    return dict(found)


async def test_a_run_is_made_read_compared_downloaded_and_deleted(home: House, trader: Person, tmp_path: Path) -> None:
    strategy = await keep(trader, "swinger", SWINGER)
    listed = (await trader.get(f"{RUNS}/data")).json()["items"]
    assert [(one["name"], one["rows"]) for one in listed] == [("ACME.TEST@1D", 400)]
    heard: list[tuple[str, int, int]] = []
    research = home.context.research
    assert research is not None
    research.queue.subscribe(lambda _, one, done, total: heard.append((one.status, done, total)))
    first = await run(trader, strategy, fee="0.1", start="2024-02-01", parameters={"fast": "5"})
    second = await run(trader, strategy, cash="5000.50", slippage="0.05", fill="close")
    done = await ended(trader, first["id"])
    assert done["status"] == "done", done
    assert done["asked"]["parameters"] == {"fast": "5"}
    assert done["summary"]["bars"] == 369
    assert done["summary"]["code_hash"]
    assert done["summary"]["data_hash"]
    await until(lambda: {"queued", "running", "done"} <= {status for status, _, _ in heard}, 30)
    assert (await ended(trader, second["id"]))["status"] == "done"

    result = (await trader.get(f"{RUNS}/{first['id']}/result")).json()
    assert len(result["equity"]["at"]) == len(result["equity"]["value"]) == 369
    assert result["symbols"] == ["ACME.TEST"]
    assert result["benchmark_name"] == "ACME.TEST, held"
    assert sum(result["distribution"]["counts"]) + result["distribution"]["outside"] > 100
    assert {"Return", "Risk", "Ratios"} <= {one["group"] for one in result["figures"]}
    trips = (await trader.get(f"{RUNS}/{first['id']}/round-trips")).json()
    assert len(trips["items"]) == trips["total"] == done["summary"]["round_trips"]
    window = f"start={trips['items'][0]['entry_at']}&end={trips['items'][0]['exit_at']}"
    bars = (await trader.get(f"{RUNS}/{first['id']}/bars?symbol=ACME.TEST&{window}")).json()
    assert bars["at"][0] == trips["items"][0]["entry_at"]
    assert bars["fills"][0]["side"] == "BUY"
    both = (await trader.get(f"{RUNS}/compare?run={first['id']}&run={second['id']}")).json()["items"]
    assert [one["run"]["id"] for one in both] == [first["id"], second["id"]]
    await check_files(trader, first["id"])

    await check_survival(trader, first["id"])

    page = (await trader.get(f"{RUNS}?limit=1")).json()
    assert [one["id"] for one in page["items"]] == [second["id"]]
    rest = (await trader.get(f"{RUNS}?limit=1&cursor={page['next_cursor']}&strategy={strategy}")).json()
    assert [one["id"] for one in rest["items"]] == [first["id"]]
    assert (await trader.ask("DELETE", f"{RUNS}/{first['id']}")).status_code == 204
    assert (await trader.get(f"{RUNS}/{first['id']}")).status_code == 404
    assert [path.name for path in (tmp_path / "backtests" / "main").iterdir()] == [second["id"]]


async def check_files(trader: Person, name: str) -> None:
    sheet = await trader.get(f"{RUNS}/{name}/files/tear-sheet.html")
    assert sheet.text.startswith("<!doctype html>")
    assert sheet.headers["content-disposition"].startswith("attachment")
    assert sheet.headers["content-security-policy"].startswith("default-src 'none'")
    assert json.loads((await trader.get(f"{RUNS}/{name}/files/result.json")).text)["identity"]["strategy"] == "Swinger"
    assert (await trader.get(f"{RUNS}/{name}/files/strategy.py")).text == SWINGER
    tables = zipfile.ZipFile(io.BytesIO((await trader.get(f"{RUNS}/{name}/files/tables.csv.zip")).content))
    assert tables.namelist() == ["equity.csv", "orders.csv", "fills.csv", "round_trips.csv"]
    packed = zipfile.ZipFile(io.BytesIO((await trader.get(f"{RUNS}/{name}/files/tables.parquet.zip")).content))
    assert len(pl.read_parquet(packed.read("equity.parquet"))) == 369
    assert (await trader.get(f"{RUNS}/{name}/files/other.txt")).status_code == 404


async def check_survival(person: Person, name: str) -> None:
    """The odds are those of `bidwell survival` for the same draws, with the path from the plan's start."""
    path = f"{RUNS}/{name}/survival?plan=topstep-combine-50k&paths=400&longest=60&seed=3"
    found = (await person.get(path)).json()
    assert (found["scale"], found["start"], found["floor"], found["target"]) == (0.5, 50_000.0, 48_000.0, 53_000.0)
    assert found["bars_per_day"] == pytest.approx(369 / found["days"])
    assert sum(found[part]["share"] for part in ("passed", "failed", "open")) == pytest.approx(1.0)
    assert all(found[part]["low"] <= found[part]["share"] <= found[part]["high"] for part in ("passed", "failed"))
    assert found["failed"]["share"] > 0
    assert sum(found["reasons"].values()) == pytest.approx(1.0)
    assert len(found["balances"]) == 61
    assert found["balances"][0] == [50_000.0] * len(found["levels"])
    assert all(row == sorted(row) for row in found["balances"])
    assert (await person.get(path)).json() == found
    smaller = (await person.get(f"{path}&factor=0.1")).json()
    assert smaller["scale"] == pytest.approx(0.05)
    assert smaller["failed"]["share"] < found["failed"]["share"]
    assert (await person.get(f"{RUNS}/{name}/survival")).json()["code"] == "field.missing"
    unknown = await person.get(f"{RUNS}/{name}/survival?plan=nothing")
    assert unknown.json()["code"] == "rulebook.unknown"
    for wrong in ("paths=99999999", "longest=0", "factor=0", "factor=nan", "factor=inf"):
        refused = await person.get(f"{RUNS}/{name}/survival?plan=topstep-combine-50k&{wrong}")
        assert refused.status_code == 422, (wrong, refused.text)


async def test_a_sweep_gives_a_row_for_each_combination(trader: Person) -> None:
    strategy = await keep(trader, "swinger", SWINGER)
    made = await run(trader, strategy, grid={"fast": ["3", "5"], "slow": ["10", "20", "30"]})
    done = await ended(trader, made["id"])
    assert (done["kind"], done["status"], done["summary"]["combinations"]) == ("sweep", "done", 6), done
    rows = (await trader.get(f"{RUNS}/{made['id']}/sweep")).json()
    assert rows["parameters"] == ["fast", "slow"]
    assert rows["columns"]["slow"] == [10, 20, 30, 10, 20, 30]
    assert len(rows["columns"]["sharpe"]) == rows["rows"] == 6
    assert rows["deflated_sharpe"] is None or 0 <= rows["deflated_sharpe"] <= 1
    assert 0 <= rows["probability_of_overfitting"] <= 1
    assert "<svg" in (await trader.get(f"{RUNS}/{made['id']}/files/heat-map.html")).text
    packed = zipfile.ZipFile(io.BytesIO((await trader.get(f"{RUNS}/{made['id']}/files/tables.csv.zip")).content))
    assert packed.namelist() == ["sweep.csv"]
    none = await trader.get(f"{RUNS}/{made['id']}/result")
    assert (none.status_code, none.json()["code"]) == (409, "backtest.kind")


async def test_a_strategy_that_raises_is_reported_with_its_line_and_what_it_printed(trader: Person) -> None:
    source = GOOD.replace("            self.buy(self.size)", "            print('about to fail')\n            1 / 0")
    strategy = await keep(trader, source=source)
    failed = await ended(trader, (await run(trader, strategy))["id"])
    assert (failed["status"], failed["code"], failed["line"]) == ("failed", "strategy.raised", 9)
    assert "ZeroDivisionError" in failed["reason"]
    assert "strategy.py:9" in failed["reason"]
    assert failed["output"] == "about to fail\n"
    assert (await trader.get(f"{RUNS}/{failed['id']}/result")).json()["code"] == "backtest.no_result"


async def test_a_run_is_canceled_while_it_waits_and_while_it_loops(home: House, trader: Person) -> None:
    endless = await keep(
        trader, "endless", GOOD.replace("            self.buy(self.size)", "            while True: pass")
    )
    running, waiting = await run(trader, endless), await run(trader, endless)
    assert (await trader.ask("DELETE", f"{RUNS}/{waiting['id']}")).json()["code"] == "backtest.open"
    assert (await trader.post(f"{RUNS}/{waiting['id']}/cancel")).json()["status"] == "canceled"
    async with asyncio.timeout(LONGEST):
        while (await trader.get(f"{RUNS}/{running['id']}")).json()["status"] == "queued":
            await asyncio.sleep(0.02)
    assert home.context.research is not None
    assert (await trader.post(f"{RUNS}/{running['id']}/cancel")).status_code == 202
    assert (await ended(trader, running["id"]))["code"] == "backtest.canceled"
    again = await trader.post(f"{RUNS}/{running['id']}/cancel")
    assert (again.status_code, again.json()["status"]) == (202, "canceled")


BAD: list[tuple[dict[str, object], str]] = [
    ({"data": []}, "field.too_short"), ({"data": ["../../etc"]}, "field.format"), ({"data": ["ACME.TEST"]}, "field.format"),
    ({"data": ["ACME.TEST@1D", "ACME.TEST@1D"]}, "backtest.data_twice"), ({"cash": "0"}, "number.too_small"),
    ({"cash": 1.5}, "number.float"), ({"slippage": "-1"}, "number.too_small"), ({"fill": "never"}, "field.choice"),
    ({"fee": "a lot"}, "field.format"), ({"leverage": "1000"}, "number.too_large"), ({"seed": -1}, "number.too_small"),
    ({"start": "2024-13-01"}, "time.format"), ({"start": "2024-02-01", "end": "2024-01-01"}, "backtest.dates"),
    ({"parameters": {"a b": "1"}}, "field.format"), ({"parameters": {"fast": 3}}, "field.text"),
    ({"grid": {"fast": []}}, "field.too_short"), ({"version": 9}, "strategy_version.unknown"),
    ({"grid": {"a": ["1"] * 200, "b": ["1"] * 200}}, "backtest.grid"), ({"time_limit_s": 0}, "number.too_small"),
    ({"memory_gb": "1000"}, "number.too_large"), ({"strategy": "nobody"}, "strategy_file.unknown"),
    ({"unknown": 1}, "field.unknown"),
]  # fmt: skip


async def test_what_makes_no_sense_is_refused_before_anything_runs(trader: Person) -> None:
    strategy = await keep(trader)
    for body, code in BAD:
        answer = await trader.post(RUNS, json={"strategy": strategy, "data": ["ACME.TEST@1D"], **body})
        assert 400 <= answer.status_code < 500, (body, answer.text)
        assert answer.json()["code"] == code, (body, answer.text)
    broken = await keep(trader, "broken", "import os\n" + GOOD)
    refused = await trader.post(RUNS, json={"strategy": broken, "data": ["ACME.TEST@1D"]})
    assert refused.status_code == 422
    assert refused.json()["code"].endswith(".import")
    assert (await trader.get(RUNS)).json()["items"] == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{RUNS}/%00", "backtest.unknown"), (f"{RUNS}/..%2f..%2fetc", "path.unknown"),
        (f"{RUNS}/%00/result", "backtest.unknown"), (f"{RUNS}?strategy=%00", "field.format"),
        (f"{RUNS}?cursor=AAA", "cursor.invalid"), (f"{RUNS}?limit=1000", "number.too_large"),
        (f"{RUNS}/compare", "field.missing"), (f"{RUNS}/compare?run=%00", "backtest.unknown"),
        (f"{RUNS}/compare?{'&'.join(['run=a'] * 7)}", "field.too_long"),
        ("/api/v1/w/main/strategy-files/%00", "strategy_file.unknown"),
        ("/api/v1/w/main/strategy-files/x/versions/99999999999", "number.too_large"),
        ("/api/v1/w/main/strategy-files/x/versions/-1", "number.too_small"),
    ],
)  # fmt: skip
async def test_addresses_that_lead_nowhere_say_so(trader: Person, path: str, code: str) -> None:
    answer = await trader.get(path)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["code"] == code


async def test_what_only_the_run_can_know_fails_with_a_reason(trader: Person) -> None:
    strategy = await keep(trader)
    wishes: list[tuple[dict[str, object], str]] = [
        ({"data": ["NONE.TEST@1D"]}, "data_missing"), ({"start": "2030-01-01"}, "data.empty"),
        ({"parameters": {"size": "1000"}}, "strategy.parameter"), ({"fee": "nothing_known"}, "backtest.fees"),
        ({"class_name": "Nobody"}, "strategy.class"),
    ]  # fmt: skip
    names = [(await run(trader, strategy, **wish))["id"] for wish, _ in wishes]
    found = [await ended(trader, name) for name in names]
    assert [(one["status"], one["code"]) for one in found] == [("failed", code) for _, code in wishes]
    assert all(one["reason"] for one in found)


async def test_an_owner_says_who_may_have_code_run(home: House, trader: Person) -> None:
    strategy = await keep(trader)
    owner = await home.member(MAIN, Role.OWNER)
    assert (await trader.get(f"{RUNS}/settings")).json() == {"run_role": "trader", "allowed": True}
    assert (await trader.ask("PUT", f"{RUNS}/settings", json={"run_role": "trader"})).status_code == 403
    assert (await owner.ask("PUT", f"{RUNS}/settings", json={"run_role": "viewer"})).status_code == 422
    assert (await owner.ask("PUT", f"{RUNS}/settings", json={"run_role": "admin"})).status_code == 200
    assert (await trader.get(f"{RUNS}/settings")).json() == {"run_role": "admin", "allowed": False}
    refused = await trader.post(RUNS, json={"strategy": strategy, "data": ["ACME.TEST@1D"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "role.insufficient")
    viewer = await home.member(MAIN, Role.VIEWER)
    assert (await viewer.post(RUNS, json={"strategy": strategy, "data": ["ACME.TEST@1D"]})).status_code == 403


async def test_a_desk_that_starts_again_marks_what_was_left_unfinished(home: House, trader: Person) -> None:
    research = home.context.research
    assert research is not None
    await research.runs.add(MAIN, queued("run_left", home.clock.now()))
    assert await research.runs.interrupt(MAIN, home.clock.now()) == ["run_left"]
    found = (await trader.get(f"{RUNS}/run_left")).json()
    assert (found["status"], found["code"]) == ("interrupted", "backtest.interrupted")
    assert "run it again" in found["reason"]


async def test_the_stream_tells_how_a_run_goes_to_its_own_workspace_alone(home: House, trader: Person) -> None:
    heard: list[dict[str, Any]] = []
    foreign: list[str] = []
    research = home.context.research
    assert research is not None
    hubs = [Hub(home.context, workspace, home.context.desks[workspace]) for workspace in (MAIN, OTHER)]
    for hub, take in zip(hubs, (lambda text: heard.append(json.loads(text)), foreign.append), strict=True):
        reader = Reader(take)
        hub.join(reader)  # type: ignore[arg-type]
        hub.subscribe(reader, [Name.BACKTESTS], {})  # type: ignore[arg-type]
    made = await run(trader, await keep(trader, "swinger", SWINGER))
    await ended(trader, made["id"])
    assert heard[0]["type"] == "snapshot"
    # The stream tells the end right after the row has it.
    await until(lambda: heard[-1]["type"] == "patch" and heard[-1]["data"]["status"] == "done", 30)
    patches = [one["data"] for one in heard if one["type"] == "patch"]
    assert patches[0]["status"] == "queued"
    assert patches[0]["progress"] == {"done": 0, "total": 0}
    assert patches[-1]["progress"] is None
    assert patches[-1]["summary"]["bars"] == 400
    assert [json.loads(text)["type"] for text in foreign] == ["snapshot"]
    for hub in hubs:
        hub.close()
        for client in list(hub._clients):
            hub.leave(client)


class Reader:
    """A reader of the stream that takes every frame at once."""

    def __init__(self, take: Callable[[str], None]) -> None:
        self.topics: set[Name] = set()
        self.put = take
