"""What risk costs: the gate with every rule set, how fast a halt stops what is on its way, and how fast the guardian is.

Run it with `./bidwell bench risk` (`--quick` is the gate alone). What is measured:

gate   one decision (the account's view and all rules) for an account with 200 positions and 500 working orders, every
       limit set and a rulebook attached, in this process' CPU time, so that a busy machine does not count; `fresh` is
       the same right after new prices, when the account must be valued again
halt   a desk with PostgreSQL and the paper venue in processes of their own has taken 1,000 orders in, and is halted while
       as many more come: from the request until its answer, and until the last order left after it (none may); then
       until every working order is canceled, as far as the broker's rate allows
guardian  a desk that holds positions in four accounts and works an entry is stopped (SIGSTOP): from the moment at which its
       guardian has to act until the venue's own book has neither position nor working order
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bidwell.engine import decisions
from bidwell.engine.market import Market
from bidwell.engine.state import State
from bidwell.model import events as ev
from bidwell.model import risk_events as rev
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId, IntentId
from bidwell.model.instrument import Equity, Instrument
from bidwell.model.intent import Intent, Sizing, SizingBy, Source
from bidwell.model.limits import (
    Basis,
    BreachAction,
    ContractLimit,
    Drawdown,
    Hours,
    Limits,
    NewsEvent,
    Scope,
    ScopeType,
    Window,
)
from bidwell.model.market import Quote
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Protection, Side, Terms, TimeInForce
from bidwell.risk.funded.evaluation import begin
from bidwell.risk.funded.library import Library, shipped
from bidwell.risk.gate import Gate, Passed
from bidwell.simulation.proof.nouns import OpenCalendars

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ACCOUNT = AccountId("bench")
POSITIONS, WORKING, DECISIONS = 200, 500, 4000
ROUNDS, QUEUED = 10, 1000
GUARDIAN_ROUNDS, GUARDED = 3, 4


def instruments() -> list[Instrument]:
    return [Instrument(InstrumentId(f"S{number:03}.SIM"), f"S{number:03}", f"Share {number}", "SIM", "USD", Decimal("0.01"),
                       Decimal(1), Equity(), calendar="24/7") for number in range(POSITIONS)]  # fmt: skip


def limits(listed: list[Instrument]) -> Limits:
    """Every limit there is, none of them reached."""
    day = datetime.min.time()
    return Limits(
        max_order_quantity=Decimal(10_000), max_order_notional=Decimal(10_000_000), max_position=Decimal(100_000),
        max_position_notional=Decimal(100_000_000), max_gross_exposure=Decimal(10**12), max_open_orders=10_000,
        max_daily_loss=Decimal(10**9), price_collar=Decimal("0.2"), max_data_age=Decimal(3600),
        duplicate_window=Decimal(2), max_order_rate=1_000_000,
        allowed_instruments=tuple(one.id for one in listed), denied_instruments=(), max_net_exposure=Decimal(10**12),
        margin_buffer=Decimal("0.01"), max_daily_realized_loss=Decimal(10**9),
        drawdowns=(Drawdown(Decimal(10**9), Basis.TRAILING_END_OF_DAY), Drawdown(Decimal(10**9), Basis.TRAILING_INTRADAY)),
        max_trades_per_day=100_000, contract_limits=(ContractLimit(Decimal(10**9)),),
        trading_hours=(Hours((Window(day, day, "America/New_York", (0, 1, 2, 3, 4, 5, 6)),)),),
        news_before=Decimal(60), news_after=Decimal(60), require_stop=True, flat_before_close=Decimal(300), on_breach=BreachAction.FLATTEN_AND_LOCK,
    )  # fmt: skip


def quotes(listed: list[Instrument], random: Random) -> list[Quote]:
    found = []
    for one in listed:
        price = Decimal(random.randint(9_900, 10_100)) / 100
        tick = Decimal("0.01")
        found.append(Quote(one.id, price - tick, price + tick, price, Decimal(1000), Decimal(1000), NOW, NOW))
    return found


def account() -> tuple[State, Market, list[Instrument]]:
    """An account with its positions, its working orders, its limits and a rulebook."""
    state, market, listed, random = State(), Market(OpenCalendars()), instruments(), Random(7)
    for one in listed:
        state.apply(ev.InstrumentListed(NOW, one))
    state.apply(ev.AccountDefined(NOW, Account(ACCOUNT, "Bench", "paper", "bench", "USD", leverage=Decimal(4))))
    state.apply(ev.CashAdjusted(NOW, ACCOUNT, "USD", Decimal(50_000_000), "opening"))
    state.apply(ev.LimitsSet(NOW, Scope(ScopeType.ACCOUNT, ACCOUNT), limits(listed)))
    releases = tuple(NewsEvent(NOW + timedelta(days=number), f"Release {number}") for number in range(1, 50))
    state.apply(rev.NewsCalendarSet(NOW, releases, "bench"))
    for one in listed:
        state.apply(ev.PositionAdjusted(NOW, ACCOUNT, one.id, Decimal(100), Decimal(100), "opening"))
    state.apply(ev.SessionOpened(NOW, ACCOUNT, NOW.date(), Decimal(50_000_000)))
    state.apply(rev.EquityMarked(NOW, ACCOUNT, Decimal(50_000_000), NOW.date()))
    for number in range(WORKING):
        name = ClientOrderId(f"{number:018}")
        order = Order(name, ACCOUNT, listed[number % POSITIONS].id, Side.BUY if number % 2 else Side.SELL, Decimal(5),
                      Terms(OrderType.LIMIT, limit_price=Decimal(90 if number % 2 else 110), time_in_force=TimeInForce.GTC),
                      NOW - timedelta(seconds=10 * (WORKING - number)))  # fmt: skip
        state.apply(ev.OrderApproved(NOW, order, ev.Reservation(Decimal(100), Decimal(5), Decimal(90)), ()))
        state.apply(ev.OrderSubmitted(NOW, name))
        state.apply(ev.OrderAccepted(NOW, name))
    state.apply(ev.LimitsSet(NOW, Scope(ScopeType.WORKSPACE), Limits()))
    plan = Library(shipped()).at("practice-funded-50k", date(2026, 3, 2))
    book = replace(plan, contracts=ContractLimit(Decimal(10**9)), scaling=())
    state.apply(rev.RulebookAttached(NOW, ACCOUNT, book, begin(book, NOW), Decimal(50_000_000)))
    market.take(quotes(listed, random), state.instruments)
    return state, market, listed


def entry(one: Instrument, number: int) -> Intent:
    """An entry of its own, with a stop."""
    return Intent(IntentId(f"int_{number}"), f"k{number}", Source.API, one.id, Side.BUY,
                  Sizing(SizingBy.QUANTITY, Decimal(1)), Terms(OrderType.LIMIT, limit_price=Decimal("99.50")), NOW,
                  NOW + timedelta(minutes=1), account=ACCOUNT,
                  protection=Protection(stop_price=Decimal("99.40")))  # fmt: skip


def ask(state: State, market: Market, gate: Gate, one: Instrument, intent: Intent) -> bool:
    """One decision."""
    part = ev.Allocation(ACCOUNT, one.id, Decimal(1), "BUY")
    proposal = decisions.propose(state, market, intent, part, NOW, reconciled=True)
    return isinstance(gate.decide(proposal), Passed)


def percentile(values: list[float], percent: float) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(len(ranked) * percent / 100) - 1))]


def gate_cost() -> dict[str, float]:
    state, market, listed = account()
    gate, random = Gate(), Random(11)
    state.limits[Scope(ScopeType.ACCOUNT, ACCOUNT)] = limits(listed)
    # As the desk does: what lives as long as the process is not looked at again by the collector, and the rest seldom.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    standing: list[float] = []
    fresh: list[float] = []
    denials = 0
    for number in range(DECISIONS):
        new = number % 20 == 0
        if new:
            market.take(quotes(listed, random), state.instruments)
        one = listed[random.randrange(POSITIONS)]
        intent = entry(one, number)
        began = time.process_time_ns()
        denials += not ask(state, market, gate, one, intent)
        took = (time.process_time_ns() - began) / 1e6
        if number >= DECISIONS // 10:
            (fresh if new else standing).append(took)
    return {
        "gate_p50_ms": round(percentile(standing, 50), 4), "gate_p99_ms": round(percentile(standing, 99), 4),
        "gate_fresh_p50_ms": round(percentile(fresh, 50), 4), "gate_fresh_p99_ms": round(percentile(fresh, 99), 4),
        "gate_denied": denials,
    }  # fmt: skip


# --- halt ------------------------------------------------------------------------------------------------


def place(desk: Any, account_id: str, price: str, count: int, tag: str, taken: Any) -> None:  # noqa: ANN401 - a test's desk, imported late
    """Send orders that rest, from eight connections at once, and count in `taken` those that are durable."""
    cookies = desk.browser

    def send(first: int) -> None:
        for number in range(first, count, 8):
            body = {"instrument": "AAPL.XNAS", "side": "BUY", "account": account_id,
                    "sizing": {"by": "quantity", "value": "1"},
                    "terms": {"order_type": "LIMIT", "limit_price": price, "time_in_force": "GTC"}}  # fmt: skip
            key = {"Idempotency-Key": f"{tag}-{number}"}
            while (answer := cookies.call("POST", "/api/v1/w/main/intents", body, **key)).status == 429:
                time.sleep(0.05)
            if answer.status != 202:
                raise SystemExit(f"an order was refused: {answer}")
            with taken.get_lock():
                taken.value += 1

    threads = [threading.Thread(target=send, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def halt_once(desk: Any, account_id: str, price: str, turn: int, queued: int) -> tuple[float, float, float]:  # noqa: ANN401 - the same
    """Milliseconds of a halt, milliseconds by which the last order left after its answer, and seconds to the last cancel.

    A process of its own goes on sending while the halt comes: as many again as are taken in by then.
    """
    base, scope = "/api/v1/w/main", {"type": "account", "id": account_id}
    apart = multiprocessing.get_context("fork")
    taken = apart.Value("i", 0)
    sender = apart.Process(target=place, args=(desk, account_id, price, queued * 2, f"h{turn}", taken))
    sender.start()
    while taken.value < queued:
        time.sleep(0.001)
    began = time.perf_counter()
    answer = desk.browser.call("POST", f"{base}/halt", {"scope": scope, "reason": "bench"})
    took, answered = (time.perf_counter() - began) * 1000, datetime.now(UTC)  # noqa: TID251 - the desk's records are in wall time
    if answer.status != 202:
        raise SystemExit(f"the halt was refused: {answer}")
    sender.terminate()
    sender.join()
    while (left := desk.browser.call("GET", f"{base}/accounts/{account_id}")).status == 429 or left.body["open_orders"]:
        time.sleep(0.02)
        if time.perf_counter() - began > 60:
            raise SystemExit(f"orders stayed open: {left}")
    canceled = time.perf_counter() - began
    time.sleep(4)  # until this address may ask again
    sent = desk.browser.get(f"{base}/journal?kind=OrderSubmitted&limit=1")["items"]
    late = max((datetime.fromisoformat(row["occurred_at"]) - answered).total_seconds() * 1000 for row in sent)
    desk.browser.call("POST", f"{base}/release", {"scope": scope, "password": desk.password})
    return took, max(late, 0.0), canceled


def halt_cost(folder: Path, rounds: int, queued: int) -> dict[str, float]:
    from tests.story.running import PASSWORD, RunningDesk, free_port  # noqa: PLC0415 - only this half needs a desk

    desk = RunningDesk(folder / "data", free_port())
    desk.password = PASSWORD  # type: ignore[attr-defined] # kept beside the desk for the release
    try:
        desk.start("--speed", "1")
        desk.own()
        wide = {"max_data_age": "3600", "duplicate_window": "0", "max_order_rate": 1_000_000, "price_collar": "0.5",
                "max_open_orders": 100_000}  # fmt: skip
        desk.browser.call("POST", "/api/v1/session/step-up", {"password": PASSWORD})
        desk.browser.call("PUT", "/api/v1/w/main/limits/workspace", wide)
        made = desk.browser.call("POST", "/api/v1/w/main/accounts", {
            "name": "Bench", "currency": "USD", "cash": "100000000", "fractional": False, "leverage": "1"})  # fmt: skip
        desk.wait_reconciled()
        quote = next(
            one for one in desk.browser.get("/api/v1/w/main/quotes")["items"] if one["instrument"] == "AAPL.XNAS"
        )
        price = f"{float(quote['bid']) * 0.9:.2f}"
        found = [halt_once(desk, made.body["id"], price, turn, queued) for turn in range(rounds)]
    finally:
        desk.clean()
    return {
        "halt_p50_ms": round(percentile([one[0] for one in found], 50), 2),
        "halt_p99_ms": round(max(one[0] + one[1] for one in found), 2),
        "late_ms": round(max(one[1] for one in found), 2), "cancels_s": round(max(one[2] for one in found), 3),
        "queued": queued, "rounds": rounds,
    }  # fmt: skip


# --- guardian --------------------------------------------------------------------------------------------


def at_risk(data: Path) -> int:
    """Positions and working orders in the venue's own book."""
    from tests.story.books import books  # noqa: PLC0415 - only this half needs a venue

    found = books(data).values()
    held = sum(1 for book in found for quantity in book["positions"].values() if Decimal(quantity))
    return held + sum(1 for book in found for order in book["orders"] if order["status"] == "WORKING")


