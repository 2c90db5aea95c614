"""How long a desk is away after kill -9, with many open orders.

Run it with `./bidwell bench restart`. It starts a desk with PostgreSQL and the paper venue in processes of their own,
opens accounts, works orders in all of them, kills the desk with SIGKILL, and starts it again, several times. From the
start of the new process it measures seconds, and the new process' own processor time, until

accepting   an alert is durably acknowledged again
reconciled  every account agrees with the broker's book, all open orders included

With `--history N` the journal gets N alerts to all accounts that fill before: once the projector has written a state down, half
of the rounds start from it, and half fold the whole journal, as one start does after an update.

After the last round the venue's own books are compared with the desk's: every order once, none lost.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.loading import stage
from bench.loading.sending import fire
from bidwell.storage.cluster import EmbeddedCluster
from bidwell.storage.projection import KEEP_EVERY
from tests.story.running import RunningDesk

TARGETS = {"accepting_s": 2.0, "reconciled_s": 10.0}


def work_orders(desk: RunningDesk, sender: stage.Receiver, orders: int) -> int:
    """Orders far from the market, the same number in every account; how many are open then."""
    accounts = len(sender.accounts)
    price, alerts = stage.far_price(desk), -(-orders // accounts)

    def body(number: int) -> bytes:
        return sender.body(
            f"open-{number}", quantity=str(accounts), order_type="limit", limit_price=price, time_in_force="GTC"
        )

    salvo = uvloop.run(fire(desk.port, body, 20, alerts))
    if len(salvo.acknowledged) != alerts:
        raise SystemExit(f"alerts were refused: {salvo.statuses}")
    desk.until("/api/v1/w/main/orders?state=open&limit=1", lambda found: bool(found["items"]))
    deadline = time.monotonic() + 60
    while (found := int(stage.gauges(desk)['bidwell_open_orders{workspace="main"}'])) < alerts * accounts:
        if time.monotonic() > deadline:
            raise SystemExit(f"only {found} orders are open")
        time.sleep(0.1)
    return found


def again(desk: RunningDesk, sender: stage.Receiver, turn: int) -> dict[str, float]:
    """Kill, start, and look from outside."""
    desk.kill()
    began = time.monotonic()
    desk.spawn("--speed", "1", **stage.bytecode(desk))
    found: dict[str, float] = {}
    body = json.loads(sender.body(f"again-{turn}", quantity=str(len(sender.accounts))))
    while "accepting_s" not in found:
        try:
            if desk.browser.call("POST", "/api/v1/hooks/alert", body).status == 202:
                found["accepting_s"] = time.monotonic() - began
                found["accepting_cpu_s"] = stage.cpu_seconds(desk)
        except OSError:
            time.sleep(0.005)
    while "reconciled_s" not in found:
        answer = desk.browser.call("GET", "/api/v1/w/main/accounts")
        if answer.status == 200 and all(row["reconciled"] for row in answer.body["items"]):
            found["reconciled_s"] = time.monotonic() - began
            found["reconciled_cpu_s"] = stage.cpu_seconds(desk)
        time.sleep(0.01)
    desk.read_start()
    return found


def live_through(desk: RunningDesk, sender: stage.Receiver, alerts: int) -> None:
    """Alerts that fill in every account, bought and sold by turns, until a state that is nearly as new is written down."""

    def body(number: int) -> bytes:
        action = "sell" if number % 2 else "buy"
        return sender.body(f"past-{number}", action=action, quantity=str(len(sender.accounts)))

    salvo = uvloop.run(fire(desk.port, body, 20, alerts))
    if len(salvo.acknowledged) != alerts:
        raise SystemExit(f"alerts were refused: {salvo.statuses}")
    deadline = time.monotonic() + 600
    while True:
        entries, kept = asked(desk, "SELECT max(seq), (SELECT max(seq) FROM state_checkpoints) FROM journal")
        if entries < KEEP_EVERY:
            raise SystemExit(
                f"{entries} entries came of it, and a state is written down after {KEEP_EVERY}: more --history"
            )
        if kept is not None and entries - kept < 2 * KEEP_EVERY:
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"no state was written down after {entries} entries")
        time.sleep(1)


def asked(desk: RunningDesk, words: LiteralString) -> tuple[Any, ...]:
    """The first row of the database's answer."""
    with psycopg.connect(EmbeddedCluster(desk.data).app_conninfo) as connection:
        connection.execute("SELECT set_config('app.workspace', 'main', true)")
        return connection.execute(words).fetchone() or ()


def doubled_or_lost(desk: RunningDesk, sender: stage.Receiver, wanted: int) -> dict[str, int]:
    """Open orders at the venue, and ids that it has twice."""
    books = [stage.venue_books(desk, account) for account in sender.accounts]
    names = [order["client_order_id"] for book in books for order in book["orders"]]
    working = sum(order["status"] not in {"FILLED", "CANCELED", "EXPIRED", "REJECTED"} for book in books
                  for order in book["orders"])  # fmt: skip
    return {"open_at_the_venue": working, "lost": max(0, wanted - working), "doubled": len(names) - len(set(names))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="one round instead of five")
    parser.add_argument("--orders", type=int, default=1000, help="open orders (1000)")
    parser.add_argument("--accounts", type=int, default=20, help="in so many accounts (20)")
    parser.add_argument("--history", type=int, default=0, help="alerts that filled before (0)")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="a folder on the disk to measure")
    options = parser.parse_args()
    kind = stage.file_system(options.folder)
    with stage.desk_in(options.folder) as desk:
        desk.start("--speed", "1", **stage.bytecode(desk))
        sender = stage.set_up(desk, options.accounts)
        if options.history:
            live_through(desk, sender, options.history)
        orders = work_orders(desk, sender, options.orders)
        turns = 1 if options.quick else 5
        rounds = [again(desk, sender, turn) for turn in range(turns)]
        whole = []
        for turn in range(turns if options.history else 0):
            asked(desk, "UPDATE state_checkpoints SET version = '' RETURNING seq")
            whole.append(again(desk, sender, turns + turn))
        entries = asked(desk, "SELECT max(seq) FROM journal")[0]
        judged = doubled_or_lost(desk, sender, orders)
    found: dict[str, Any] = {"machine": stage.machine(kind), "open_orders": orders, "entries": entries, "rounds": len(rounds),
                             **judged}  # fmt: skip
    for name in rounds[0]:
        found[name] = round(statistics.median(one[name] for one in rounds), 2)
        found[f"{name}_worst"] = round(max(one[name] for one in rounds), 2)
    for name in TARGETS if whole else ():
        found[f"whole_{name}"] = round(statistics.median(one[name] for one in whole), 2)
    if options.json:
        print(json.dumps(found))
    else:
        print(f"restart after kill -9 with {orders} open orders in {options.accounts} accounts, {len(rounds)} rounds")
        for name, target in TARGETS.items():
            worst, used = found[f"{name}_worst"], found[f"{name[:-2]}_cpu_s"]
            print(f"  {name[:-2]:<11} {found[name]:6.2f} s, worst {worst:6.2f} s (target {target:g} s), "
                  f"{used:.2f} s of processor time")  # fmt: skip
        if whole:
            print(f"  folding all {entries:,} entries: accepting {found['whole_accepting_s']:.2f} s, "
                  f"reconciled {found['whole_reconciled_s']:.2f} s")  # fmt: skip
        print(f"  {json.dumps(judged)}\n  {json.dumps(found['machine'])}")
    if judged["lost"] or judged["doubled"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
