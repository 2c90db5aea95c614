"""Plays a story in a browser: one Node process, asked and answered in lines of JSON."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.story.running import PASSWORD, RunningDesk
from tools import web

STORIES = Path(__file__).parent / "stories"
Deed = Callable[[dict[str, Any]], object]


@dataclass(frozen=True)
class Stage:
    """What every story is given: a browser, a folder for what it leaves, and where screenshots go, if anywhere."""

    chromium: str
    scratch: Path
    screenshots: Path | None

    def play(self, story: str, desk: RunningDesk, deeds: Mapping[str, Deed] | None = None, **more: object) -> None:
        """Play `stories/<story>.mjs`; `deeds` are what it may ask for, by name. Fails with what the browser saw."""
        given = {
            "url": desk.told["url"],
            "setup_url": desk.told["setup_url"],
            "email": "ada@example.test",
            "password": PASSWORD,
            "chromium": self.chromium,
            "scratch": str(self.scratch),
            "screenshots": str(self.screenshots) if self.screenshots else None,
            **more,
        }
        command = [str(web.node_folder() / "bin" / "node"), str(STORIES / f"{story}.mjs")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
            try:
                ending = converse(node, given, deeds or {})
            finally:
                node.kill()
        assert ending.get("done"), told(ending, desk)


def converse(node: subprocess.Popen[str], given: dict[str, Any], deeds: Mapping[str, Deed]) -> dict[str, Any]:
    """Answer what the story asks for until it ends; return its last word."""
    assert node.stdin is not None
    assert node.stdout is not None
    answer: object = given
    while True:
        node.stdin.write(json.dumps(answer) + "\n")
        node.stdin.flush()
        line = node.stdout.readline()
        if not line:
            return {"failed": "the browser's script ended without a word; its errors are above"}
        said: dict[str, Any] = json.loads(line)
        if "ask" not in said:
            return said
        answer = deeds[said["ask"]](said)


def told(ending: dict[str, Any], desk: RunningDesk) -> str:
    """What went wrong, with the last of the desk's own log."""
    return f"{ending.pop('failed', '')}\n{json.dumps(ending, indent=1)}\nThe desk's log ends:\n{desk.log()[-1500:]}"
