from __future__ import annotations

from pathlib import Path

import pytest

from tools import tidy


def found(tmp_path: Path, name: str, text: str) -> list[str]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return list(tidy.findings(tmp_path, [Path(name)]))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docs/setup.md", "see registry.np" + "mjs.org"),
        ("docs/setup.md", "cd /wo" + "rk/main"),
        ("src/a.py", "# TO" + "DO later"),
        ("src/a.py", "raise NotImplemented" + "Error"),
        ("requirements/dev.txt", "--index-url https" + "://mirror"),
        ("web/package-lock.json", '{"resolved"' + ': "x"}'),
        ("uv.lock", ""),
        ("deploy/.env", ""),
        ("deploy/id.pem", ""),
    ],
)
def test_what_must_not_be_committed_is_found(tmp_path: Path, name: str, text: str) -> None:
    assert len(found(tmp_path, name, text)) == 1


def test_a_finding_names_its_line(tmp_path: Path) -> None:
    assert found(tmp_path, "src/a.py", "x = 1\n\n# FIX" + "ME\n")[0].startswith("src/a.py:3: ")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("src/a.py", "try:\n    go()\nexcept ValueError as error:\n    raise ConfigError from error\n"),
        ("README.md", "a link: https://example.com"),
        ("docs/todo-list.md", "what to do next"),
    ],
)
def test_ordinary_text_passes(tmp_path: Path, name: str, text: str) -> None:
    assert found(tmp_path, name, text) == []


def test_pictures_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "desk.png").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    assert list(tidy.findings(tmp_path, [Path("desk.png")])) == []
