from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools.tree import ROOT

PURE = ("model", "portfolio", "risk", "strategy", "engine")


@pytest.fixture
def contracts() -> dict[str, dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    return {contract["id"]: contract for contract in settings["contracts"]}


def test_every_import_keeps_the_contracts() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_that_decides_is_kept_pure(contracts: dict[str, dict[str, Any]]) -> None:
    present = {f"bidwell.{name}" for name in PURE if (ROOT / "src" / "bidwell" / name).is_dir()}
    assert present <= set(contracts["pure-rooms"]["source_modules"])


def test_the_layers_name_every_room_there_is(contracts: dict[str, dict[str, Any]]) -> None:
    assert contracts["layers"]["exhaustive"] is True


def test_importing_bidwell_imports_nothing_heavy() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, bidwell; print(len(sys.modules), *sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"numpy", "polars", "pydantic", "sqlalchemy", "typer", "asyncio"} & set(told)