def guardian_once(folder: Path) -> float:
    """Seconds from the guardian's trigger until the venue's book is flat."""
    from bidwell.app.guardian import record  # noqa: PLC0415 - the same
    from tests.story.running import RunningDesk, free_port  # noqa: PLC0415 - the same

    desk = RunningDesk(folder, free_port())
    try:
        desk.start("--speed", "1", BIDWELL_GUARDIAN="1", BIDWELL_GUARDIAN_AFTER="3").own()
        desk.wait_reconciled()
        desk.alert("guardian")
        desk.browser.call("POST", "/api/v1/w/main/intents", {
            "instrument": "IBM.XNYS", "side": "BUY", "account": "growth", "sizing": {"by": "quantity", "value": "1"},
            "terms": {"order_type": "LIMIT", "limit_price": "1.00", "time_in_force": "GTC"}},
            **{"Idempotency-Key": "guardian"})  # fmt: skip
        while (seen := record.read(folder)) is None or len(seen.exposed) < GUARDED:
            time.sleep(0.05)
        desk.signal(signal.SIGSTOP)
        while (seen := record.read(folder)) is None or seen.last is None:
            time.sleep(0.005)
        while at_risk(folder):
            time.sleep(0.005)
        took = (datetime.now(UTC) - seen.last.at).total_seconds()  # noqa: TID251 - the guardian's record is in wall time
    finally:
        desk.signal(signal.SIGCONT)
        desk.clean()
    return took


