"""The other side of the pipe: run by a Python that has backtrader, with nothing of Bidwell at hand.

Told on the first line of stdin what to run; answers on what was stdout, a line of JSON each: `at` for progress, then
`result` or `failed`. What the strategy prints goes to stderr.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import resource
import sys
import threading
import traceback
from datetime import UTC, datetime, timedelta
from typing import Any

import backtrader as bt

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REPORTS = 100
_TEXTS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class RefusedError(Exception):
    """Something in the request makes no sense; `code` is Bidwell's."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Recorded(bt.feed.DataBase):
    """Bars from a file of the request."""

    params = (("rows", ()),)

    def start(self) -> None:
        """Begin with the first row."""
        super().start()
        self._left = iter(self.p.rows)

    def _load(self) -> bool:
        row = next(self._left, None)
        if row is None:
            return False
        self.lines.datetime[0] = row[0]
        for place, name in enumerate(("open", "high", "low", "close", "volume"), 1):
            getattr(self.lines, name)[0] = row[place]
        self.lines.openinterest[0] = 0.0
        return True


class Notes(bt.Analyzer):
    """Writes down equity, orders and fills."""

    params = (("say", None), ("total", 0), ("instants", None))

    def start(self) -> None:
        """Begin with empty lists."""
        self.time: list[int] = []
        self.equity: list[float] = []
        self.orders: dict[int, dict[str, Any]] = {}
        self.fills: list[dict[str, Any]] = []
        self._seen: dict[int, int] = {}

    def next(self) -> None:
        """A bar is over."""
        self.time.append(self.p.instants[self.strategy.lines.datetime[0]])
        self.equity.append(self.strategy.broker.getvalue())
        if len(self.time) % max(self.p.total // _REPORTS, 1) == 0:
            self.p.say({"at": [min(len(self.time), self.p.total), self.p.total]})

    def notify_order(self, order: Any) -> None:
        """An order changed."""
        now = self.p.instants[self.strategy.lines.datetime[0]]
        known = self.orders.setdefault(order.ref, {
            "symbol": order.data._name, "side": 1 if order.isbuy() else -1, "quantity": abs(order.created.size),
            "kind": order.ExecTypes[order.exectype], "price": order.created.price,
            "limit": getattr(order.created, "pricelimit", None), "placed": now, "closed": None,
        })  # fmt: skip
        known["status"] = order.getstatusname()
        known["left"] = abs(order.executed.remsize)
        if not order.alive():
            known["closed"] = now
        for bit in list(order.executed.exbits)[self._seen.get(order.ref, 0) :]:
            self._seen[order.ref] = self._seen.get(order.ref, 0) + 1
            if bit.size:
                self.fills.append({
                    "order": order.ref, "symbol": order.data._name, "at": self.p.instants.get(bit.dt, now),
                    "quantity": bit.size, "price": bit.price, "fee": bit.closedcomm + bit.openedcomm,
                })  # fmt: skip


def main() -> None:
    """Run what the first line of stdin tells."""
    says = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(what: dict[str, Any]) -> None:
        says.write(json.dumps(what) + "\n")
        says.flush()

    told = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if told["memory"]:
        most = int(told["memory"] * 2**30)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        say({"result": play(told, say)})
    except RefusedError as error:
        say({"failed": {"code": error.code, "text": str(error)}})
    except MemoryError as error:
        say({"failed": {"code": "strategy.memory", "text": "out of memory", **_place(error, told["file"])}})
    except BaseException as error:  # noqa: BLE001 - whatever a strategy raises is told
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        say({"failed": {"code": "strategy.raised", "text": text, **_place(error, told["file"])}})
    sys.stdout.flush()
    os._exit(0)


def _end_with_parent() -> None:
    """The pipe is closed when whoever asked is gone: then nobody waits for an answer."""
    sys.stdin.read()
    os._exit(1)


def play(told: dict[str, Any], say: Any) -> dict[str, Any]:
    """Run the strategy and give what it did."""
    chosen = strategy_in(told["file"], told["class_name"])
    parameters = parameters_of(chosen, told["parameters"])
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.broker.setcash(told["cash"])
    cerebro.broker.setcommission(commission=told["fee"], leverage=told["leverage"])
    if told["slippage"]:
        cerebro.broker.set_slippage_perc(told["slippage"])
    if told["at_close"]:
        cerebro.broker.set_coc(True)
    instants: dict[float, int] = {}
    for symbol, file in told["bars"].items():
        cerebro.adddata(Recorded(rows=rows_of(file, instants), **span_of(told["seconds"])), name=symbol)
    cerebro.addanalyzer(Notes, _name="notes", say=say, total=len(instants), instants=instants)
    cerebro.addstrategy(chosen, **parameters)
    (ran,) = cerebro.run()
    notes = ran.analyzers.notes
    refs = {ref: number for number, ref in enumerate(notes.orders)}
    return {
        "name": chosen.__name__, "parameters": {**defaults_of(chosen), **parameters}, "time": notes.time,
        "equity": notes.equity, "orders": list(notes.orders.values()),
        "fills": [{**fill, "order": refs[fill["order"]]} for fill in notes.fills],
        "versions": {"backtrader": bt.__version__, "python": sys.version.split()[0]},
    }  # fmt: skip


def strategy_in(file: str, named: str | None) -> Any:
    """The strategy that a file defines."""
    spec = importlib.util.spec_from_file_location("strategy_under_test", file)
    if spec is None or spec.loader is None:
        raise RefusedError("strategy.file", f"{file} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["strategy_under_test"] = module
    spec.loader.exec_module(module)
    found = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, bt.Strategy) and value.__module__ == "strategy_under_test"
    }
    if named is not None and named not in found:
        raise RefusedError("strategy.class", f"{file} has no strategy {named}")
    if not found or (named is None and len(found) > 1):
        raise RefusedError("strategy.class", f"{file} defines {', '.join(found) or 'no subclass of bt.Strategy'}")
    return found[named] if named else next(iter(found.values()))


