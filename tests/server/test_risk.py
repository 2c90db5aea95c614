from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bidwell.app.rulebooks import revise_all
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.instrument import Option, Right
from bidwell.model.position import Position
from bidwell.model.role import Role
from bidwell.risk.funded.library import Library
from tests.server.house import MAIN, PASSWORD, House, Person, until, wish

W = "/api/v1/w/main"
PLAIN = AccountId("main-plain")
PLAN = """firm = "Mine"
plan = "Own"
currency = "USD"
effective_from = 2026-01-01
source = "made up"
read_on = 2026-01-01
zone = "America/New_York"
rolls_at = 00:00:00

[[phase]]
id = "mine-50k"
phase = "evaluation"
size = 50000
profit_target = 3000
contracts = 10

[phase.maximum_loss]
amount = 2000
basis = "trailing_end_of_day"
lock = 50000

[phase.daily_loss]
amount = 1000
"""


async def owner(home: House) -> Person:
    person = await home.member(MAIN, Role.OWNER)
    assert (await person.post("/api/v1/session/step-up", json={"password": PASSWORD})).status_code == 204
    return person


async def send(home: House, person: Person, key: str, **changes: object) -> str:
    answer = await person.post(f"{W}/intents", json=wish(**changes), headers={"Idempotency-Key": key})
    assert answer.status_code == 202, answer.text
    name = str(answer.json()["id"])
    await until(lambda: name not in home.desk.state.undecided, 10)
    return name


async def risk(person: Person, account: str = "main-plain") -> dict[str, Any]:
    found = (await person.get(f"{W}/risk")).json()
    return next(one for one in found["accounts"] if one["account"] == account)


async def test_meters_warnings_breaches_and_their_life(home: House) -> None:
    person = await owner(home)
    trader = await home.member(MAIN, Role.TRADER)
    limits = {
        "max_daily_loss": "1000",
        "on_breach": "reduce_only",
        "drawdowns": [{"amount": "5000", "basis": "static"}],
    }
    assert (await person.ask("PUT", f"{W}/limits/account/main-plain", json=limits)).status_code == 200
    await until(lambda: PLAIN in home.desk.state.risk.marks, 10)
    await send(home, trader, "in", sizing={"by": "quantity", "value": "100"})
    await until(lambda: home.desk.state.risk.fills.get(PLAIN, 0) > 0, 10)
    await home.quote("91.99", "92.01")
    await until(lambda: bool(home.desk.state.risk.violations), 10)
    meters = {meter["rule"]: meter for meter in (await risk(trader))["meters"]}
    assert (meters["daily_loss"]["limit"], meters["daily_loss"]["origin"]) == ("1000", "account:main-plain")
    assert 0.7 < float(meters["daily_loss"]["fraction"]) < 0.9
    assert float(meters["drawdown_static"]["fraction"]) < 0.2
    await home.quote("88.99", "89.01")
    await until(lambda: bool(home.desk.state.risk.locks), 10)
    seen = await risk(trader)
    assert (seen["locks"][0]["reduce_only"], seen["state"]["state"]) == (True, "reduce_only")
    found = (await trader.get(f"{W}/risk/violations")).json()["items"]
    assert [one["severity"] for one in found] == ["breach", "warning"]
    path = f"{W}/risk/violations/{found[0]['id']}"
    assert (await trader.post(f"{path}/acknowledge", json={"note": "looking"})).json()["state"] == "acknowledged"
    done = (await trader.post(f"{path}/resolve", json={"note": "sized down"})).json()
    assert (done["state"], done["note"], done["resolved_by"]) == (
        "resolved",
        "looking; sized down",
        done["acknowledged_by"],
    )
    assert len((await trader.get(f"{W}/risk/violations")).json()["items"]) == 1
    assert len((await trader.get(f"{W}/risk/violations?state=all")).json()["items"]) == 2
    assert (await trader.post(f"{W}/risk/violations/none/resolve", json={})).status_code == 404
    denied = await trader.post(f"{W}/preview", json=wish())
    assert denied.json()["allocations"][0]["denial"]["rule"] == "halt"
    scope = {"type": "account", "id": "main-plain"}
    released = await person.post(f"{W}/release", json={"scope": scope, "password": PASSWORD})
    assert released.status_code == 202, released.text
    assert (await risk(trader))["state"]["state"] == "active"


