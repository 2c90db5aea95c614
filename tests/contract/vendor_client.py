"""A vendor's own client, which nobody here wrote, in a Python of its own that has nothing of ours."""

from __future__ import annotations

import asyncio
import json
import subprocess
import venv
from pathlib import Path
from typing import Any

import pytest


async def environment(folder: Path, package: str) -> Path:
    """A Python with the client; the test is skipped with the reason where none can be made."""
    return await asyncio.to_thread(_environment, folder, package)


def _environment(folder: Path, package: str) -> Path:
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode != 0:
        pytest.skip(f"{package} cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
    return python


async def driven(python: Path, driver: Path, folder: Path, *arguments: str) -> dict[str, Any]:
    """What a driver of the client says last, run in a folder."""
    process = await asyncio.create_subprocess_exec(
        python, "-I", driver, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=folder
    )
    said, wrong = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, wrong.decode()[-3000:]
    told: dict[str, Any] = json.loads(said.decode().strip().splitlines()[-1])
    return told
