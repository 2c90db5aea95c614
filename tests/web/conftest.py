"""A desk and a browser for the tests of the screen; the desk is the module's, and ended whatever happened."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story.running import RunningDesk
from tests.web.playing import Stage
from tools import chromium, web
from tools.tree import ROOT


@pytest.fixture(scope="session")
def browser_path() -> str:
    web.build()
    found = chromium.installed()
    assert found, "no browser: apt install chromium, set BIDWELL_CHROMIUM to one, or run ./bidwell test"
    return found


@pytest.fixture
def stage(browser_path: str, tmp_path: Path, request: pytest.FixtureRequest) -> Stage:
    wanted = request.config.getoption("--screenshots")
    return Stage(browser_path, tmp_path, ROOT / "docs" / "screenshots" if wanted else None)


@pytest.fixture(scope="module")
def new_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk that nobody owns yet."""
    running = RunningDesk(tmp_path_factory.mktemp("screen") / "data")
    try:
        yield running.start()
    finally:
        running.clean()


@pytest.fixture
def desk(new_desk: RunningDesk) -> RunningDesk:
    """The same desk with its owner, whose accounts are ready."""
    if new_desk.browser.call("GET", "/api/v1/setup").body["needs_owner"]:
        new_desk.own()
    else:
        new_desk.told["setup_url"] = ""
        new_desk.own()
    new_desk.wait_reconciled()
    return new_desk


@pytest.fixture
def connecting(tmp_path: Path) -> Iterator[RunningDesk]:
    """A desk of the test's own, with an owner and ready accounts, that may be connected to twins."""
    running = RunningDesk(tmp_path / "data")
    try:
        running.start("--twins", BIDWELL_VAULT_KEY=base64.urlsafe_b64encode(bytes(32)).decode()).own()
        running.wait_reconciled()
        yield running
    finally:
        running.clean()
