from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

import httpx2
import msgspec

from bidwell.model.errors import JournalUnavailable
from bidwell.model.ids import InstrumentId, StrategyId
from bidwell.model.intent import SizingBy
from bidwell.model.role import Role
from bidwell.server.alerts.history import MOST_WAITING, History
from bidwell.server.app import create_alert_app, create_app
from bidwell.server.context import TRADINGVIEW, ServerContext
from bidwell.server.ports import AlertRecord
from tests.server.house import ACME, COIN, MAIN, OTHER, START, TOKEN, House, until

PATH = "/api/v1/hooks/alert"


async def post(home: House, body: object) -> httpx2.Response:
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return await home.client().post(PATH, content=content)


def held(home: House, account: str = "main-plain", instrument: InstrumentId = ACME) -> Decimal:
    portfolio = next(one for name, one in home.desk.state.portfolios.items() if name == account)
    return portfolio.share(instrument, StrategyId("main-cross")).quantity


async def test_one_alert_becomes_an_order_in_every_account_of_the_group(home: House) -> None:
    answer = await post(home, home.alert())
    assert answer.status_code == 202, answer.text
    assert answer.json() == {
        "intent": answer.json()["intents"][0],
        "intents": answer.json()["intents"],
        "duplicate": False,
    }
    await until(lambda: held(home) == 10 and held(home, "main-second") == 10)
    assert held(home, "main-tight") == 0


async def test_the_text_form_works_as_well(home: House) -> None:
    assert (await post(home, f"{TOKEN[MAIN]} buy ACME 3 id text-1".encode())).status_code == 202
    await until(lambda: held(home) == 3)


async def test_an_alert_delivered_twice_is_one_intent(home: House) -> None:
    body = home.alert()
    first, again = await post(home, body), await post(home, body)
    assert (again.status_code, again.json()["intent"], again.json()["duplicate"]) == (202, first.json()["intent"], True)
    assert home.intents() == 1


async def test_a_second_scale_in_on_one_bar_is_kept(home: House) -> None:
    await post(home, home.alert(position="10"))
    bar = {"action": "scale_in", "id": "", "bar_time": "2026-03-02T15:00:00Z", "quantity": "2"}
    first = await post(home, home.alert(**bar, position="12"))
    second = await post(home, home.alert(**bar, position="14"))
    repeat = await post(home, home.alert(**bar, position="14"))
    assert [one.status_code for one in (first, second, repeat)] == [202, 202, 202], second.text
    assert [one.json()["duplicate"] for one in (first, second, repeat)] == [False, False, True]
    await until(lambda: held(home) == 14)


async def test_the_same_id_with_another_price_is_a_conflict(home: House) -> None:
    body = home.alert(limit_price="90")
    assert (await post(home, body)).status_code == 202
    answer = await post(home, {**body, "limit_price": "91"})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")


async def test_an_alert_that_nothing_tells_from_the_next_is_refused(home: House) -> None:
    answer = await post(home, home.alert(id=""))
    assert (answer.status_code, answer.json()["code"]) == (422, "alert_id_missing")


async def test_a_late_alert_is_refused_but_its_late_repeat_is_a_duplicate(home: House) -> None:
    sent = home.clock.now()
    body = home.alert(sent_at=sent.isoformat())
    assert (await post(home, body)).status_code == 202
    home.clock.ahead += timedelta(seconds=60)
    repeat, late = await post(home, body), await post(home, home.alert(sent_at=sent.isoformat()))
    assert repeat.json()["duplicate"]
    assert (late.status_code, late.json()["code"]) == (422, "alert_stale")
    early = await post(home, home.alert(sent_at=(home.clock.now() + timedelta(minutes=5)).isoformat()))
    assert early.json()["code"] == "alert_clock"
    assert home.intents() == 1


