"""All runs of a workspace: started, stopped, resumed, and at work again after the desk was restarted."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import structlog

from bidwell.engine.intake import Request
from bidwell.engine.ports import Entropy
from bidwell.jobs.live.messages import Begin, Cursor, Failed, Ready
from bidwell.jobs.live.orders import Sender
from bidwell.jobs.live.process import StrategyProcess
from bidwell.jobs.live.running import AGAIN, LiveRun, Surroundings
from bidwell.jobs.live.surroundings import accounts_of
from bidwell.model import events as ev
from bidwell.model.account import Strategy
from bidwell.model.errors import BidwellError, Fenced, InvalidInput, Missing
from bidwell.model.ids import AccountId, GroupId, InstrumentId, StrategyId, time_ordered_id
from bidwell.model.instrument import Instrument
from bidwell.model.intent import Sizing, SizingBy, Source
from bidwell.model.market import Quote
from bidwell.model.terms import Terms
from bidwell.storage.errors import StorageUnavailable
from bidwell.storage.research.strategy_runs import RunLine, RunStatus, StrategyRun
from bidwell.strategy.validation import validate

MOST_RUNS = 50
LONGEST_HISTORY = 20_000
FILE = "strategy.py"
FLAT = Decimal(100)
# The run, how it stands (None where it is forgotten), and what it wrote since.
Listener = Callable[[str, StrategyRun | None, Sequence[RunLine]], None]
log = structlog.get_logger("bidwell.strategy_runs")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants run: a file's text, on which instruments and bars of `seconds`, for whom.

    `parameters` are texts as after `--set`; exactly one of `group` and `account` is set.
    """

    source: str
    instruments: Sequence[str]
    seconds: int
    group: str | None = None
    account: str | None = None
    class_name: str | None = None
    name: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    history: int = 500


