from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import suite
from tools.tree import ROOT


@pytest.mark.parametrize(
    "arguments", [["tests/unit"], ["tests/conftest.py::x"], ["-k", "order"], ["-m", "browser"], ["--lf"]]
)
def test_a_choice_of_tests_is_not_judged_by_coverage(arguments: list[str]) -> None:
    assert "tools.coverage_gate" not in suite.pytest_command(arguments, proving=False)


@pytest.mark.parametrize("arguments", [[], ["-q"], ["--network"], ["-n", "4"]])
def test_the_whole_suite_is_judged_by_coverage(arguments: list[str]) -> None:
    assert "tools.coverage_gate" in suite.pytest_command(arguments, proving=False)


def test_two_workers_run_and_the_browser_keeps_to_one_of_them() -> None:
    assert suite.workers([]) == ["-n", "2", "--dist", "loadgroup"]


@pytest.mark.parametrize("arguments", [["-n", "0"], ["-n4"], ["--pdb"], ["-s"], ["--numprocesses=1"]])
def test_the_arguments_decide_about_workers_when_they_say(arguments: list[str]) -> None:
    assert suite.workers(arguments) == []


def test_proofs_run_alone_and_are_not_judged_by_coverage() -> None:
    command = suite.pytest_command([], proving=True)
    assert "--prove" in command
    assert "--cov" not in command


def test_browser_tests_stay_on_one_worker(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"), "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser\n", "utf-8")
    text = (
        "import pytest\n\n\n@pytest.mark.browser\n@pytest.mark.parametrize('n', range(4))\n"
        "def test_page(n, worker_id):\n    with open('workers', 'a') as seen:\n        seen.write(worker_id + ' ')\n"
    )
    (tmp_path / "test_pages.py").write_text(text, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"]
    found = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=found, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    workers = (tmp_path / "workers").read_text("utf-8").split()
    assert len(workers) == 4
    assert len(set(workers)) == 1
