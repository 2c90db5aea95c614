"""The order path by the clock: an alert over HTTP to brokers' acknowledgements, beside a bare loopback limit.

Run it with `./bidwell bench orders`. It starts a desk with PostgreSQL and the paper venue in processes of their own,
opens a hundred accounts, and posts alerts one at a time. What is measured, in milliseconds:

bare     one HTTP request to a bare asyncio server that makes one durable insert into the same kind of PostgreSQL,
         sends a line to an echo server in another process, and waits for its answer: what this machine allows
ack      an alert to one account posted until its 202 is here: the intent is durable
one      an alert posted until the broker's acknowledgement of its one order is with the desk, all rules and commits
twenty   the same for a group of 20 accounts, until the last of their acknowledgements
hundred  the same for 100 accounts
twins    with --twins: the same for 20 accounts at the twin of a broker (Alpaca), a process that speaks the broker's
         REST and order stream: its adapter's HTTP calls instead of the paper venue's frames

Rounds of each alternate, so that a noisy machine is noisy for all. Times of both ends are the same machine's clock.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.story.running import PASSWORD, Answer, RunningDesk, free_port
from tests.story.twins import RunningTwin

ROUNDS = 5
GROUPS = {"one": 1, "twenty": 20, "hundred": 100}
TARGETS = {"ack": (0.8, 2), "one": (2, 5), "twenty": (6, 15), "hundred": (25, 60)}
REFERENCE_BARE_MS = 0.51
PER_ROUND = {"bare": 40, "one": 35, "twenty": 12, "hundred": 5}
# Seconds between two: long enough for all that one sets off (fills, their booking, the SQL tables) to be over.
PAUSE = {"bare": 0.005, "one": 0.015, "twenty": 0.07, "hundred": 0.3}
AT_TWINS, TWIN_ALERTS = 20, 30
# The broker takes 200 requests a minute from an account: slower than that nothing waits for its turn.
TWIN_PAUSE = 0.7


class Poster:
    """One keep-alive connection that posts and times."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._connection.connect()

    def post(self, path: str, body: bytes) -> tuple[float, float, dict[str, Any]]:
        """Wall time at which it was posted, milliseconds until the answer, and the answer."""
        posted, began = time.time(), time.perf_counter()  # noqa: TID251 - the desk's records are in wall time
        self._connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        text = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status not in {200, 202}:
            raise SystemExit(f"{path} answered {answer.status}: {text.decode()[:500]}")
        return posted, took, json.loads(text)


def well(answer: Answer) -> None:
    """End the bench where a request that sets it up was refused."""
    if answer.status >= 300:
        raise SystemExit(f"set-up failed: {answer}")


def set_up(desk: RunningDesk) -> dict[str, str]:
    """A hundred accounts, three groups, limits out of the way, and a signal token for each group."""
    browser = desk.own()
    limits = {"max_data_age": "60", "duplicate_window": "0", "max_order_rate": 1_000_000, "price_collar": "0.2",
              "max_open_orders": 10_000, "max_order_quantity": "1000", "max_order_notional": "1000000",
              "max_position": "1000000", "max_gross_exposure": "1000000000"}  # fmt: skip
    well(browser.call("POST", "/api/v1/session/step-up", {"password": PASSWORD}))
    well(browser.call("PUT", "/api/v1/w/main/limits/workspace", limits))
    names = []
    for number in range(100):
        made = browser.call(
            "POST",
            "/api/v1/w/main/accounts",
            {
                "name": f"Bench {number:03}",
                "currency": "USD",
                "cash": "100000000",
                "fractional": False,
                "leverage": "1",
            },
        )
        well(made)
        names.append(made.body["id"])
    tokens = {}
    for group, size in GROUPS.items():
        members = [{"account": name, "weight": "1"} for name in names[:size]]
        made = browser.call("POST", "/api/v1/w/main/groups", {"name": group, "policy": "ratio", "members": members})
        well(made)
        sender = browser.call("POST", "/api/v1/w/main/strategies", {"name": group, "group": made.body["id"]})
        well(sender)
        tokens[group] = sender.body["token"]
    desk.wait_reconciled()
    return tokens


def alert(poster: Poster, token: str, number: int) -> tuple[float, float, str]:
    body = {"token": token, "action": "buy", "symbol": "AAPL", "quantity": "1", "id": f"b{number}"}
    posted, took, answer = poster.post("/api/v1/hooks/alert", json.dumps(body).encode())
    return posted, took, answer["intent"]


def acknowledged(desk: RunningDesk, intent: str, posted: float, size: int) -> float:
    """Milliseconds from the post to the last broker's acknowledgement, by the desk's records."""
    found = desk.until(f"/api/v1/w/main/intents/{intent}",
                       lambda body: sum(row["ack_ms"] is not None for row in body["orders"]) == size)  # fmt: skip
    received = datetime.fromisoformat(found["received_at"]).timestamp()
    return (received - posted) * 1000 + max(float(row["ack_ms"]) for row in found["orders"])


def measure(desk: RunningDesk, tokens: dict[str, str], bare: Poster) -> dict[str, list[float]]:
    poster = Poster(desk.port)
    figures: dict[str, list[float]] = {name: [] for name in ("bare", "ack", *GROUPS)}
    number = 0
    for turn in range(ROUNDS + 1):
        for _ in range(PER_ROUND["bare"]):
            if turn:
                figures["bare"].append(bare.post("/", b'{"alert":1}')[1])
            time.sleep(PAUSE["bare"])
        for group, size in GROUPS.items():
            sent = []
            for _ in range(PER_ROUND[group]):
                number += 1
                sent.append(alert(poster, tokens[group], number))
                time.sleep(PAUSE[group])
            for posted, took, intent in sent:
                path = acknowledged(desk, intent, posted, size)
                if turn:  # the first round warms up
                    figures[group].append(path)
                    if group == "one":
                        figures["ack"].append(took)
    return figures


