from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.tree import ROOT


def start(script: Path, *arguments: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("BIDWELL_")} | environment
    return subprocess.run(
        [script, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout without an environment."""
    for name in ("bidwell", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def test_the_script_is_plain_shell() -> None:
    done = subprocess.run(["/bin/sh", "-n", ROOT / "bidwell"], check=False, capture_output=True)
    assert done.returncode == 0


def test_a_python_that_is_too_old_or_none_is_named(bare: Path) -> None:
    done = start(bare / "bidwell", "version", folder=bare, BIDWELL_PYTHON="/bin/false")
    assert done.returncode == 1
    assert "BIDWELL_PYTHON=/bin/false is not a Python 3.11 or newer" in done.stderr
    assert not (bare / ".venv").exists()
    assert not (bare / ".tools" / "lock").exists()


def test_without_any_python_the_script_says_what_to_install(bare: Path, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "dirname", "cat", "cut", "sha256sum", "shasum", "mkdir", "rm", "id", "kill", "sleep"):
        found = shutil.which(name)
        if found:
            (programs / name).symlink_to(found)
    done = start(bare / "bidwell", "version", folder=bare, PATH=str(programs))
    assert done.returncode == 1
    assert "apt install python3" in done.stderr


def test_a_lock_whose_holder_is_gone_is_taken_over(bare: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (bare / ".tools" / "lock").mkdir(parents=True)
    (bare / ".tools" / "lock" / "pid").write_text(str(gone.pid), "utf-8")
    assert "not a Python" in start(bare / "bidwell", "version", folder=bare, BIDWELL_PYTHON="/bin/false").stderr


def test_a_checkout_that_cannot_be_written_says_whose_it_must_be(bare: Path) -> None:
    (bare / ".tools").write_text("a file in the way", "utf-8")
    assert "cannot be written" in start(bare / "bidwell", "version", folder=bare).stderr


def test_the_script_works_from_anywhere_and_through_a_link(tmp_path: Path) -> None:
    link = tmp_path / "desk"
    link.symlink_to(ROOT / "bidwell")
    done = start(link, "version", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("bidwell ")


def test_bytecode_is_kept_where_the_environment_keeps_none(tmp_path: Path) -> None:
    kept = tmp_path / "bytecode"
    done = start(ROOT / "bidwell", "version", PYTHONDONTWRITEBYTECODE="1", PYTHONPYCACHEPREFIX=str(kept))
    assert done.returncode == 0, done.stderr
    assert list(kept.rglob("*.pyc"))
