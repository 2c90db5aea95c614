"""The paper venue's own books, read through its admin connection: the judge in every crash test."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from bidwell.app.clock import SystemEntropy
from bidwell.brokers.paper.broker.admin import PaperAdmin
from bidwell.brokers.paper.config import read_config


def books(data: Path) -> dict[str, Any]:
    """Every account of the venue with orders, submissions by client id, fills, positions and cash."""

    async def ask() -> dict[str, Any]:
        admin = PaperAdmin(read_config(data / "venue"), SystemEntropy())
        await admin.connect()
        try:
            found: dict[str, Any] = (await admin.dump())["accounts"]
            return found
        finally:
            await admin.close()

    return asyncio.run(ask())


def faults(data: Path, script: dict[str, object]) -> None:
    """Give the venue a fault script."""

    async def tell() -> None:
        admin = PaperAdmin(read_config(data / "venue"), SystemEntropy())
        await admin.connect()
        try:
            await admin.set_faults(script)
        finally:
            await admin.close()

    asyncio.run(tell())
