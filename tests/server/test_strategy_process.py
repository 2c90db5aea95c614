"""A strategy's process over its pipe: calls are answered or ended, with the strategy's own line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bidwell.app.strategy_runs import WORKER
from bidwell.jobs.live.messages import Begin, Decided, Facts, Failed, Moment, Ready
from bidwell.jobs.live.process import StrategyProcess

BODY = """from bidwell import Bar, Param, Strategy


class Mine(Strategy):
    size = Param(2, 1, 10)

    def on_bar(self, bar: Bar) -> None:
        {deed}
"""
BAR = Moment({"X": (0, 1.0, 1.0, 1.0, 1.0, 1.0)}, Facts())


async def called(
    folder: Path, deed: str, **changes: float
) -> tuple[Ready | Failed, Decided | Failed | None, list[str]]:
    """What loading and one call answer, and what was printed."""
    file = folder / "mine.py"
    file.write_text(BODY.format(deed=deed))
    terms: dict[str, Any] = {"first": 30.0, "seconds": 30.0, "memory": 4.0, **changes}
    process = StrategyProcess(WORKER, Begin(str(file), None, {"size": "3"}, ["X"], **terms), folder)
    try:
        ready = await process.start()
        answer = await process.call(BAR) if isinstance(ready, Ready) else None
        async with asyncio.timeout(10.0):
            while "print" in deed and not (printed := process.printed()):
                await asyncio.sleep(0.01)
        return ready, answer, printed if "print" in deed else []
    finally:
        await process.end()


async def test_a_strategy_is_loaded_called_and_its_output_read(tmp_path: Path) -> None:
    ready, answer, printed = await called(tmp_path, "print('hello'); self.buy(self.size)")
    assert ready == Ready("Mine", {"size": 3}, quotes=False)
    assert isinstance(answer, Decided)
    assert [getattr(act, "amount", None) for act in answer.acts] == [3]
    assert printed == ["hello"]


@pytest.mark.parametrize(
    ("deed", "code", "line"),
    [
        ("raise ValueError('no more')", "strategy.raised", 8),
        ("while True: pass", "strategy.time_limit", 8),
        ("self.hoard = [bytearray(1 << 28) for _ in range(100)]", "strategy.memory", 8),
        ("raise SystemExit", "strategy.raised", None),
        ("import os; os._exit(3)", "strategy.process", None),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "strategy.process", None),
        ("self.buy(1, symbol='Y')", "strategy.symbol", 8),
    ],
)
async def test_a_strategy_that_cannot_go_on_is_told_with_its_line(
    tmp_path: Path, deed: str, code: str, line: int | None
) -> None:
    limits = {"first": 0.5} if "while" in deed else {"memory": 0.5} if "hoard" in deed else {}
    _, answer, _ = await called(tmp_path, deed, **limits)
    assert isinstance(answer, Failed)
    assert (answer.code, answer.line) == (code, line)


async def test_a_process_that_does_not_answer_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bidwell.jobs.live.process.GRACE", 0.2)
    deed = "import signal; signal.setitimer(signal.ITIMER_REAL, 0)\n        while True: pass"
    _, answer, _ = await called(tmp_path, deed, first=0.5)
    assert isinstance(answer, Failed)
    assert answer.code == "strategy.hung"
