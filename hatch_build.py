"""Hatchling's build hook: the wheel and the source archive carry the built UI."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))

from tools.web import STATIC, WEB, build


class WebUi(BuildHookInterface[Any]):
    """Build web/ before the wheel is packed; an editable install takes what ./bidwell builds on start."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        if version == "editable":
            return
        if (WEB / "package.json").is_file():
            build()
        if not (STATIC / "index.html").is_file():
            msg = f"{STATIC} holds no UI, and there is no web/ to build it from"
            raise FileNotFoundError(msg)