def defaults_of(chosen: Any) -> dict[str, Any]:
    """The parameters with their defaults."""
    plain = (bool, int, float, str)
    return {name: value for name, value in chosen.params._getitems() if isinstance(value, plain)}


def parameters_of(chosen: Any, texts: dict[str, str]) -> dict[str, Any]:
    """Parameters as given in text, in the types of their defaults."""
    known = defaults_of(chosen)
    found = {}
    for name, text in texts.items():
        if name not in known:
            raise RefusedError("strategy.parameter_unknown", f"{chosen.__name__} has no parameter {name}")
        kind = type(known[name])
        try:
            found[name] = _TEXTS[text.lower()] if kind is bool else kind(text)
        except (ValueError, KeyError):
            raise RefusedError("strategy.parameter", f"{name} must be of type {kind.__name__}, not {text!r}") from None
    return found


def rows_of(file: str, instants: dict[float, int]) -> list[tuple[float, ...]]:
    """The bars of a file; `instants` learns which nanoseconds backtrader's numbers stand for."""
    found = []
    with open(file, newline="", encoding="utf-8") as source:  # noqa: PTH123 - as plain as it gets
        for row in csv.reader(source):
            at = int(row[0])
            number = bt.date2num(_EPOCH + timedelta(microseconds=at // 1000))
            instants[number] = at
            found.append((number, *map(float, row[1:])))
    return found


def span_of(seconds: int) -> dict[str, Any]:
    """A bar's length in backtrader's words."""
    if seconds >= 86_400 or not seconds:
        return {"timeframe": bt.TimeFrame.Days, "compression": max(seconds // 86_400, 1)}
    if seconds % 60 == 0:
        return {"timeframe": bt.TimeFrame.Minutes, "compression": seconds // 60}
    return {"timeframe": bt.TimeFrame.Seconds, "compression": seconds}


def _place(error: BaseException, file: str) -> dict[str, Any]:
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == file:
            return {"line": frame.lineno, "source": frame.line}
    if isinstance(error, SyntaxError) and error.filename == file:
        return {"line": error.lineno, "source": (error.text or "").strip()}
    return {}


if __name__ == "__main__":
    main()
