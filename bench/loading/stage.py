"""A desk set up for benchmarks: an account or many, a group over them, limits out of the way, and the judge."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from bidwell.app.clock import SystemEntropy
from bidwell.brokers.paper.broker.admin import PaperAdmin
from bidwell.brokers.paper.config import read_config
from bidwell.model.ids import AccountId, IntentId, client_order_id
from tests.story.running import PASSWORD, Answer, RunningDesk, free_port

LIMITS = {"max_data_age": "60", "duplicate_window": "0", "max_order_rate": 1_000_000, "price_collar": "0.2",
          "max_open_orders": 100_000, "max_order_quantity": "1000000", "max_order_notional": "1000000000",
          "max_position": "1000000000", "max_gross_exposure": "1000000000000"}  # fmt: skip
CASH = "1000000000"
# How long an order may be on its way before it is called lost.
JUDGE_PATIENCE = 60.0
SYMBOL, INSTRUMENT = "AAPL", "AAPL.XNAS"


def well(answer: Answer) -> Any:  # noqa: ANN401 - whatever JSON the route answers
    """The answer's body; a refusal of what sets a bench up ends it."""
    if answer.status >= 300:
        raise SystemExit(f"set-up failed: {answer}")
    return answer.body


def file_system(folder: Path) -> str:
    """The type of the file system that holds the folder; a tmpfs would make every fsync free."""
    done = subprocess.run(["stat", "-f", "-c", "%T", str(folder)], capture_output=True, text=True, check=False)
    kind = done.stdout.strip() or "unknown"
    if kind in {"tmpfs", "ramfs"}:
        raise SystemExit(f"{folder} is a {kind}: choose a folder on a disk with --folder")
    return kind


@contextmanager
def desk_in(folder: Path) -> Iterator[RunningDesk]:
    """A desk on a new data folder below `folder`, ended and removed whatever happens."""
    scratch = Path(mkdtemp(prefix=".bench-", dir=folder))
    desk = RunningDesk(scratch / "data", free_port())
    try:
        yield desk
    finally:
        desk.clean()
        subprocess.run(["rm", "-rf", str(scratch)], check=True)


@dataclass(frozen=True)
class Receiver:
    """A sender's token, and the accounts that its alerts reach."""

    token: str
    accounts: tuple[str, ...]

    def body(self, name: str, *, action: str = "buy", quantity: str = "1", **more: str) -> bytes:
        """An alert."""
        return json.dumps({"token": self.token, "action": action, "symbol": SYMBOL, "quantity": quantity, "id": name,
                           **more}).encode()  # fmt: skip


def set_up(desk: RunningDesk, accounts: int) -> Receiver:
    """So many paper accounts in one group, and a sender to it whose alerts may wait for ten minutes."""
    browser = desk.own()
    well(browser.call("POST", "/api/v1/session/step-up", {"password": PASSWORD}))
    well(browser.call("PUT", "/api/v1/w/main/limits/workspace", LIMITS))
    names = [
        well(browser.call("POST", "/api/v1/w/main/accounts", {
            "name": f"Load {number:03}", "currency": "USD", "cash": CASH, "fractional": False, "leverage": "1"}))["id"]
        for number in range(accounts)
    ]  # fmt: skip
    members = [{"account": name, "weight": "1"} for name in names]
    group = well(browser.call("POST", "/api/v1/w/main/groups", {"name": "load", "policy": "ratio", "members": members}))
    sender = {"name": "load", "group": group["id"], "valid_seconds": 600}
    token = well(browser.call("POST", "/api/v1/w/main/strategies", sender))["token"]
    desk.wait_reconciled()
    return Receiver(token, tuple(names))


def far_price(desk: RunningDesk) -> str:
    """A limit price that the collar lets through and the market does not reach."""
    found = desk.browser.get("/api/v1/w/main/quotes")["items"]
    last = next(Decimal(row["last"]) for row in found if row["instrument"] == INSTRUMENT)
    return str((last * Decimal("0.85")).quantize(Decimal("0.01")))


