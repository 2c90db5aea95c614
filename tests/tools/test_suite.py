from __future__ import annotations

from pathlib import Path

import pytest
from coverage import Coverage

from tests.conftest import group_of
from tools import coverage_gate, suite


@pytest.mark.parametrize(
    "arguments", [["tests/unit"], ["tests/conftest.py::x"], ["-k", "order"], ["-m", "browser"], ["--lf"]]
)
def test_a_choice_of_tests_is_not_judged_by_coverage(arguments: list[str]) -> None:
    assert "tools.coverage_gate" not in suite.pytest_command(arguments, proving=False)


@pytest.mark.parametrize("arguments", [[], ["-q"], ["--network"], ["-n", "4"]])
def test_the_whole_suite_is_judged_by_coverage(arguments: list[str]) -> None:
    assert "tools.coverage_gate" in suite.pytest_command(arguments, proving=False)


def test_three_workers_run_and_the_browser_keeps_to_one_of_them() -> None:
    assert suite.workers([]) == ["-n", "3", "--dist", "loadgroup"]


@pytest.mark.parametrize("arguments", [["-n", "0"], ["-n4"], ["--pdb"], ["-s"], ["--numprocesses=1"]])
def test_the_arguments_decide_about_workers_when_they_say(arguments: list[str]) -> None:
    assert suite.workers(arguments) == []


def test_proofs_run_alone_and_are_not_judged_by_coverage() -> None:
    command = suite.pytest_command([], proving=True)
    assert "--prove" in command
    assert "--cov" not in command


@pytest.mark.parametrize(
    ("browser", "fixtures", "group"),
    [(True, ["desk"], "browser"), (False, ["owned"], "owned-test_command_line"), (False, ["desk"], None)],
)
def test_tests_that_share_a_browser_or_a_desk_stay_on_one_worker(
    *, browser: bool, fixtures: list[str], group: str | None
) -> None:
    assert group_of(Path("tests/story/test_command_line.py"), fixtures, browser=browser) == group


@pytest.mark.parametrize(("nodeid", "measured"), [
    ("tests/unit/engine/test_lane.py::test_x", True), ("tests/unit/engine/test_codec.py::test_x[1]", False),
    ("tests/server/test_alerts.py::test_x", False)])  # fmt: skip
def test_coverage_is_measured_where_the_rooms_that_decide_are_tried(nodeid: str, *, measured: bool) -> None:
    assert coverage_gate.measures(nodeid) is measured


def test_no_tracer_slows_what_is_not_measured() -> None:
    assert Coverage.current() is None
