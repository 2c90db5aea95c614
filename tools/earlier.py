"""A pytest plugin that says again, above the closing line, what failed before pytest began."""

from __future__ import annotations

import os

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    earlier = os.environ.get("BIDWELL_FAILED_BEFORE_PYTEST")
    if earlier:
        terminalreporter.write_line(f"FAILED before these tests: {earlier}", red=True)