def gauges(desk: RunningDesk) -> dict[str, float]:
    """Prometheus' figures of the desk, by name with labels."""
    text = desk.browser.call("GET", "/metrics").body
    rows = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


def wait_drained(desk: RunningDesk, taken: int, patience: float = 600.0) -> float:
    """Seconds until so many intents are in and nothing is open any more."""
    began = time.monotonic()
    while True:
        found = gauges(desk)
        intents = sum(value for name, value in found.items() if name.startswith("bidwell_intents_total"))
        filled = sum(value for name, value in found.items() if name.startswith("bidwell_orders_total")
                     and ("OrderFilled" in name or "OrderRejected" in name))  # fmt: skip
        waiting = found.get('bidwell_open_orders{workspace="main"}', 0.0)
        if intents >= taken and not waiting and filled >= taken:
            return time.monotonic() - began
        if time.monotonic() - began > patience:
            raise SystemExit(f"the desk did not drain: {intents:.0f} intents, {waiting:.0f} orders open")
        time.sleep(0.1)


def venue_books(desk: RunningDesk, account: str) -> dict[str, Any]:
    """The venue's own books of one account; the venue's name of it is the desk's."""
    return _asked_of_venue(desk, lambda admin: _whole(admin, account))


async def _whole(admin: PaperAdmin, account: str) -> dict[str, Any]:
    found: dict[str, Any] = (await admin.dump(account))["accounts"][account]
    return found


def _asked_of_venue(
    desk: RunningDesk, question: Callable[[PaperAdmin], Coroutine[Any, Any, dict[str, Any]]]
) -> dict[str, Any]:

    async def ask() -> dict[str, Any]:
        admin = PaperAdmin(
            replace(read_config(desk.data / "venue"), answer_timeout=120.0, silence=300.0), SystemEntropy()
        )
        await admin.connect()
        try:
            return await question(admin)
        finally:
            await admin.close()

    return asyncio.run(ask())


def judge(desk: RunningDesk, account: str, acknowledged: Sequence[str]) -> dict[str, int]:
    """The sender's list against the venue's books: what is missing there without a denial, and what is there twice."""
    wanted = {client_order_id(IntentId(intent), AccountId(account), 0, 1) for intent in acknowledged}
    deadline = time.monotonic() + JUDGE_PATIENCE
    while True:
        books = _asked_of_venue(desk, lambda admin: admin.names(account))
        there = books["orders"]
        missing = wanted.difference(there)
        denied = sum(desk.browser.get(f"/api/v1/w/main/orders/{name}")["status"] == "DENIED" for name in missing)
        if denied == len(missing) or time.monotonic() > deadline:
            break
        time.sleep(1)
    return {
        "acknowledged": len(acknowledged), "at_the_venue": len(there), "denied": denied,
        "lost": len(missing) - denied,
        "doubled": len(there) - len(set(there)) + sum(count > 1 for count in books["submissions"].values()),
        "not_acknowledged": len(set(there) - wanted),
    }  # fmt: skip


def bytecode(desk: RunningDesk) -> dict[str, str]:
    """An environment in which Python keeps what it compiled, as it does for every installed package."""
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(desk.data.parent / "bytecode")}


def memory(pid: int) -> tuple[float, int]:
    """Resident mebibytes and open descriptors of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20, len(list(Path(f"/proc/{pid}/fd").iterdir()))


def cpu_seconds(desk: RunningDesk) -> float:
    """What the desk's process has used so far: unlike the wall's seconds it hardly depends on who else works here."""
    if desk.process is None:
        raise SystemExit("the desk is gone")
    fields = Path(f"/proc/{desk.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine(kind: str) -> dict[str, Any]:
    """What a figure must be read with."""
    return {"file_system": kind, "fsync": "on", "cores": os.cpu_count(), "python": sys.version.split()[0]}
