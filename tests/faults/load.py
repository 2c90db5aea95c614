"""A sender that keeps its own list, and the judge: the venue's books against that list and against the desk."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.story.books import books
from tests.story.running import RunningDesk

SYMBOLS = ("AAPL", "MSFT", "GOOG", "IBM", "FB")
CLOSED = {"FILLED", "DENIED", "REJECTED", "CANCELED", "EXPIRED"}
IMPATIENT = 1.0


class Sender(threading.Thread):
    """Posts alerts without pause and remembers which were acknowledged.

    With several desks it tries each in turn with the same alert until one takes it, as a sender with two addresses
    does, and stays with that one; `acknowledged` is by alert, in the order of their acknowledgement.
    """

    def __init__(self, desks: Sequence[RunningDesk], run: int | str, *, pause: float = 0.03) -> None:
        super().__init__(daemon=True)
        self._desks = list(desks)
        self._run_name = run
        self._pause = pause
        self._ended = threading.Event()
        self.acknowledged: dict[str, str] = {}
        self.refused: dict[tuple[int, str], int] = {}
        self.last = 0.0
        self.tried = 0

    def run(self) -> None:
        while not self._ended.is_set():
            self.tried += 1
            self._post(f"{self._run_name}-{self.tried}")
            self._ended.wait(self._pause)

    def _post(self, name: str) -> None:
        symbol, quantity = SYMBOLS[self.tried % len(SYMBOLS)], str(5 + self.tried % 7)
        patience = IMPATIENT if len(self._desks) > 1 else None
        for desk in list(self._desks):
            with contextlib.suppress(OSError, ValueError):
                answer = desk.alert(name, patience, symbol=symbol, quantity=quantity)
                if answer.status == 202:
                    self.acknowledged[name] = answer.body["intent"]
                    self.last = time.monotonic()
                    return
                code = (answer.status, answer.body["code"])
                self.refused[code] = self.refused.get(code, 0) + 1
            self._desks.append(self._desks.pop(0))

    def wait_for(self, count: int, patience: float = 60.0) -> None:
        """Wait until so many more alerts were acknowledged."""
        wanted, deadline = len(self.acknowledged) + count, time.monotonic() + patience
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < deadline, f"nobody acknowledges alerts any more: {self.refused}"
            time.sleep(0.02)

    def end(self) -> None:
        self._ended.set()
        self.join(60)


def judge(desk: RunningDesk, acknowledged: Sequence[str]) -> None:
    """Nothing acknowledged is lost, nothing is doubled, and both books hold the same."""
    for intent in acknowledged:
        desk.until(f"/api/v1/w/main/intents/{intent}", lambda found: found["orders"] and all(
            order["status"] in CLOSED for order in found["orders"]), patience=60)  # fmt: skip
    venue = books(desk.data)
    for name, book in venue.items():
        names = [order["client_order_id"] for order in book["orders"]]
        assert len(names) == len(set(names)), f"{name} has an order twice"
    ours = desk.browser.get("/api/v1/w/main/positions")["items"]
    held = {(row["account"], row["instrument"]): Decimal(row["quantity"]) for row in ours if Decimal(row["quantity"])}
    assert held == positions(venue)


def positions(venue: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    """What the venue's accounts hold."""
    return {(name, instrument): Decimal(quantity) for name, book in venue.items()
            for instrument, quantity in book["positions"].items() if Decimal(quantity)}  # fmt: skip


def placed(venue: dict[str, Any]) -> dict[str, list[str]]:
    """The client ids of every order that the venue ever took, by account."""
    return {name: [order["client_order_id"] for order in book["orders"]] for name, book in venue.items()}
