"""A desk that dies while somebody looks at it."""

from __future__ import annotations

import pytest

from tests.story.running import RunningDesk
from tests.web.playing import Stage

pytestmark = pytest.mark.browser


def test_a_page_says_that_its_desk_is_gone_and_recovers_by_itself(stage: Stage, desk: RunningDesk) -> None:
    def kill(_: object) -> str:
        desk.kill()
        return "killed"

    def start(_: object) -> str:
        desk.start()
        return "started"

    stage.play("loss", desk, {"kill": kill, "start": start})