def scenario(folder: Path) -> Path:
    """Accounts at the twin, and the one instrument that the replayed market quotes too."""
    people = [{"account": f"PA{number:04}", "cash": "100000000", "fields": fields_of(number)}
              for number in range(AT_TWINS)]  # fmt: skip
    listed = {"symbol": "AAPL", "bid": "449.90", "ask": "450.00", "exchange": "NASDAQ"}
    file = folder / "scenario.json"
    file.write_text(json.dumps({"accounts": people, "instruments": [listed]}), "utf-8")
    return file


def fields_of(number: int) -> dict[str, str]:
    return {"key_id": f"PKTWIN{number:04}", "secret_key": f"twin-secret-{number:04}"}


def measure_twins(desk: RunningDesk, twin: RunningTwin) -> list[float]:
    """Milliseconds from the post to the last of the acknowledgements of accounts at a broker's twin."""
    members = []
    for number in range(AT_TWINS):
        made = desk.browser.call("POST", "/api/v1/w/main/brokers/alpaca/accounts", {
            "environment": "twin", "twin": twin.url, "fields": fields_of(number), "name": f"Twin {number:02}"})  # fmt: skip
        well(made)
        members.append({"account": made.body["id"], "weight": "1"})
    group = desk.browser.call("POST", "/api/v1/w/main/groups", {"name": "twins", "policy": "ratio", "members": members})
    well(group)
    sender = desk.browser.call("POST", "/api/v1/w/main/strategies", {"name": "twins", "group": group.body["id"]})
    well(sender)
    desk.wait_reconciled()
    poster, took = Poster(desk.port), []
    for number in range(TWIN_ALERTS):
        posted, _, intent = alert(poster, sender.body["token"], 1_000_000 + number)
        took.append(acknowledged(desk, intent, posted, AT_TWINS))
        time.sleep(TWIN_PAUSE)
    return took[3:]


def percentile(values: list[float], percent: int) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, -(-percent * len(ranked) // 100) - 1))]


def result(figures: dict[str, list[float]]) -> dict[str, float]:
    found = {"bare_p50_ms": round(statistics.median(figures["bare"]), 3)}
    for name in ("ack", *GROUPS):
        found[f"{name}_p50_ms"] = round(percentile(figures[name], 50), 3)
        found[f"{name}_p99_ms"] = round(percentile(figures[name], 99), 3)
    return found


def first_line(process: subprocess.Popen[str]) -> str:
    """What a helper process says first."""
    return process.stdout.readline() if process.stdout is not None else ""


def file_system(folder: Path) -> str:
    """The type of the file system that holds the folder; a tmpfs would make every fsync free."""
    done = subprocess.run(["stat", "-f", "-c", "%T", str(folder)], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="a folder on the disk to measure")
    parser.add_argument("--twins", action="store_true", help="also 20 accounts at a broker's twin; half a minute more")
    options = parser.parse_args()
    kind = file_system(options.folder)
    if kind in {"tmpfs", "ramfs"}:
        raise SystemExit(f"{options.folder} is a {kind}: choose a folder on a disk with --folder")
    scratch = Path(tempfile.mkdtemp(prefix=".bench-", dir=options.folder))
    desk = RunningDesk(scratch / "data", free_port())
    bare_process: subprocess.Popen[str] | None = None
    try:
        desk.start("--speed", "1", *(["--twins"] if options.twins else []))
        tokens = set_up(desk)
        bare_process = subprocess.Popen([sys.executable, str(Path(__file__).parent / "bare.py"), str(scratch / "bare")],
                                        stdout=subprocess.PIPE, text=True)  # fmt: skip
        bare = Poster(int(first_line(bare_process)))
        found = result(measure(desk, tokens, bare))
        if options.twins:
            with RunningTwin("alpaca", scenario(scratch)) as twin:
                took = measure_twins(desk, twin)
            found |= {f"twins_{name}_ms": round(percentile(took, at), 3) for name, at in (("p50", 50), ("p99", 99))}
    finally:
        if bare_process is not None:
            bare_process.terminate()
            bare_process.wait()
        desk.clean()
        shutil.rmtree(scratch, ignore_errors=True)
    if options.json:
        print(json.dumps(found))
        return
    # What the targets were set beside: the same bare path took 0.51 ms there.
    scale = found["bare_p50_ms"] / REFERENCE_BARE_MS
    print(f"order path, milliseconds ({kind}, fsync on, {os.cpu_count()} cores)")
    print(
        f"  bare limit p50 {found['bare_p50_ms']:.3f}: this machine now takes {scale:.2f} × what the targets were set beside"
    )
    print(
        f"  {'':<8} {'p50':>8} {'target':>8} {'off':>6}   {'p99':>8} {'target':>8} {'off':>6}   (off: times target × {scale:.2f})"
    )
    for name, targets in TARGETS.items():
        figures = [found[f"{name}_{which}_ms"] for which in ("p50", "p99")]
        median, tail = (f"{figure:8.2f} {target:8.2f} {figure / target / scale:5.2f}×"
                        for figure, target in zip(figures, targets, strict=True))  # fmt: skip
        print(f"  {name:<8} {median}   {tail}")
    if options.twins:
        print(f"  {'twins':<8} {found['twins_p50_ms']:8.2f} {'':>8} {'':>6}   {found['twins_p99_ms']:8.2f}")


if __name__ == "__main__":
    main()