async def test_exit_scale_out_reverse_target_and_close_all(home: House) -> None:
    await post(home, home.alert(quantity="8"))
    await until(lambda: held(home) == 8)
    await post(home, home.alert(action="scale_out", quantity="", percent="25"))
    await until(lambda: held(home) == 6)
    await post(home, home.alert(action="scale_out", quantity="2"))
    await until(lambda: held(home) == 4)
    more = await post(home, home.alert(action="scale_out", quantity="100"))
    assert more.status_code == 202
    await until(lambda: held(home) == 0 and held(home, "main-second") == 0)
    flat = await post(home, home.alert(action="scale_out", quantity="1"))
    assert flat.json()["code"] == "alert_flat"
    await post(home, home.alert(action="target", quantity="", position="7"))
    await until(lambda: held(home) == 7)
    await post(home, home.alert(symbol="BTC", quantity="0.5"))
    await until(lambda: held(home, instrument=COIN) == Decimal("0.5"))
    closing = await post(home, home.alert(action="close_all", symbol="", quantity=""))
    assert len(closing.json()["intents"]) == 2
    await until(lambda: held(home) == 0 and held(home, instrument=COIN) == 0)
    nothing = await post(home, home.alert(action="close_all", symbol="", quantity=""))
    assert nothing.json()["code"] == "alert_nothing_to_close"


async def test_a_reverse_targets_the_other_side(home: House) -> None:
    await post(home, home.alert(quantity="4"))
    await until(lambda: held(home) == 4)
    answer = await post(home, home.alert(action="reverse", quantity="3"))
    sizing = next(one.intent.sizing for name, one in home.desk.state.intents.items() if name == answer.json()["intent"])
    assert (sizing.by, sizing.value) == (SizingBy.TARGET, Decimal(-3))
    again = await post(home, home.alert(action="reverse", quantity=""))
    assert again.json()["code"] == "alert_size"


BAD: list[tuple[dict[str, str], str]] = [
    ({"quantity": ""}, "alert_size"),
    ({"notional": "100"}, "alert_size"),
    ({"symbol": "NOPE"}, "alert_symbol"),
    ({"symbol": ""}, "alert_symbol_missing"),
    ({"order_type": "magic"}, "alert_order_type"),
    ({"time_in_force": "soon"}, "alert_time_in_force"),
    ({"order_type": "limit"}, "terms.limit_price_missing"),
    ({"action": "scale_in"}, "alert_flat"),
    ({"risk": "5", "quantity": ""}, "sizing.stop_missing"),
    ({"side": "up", "action": "scale_in"}, "alert_side"),
]


async def test_what_cannot_be_understood_is_refused_and_kept_in_the_history(home: House) -> None:
    for change, code in BAD:
        answer = await post(home, home.alert(**change))
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert home.intents() == 0
    viewer = await home.member(MAIN, Role.VIEWER)
    page = (await viewer.get("/api/v1/w/main/strategies/main-cross/alerts?limit=200")).json()
    assert [(one["outcome"], one["code"]) for one in page["items"]] == [("refused", code) for _, code in reversed(BAD)]
    assert TOKEN[MAIN] not in str(page)


async def test_a_wrong_revoked_or_missing_token_is_401_and_all_look_alike(home: House) -> None:
    owner = await home.member(MAIN, Role.OWNER)
    rotated = (await owner.post("/api/v1/w/main/strategies/main-cross/rotate")).json()
    answers = [
        await post(home, home.alert(token=token)) for token in (TOKEN[MAIN], "bwt_never_never_never_never_never", "")
    ]
    assert {one.status_code for one in answers} == {401}
    assert len({(one.json()["code"], one.json()["detail"]) for one in answers}) == 1
    assert home.intents() == 0
    assert (await post(home, home.alert(token=rotated["token"]))).status_code == 202
    assert (await owner.ask("DELETE", "/api/v1/w/main/strategies/main-cross")).status_code == 204
    assert (await post(home, home.alert(token=rotated["token"]))).status_code == 401


async def test_a_second_token_hidden_in_a_note_proves_nothing(home: House) -> None:
    body = {"note": TOKEN[OTHER], **home.alert()}
    assert (await post(home, body)).status_code == 401
    assert all(not desk.state.intents for desk in home.context.desks.values())


async def test_a_strategy_that_is_switched_off_takes_nothing(home: House) -> None:
    owner = await home.member(MAIN, Role.OWNER)
    await owner.ask("PATCH", "/api/v1/w/main/strategies/main-cross", json={"enabled": False})
    answer = await post(home, home.alert())
    assert (answer.status_code, answer.json()["code"]) == (422, "strategy.disabled")


