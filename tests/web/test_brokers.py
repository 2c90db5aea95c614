"""An account is connected at a broker on the screen: the wizard, the session's card, and what goes wrong there."""

from __future__ import annotations


import pytest

from tests.story.running import RunningDesk
from tests.story.twins import RunningTwin
from tests.web.playing import Stage

pytestmark = pytest.mark.browser


def test_a_person_connects_an_account_and_sees_how_its_session_is(stage: Stage, connecting: RunningDesk) -> None:
    with RunningTwin("alpaca") as twin:

        def kill(_: object) -> str:
            twin.ask("kill", {"account": "PA0001", "seconds": 3600})
            return "killed"

        def revive(_: object) -> str:
            twin.ask("revive", {})
            return "revived"

        stage.play("brokers", connecting, {"kill": kill, "revive": revive}, twin=twin.url)
