"""Fire drills as the desk asks for them. What a drill needs, every twin among it, is imported when one is asked for."""

# ruff: noqa: PLC0415 - as said

from __future__ import annotations

import asyncio
import json
import sys
from typing import Final

from bidwell.model import risk_events as rev
from bidwell.model.errors import Unavailable

_LONGEST: Final = 120.0


class Drills:
    """`server.ports.Drills`: each drill in a process of its own."""

    def offered(self, broker: str) -> bool:
        """Whether there is a twin to drill at."""
        from bidwell.app.drill import offered

        return offered(broker)

    async def run(self, broker: str) -> tuple[rev.DrillStep, ...]:
        """Drill; raises InvalidInput for a broker that has no twin, Unavailable where the process ends early."""
        from bidwell.app.drill import must_be_offered

        must_be_offered(broker)
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bidwell.app.drill", broker,
                                                       stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                                                       stderr=asyncio.subprocess.PIPE)  # fmt: skip
        try:
            async with asyncio.timeout(_LONGEST):
                said, trouble = await process.communicate()
        except TimeoutError as error:
            process.kill()
            await process.wait()
            raise Unavailable(f"the drill did not end within {_LONGEST:g} s") from error
        if process.returncode:
            last = trouble.decode(errors="replace").strip().splitlines()[-1:]
            raise Unavailable(f"the drill ended early: {''.join(last)[:200]}")
        return tuple(rev.DrillStep(**row) for row in json.loads(said))