async def test_a_square_off_closes_what_it_names_and_no_more(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    await send(home, trader, "one", sizing={"by": "quantity", "value": "7"})
    await send(home, trader, "two", sizing={"by": "quantity", "value": "5"}, account="main-second")
    await send(home, trader, "coin", instrument="BTC.TEST", sizing={"by": "quantity", "value": "0.01"})
    state = home.desk.state
    await until(lambda: sum(state.risk.fills.values()) >= 3, 10)

    def held() -> list[tuple[str, str]]:
        return [(account, name) for account, one in state.portfolios.items()
                for name, position in one.positions.items() if position.quantity]  # fmt: skip

    asked = await trader.post(f"{W}/risk/square-off", json={"account": "main-plain", "instrument": "ACME.TEST"})
    assert asked.status_code == 202, asked.text
    await until(lambda: ("main-plain", "ACME.TEST") not in held(), 10)
    assert sorted(held()) == [("main-plain", "BTC.TEST"), ("main-second", "ACME.TEST")]
    everything = await trader.post(f"{W}/risk/square-off", json={"group": "main-all", "reason": "done for today"})
    assert len(everything.json()["items"]) == 3
    await until(lambda: not held() and not state.risk.squares, 10)
    assert (await trader.post(f"{W}/risk/square-off", json={"account": "nobody"})).status_code == 404
    assert (await trader.post(f"{W}/risk/square-off", json={"instrument": "NO.NO"})).status_code == 404
    viewer = await home.member(MAIN, Role.VIEWER)
    assert (await viewer.post(f"{W}/risk/square-off", json={})).status_code == 403


async def test_a_square_off_waits_while_it_cannot_leave_and_can_be_called_off(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    await send(home, trader, "in")
    await until(lambda: home.desk.state.risk.fills.get(PLAIN, 0) > 0, 10)
    # Without a connection nothing reconciles the account again behind the test's back.
    home.desk.on_disconnected(PLAIN, "the test says so")
    made = (await trader.post(f"{W}/risk/square-off", json={"account": "main-plain"})).json()["items"][0]
    home.desk.guard.watch()
    listed = (await trader.get(f"{W}/risk")).json()["square_offs"]
    assert [one["id"] for one in listed] == [made["id"]]
    stopped = await trader.post(f"{W}/risk/square-off/{made['id']}/stop")
    assert (stopped.status_code, stopped.json()["square_offs"]) == (200, [])
    assert (await trader.post(f"{W}/risk/square-off/{made['id']}/stop")).status_code == 404
    home.desk.on_connected(PLAIN)
    await until(lambda: home.desk.reconciled(PLAIN), 10)
    home.desk.guard.watch()
    assert home.desk.state.portfolios[PLAIN].position(InstrumentId("ACME.TEST")).quantity
    assert (await trader.post(f"{W}/risk/square-off/none/stop")).status_code == 404


async def test_releases_bar_entries_around_them(home: House) -> None:
    person = await owner(home)
    at = home.market.now()
    body = {
        "events": [{"at": at.isoformat(), "title": "Consumer prices", "instruments": ["ACME.TEST"]}],
        "source": "a page",
    }
    assert (await person.ask("PUT", f"{W}/risk/releases", json=body)).status_code == 200
    assert (await person.get(f"{W}/risk/releases")).json()["events"][0]["title"] == "Consumer prices"
    trial = {"type": "account", "id": "main-plain", "limits": {"news_before": "600", "news_after": "600"}}
    answer = (await person.post(f"{W}/risk/dry-run", json={"intent": wish(), "trial": trial})).json()
    assert answer["allocations"][0]["denial"]["rule"] == "news_window"
    other = wish(instrument="BTC.TEST", sizing={"by": "quantity", "value": "0.01"})
    free = (await person.post(f"{W}/risk/dry-run", json={"intent": other, "trial": trial})).json()
    assert free["allocations"][0]["allowed"]


async def test_a_calendar_file_is_kept_with_its_windows_or_refused_with_its_line(home: House) -> None:
    person = await owner(home)
    quiet = {"news_before": "60", "news_after": "30"}
    assert (await person.ask("PUT", f"{W}/limits/account/main-plain", json=quiet)).status_code == 200
    path = f"{W}/risk/releases/text"
    text = "2026-12-10T13:30Z, Consumer prices, ACME.TEST\n2026-12-09T19:00Z, Rates\n"
    kept = await person.ask("PUT", path, json={"text": text, "source": "a page"})
    assert kept.status_code == 200, kept.text
    shown = (await person.get(f"{W}/risk/releases")).json()
    assert [one["title"] for one in shown["events"]] == ["Rates", "Consumer prices"]
    assert shown["source"] == "a page"
    assert shown["quiet"] == [
        {"account": "main-plain", "name": shown["quiet"][0]["name"], "before": "60", "after": "30"}
    ]
    assert shown["now"].startswith(home.market.now().isoformat()[:10])
    wrong = await person.ask("PUT", path, json={"text": f"{text}soon, Something"})
    assert wrong.status_code == 422
    assert "line 3: 'soon' is no time" in wrong.json()["detail"]
    assert len((await person.get(f"{W}/risk/releases")).json()["events"]) == 2
    trader = await home.member(MAIN, Role.TRADER)
    assert (await trader.ask("PUT", path, json={"text": text})).status_code == 403
    assert (await person.ask("PUT", path, json={"text": ""})).json()["events"] == []


async def test_a_dry_run_tries_other_limits_and_keeps_nothing(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    plain = (await trader.post(f"{W}/risk/dry-run", json={"intent": wish()})).json()
    assert plain["allocations"][0]["allowed"]
    trial = {"type": "workspace", "limits": {"max_order_quantity": "3", "max_data_age": "3600"}}
    tried = (await trader.post(f"{W}/risk/dry-run", json={"intent": wish(), "trial": trial})).json()
    assert tried["allocations"][0]["denial"]["would_pass"] == "3"
    assert (await trader.post(f"{W}/preview", json=wish())).json()["allocations"][0]["allowed"]
    assert home.intents() == 0
    wrong = {"type": "account", "id": "main-plain", "limits": {"max_daily_loss": "5", "currency": "INR"}}
    refused = await trader.post(f"{W}/risk/dry-run", json={"intent": wish(), "trial": wrong})
    assert refused.json()["code"] == "limits.currency"


async def test_rulebooks_are_listed_with_source_and_ones_own_are_checked_with_their_line(home: House) -> None:
    person = await owner(home)
    found = (await person.get(f"{W}/funded/rulebooks")).json()
    books = {one["id"]: one for one in found["items"]}
    assert books["topstep-combine-50k"]["source"]
    assert books["topstep-combine-50k"]["read_on"] == "2026-11-21"
    assert "no promise" in books["topstep-combine-50k"]["disclaimer"]
    doubtful = {one["rule"] for one in books["tradeday-eod-50k"]["rules"] if one["unconfirmed"]}
    assert doubtful == {"profit_target", "contracts"}
    wrong = {"name": "mine.toml", "text": PLAN.replace("amount = 1000", "amount = 5000")}
    refused = await person.ask("PUT", f"{W}/funded/rulebooks", json=wrong)
    assert refused.status_code == 422
    assert "mine.toml:22: daily_loss: is larger than the maximum loss" in refused.json()["detail"]
    kept = await person.ask("PUT", f"{W}/funded/rulebooks", json={"name": "mine.toml", "text": PLAN})
    assert kept.status_code == 200, kept.text
    assert (kept.json()["files"], kept.json()["faults"]) == (["mine.toml"], [])
    assert (await person.get(f"{W}/funded/rulebooks/mine.toml")).json()["text"] == PLAN
    stolen = {"name": "theirs.toml", "text": PLAN.replace("mine-50k", "topstep-combine-50k")}
    assert (await person.ask("PUT", f"{W}/funded/rulebooks", json=stolen)).status_code == 422
    shipped = {"name": "topstep.toml", "text": PLAN}
    assert (await person.ask("PUT", f"{W}/funded/rulebooks", json=shipped)).json()["code"] == "rulebook.name"


async def test_an_account_is_held_to_a_rulebook_shown_and_let_go(home: House) -> None:
    person = await owner(home)
    await person.ask("PUT", f"{W}/funded/rulebooks", json={"name": "mine.toml", "text": PLAN})
    path = f"{W}/funded/main-plain"
    assert (await person.get(path)).status_code == 404
    unknown = await person.post(f"{path}/attach", json={"rulebook": "nothing"})
    assert unknown.json()["code"] == "rulebook.unknown"
    attached = await person.post(f"{path}/attach", json={"rulebook": "mine-50k"})
    assert attached.status_code == 200, attached.text
    shown = attached.json()
    assert (shown["stage"], shown["floor"], shown["distance"], shown["day_floor"]) == (
        "evaluation", "48000.00", "2000.00", "49000.00")  # fmt: skip
    assert {rule["rule"]: rule["state"] for rule in shown["rulebook"]["rules"]}["maximum_loss"] == "ok"
    assert "3,000 USD to the profit target" in shown["missing"][0]
    denied = (await person.post(f"{W}/preview", json=wish(sizing={"by": "quantity", "value": "11"}))).json()
    assert denied["allocations"][0]["denial"]["rule"] == "max_contracts"
    listed = (await person.get(f"{W}/funded")).json()["items"]
    assert [one["account"] for one in listed] == ["main-plain"]
    await until(lambda: bool(home.desk.guard.trends.points.get(PLAIN)), 10)
    assert (await person.get(path)).json()["path"]
    assert (await person.post(f"{path}/payout", json={"amount": "5"})).json()["code"] == "payout.not_yet"
    await home.desk.act_on_risk(lambda guard: revise_all(guard, Library({"mine.toml": "firm = "})))
    assert "mine.toml:1" in (await person.get(path)).json()["fault"]
    await person.ask("PUT", f"{W}/funded/rulebooks", json={"name": "mine.toml", "text": PLAN})
    assert (await person.get(path)).json()["fault"] == ""
    assert (await person.post(f"{path}/detach")).status_code == 204
    assert (await person.get(path)).status_code == 404
    assert timedelta(0) == home.clock.ahead


async def test_a_size_keeps_to_the_risk_and_to_every_rule(home: House) -> None:
    person = await owner(home)
    trader = await home.member(MAIN, Role.TRADER)
    asked = {"account": "main-plain", "instrument": "ACME.TEST", "side": "BUY", "entry": "100", "stop": "95"}
    free = (await trader.post(f"{W}/risk/size", json={**asked, "risk_amount": "500"})).json()
    assert (free["quantity"], free["risk"], free["limited_by"]) == ("100", "500.00", "")
    percent = (await trader.post(f"{W}/risk/size", json={**asked, "risk_percent": "1"})).json()
    assert percent["quantity"] == "200"
    limits = {"max_order_quantity": "60", "max_daily_loss": "250", "max_position_notional": "4550"}
    assert (await person.ask("PUT", f"{W}/limits/account/main-plain", json=limits)).status_code == 200
    await until(lambda: PLAIN in home.desk.state.sessions, 10)
    held = (await trader.post(f"{W}/risk/size", json={**asked, "risk_amount": "500"})).json()
    assert (held["quantity"], held["wanted"]) == ("45", "100")
    assert held["limited_by"] in {"max_position_notional", "daily_loss"}
    assert held["at_stops"]["floor"] == "Daily loss"
    wrong = await trader.post(f"{W}/risk/size", json={**asked, "stop": "101", "risk_amount": "5"})
    assert wrong.json()["code"] == "calculator.stop"
    both = await trader.post(f"{W}/risk/size", json={**asked, "risk_amount": "5", "risk_percent": "1"})
    assert both.json()["code"] == "calculator.risk"
    edge = (await trader.post(f"{W}/risk/edge", json={"results": ["2", "2", "-1"]})).json()
    assert (edge["count"], edge["payoff"], edge["expectancy"], edge["error"], edge["kelly"]) == (
        3,
        "2",
        "1",
        "1",
        "0.5",
    )
    shown = (await trader.post(f"{W}/preview", json=wish())).json()["allocations"][0]["at_stops"]
    assert shown["unprotected"] == ["ACME"]


async def test_an_edge_is_told_of_what_an_account_closed(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)

    async def judged(**asked: object) -> dict[str, Any]:
        return dict((await trader.post(f"{W}/risk/edge", json=asked)).json())

    nothing = await judged(account="main-plain")
    assert (nothing["count"], nothing["currency"], nothing["kelly"]) == (0, "USD", None)
    await send(home, trader, "in", sizing={"by": "quantity", "value": "10"})
    await until(lambda: home.desk.state.risk.fills.get(PLAIN, 0) > 0, 10)
    assert (await judged(account="main-plain"))["count"] == 0
    worth = home.desk.valuation(PLAIN)
    assert worth is not None
    used = (await trader.get(f"{W}/risk/portfolio?account=main-plain")).json()
    assert Decimal(used["margin_used"]) == worth.gross_exposure / home.desk.state.accounts[PLAIN].leverage
    assert abs(Decimal(used["margin_share"]) - Decimal(used["margin_used"]) / worth.equity) < Decimal("0.0001")
    await send(home, trader, "out", side="SELL", sizing={"by": "quantity", "value": "10"})
    await until(lambda: home.desk.state.risk.fills.get(PLAIN, 0) > 1, 10)
    closed = await judged(account="main-plain")
    portfolio = home.desk.state.portfolios[PLAIN]
    brought = portfolio.realized_pnl["USD"] - portfolio.fees.get("USD", Decimal(0))
    assert (closed["count"], closed["wins"], closed["kelly"]) == (1, "0", None)
    assert abs(Decimal(closed["expectancy"]) - brought) < Decimal("0.00001")
    assert (await judged(account="main-plain", strategy="nobody"))["code"] == "strategy.unknown"
    assert (await judged(run="nothing"))["code"] == "backtest.unknown"
    for wrong in ({}, {"account": "main-plain", "results": ["1"]}):
        assert (await judged(**wrong))["code"] == "calculator.results"


async def test_a_size_is_reckoned_for_the_very_order_on_the_ticket(home: House) -> None:
    person = await owner(home)
    trader = await home.member(MAIN, Role.TRADER)
    asked = {"account": "main-plain", "instrument": "ACME.TEST", "side": "BUY", "stop": "95", "risk_amount": "500"}

    async def size(terms: dict[str, str], **more: str) -> dict[str, Any]:
        return dict((await trader.post(f"{W}/risk/size", json={**asked, "terms": terms, **more})).json())

    stop = await size({"order_type": "STOP", "stop_price": "105"}, take_profit="130")
    assert (stop["entry"], stop["quantity"], stop["reward"]) == ("105", "50", "2.50")
    quote = home.desk.market.quotes[InstrumentId("ACME.TEST")]
    market = await size({"order_type": "MARKET"})
    trailing = await size({"order_type": "TRAILING_STOP", "trail_amount": "5"})
    assert (Decimal(market["entry"]), Decimal(trailing["entry"])) == (quote.ask, quote.ask + 5)
    assert Decimal(trailing["quantity"]) < Decimal(market["quantity"])
    assert (await person.ask("PUT", f"{W}/limits/account/main-plain", json={"max_open_orders": 2})).status_code == 200
    bracket = await size({"order_type": "LIMIT", "limit_price": "100"}, take_profit="110")
    assert (bracket["quantity"], bracket["limited_by"]) == ("0", "max_open_orders")
    assert (await size({"order_type": "LIMIT", "limit_price": "100"}))["quantity"] == "100"
    assert (await size({"order_type": "LIMIT"}))["code"] == "terms.limit_price_missing"
    assert (await size({"order_type": "MARKET"}, entry="100"))["code"] == "calculator.entry"
    assert (await size({"order_type": "MARKET"}, take_profit="90"))["code"] == "calculator.target"


async def test_greeks_of_options_name_their_sources_and_what_is_unknown(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    path = f"{W}/risk/greeks?account=main-plain&rate=0.04"
    assert (await trader.get(path)).json()["positions"] == []
    state, market = home.desk.state, home.desk.market
    acme, now = InstrumentId("ACME.TEST"), home.market.now()
    spot = market.quotes[acme].last
    terms = Option(acme, (now + timedelta(days=91)).date(), spot, Right.CALL)
    call = replace(state.instruments[acme], id=InstrumentId("ACMEC.TEST"), symbol="ACMEC", multiplier=Decimal(100),
                   contract=terms)  # fmt: skip
    dark = replace(call, id=InstrumentId("ACMEP.TEST"), symbol="ACMEP", contract=replace(terms, right=Right.PUT))
    for one, quantity in ((call, "2"), (dark, "-1")):
        state.instruments[one.id] = one
        state.portfolios[PLAIN].positions[one.id] = Position(one.id, Decimal(quantity))
    premium = spot / 20
    market.quotes[call.id] = replace(market.quotes[acme], instrument=call.id, bid=premium, ask=premium, last=premium)
    found = (await trader.get(path)).json()
    known, unknown = found["positions"]
    assert (known["volatility_source"], known["why"]) == ("implied by its quote", "")
    assert 0.5 < float(known["delta"]) < 0.65
    assert float(known["delta_money"]) == pytest.approx(float(known["delta"]) * float(spot) * 200, rel=1e-3)
    assert float(known["vega"]) > 0 > float(known["theta"])
    assert "implies no volatility" in unknown["why"]
    assert (found["unknown"], found["vega"]) == (1, known["vega"])
    assert (await trader.get(f"{W}/risk/greeks?account=nobody")).status_code == 404
    assert (await trader.get(f"{W}/risk/greeks?rate=nan")).status_code == 422


async def test_portfolio_risk_says_why_it_knows_nothing_and_stress_moves_what_is_held(home: House) -> None:
    trader = await home.member(MAIN, Role.TRADER)
    empty = (await trader.get(f"{W}/risk/portfolio")).json()
    assert (empty["why"], empty["historical"], empty["positions"]) == ("nothing is held", None, [])
    await send(home, trader, "in", sizing={"by": "quantity", "value": "10"})
    await until(lambda: home.desk.state.risk.fills.get(PLAIN, 0) > 0, 10)
    few = (await trader.get(f"{W}/risk/portfolio?account=main-plain&confidence=0.99&horizon=10")).json()
    assert "at least 20 are needed" in few["why"]
    moved = (await trader.post(f"{W}/risk/stress", json={"market": "-0.1", "account": "main-plain"})).json()
    assert float(moved["change"]) == -100.0
    exact = {"market": "-0.1", "by_instrument": {"ACME.TEST": "0.05"}}
    assert float((await trader.post(f"{W}/risk/stress", json=exact)).json()["change"]) == 50.0
    assert (await trader.get(f"{W}/risk/portfolio?account=nobody")).status_code == 404
    assert (await trader.get(f"{W}/risk/portfolio?benchmark=NO.NO")).status_code == 404
    assert (await trader.get(f"{W}/risk/portfolio?confidence=2")).status_code == 422
    assert (await trader.post(f"{W}/risk/stress", json={"market": "-2"})).status_code == 422