async def test_an_oversized_alert_is_not_read_to_its_end(home: House) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 1024

    answer = await home.client().post(PATH, content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")
    declared = await home.client().post(PATH, content=b"x" * 9000)
    assert declared.status_code == 413


async def test_a_journal_that_is_away_acknowledges_nothing(home: House) -> None:
    home.journals[MAIN].away = JournalUnavailable("gone")
    answer = await post(home, home.alert())
    assert (answer.status_code, answer.json()["code"]) == (503, "journal_unavailable")
    home.journals[MAIN].away = None


async def test_ten_thousand_mutated_messages_make_no_error_and_no_intent(home: House) -> None:
    random = Random(20261121)
    client = home.client()
    seeds = [
        msgspec.json.encode(home.alert(stop="95", take_profit="110", sent_at=home.clock.now().isoformat())),
        f"{TOKEN[MAIN]} buy ACME 10 limit 98.5 stop 95 id abc".encode(),
    ]
    place = [seed.index(TOKEN[MAIN].encode()) for seed in seeds]
    for turn in range(10_000):
        which = turn % len(seeds)
        body = bytearray(seeds[which])
        body[place[which] + 8 + random.randrange(16)] ^= 0x11
        for _ in range(random.randrange(8)):
            body[random.randrange(len(body))] = random.randrange(256)
        answer = await client.post(PATH, content=bytes(body))
        assert answer.status_code == 401, (answer.status_code, answer.text, bytes(body))
    assert home.intents() == 0


async def test_mutated_messages_with_the_right_token_are_taken_or_refused_never_failed(home: House) -> None:
    random = Random(7)
    client = home.client()
    seed = msgspec.json.encode(home.alert(limit_price="50", stop="45", sent_at=home.clock.now().isoformat()))
    start = seed.index(TOKEN[MAIN].encode()) + len(TOKEN[MAIN])
    for _ in range(400):
        body = bytearray(seed)
        for _ in range(1 + random.randrange(3)):
            body[random.randrange(start, len(body))] = random.randrange(256)
        answer = await client.post(PATH, content=bytes(body))
        assert answer.status_code in {202, 401, 409, 422}, (answer.status_code, answer.text, bytes(body))


# --- signed senders ------------------------------------------------------------------------------------


async def signed(home: House, secret: str, body: bytes, at: int, strategy: str = "main-cross") -> httpx2.Response:
    proof = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    header = {"X-Signature": f"t={at},v1={proof}"}
    return await home.client().post(f"/api/v1/hooks/signal/{strategy}", content=body, headers=header)


async def test_a_signed_signal_needs_no_token_and_counts_for_thirty_seconds(home: House) -> None:
    owner = await home.member(MAIN, Role.OWNER)
    secret = (await owner.post("/api/v1/w/main/strategies/main-cross/rotate")).json()["secret"]
    body = msgspec.json.encode(home.alert(token=""))
    now = int(home.clock.now().timestamp())
    assert (await signed(home, secret, body, now)).status_code == 202
    assert (await signed(home, secret, body, now)).json()["duplicate"]
    for wrong in (await signed(home, secret, body, now - 31), await signed(home, secret, body, now + 60),
                  await signed(home, "bwh_wrong", body, now), await signed(home, secret, body, now, "other-cross"),
                  await signed(home, secret, body, now, "nobody")):  # fmt: skip
        assert wrong.status_code == 401, wrong.text
    forged = await home.client().post(
        "/api/v1/hooks/signal/main-cross", content=body, headers={"X-Signature": "t=,v1="}
    )
    assert (forged.status_code, home.intents()) == (401, 1)


# --- who may call --------------------------------------------------------------------------------------


def behind(home: House, *, networks: tuple[str, ...], proxies: tuple[str, ...] = ()) -> ServerContext:
    """The same house behind a server that is set up differently."""
    settings = replace(home.context.settings, alert_networks=networks, trusted_proxies=proxies)
    return replace(home.context, settings=settings)


async def test_with_an_address_list_only_those_may_post(home: House) -> None:
    app = create_app(behind(home, networks=TRADINGVIEW))
    for address, status in ((TRADINGVIEW[0], 202), ("203.0.113.9", 403), ("127.0.0.1", 202)):
        answer = await home.client(address, app).post(PATH, json=home.alert())
        assert answer.status_code == status, answer.text


async def test_a_tunnel_on_this_machine_is_not_this_machine(home: House) -> None:
    app = create_alert_app(behind(home, networks=TRADINGVIEW))
    answer = await home.client("127.0.0.1", app, **{"X-Forwarded-For": "203.0.113.9"}).post("/alert", json=home.alert())
    assert (answer.status_code, answer.json()["code"]) == (403, "alert_address")


async def test_a_trusted_proxy_says_who_calls_and_another_cannot(home: House) -> None:
    app = create_alert_app(behind(home, networks=TRADINGVIEW, proxies=("10.0.0.0/8",)))
    forwarded = {"X-Forwarded-For": f"198.51.100.1, {TRADINGVIEW[1]}"}
    through = await home.client("10.1.2.3", app, **forwarded).post("/alert", json=home.alert())
    lying = await home.client("203.0.113.9", app, **forwarded).post("/alert", json=home.alert())
    assert (through.status_code, lying.status_code) == (202, 403)


async def test_the_listener_takes_alerts_and_nothing_else(home: House) -> None:
    client = home.client(app=home.alert_app)
    assert (await client.post("/alert", json=home.alert())).status_code == 202
    for path in ("/", "/api/v1/session", "/api/v1/w/main/overview", "/metrics", "/health/live"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "path.unknown")
    check = (await client.get("/alert/check")).json()
    assert (check["address"], check["sender"], check["allowed"]) == ("127.0.0.1", "this machine", True)
    seen = (await home.client(TRADINGVIEW[2], home.alert_app).get("/alert/check")).json()
    assert seen["sender"] == "TradingView"


# --- trying --------------------------------------------------------------------------------------------


async def test_trying_a_message_shows_what_would_happen_and_sends_nothing(home: House) -> None:
    viewer = await home.member(MAIN, Role.VIEWER)
    before = home.noted()
    path = "/api/v1/w/main/alerts/test"
    good = (await viewer.post(path, json={"strategy": "main-cross", "body": "buy ACME 4 id t1"})).json()
    assert (good["parsed"]["instrument"], good["would"][0]["allowed"], good["problem"]) == ("ACME.TEST", 3, None)
    bad = (await viewer.post(path, json={"strategy": "main-cross", "body": "buy ACME id t1"})).json()
    assert (bad["would"], bad["problem"]["code"]) == (None, "alert_size")
    unreadable = (await viewer.post(path, json={"strategy": "main-cross", "body": "{"})).json()
    assert (unreadable["parsed"], unreadable["problem"]["code"]) == (None, "alert_malformed")
    assert (home.intents(), home.noted()) == (0, before)


class BrokenLog:
    """A store of messages that cannot store."""

    async def add(self, workspace: str, strategy: str, record: AlertRecord) -> None:
        raise OSError("disk full")

    async def read(self, workspace: str, strategy: str) -> list[AlertRecord]:
        return []


async def test_a_history_that_cannot_be_written_costs_the_sender_nothing(home: House) -> None:
    app = create_app(replace(home.context, alerts=BrokenLog()))
    for _ in range(3):
        assert (await home.client(app=app).post(PATH, json=home.alert())).status_code == 202
    assert home.intents() == 3


async def test_messages_are_readable_while_they_wait_to_be_stored() -> None:
    history = History(BrokenLog())
    for place in range(MOST_WAITING + 5):
        history.note("w", "s", AlertRecord(START, "accepted", "accepted", "", f"i{place}", ""))
    found = await history.read("w", "s")
    assert (len(found), found[0].intent, found[-1].intent) == (MOST_WAITING, f"i{MOST_WAITING + 4}", "i5")
    assert await history.read("w", "t") == []


async def test_alerts_on_either_listener_are_counted_together(home: House) -> None:
    await home.client(app=home.alert_app).post("/alert", json=home.alert())
    await post(home, home.alert())
    assert 'bidwell_alerts_total{outcome="accepted"} 2.0' in (await home.client().get("/metrics")).text
