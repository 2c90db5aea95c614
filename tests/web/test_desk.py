"""What a person does on the screen, in a real browser, against a real desk with its real venue."""

from __future__ import annotations

from typing import Any

import pytest

from tests.story.running import Browser, RunningDesk
from tests.web.playing import Stage

pytestmark = pytest.mark.browser


@pytest.fixture
def slow_desk(desk: RunningDesk) -> RunningDesk:
    """The desk in a market that goes at the speed of life, so that a near limit stays unreached."""
    desk.browser.call("POST", "/api/v1/w/main/market/speed", {"speed": "1"})
    return desk


def test_the_set_up_link_leads_over_the_owners_form_to_a_desk_that_moves(stage: Stage, new_desk: RunningDesk) -> None:
    stage.play("owner", new_desk)


def test_an_alert_appears_by_itself_and_its_page_says_who_was_denied_why(stage: Stage, desk: RunningDesk) -> None:
    def alert(_: object) -> object:
        posted = desk.alert("screen-1")
        assert posted.status == 202, posted
        return posted.body

    stage.play("alert", desk, {"alert": alert})


def test_the_ticket_previews_sends_shows_and_takes_back(stage: Stage, slow_desk: RunningDesk) -> None:
    stage.play("ticket", slow_desk)


def test_an_entry_brings_its_stop_and_target_and_a_position_is_closed_from_its_row(
    stage: Stage, slow_desk: RunningDesk
) -> None:
    stage.play("book", slow_desk)


def test_addresses_that_lead_nowhere_say_so(stage: Stage, desk: RunningDesk) -> None:
    stage.play("paths", desk)


def test_groups_are_made_tried_changed_and_removed_unless_in_use(stage: Stage, desk: RunningDesk) -> None:
    stage.play("groups", desk)


def test_a_strategys_token_is_shown_once_and_works_until_it_is_rotated(stage: Stage, desk: RunningDesk) -> None:
    def alert(asked: dict[str, Any]) -> object:
        body = {"token": asked["token"], "action": "buy", "symbol": "IBM", "quantity": "1", "id": asked["token"][-8:]}
        posted = Browser(desk.told["url"]).call("POST", "/api/v1/hooks/alert", body)
        assert posted.status == asked["status"], posted
        return posted.body

    stage.play("alerts", desk, {"alert": alert})


def test_limits_and_brakes_ask_for_a_held_button_or_the_password(stage: Stage, desk: RunningDesk) -> None:
    stage.play("accounts", desk)


def test_the_journal_is_read_by_pages_and_the_look_survives_a_reload(stage: Stage, desk: RunningDesk) -> None:
    for number in range(8):
        assert desk.alert(f"pages-{number}", symbol="GOOG", quantity=str(5 + number)).status == 202
    stage.play("settings", desk)
