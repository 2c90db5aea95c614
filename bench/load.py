"""What one desk bears: sustained and burst alerts, wide streams, stalled readers, reads, and a soak.

Run it with `./bidwell bench load`. It starts a desk with PostgreSQL and the paper venue in processes of their own, on
a disk, and everything goes over 127.0.0.1. Without options the sizes are small and it takes under a minute; `--full`
takes those of the design (over an hour, most of it the soak), and each size has an option of its own.

sustained  alerts to one paper account at a steady rate: milliseconds from due to durably acknowledged
burst      many alerts at once: acknowledged at which rate, and seconds until every order is through
judge      after both: the sender's own list against the venue's own books: lost, doubled
stream     readers × messages: milliseconds from the desk's numbering of a message to the reader, in another process
stalled    readers that stop reading beside those that do: how many were closed
reads      orders, positions and the desk's overview, as a page asks for them, with that many orders in the book
soak       a steady rate for a long time: resident memory, descriptors and tasks of the desk, and their slope

One process sends, one reads streams, and the desk, the venue and the database have theirs: on two cores they compete,
and the delays of streams hold both ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.loading import stage
from bench.loading.reading import readers
from bench.loading.sending import Connection, Salvo, fire, percentile
from tests.story.running import RunningDesk

PARTS = ("sustained", "burst", "stream", "stalled", "reads", "soak")
# What an option is by default, and with --full.
SIZES: dict[str, tuple[float, float, str]] = {
    "rate": (100, 300, "alerts a second, sustained"),
    "seconds": (6, 600, "for so many seconds"),
    "burst-rate": (500, 2000, "alerts a second in the burst"),
    "burst-seconds": (2, 10, "for so many seconds"),
    "clients": (50, 500, "readers of the stream"),
    "messages": (100, 100, "messages a second to each, about"),
    "wide-clients": (200, 1000, "readers of the wider stream"),
    "wide-messages": (10, 10, "messages a second to each, about"),
    "stream-seconds": (4, 30, "for so many seconds"),
    "stalled": (5, 50, "readers that stop reading"),
    "orders": (500, 10_000, "working orders while reading"),
    "reads": (40, 300, "requests of each kind"),
    "soak-rate": (50, 100, "alerts a second in the soak"),
    "soak-minutes": (0.1, 60, "for so many minutes"),
}
# An alert to one account becomes some messages of a reader's topics, intent, order and fill as they move: the fewer the
# faster the machine, as what changes within five milliseconds is said once. They are counted first, with so many alerts a second.
PROBE_RATE, PROBE_SECONDS = 10.0, 2.0
# A stalled reader is let go when its queue is full or a write has waited 10 s.
STALL_PATIENCE = 60.0


class Load:
    """One desk under load, stage by stage; keeps what was acknowledged for the judge."""

    def __init__(self, desk: RunningDesk, sizes: argparse.Namespace) -> None:
        self.desk = desk
        self.sizes = sizes
        self.sender = stage.set_up(desk, 1)
        self.acknowledged: list[str] = []
        self._number = 0

    def fire(self, rate: float, seconds: float, **more: str) -> Salvo:
        """A stage's alerts, alternately bought and sold so that positions stay small."""
        count, first = max(1, int(rate * seconds)), self._number
        self._number += count

        def body(number: int) -> bytes:
            action = "sell" if number % 2 and not more else "buy"
            return self.sender.body(f"load-{first + number}", action=action, **more)

        salvo = uvloop.run(fire(self.desk.port, body, rate, count))
        self.acknowledged += salvo.acknowledged
        return salvo

    def alerts(self, rate: float, seconds: float) -> dict[str, Any]:
        """Acknowledgements of a stage, and how long its orders took to be through."""
        before = stage.cpu_seconds(self.desk)
        salvo = self.fire(rate, seconds)
        drained = stage.wait_drained(self.desk, len(self.acknowledged))
        used = stage.cpu_seconds(self.desk) - before
        return {
            "sent_per_s": rate, "seconds": seconds, "acknowledged_per_s": round(salvo.per_second, 1),
            "ack_p50_ms": round(percentile(salvo.took, 50), 2), "ack_p99_ms": round(percentile(salvo.took, 99), 2),
            "statuses": salvo.statuses, "drain_s": round(drained, 2),
            "desk_cpu_ms_per_alert": round(used * 1000 / max(1, len(salvo.acknowledged)), 3),
        }  # fmt: skip

    def judge(self) -> dict[str, int]:
        """The venue's books against everything that was acknowledged."""
        return stage.judge(self.desk, self.sender.accounts[0], self.acknowledged)

    # --- streams ----------------------------------------------------------------------------------

    def stream(self, clients: int, messages: float, seconds: float, stalled: int = 0) -> dict[str, Any]:
        """So many readers while alerts come in; stalled ones are among them and are not counted."""
        browser = self.desk.browser
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=readers, args=(theirs, self.desk.port, clients + stalled, stalled), daemon=True
        )
        process.start()
        try:
            theirs.close()
            for _ in range(clients + stalled):
                ours.send(stage.well(browser.call("POST", "/api/v1/stream/ticket", {"workspace": "main"}))["ticket"])
                if ours.recv() != "open":
                    raise SystemExit("the readers did not come up")
                time.sleep(0.006)  # a page's tickets are limited as all requests of one address are
            evicted = self._evicted()
            ours.send("count")
            self.fire(PROBE_RATE, PROBE_SECONDS)
            ours.send("report")
            each = len(ours.recv()[0]) / clients / (PROBE_RATE * PROBE_SECONDS)
            ours.send("count")
            began = time.monotonic()
            self.fire(messages / max(1.0, each), seconds)
            while stalled and self._evicted() - evicted < stalled and time.monotonic() - began < STALL_PATIENCE:
                self.fire(messages / max(1.0, each), 1)
            ours.send("report")
            took, counted, lost = ours.recv()
            ours.send("end")
        finally:
            process.join(10)
            process.terminate()
        found = {
            "clients": clients, "messages_per_s": round(len(took) / counted / clients, 1),
            "deliveries_per_s": round(len(took) / counted), "p50_ms": round(percentile(took, 50), 2),
            "p99_ms": round(percentile(took, 99), 2), "lost_readers": lost,
        }  # fmt: skip
        if stalled:
            found |= {"stalled": stalled, "evicted": int(self._evicted() - evicted),
                      "seconds": round(time.monotonic() - began, 1)}  # fmt: skip
        return found

    def _evicted(self) -> float:
        return stage.gauges(self.desk).get("bidwell_stream_evicted_total", 0.0)

    # --- reads ------------------------------------------------------------------------------------

    def reads(self, orders: int, count: int) -> dict[str, Any]:
        """What pages ask for, one request after the other, with that many orders in the book."""
        price = stage.far_price(self.desk)
        wanted = max(0, orders - int(stage.gauges(self.desk)['bidwell_open_orders{workspace="main"}']))
        if wanted:
            self.fire(400, wanted / 400, order_type="limit", limit_price=price, time_in_force="GTC")
        open_orders = self._wait_open(orders)
        cookies = "; ".join(f"{one.name}={one.value}" for one in self.desk.browser.jar)
        paths = {"orders": "orders?limit=200", "open_orders": "orders?state=open&limit=200",
                 "positions": "positions", "overview": "overview"}  # fmt: skip
        took = asyncio.run(_read(self.desk.port, cookies, paths, count))
        figures = {name: {"p50_ms": round(percentile(one, 50), 2), "p99_ms": round(percentile(one, 99), 2)}
                   for name, one in took.items()}  # fmt: skip
        return {"open_orders": open_orders, "requests_each": count, **figures}

    def _wait_open(self, orders: int, patience: float = 120.0) -> int:
        deadline = time.monotonic() + patience
        while True:
            found = int(stage.gauges(self.desk)['bidwell_open_orders{workspace="main"}'])
            if found >= orders or time.monotonic() > deadline:
                return found
            time.sleep(0.2)

    # --- soak -------------------------------------------------------------------------------------

    def soak(self, rate: float, minutes: float) -> dict[str, Any]:
        """Memory, descriptors and tasks once a second while alerts come in."""
        if self.desk.process is None:
            raise SystemExit("the desk is gone")
        pid, ended = self.desk.process.pid, threading.Event()
        rows: list[tuple[float, float, int, float]] = []

        def watch() -> None:
            while not ended.wait(1.0):
                tasks = stage.gauges(self.desk).get("bidwell_tasks", 0.0)
                rows.append((time.monotonic(), *stage.memory(pid), tasks))

        watcher = threading.Thread(target=watch)
        watcher.start()
        salvo = self.fire(rate, minutes * 60)
        ended.set()
        watcher.join()
        later = rows[len(rows) // 3 :]
        slope = statistics.linear_regression([row[0] for row in later], [row[1] for row in later]).slope
        return {
            "alerts_per_s": rate, "minutes": minutes, "statuses": salvo.statuses,
            "ack_p99_ms": round(percentile(salvo.took, 99), 2), "resident_mib": [round(rows[0][1], 1), round(rows[-1][1], 1)],
            "mib_per_10_min": round(slope * 600, 2), "kib_per_alert": round(slope * 1024 / rate, 2),
            "descriptors": [rows[0][2], rows[-1][2]], "tasks": [int(rows[0][3]), int(rows[-1][3])],
        }  # fmt: skip


async def _read(port: int, cookies: str, paths: dict[str, str], count: int) -> dict[str, list[float]]:
    line = Connection(port, {"Cookie": cookies, "Accept-Encoding": "gzip"})
    took: dict[str, list[float]] = {name: [] for name in paths}
    for turn in range(count + 3):
        for name, path in paths.items():
            began = time.perf_counter()
            status, _ = await line.ask("GET", f"/api/v1/w/main/{path}")
            if status == 429:
                await asyncio.sleep(1)
                continue
            if status != 200:
                raise SystemExit(f"{path} answered {status}")
            if turn >= 3:  # the first ones warm up
                took[name].append((time.perf_counter() - began) * 1000)
    line.close()
    return took


def measure(desk: RunningDesk, sizes: argparse.Namespace) -> dict[str, Any]:
    """Every part that is asked for, and the judge after all of them."""
    load = Load(desk, sizes)
    stages: dict[str, Callable[[], dict[str, Any]]] = {
        "sustained": lambda: load.alerts(sizes.rate, sizes.seconds),
        "burst": lambda: load.alerts(sizes.burst_rate, sizes.burst_seconds),
        "stream": lambda: {
            "narrow": load.stream(int(sizes.clients), sizes.messages, sizes.stream_seconds),
            "wide": load.stream(int(sizes.wide_clients), sizes.wide_messages, sizes.stream_seconds)},
        "stalled": lambda: load.stream(5, 100, 3, stalled=int(sizes.stalled)),
        "soak": lambda: load.soak(sizes.soak_rate, sizes.soak_minutes),
        "reads": lambda: load.reads(int(sizes.orders), int(sizes.reads)),
    }  # fmt: skip
    found: dict[str, Any] = {}
    for name, work in stages.items():
        if name in sizes.parts.split(","):
            began = time.monotonic()
            found[name] = work()
            if not sizes.json:
                print(f"{name:<10} {time.monotonic() - began:6.1f} s  {json.dumps(found[name])}", flush=True)
    found["judge"] = load.judge()
    return found


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="small sizes, under a minute: the default")
    parser.add_argument("--full", action="store_true", help="the sizes of the design, over an hour")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"which of {', '.join(PARTS)}")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="a folder on the disk to measure")
    for name, (quick, full, what) in SIZES.items():
        parser.add_argument(f"--{name}", type=float, metavar="N", help=f"{what} ({quick:g}, with --full {full:g})")
    found = parser.parse_args()
    for name, (quick, full, _) in SIZES.items():
        place = name.replace("-", "_")
        if getattr(found, place) is None:
            setattr(found, place, full if found.full else quick)
    unknown = set(found.parts.split(",")) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}: choose of {', '.join(PARTS)}")
    return found


def main() -> None:
    sizes = options()
    kind = stage.file_system(sizes.folder)
    with stage.desk_in(sizes.folder) as desk:
        desk.start("--speed", "1")
        found = {"machine": stage.machine(kind), **measure(desk, sizes)}
    if sizes.json:
        print(json.dumps(found))
    else:
        print(f"judge      {json.dumps(found['judge'])}\n{json.dumps(found['machine'])}")
    if found["judge"]["lost"] or found["judge"]["doubled"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