class StrategyRuns:
    """The runs of one workspace; `command` starts a strategy's process, `folder` is where its file is put."""

    def __init__(self, world: Surroundings, entropy: Entropy, command: Sequence[str], folder: Path) -> None:
        self._world = world
        self._entropy = entropy
        self._command = command
        self._folder = folder
        self._live: dict[str, tuple[LiveRun, asyncio.Task[None]]] = {}
        self._changing = asyncio.Lock()
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear of every change of a run and of every line of its log; returns how to stop hearing."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self, ident: str, run: StrategyRun | None, *lines: RunLine) -> None:
        for listener in list(self._listeners):
            listener(ident, run, lines)

    # --- life of all -------------------------------------------------------------------------------

    async def restore(self) -> None:
        """Put what was at work to work again."""
        for run in await self._world.rows.all(self._world.workspace, running=True):
            async with self._changing:
                try:
                    await self._begin(run)
                except BidwellError as error:
                    log.warning("strategy_run.not_restored", run=run.id, reason=str(error))

    async def close(self) -> None:
        """End every process; what was at work is so again when the desk is back."""
        for live, task in list(self._live.values()):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await live.close()
        self._live.clear()

    def on_quotes(self, quotes: Sequence[Quote]) -> None:
        """The feed has news."""
        for live, _ in self._live.values():
            live.on_quotes(quotes)

    # --- what a person asks ------------------------------------------------------------------------

    async def start(self, given: Mapping[str, Any], actor: str) -> StrategyRun:
        """Check the file, define the run as a strategy of the desk and put it to work; `given` are `Asked`'s fields.

        Raises InvalidInput for a file that cannot run (with its line), for parameters, instruments or receivers
        that make no sense.
        """
        asked = msgspec.convert(given, Asked)
        _check(asked)
        found = validate(asked.source)
        for wrong in found.errors:
            raise InvalidInput(
                wrong.code, f"line {wrong.line}: {wrong.message}", field="source", hint=wrong.hint or None
            )
        known = [outline.name for outline in found.strategies]
        if asked.class_name is None and len(known) > 1:
            raise InvalidInput("strategy.class", f"the file defines {', '.join(known)}", field="class_name")
        name = asked.class_name or known[0]
        if name not in known:
            raise InvalidInput("strategy.class", f"the file has no strategy {name}", field="class_name")
        if any(one.engine != "bidwell" for one in found.strategies if one.name == name):
            raise InvalidInput(
                "strategy.engine", f"{name} is backtrader's, and runs in backtests alone", field="source"
            )
        now = self._world.clock.now()
        ident = time_ordered_id("srn", int(now.timestamp() * 1000), self._entropy.bits(35)).lower()
        run = StrategyRun(
            ident, asked.name or name, name, asked.source, found.hash, _text(dict(asked.parameters)),
            _text(list(asked.instruments)), asked.seconds, asked.history, asked.group, asked.account,
            RunStatus.RUNNING, now, actor,
        )  # fmt: skip
        async with self._changing:
            if len(self._live) >= MOST_RUNS:
                raise InvalidInput("strategy_run.too_many", f"{MOST_RUNS} strategies are at work already")
            self._instruments(run)
            await self._define(run, now)
            await self._begin(run, new=True)
        return run

    async def resume(self, ident: str) -> StrategyRun:
        """Put a stopped or failed run to work again, from where it was."""
        async with self._changing:
            run = await self.find(ident)
            if ident in self._live:
                return run
            run = replace(run, status=RunStatus.RUNNING, code="", reason="", line=None, ended_at=None)
            await self._begin(run)
            await self._world.rows.change(self._world.workspace, run, self._world.lease)
            self._tell(ident, run)
        return run

    async def stop(self, ident: str, actor: str, *, flatten: bool = False) -> StrategyRun:
        """Stop a run; its working orders stay, unless it is to be flattened: then they go and its share is closed."""
        async with self._changing:
            run = await self.find(ident)
            found = self._live.pop(ident, None)
            if found is not None:
                live, task = found
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                live.log("info", f"stopped by {actor}")
                await live.close()
            if run.status is RunStatus.RUNNING:
                run = replace(run, status=RunStatus.STOPPED, reason=f"stopped by {actor}",
                              ended_at=self._world.clock.now())  # fmt: skip
                await self._world.rows.change(self._world.workspace, run, self._world.lease)
                self._tell(ident, run)
        if flatten:
            await self._flatten(run, actor)
        return run

    async def remove(self, ident: str) -> None:
        """Forget a run that is not at work, with its log; its orders and fills stay in the journal."""
        run = await self.find(ident)
        if run.status is RunStatus.RUNNING:
            raise InvalidInput("strategy_run.running", "stop it first")
        await self._world.rows.remove(self._world.workspace, ident)
        self._tell(ident, None)

    async def find(self, ident: str) -> StrategyRun:
        """One run; raises Missing."""
        run = await self._world.rows.find(self._world.workspace, ident)
        if run is None:
            raise Missing(f"there is no strategy run {ident}")
        return run

    async def all(self) -> list[StrategyRun]:
        """Every run, newest first."""
        return await self._world.rows.all(self._world.workspace)

    async def lines(self, ident: str, after: int = -1, limit: int = 200) -> list[RunLine]:
        """A run's log: what comes after a line's number, or the newest lines."""
        await self.find(ident)
        working = self._live.get(ident)
        # What a reader was told over the stream must be in the log that it fetches, kept or not.
        fresh = [] if working is None else working[0].unkept
        kept = await self._world.rows.lines(self._world.workspace, ident, after, limit)
        known = {one.number for one in kept}
        found = kept + [one for one in fresh if one.number > after and one.number not in known]
        return found[-limit:] if after < 0 else found[:limit]

    def held(self, run: StrategyRun) -> dict[str, str]:
        """What a run holds now by instrument, exact decimals; flat ones are left out, and all where one is gone."""
        desk = self._world.desk
        try:
            sender = self._sender(run)
        except InvalidInput:
            return {}
        found: dict[str, str] = {}
        for symbol, instrument in sender.instruments.items():
            total = sum(
                desk.state.portfolios[name].share(instrument.id, sender.strategy).quantity
                for name in accounts_of(desk, sender) if name in desk.state.portfolios
            )  # fmt: skip
            if total:
                found[symbol] = f"{total:f}"
        return found

    # --- within ------------------------------------------------------------------------------------

    async def _begin(self, run: StrategyRun, *, new: bool = False) -> None:
        world = self._world
        sender = self._sender(run)
        folder = self._folder / run.id
        await asyncio.to_thread(_put, folder, run.source)
        cursor = msgspec.json.decode(run.cursor, type=Cursor)
        begin = Begin(str(folder / FILE), run.class_name, msgspec.json.decode(run.parameters, type=dict[str, str]),
                      list(sender.instruments), cursor.state, cursor.number)  # fmt: skip
        process = StrategyProcess(self._command, begin, folder)
        number = -1 if new else await world.rows.last_number(world.workspace, run.id)
        live = LiveRun(world, run, sender, process, number + 1, cursor, told=lambda line: self._tell(run.id, run, line))
        answer = await live.load()
        if isinstance(answer, Failed):
            await process.end()
            if not new:
                await self._failed(run, answer)
            raise InvalidInput(answer.code, answer.reason, hint=answer.hint)
        if new:
            await world.rows.add(world.workspace, run)
        live.log("info", f"{answer.name} is at work: {_told(answer)}")
        self._live[run.id] = (live, asyncio.create_task(self._work(live)))

    async def _work(self, live: LiveRun) -> None:
        try:
            failed = await live.go()
        except Fenced as error:
            log.warning("strategy_run.fenced", run=live.run.id, reason=str(error))
            await live.close()
            self._live.pop(live.run.id, None)
            return
        except Exception as error:
            log.exception("strategy_run.crashed", run=live.run.id)
            failed = Failed("strategy_run.crashed", f"the run cannot go on: {error}")
        live.log("error", failed.reason + (f" ({failed.hint})" if failed.hint else ""))
        await live.close()
        self._live.pop(live.run.id, None)
        log.warning("strategy_run.failed", run=live.run.id, code=failed.code, reason=failed.reason)
        while True:
            try:
                await self._failed(live.run, failed)
            except StorageUnavailable:
                # A run that failed while the database is away must not stand there as one at work.
                await asyncio.sleep(AGAIN)
            except Fenced as error:
                log.warning("strategy_run.fenced", run=live.run.id, reason=str(error))
                return
            else:
                return

    async def _failed(self, run: StrategyRun, failed: Failed) -> None:
        ended = replace(run, status=RunStatus.FAILED, code=failed.code, reason=failed.reason, line=failed.line,
                        ended_at=self._world.clock.now())  # fmt: skip
        await self._world.rows.change(self._world.workspace, ended, self._world.lease)
        self._tell(run.id, ended)

    async def _define(self, run: StrategyRun, now: datetime) -> None:
        """A run is a strategy of the desk, with limits, a halt and a share of its own; nobody holds its token."""
        secret = hashlib.sha256(self._entropy.bits(256).to_bytes(32, "big")).hexdigest()
        strategy = Strategy(
            StrategyId(run.id), run.name, secret, "run", group=GroupId(run.group) if run.group else None,
            account=AccountId(run.account) if run.account else None,
            instruments=tuple(InstrumentId(name) for name in msgspec.json.decode(run.symbols)),
            valid_seconds=self._world.strategy_seconds,
        )  # fmt: skip
        await self._world.desk.define(ev.StrategyDefined(now, strategy))

    def _sender(self, run: StrategyRun) -> Sender:
        return Sender(run.id, run.name, StrategyId(run.id), GroupId(run.group) if run.group else None,
                      AccountId(run.account) if run.account else None, self._instruments(run))  # fmt: skip

    def _instruments(self, run: StrategyRun) -> dict[str, Instrument]:
        """The run's instruments by the symbol that the strategy sees; raises InvalidInput for an unknown one."""
        listed = self._world.desk.state.instruments
        names = [InstrumentId(name) for name in msgspec.json.decode(run.symbols, type=list[str])]
        for name in names:
            if name not in listed or not listed[name].tradable:
                raise InvalidInput("instrument.unknown", f"instrument {name!r} cannot be traded here",
                                   field="instruments", hint="search /instruments for its id")  # fmt: skip
        symbols = [listed[name].symbol for name in names]
        # Where two venues list one symbol, the ids tell them apart.
        return {symbol if symbols.count(symbol) == 1 else str(name): listed[name]
                for symbol, name in zip(symbols, names, strict=True)}  # fmt: skip

    async def _flatten(self, run: StrategyRun, actor: str) -> None:
        desk, sender = self._world.desk, self._sender(run)
        for name in accounts_of(desk, sender):
            for order in list(desk.state.open_orders(name)):
                if order.strategy == sender.strategy:
                    await desk.cancel(order.client_order_id, actor, "the run is flattened")
        for instrument in sender.instruments.values():
            await desk.receive(Request(
                key=f"run:{run.id}:flatten:{self._entropy.bits(64):016x}", source=Source.STRATEGY,
                instrument=instrument.id, side=None, sizing=Sizing(SizingBy.CLOSE, FLAT), terms=Terms(),
                group=sender.group, account=sender.account, strategy=sender.strategy, actor=actor,
                note="the run is flattened",
            ))  # fmt: skip


def _check(asked: Asked) -> None:
    if not asked.instruments or len(set(asked.instruments)) != len(asked.instruments):
        raise InvalidInput("strategy_run.instruments", "name each instrument once, one at least", field="instruments")
    if (asked.group is None) == (asked.account is None):
        raise InvalidInput("strategy.receiver", "name a group or an account, not both", field="group")
    if asked.seconds < 1 or 86_400 % asked.seconds:
        raise InvalidInput("bars.timeframe", f"bars of {asked.seconds} s do not divide a day", field="timeframe")
    if not 1 <= asked.history <= LONGEST_HISTORY:
        raise InvalidInput("strategy_run.history", f"history is 1 to {LONGEST_HISTORY:,} bars", field="history")


def _put(folder: Path, source: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(source, "utf-8")


def _told(ready: Ready) -> str:
    return ", ".join(f"{name}={value}" for name, value in ready.parameters.items()) or "no parameters"


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
