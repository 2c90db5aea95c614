"""What each part says of itself."""

from __future__ import annotations

import asyncio

from bidwell.server.context import ServerContext
from bidwell.server.health import schemas
from bidwell.server.ports import Probe

_PATIENCE = 2.0


async def ready(context: ServerContext) -> schemas.Ready:
    """Every desk's parts, and what `app` added, asked at the same time."""
    found: dict[str, schemas.Component] = {}
    for workspace, desk in context.desks.items():
        for name, (ok, detail) in desk.ready().items():
            key = name if len(context.desks) == 1 else f"{workspace}.{name}"
            found[key] = schemas.Component(ok=ok, detail=detail)
    names = list(context.probes)
    for name, (ok, detail) in zip(
        names, await asyncio.gather(*(_ask(context.probes[one]) for one in names)), strict=True
    ):
        found[name] = schemas.Component(ok=ok, detail=detail)
    return schemas.Ready(ok=all(part.ok for part in found.values()), components=found)


async def _ask(probe: Probe) -> tuple[bool, str]:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await probe()
    except TimeoutError:
        return False, f"no answer within {_PATIENCE:.0f} s"
    except Exception as error:  # noqa: BLE001 - a part that fails to answer is not ready, whatever the reason
        return False, f"{type(error).__name__}: {error}"
