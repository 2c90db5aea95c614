"""A pytest plugin: branch coverage of each room that decides, and a failure when one is below its floor.

It judges only a run of the whole suite under pytest-cov; a run of chosen tests says nothing about coverage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

import pytest
from coverage import Coverage
from coverage.exceptions import NoDataError, NoSource

from tools.tree import ROOT

ROOMS = ("model", "portfolio", "risk", "engine")
# The tracer makes all Python two to four times as slow, so it works only where these rooms have their own tests, and
# not for the many examples of a property.
MEASURED = tuple(f"tests/unit/{room}/" for room in ROOMS)
SPARED = ("test_order_walk.py", "test_codec.py", "test_commitments.py", "test_lasting.py")
FLOOR = 90.0


@dataclass(frozen=True)
class Room:
    """One room's branch coverage in percent."""

    name: str
    percent: float

    @property
    def low(self) -> bool:
        return self.percent < FLOOR


def rooms_present() -> list[str]:
    return [name for name in ROOMS if (ROOT / "src" / "bidwell" / name).is_dir()]


def judge(coverage: Coverage) -> list[Room]:
    """Return each room's coverage from the loaded data; a room that no test touched counts 0."""
    judged = []
    for name in rooms_present():
        try:
            percent = coverage.report(include=[f"*/bidwell/{name}/*"], file=StringIO())
        except (NoDataError, NoSource):
            percent = 0.0
        judged.append(Room(name, percent))
    return judged


def measures(nodeid: str) -> bool:
    """Tell whether coverage is measured during this test."""
    file = nodeid.partition("::")[0]
    return file.startswith(MEASURED) and not file.endswith(SPARED)


class Tracing:
    """Turns the tracer on and off between the tests of one worker."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        controller = item.config.pluginmanager.getplugin("_cov").cov_controller
        wanted = measures(item.nodeid)
        if controller.started and not wanted:
            controller.pause()
            # In a worker pytest-cov starts a measurement for the main process too, whose tracer this pause wakes.
            while (beneath := Coverage.current()) is not None:
                beneath.stop()
        elif wanted and not controller.started:
            controller.resume()
        return (yield)


class CoverageGate:
    """Judges after the tests, fails the session for a low room, and says so above the closing line."""

    def __init__(self) -> None:
        self.rooms: list[Room] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[None]:
        outcome = yield
        coverage = Coverage(data_file=str(ROOT / ".coverage"), config_file=str(ROOT / "pyproject.toml"))
        coverage.load()
        self.rooms = judge(coverage)
        session.testsfailed += sum(room.low for room in self.rooms)
        return outcome

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        said = ", ".join(f"{room.name} {room.percent:.1f} %" for room in self.rooms)
        terminalreporter.write_line(f"branch coverage: {said} (at least {FLOOR:.0f} %)")
        for room in self.rooms:
            if room.low:
                terminalreporter.write_line(
                    f"FAILED: {room.name} is covered {room.percent:.1f} %: .venv/bin/coverage report says which lines are not",
                    red=True,
                )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Tracing(), "coverage-tracing")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(CoverageGate(), "coverage-gate")
