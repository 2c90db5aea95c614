"""How many cards each adapter passes: counted in a run that played them all, written by --update, held to otherwise."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[2] / "src" / "bidwell" / "twins" / "cards.json"
ADAPTERS = {
    "tests/contract/test_alpaca.py::TestAlpaca": "alpaca",
    "tests/contract/test_angelone.py::TestAngelOne": "angelone",
    "tests/contract/test_ccxt.py::TestBinance": "binance",
    "tests/contract/test_ccxt.py::TestBybit": "bybit",
    "tests/contract/test_ccxt.py::TestCoinbase": "coinbase",
    "tests/contract/test_dhan.py::TestDhan": "dhan",
    "tests/contract/test_fyers.py::TestFyers": "fyers",
    "tests/contract/test_ibkr.py::TestIbkr": "ibkr",
    "tests/contract/test_ccxt.py::TestKraken": "kraken",
    "tests/contract/test_ccxt.py::TestOkx": "okx",
    "tests/contract/test_schwab.py::TestSchwab": "schwab",
    "tests/contract/test_topstepx.py::TestTopstepx": "topstepx",
    "tests/contract/test_tradovate.py::TestTradovate": "tradovate",
    "tests/contract/test_zerodha.py::TestZerodha": "zerodha",
}


class Count:
    """A pytest plugin of the process that hears every report."""

    def __init__(self, *, update: bool) -> None:
        self._update = update
        self._played: defaultdict[str, dict[str, str]] = defaultdict(dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name, _, card = report.nodeid.rpartition("::")
        if name in ADAPTERS and (report.when == "call" or report.outcome != "passed"):
            self._played[ADAPTERS[name]][card] = report.outcome

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        known = json.loads(FILE.read_text()) if FILE.exists() else {}
        found = {name: {"passed": sum(each == "passed" for each in cards.values()), "total": len(cards)}
                 for name, cards in self._played.items()}  # fmt: skip
        if self._update:
            FILE.write_text(json.dumps(known | found, indent=2, sort_keys=True) + "\n")
            return
        for name, counts in found.items():
            whole = counts["total"] >= known.get(name, {}).get("total", 0)
            if whole and counts != known.get(name) and session.exitstatus == pytest.ExitCode.OK:
                said = f"{name} passes {counts['passed']} of {counts['total']} cards: run this file with --update"
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
                session.config.get_terminal_writer().line(said, red=True)
