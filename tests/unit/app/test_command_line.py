from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from bidwell import __version__
from bidwell.app.cli import ALONE, build

ROOT = Path(__file__).resolve().parents[3]


def bidwell(*arguments: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "bidwell.app", *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "120", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_version_answers_in_text_and_json() -> None:
    assert __version__ in bidwell("version").stdout
    assert json.loads(bidwell("version", "--json").stdout)["bidwell"] == __version__


@pytest.mark.parametrize("command", ["version", "check", "test", "prove", "doctor"])
def test_help_names_every_command(command: str) -> None:
    assert command in bidwell("--help").stdout


@pytest.mark.parametrize("name", sorted(ALONE))
def test_a_command_that_is_built_alone_is_the_same_as_among_all(name: str) -> None:
    whole, alone = (get_command(build(named)) for named in ("", name))
    assert isinstance(whole, TyperGroup)
    assert isinstance(alone, TyperGroup)
    assert len(alone.commands) <= 4 < len(whole.commands)
    options = [
        [(each.name, each.opts, each.default) for each in group.commands[name].params] for group in (whole, alone)
    ]
    assert options[0] == options[1]
    assert alone.commands[name].help == whole.commands[name].help


def test_an_unknown_command_exits_2_and_says_so() -> None:
    done = bidwell("fly")
    assert done.returncode == 2
    assert "fly" in done.stderr


def test_doctor_exits_1_on_a_problem_and_says_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x", "utf-8")
    done = bidwell("doctor", "--json", "--data", str(tmp_path / "data"))
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["sound"] is False
    broken = [finding for finding in told["findings"] if finding["grade"] == "problem"]
    assert broken
    assert all(finding["remedy"] for finding in broken)


def test_a_file_of_the_current_folder_does_not_stand_in_for_a_library(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise SystemExit('shadowed')", "utf-8")
    assert bidwell("version", folder=tmp_path).returncode == 0
