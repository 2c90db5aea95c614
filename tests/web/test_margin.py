"""What a broker would block and which options it lists, on screen and by command: a desk's process, a twin's, a browser."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from tests.story.running import PASSWORD, RunningDesk
from tests.story.twins import RunningTwin
from tests.web.playing import Stage

pytestmark = pytest.mark.browser
W = "/api/v1/w/main"
FIELDS = {
    "client_code": "T100001",
    "pin": "1111",
    "api_key": "twinkey1",
    "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
}
SHARE, FUTURE, CALL = "SBIN.XNSE", "NIFTY261229F.XNSE", "NIFTY261229C26000.XNSE"


def connected(desk: RunningDesk, twin: RunningTwin) -> str:
    desk.browser.call("POST", "/api/v1/session/step-up", {"password": PASSWORD})
    # The replayed market quotes nothing of India: the order's own price stands in for a quote.
    freed = desk.browser.call("PUT", f"{W}/limits/workspace", {"max_data_age": None})
    assert freed.status in {200, 204}, freed
    body = {"environment": "twin", "twin": twin.url, "fields": FIELDS, "name": "Angel one"}
    made = desk.browser.call("POST", f"{W}/brokers/angelone/accounts", body)
    assert made.status == 201, made
    ident = str(made.body["id"])
    desk.until(f"{W}/accounts/{ident}", lambda account: account["reconciled"])
    listed = desk.browser.call("POST", f"{W}/accounts/{ident}/instruments", {"symbols": [SHARE, FUTURE, CALL]})
    assert listed.status == 200, listed
    return ident


def answered(desk: RunningDesk, *words: str) -> Any:  # noqa: ANN401 - JSON
    command = [sys.executable, "-m", "bidwell.app", *words, "--json", "--data", str(desk.data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def told(desk: RunningDesk, *words: str) -> dict[str, Any]:
    (line,) = answered(desk, "margin", *words)["accounts"]
    return dict(line)


def test_a_person_sees_what_the_broker_would_block_and_lists_options_of_its_chain(
    stage: Stage, connecting: RunningDesk
) -> None:
    with RunningTwin("angelone") as twin:
        account = connected(connecting, twin)
        stage.play("margin", connecting, symbol="SBIN")
        sold = ("sell", "75", FUTURE, "--limit", "26000", "--account", account)
        alone = told(connecting, *sold)
        hedged = told(connecting, *sold, "--with", f"buy 75 {CALL} 300")
        assert alone["told"] == hedged["told"] == "told"
        assert Decimal(alone["available"]) == Decimal(1_000_000)
        assert Decimal(alone["required"]) == Decimal(hedged["required"]) == Decimal(1_950_000)
        assert len(hedged["orders"]) == 2
        assert not twin.accounts()["T100001"]["orders"]
        chain = answered(connecting, "accounts", "chain", account, "NIFTY", "--strikes", "4")
        assert chain["expiries"] == ["2026-12-29", "2027-01-28"]
        assert [row["strike"] for row in chain["rows"]] == ["25900", "26000", "26100", "26200"]
        assert chain["rows"][1]["call"]["id"] == CALL
        assert chain["rows"][1]["call"]["listed"]
        assert Decimal(chain["rows"][1]["call"]["bid"]) > 300
        stage.play("chain", connecting, account=account)
