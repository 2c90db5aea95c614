from __future__ import annotations

from pathlib import Path

import pytest

from tools import budget


def measured(tmp_path: Path, name: str, text: str) -> tuple[str, ...]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return budget.measure(tmp_path, [Path(name)]).broken


def function(lines: int) -> str:
    return "def walk() -> None:\n" + "    pass\n" * (lines - 1)


def test_a_small_file_breaks_nothing(tmp_path: Path) -> None:
    assert measured(tmp_path, "src/bidwell/model/order.py", function(30)) == ()


def test_a_file_above_600_lines_is_named_with_its_length(tmp_path: Path) -> None:
    broken = measured(tmp_path, "src/order.py", "x = 1\n" * 601)
    assert broken[0] == "src/order.py: Python file of 601 lines, at most 600"


def test_a_function_above_60_lines_is_named_with_its_place(tmp_path: Path) -> None:
    broken = measured(tmp_path, "src/order.py", function(61))
    assert broken[0] == "src/order.py:1 walk: function of 61 lines, at most 60"


def test_more_than_one_long_function_in_ten_breaks_the_budget(tmp_path: Path) -> None:
    fine = "".join(function(30) for _ in range(9))
    assert measured(tmp_path, "src/order.py", fine + function(31)) == ()
    assert measured(tmp_path, "src/order.py", fine + function(31) * 2) == (
        "90% of functions should have at most 30 lines, they have 31",
    )


@pytest.mark.parametrize("name", ["src/utils.py", "src/common/order.py", "tools/helpers.py"])
def test_modules_without_a_meaning_are_refused(tmp_path: Path, name: str) -> None:
    assert any("no module is called" in line for line in measured(tmp_path, name, ""))


@pytest.mark.parametrize("name", ["OrderManager", "AccountData", "_BrokerBase", "IBroker"])
def test_class_names_without_a_meaning_are_refused(tmp_path: Path, name: str) -> None:
    assert len(measured(tmp_path, "src/order.py", f"class {name}:\n    pass\n")) == 1


@pytest.mark.parametrize("name", ["Order", "InDoubt", "Intent", "IOReport", "Database"])
def test_class_names_with_a_meaning_pass(tmp_path: Path, name: str) -> None:
    assert measured(tmp_path, "src/order.py", f"class {name}:\n    pass\n") == ()


def test_typescript_above_400_lines_is_refused_unless_generated(tmp_path: Path) -> None:
    text = "const x = 1;\n" * 401
    assert measured(tmp_path, "web/src/desk.tsx", text) == (
        "web/src/desk.tsx: TypeScript file of 401 lines, at most 400",
    )
    assert measured(tmp_path, "web/src/api/generated/schema.ts", text) == ()


@pytest.mark.parametrize(("share", "expected"), [(0.5, 3), (0.95, 5), (0.2, 1)])
def test_percentile_is_the_nearest_rank(share: float, expected: int) -> None:
    assert budget.percentile([5, 1, 4, 2, 3], share) == expected
