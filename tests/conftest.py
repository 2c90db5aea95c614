"""Which tests run: the network's and the long proofs only when asked for; and which of them stay together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.contract import cards

SHARED_DESK = "owned"
ASKED_FOR = {"network": "--network", "prove": "--prove"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--network", action="store_true", help="run the tests that need a network too")
    parser.addoption("--screenshots", action="store_true", help="renew docs/screenshots from the browser tests")
    parser.addoption("--update", action="store_true", help="write stored results of backtests anew")
    parser.addoption("--prove", action="store_true", help="run the long proofs, and only those")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the workers of a parallel run report to the one that counts
        config.pluginmanager.register(cards.Count(update=config.getoption("--update")))


def group_of(file: Path, fixtures: Iterable[str], *, browser: bool) -> str | None:
    """What stays on one worker: the browser's tests, and those of a file that share one desk."""
    if browser:
        return "browser"
    return f"{SHARED_DESK}-{file.stem}" if SHARED_DESK in fixtures else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    proving = config.getoption("--prove")
    for item in items:
        unasked = [
            name for name, flag in ASKED_FOR.items() if item.get_closest_marker(name) and not config.getoption(flag)
        ]
        beside = proving and item.get_closest_marker("prove") is None
        (dropped if unasked or beside else kept).append(item)
        browser = item.get_closest_marker("browser") is not None
        group = group_of(item.path, getattr(item, "fixturenames", ()), browser=browser)
        if group is not None:
            item.add_marker(pytest.mark.xdist_group(group))
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept
