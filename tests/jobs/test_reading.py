"""The process that reads sources beside the desk."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from bidwell.app.research import READER
from bidwell.jobs.backtests.reading import SourceReader
from bidwell.model.errors import InvalidInput
from bidwell.strategy.validation.checking import validate

GOOD = """from bidwell import Bar, Param, Strategy

class Buyer(Strategy):
    size = Param(1.5, 1.0, 100.0, about="shares")
    kind = Param("a", choices=("a", "b"))

    def on_bar(self, bar: Bar) -> None:
        self.buy(self.size)
"""


@pytest.fixture
async def reader() -> AsyncIterator[SourceReader]:
    made = SourceReader(READER)
    yield made
    await made.close()


async def test_what_comes_back_is_what_was_found(reader: SourceReader) -> None:
    sources = [GOOD, "def f(:", "import os\n" + GOOD, "x = 1e999", "(" * 1000]
    assert await asyncio.gather(*map(reader.validate, sources)) == [validate(source) for source in sources]


async def test_a_reader_that_died_is_started_again(reader: SourceReader) -> None:
    await reader.validate(GOOD)
    process = reader._process
    assert process is not None
    process.kill()
    await process.wait()
    assert (await reader.validate(GOOD + "\n")).runs


async def test_a_source_that_takes_too_long_is_refused_and_the_next_is_read() -> None:
    script = "import sys, time\nfor line in sys.stdin:\n    time.sleep(600 if 'slow' in line else 0)\n    print('{}', flush=True)"
    reader = SourceReader([sys.executable, "-c", script], patience=2.0)
    with pytest.raises(InvalidInput, match="cannot be read"):
        await reader.validate("slow")
    reader._patience = 30.0
    assert (await reader.validate("quick")).runs
    await reader.close()
