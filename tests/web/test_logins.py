"""The login that a broker wants each day, on the screen: at first in the wizard, then on the page for all accounts."""

from __future__ import annotations

import html
import re
import subprocess
import sys
import urllib.request

import pytest

from tests.story.running import PASSWORD, RunningDesk
from tests.story.twins import RunningTwin
from tests.web.playing import Stage

pytestmark = pytest.mark.browser


def test_a_person_logs_in_each_day_on_one_page(stage: Stage, connecting: RunningDesk) -> None:
    with RunningTwin("zerodha") as twin:

        def login(_: object) -> str:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"{twin.url}/connect/login?v=3&api_key=kitetwin0001", timeout=30) as answer:
                found = re.search(r'id="redirect">([^<]+)<', answer.read().decode())
            assert found is not None
            return html.unescape(found[1])

        def overnight(_: object) -> str:
            twin.ask("clock", {"seconds": 86_400})
            twin.ask("disconnect", {})
            return "morning"

        stage.play("logins", connecting, {"login": login, "overnight": overnight}, twin=twin.url)

        overnight(None)
        connecting.until("/api/v1/w/main/logins", lambda found: found["items"][0]["life"] == "needs_login")
        command = [sys.executable, "-m", "bidwell.app", "accounts", "login", "--email", "ada@example.test", "--data"]
        done = subprocess.run(
            [*command, str(connecting.data)], input=f"{PASSWORD}\n{login(None)}\n", capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert re.search("Kite one: (active|expiring)", done.stdout), done
        assert f"log in at {twin.url}/connect/login" in done.stdout
