"""Search a broker's list of 250,000 rows: time to build, bytes held and at the most, CPU time of typical questions.

.venv/bin/python -m bench.symbols [--rows 250000]
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

from bidwell.brokers.transport import indian
from bidwell.marketdata.symbol_search import build
from bidwell.model.instrument import Instrument, Right

TODAY = date(2026, 11, 20)
QUESTIONS = ("N", "NIFTY", "nifty 25000 ce", "nifty 26nov26 25000 call", "26nov", "steel works", "S00012", "000",
             "26 00", "00C2", "BANK 00 PE NOV", "C", "nothing here", "zzzz", "sha 1", "e a i")  # fmt: skip
_STEP, _LOT = Decimal("0.05"), Decimal(1)
_TRADES = ("Steel", "Works", "Bank", "Finance", "Pharma", "Foods", "Motors", "Power", "Cement", "Shipping")


def rows() -> Iterator[Instrument]:
    """Shares, then the options of 400 underlyings over twelve expiries, as many as are taken."""
    for number in range(12_000):
        words = f"{_TRADES[number % 10]} {_TRADES[number // 10 % 10]} {number} Limited"
        yield indian.share(f"S{number:05}", "NSE", words, _STEP, _LOT)
    roots = ["NIFTY", "BANKNIFTY", *(f"S{number:05}" for number in range(398))]
    for week in range(12):
        for root in roots:
            yield indian.future(root, "NFO", TODAY + timedelta(weeks=week), _STEP, _LOT)
            for step in range(60):
                for right in Right:
                    strike = Decimal(20_000 + 100 * step)
                    yield indian.option(root, "NFO", TODAY + timedelta(weeks=week), strike, right, _STEP, _LOT)


def main() -> None:
    """Print one line a question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=250_000)
    wanted = parser.parse_args().rows
    began = time.process_time()
    index = build(islice(rows(), wanted), TODAY)
    print(
        f"{len(index):,} rows built in {time.process_time() - began:.2f} s of CPU time, {index.size / 1e6:.1f} MB held"
    )
    for text in QUESTIONS:
        took = []
        for _ in range(5):
            began = time.process_time()
            found = index.search(text, 20)
            took.append(time.process_time() - began)
        print(f"{text!r:28} {sorted(took)[2] * 1000:6.2f} ms  {len(found)} found")
    del index
    tracemalloc.start()
    index = build(islice(rows(), wanted), TODAY)
    held, most = tracemalloc.get_traced_memory()
    print(f"{len(index):,} rows: {held / 1e6:.1f} MB held, {most / 1e6:.1f} MB while it is built")


if __name__ == "__main__":
    main()