def guardian_cost(folder: Path, rounds: int) -> dict[str, float]:
    found = [guardian_once(folder / f"guarded-{turn}") for turn in range(rounds)]
    return {"guardian_flatten_s": round(max(found), 3), "guardian_flatten_p50_s": round(percentile(found, 50), 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="only the gate")
    parser.add_argument("--only", choices=["guardian"], help="that part alone")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--queued", type=int, default=QUEUED)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="a folder on the disk to measure")
    options = parser.parse_args()
    if options.only:
        with tempfile.TemporaryDirectory(prefix=".bench-", dir=options.folder) as scratch_folder:
            print(json.dumps(guardian_cost(Path(scratch_folder), GUARDIAN_ROUNDS)))
        return
    found: dict[str, float] = gate_cost()
    if not options.quick:
        scratch = Path(tempfile.mkdtemp(prefix=".bench-", dir=options.folder))
        try:
            found |= halt_cost(scratch, options.rounds, options.queued)
            found |= guardian_cost(scratch, GUARDIAN_ROUNDS)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    if options.json:
        print(json.dumps(found))
        return
    print(f"risk on {os.cpu_count()} cores; the gate in CPU time of its process")
    print(f"  gate, all rules   p50 {found['gate_p50_ms']:.3f} ms, p99 {found['gate_p99_ms']:.3f} (target 0.3); "
          f"right after new prices {found['gate_fresh_p50_ms']:.3f}, {found['gate_fresh_p99_ms']:.3f}")  # fmt: skip
    if not options.quick:
        print(f"  halt              p50 {found['halt_p50_ms']:.1f} ms, worst of {options.rounds} with the last byte "
              f"{found['halt_p99_ms']:.1f} (target 100), {found['late_ms']:.1f} ms late")  # fmt: skip
        print(f"  cancels           worst {found['cancels_s']:.2f} s for {options.queued} orders (target 1)")
        print(f"  guardian          flat {found['guardian_flatten_p50_s']:.2f} s after its trigger, worst of {GUARDIAN_ROUNDS} "
              f"{found['guardian_flatten_s']:.2f} (target 3)")  # fmt: skip


if __name__ == "__main__":
    main()
