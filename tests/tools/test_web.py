from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools import web


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.tsx").write_text("render()", "utf-8")
    (tmp_path / "package.json").write_text("{}", "utf-8")
    return tmp_path


def test_the_fingerprint_follows_contents_and_names(folder: Path) -> None:
    first = web.fingerprint(folder)
    assert web.fingerprint(folder) == first
    (folder / "src" / "main.tsx").write_text("render(1)", "utf-8")
    second = web.fingerprint(folder)
    (folder / "src" / "main.tsx").rename(folder / "src" / "desk.tsx")
    assert len({first, second, web.fingerprint(folder)}) == 3


@pytest.mark.parametrize("name", ["node_modules/x/index.js", "src/desk.test.ts", "tsconfig.tsbuildinfo"])
def test_the_fingerprint_passes_over_what_the_build_does_not_read(folder: Path, name: str) -> None:
    first = web.fingerprint(folder)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("x", "utf-8")
    assert web.fingerprint(folder) == first


def lock(folder: Path, name: str, packages: dict[str, dict[str, Any]]) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"packages": packages}), "utf-8")


HIDDEN = "node_modules/.package-lock.json"
REACT = "node_modules/react"


@pytest.mark.parametrize(
    ("installed", "expected"),
    [
        ({REACT: {"version": "19.3.1"}}, True),
        ({REACT: {"version": "19.3.1"}, "node_modules/linux-binary": {"version": "1.0.0"}}, True),
        ({REACT: {"version": "19.3.0"}}, False),
        ({}, False),
    ],
)
def test_installed_packages_are_compared_with_the_lock(
    folder: Path, installed: dict[str, dict[str, Any]], expected: bool
) -> None:
    wanted: dict[str, dict[str, Any]] = {
        "": {"name": "web"},
        REACT: {"version": "19.3.1"},
        "node_modules/linux-binary": {"version": "1.0.0", "optional": True},
        "node_modules/mac-binary": {"version": "1.0.0", "optional": True},
    }
    lock(folder, "package-lock.json", wanted)
    lock(folder, HIDDEN, installed)
    assert web.packages_installed(folder) is expected


def test_without_node_modules_packages_are_missing(folder: Path) -> None:
    assert web.packages_installed(folder) is False


def test_an_unknown_verb_prints_how_to_use_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert web.main(["fly"]) == 2
    assert "python -m tools.web build" in capsys.readouterr().err
