"""Every condition of matching and accounts over the API: what is asked is what a call of `backtest` does."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bidwell.app.strategies import catalog_reader, strategy_in
from bidwell.marketdata.calendars import CompiledCalendars
from bidwell.marketdata.catalog import Catalog
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Equity, Future, Instrument, Option, Right
from bidwell.simulation.backtest import fees, slippage
from bidwell.simulation.backtest.corporate import CorporateAction
from bidwell.simulation.backtest.run import backtest
from tests.server.house import Person
from tests.server.test_backtests import RUNS, SWINGER, ended, run, trader
from tests.server.test_strategy_files import keep

__all__ = ["trader"]
SHORTS = SWINGER.replace(
    "and self.position:\n            self.close()", "and self.position >= 0:\n            self.sell(percent=40)"
)
PER_SHARE = {"model": "per_share", "arguments": {"amount": "0.01", "minimum": "1.5"}}
WISHES: dict[str, Any] = {
    "cash": "50000", "fee_model": PER_SHARE, "slippage_model": {"model": "spread", "arguments": {"points": "0.04"}},
    "maintenance": "0.4", "borrow": "0.01", "borrow_of": {"ACME.TEST": "0.2"}, "intrabar": "optimistic",
    "tick_size": "0.05", "currency": "EUR", "rates": {"USD": "EURUSD.FX@1D"}, "convert": False, "adjust": "raw",
    "calendar": "24/7", "instruments": [{"id": "ACME.TEST", "type": "equity", "currency": "USD", "tick_size": "0.05"}],
    "actions": [{"symbol": "ACME.TEST", "date": "2024-06-03", "split": "2", "dividend": "0.5"}],
}  # fmt: skip


def stock_more(folder: Path) -> None:
    """A rate for each day, and quotes around the share's closes."""
    catalog = Catalog(folder / "catalog")
    days = catalog.read(InstrumentId("ACME.TEST"), 86_400)
    rate = [0.9 + 0.0002 * place for place in range(len(days))]
    columns = dict.fromkeys(("open", "high", "low", "close"), rate)
    earlier = [each - timedelta(days=1) for each in days["start"].to_list()]
    catalog.append(InstrumentId("EURUSD.FX"), 86_400,
                   pl.DataFrame({"start": earlier, **columns, "volume": [0.0] * len(days)}), source="test")  # fmt: skip
    size = [1e6] * len(days)
    catalog.append_quotes(InstrumentId("QUOT.TEST"), pl.DataFrame({
        "start": days["start"], "bid": days["close"] - 0.05, "ask": days["close"] + 0.05, "bid_quantity": size, "ask_quantity": size,
    }), source="test")  # fmt: skip


HOLDS = """
from bidwell import Strategy


class Holds(Strategy):
    def on_bar(self, bar):
        if bar.symbol == "OPTN.TEST":
            if bar.index == 0:
                self.buy(2)
            elif bar.index == 3:
                self.exercise(1)
"""


async def made(person: Person, strategy: str, **changes: object) -> dict[str, Any]:
    """A finished run's row and `result.json`."""
    done = await ended(person, (await run(person, strategy, **changes))["id"])
    assert done["status"] == "done", done
    return {**done, "result": json.loads((await person.get(f"{RUNS}/{done['id']}/files/result.json")).text)}


def terms(name: str, step: str, contract: Equity | Future | Option, multiplier: str = "1") -> Instrument:
    symbol, _, venue = name.partition(".")
    return Instrument(InstrumentId(name), symbol, symbol, venue, "USD", Decimal(step), Decimal(1), contract,
                      Decimal(multiplier))  # fmt: skip


async def test_what_is_asked_is_what_a_call_does(trader: Person, tmp_path: Path) -> None:
    await asyncio.to_thread(stock_more, tmp_path)
    reader = catalog_reader(tmp_path / "catalog")
    (tmp_path / "s.py").write_text(SHORTS)
    strategy = strategy_in(tmp_path / "s.py")

    kept = await keep(trader, "shorts", SHORTS)
    given = await made(trader, kept, **WISHES)
    same = backtest(
        strategy, "ACME.TEST@1D", catalog=reader, cash=50_000.0, fees=fees.per_share(0.01, minimum=1.5),
        slippage=slippage.spread(0.04), maintenance=0.4, borrow={"ACME.TEST": 0.2}, intrabar="optimistic", tick_size=0.05,
        currency="EUR", rates={"USD": reader("EURUSD.FX@1D")}, convert=False, adjust="raw",
        instruments=[terms("ACME.TEST", "0.05", Equity())], calendar=CompiledCalendars(tmp_path / "cache").table("24/7"),
        actions={"ACME.TEST": [CorporateAction(date(2024, 6, 3), 2.0, 0.5)]},
    )  # fmt: skip
    assert given["summary"]["fills"] >= 4
    saved = json.loads((same.save(tmp_path / "same") / "result.json").read_text())
    assert {name: given["result"][name] for name in ("identity", "metrics", "why")} == {
        name: saved[name] for name in ("identity", "metrics", "why")
    }
    assert given["asked"]["actions"] == [{"symbol": "ACME.TEST", "date": "2024-06-03", "split": 2, "dividend": 0.5}]
    assert (given["asked"]["fee_model"]["amount"], given["asked"]["rates"]) == (0.01, WISHES["rates"])

    future = {"id": "ACME.TEST", "type": "future", "underlying": "ACME", "expiry": "2024-12-20", "multiplier": "5",
              "tick_size": "0.01", "initial_margin": "50"}  # fmt: skip
    settled = await made(trader, kept, instruments=[future], leverage="2", actions=[])
    contract = Future("ACME", date(2024, 12, 20), Decimal(50))
    by_hand = backtest(strategy, "ACME.TEST@1D", catalog=reader, leverage=2.0,
                       instruments=[terms("ACME.TEST", "0.01", contract, "5")])  # fmt: skip
    assert settled["summary"]["final_equity"] == by_hand.final_equity
    assert "futures are settled" in settled["result"]["why"]

    quoted = await made(trader, kept, data=["QUOT.TEST@quotes"], fill="quote", slippage="0")
    assert quoted["summary"]["final_equity"] == backtest(
        strategy, "QUOT.TEST@quotes", catalog=reader, fill="quote").final_equity  # fmt: skip
    listed = (await trader.get(f"{RUNS}/data")).json()["items"]
    assert "QUOT.TEST@quotes" in {one["name"] for one in listed}


async def test_options_are_exercised_and_settled_as_a_call_does_it(trader: Person, tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog")
    days = (await asyncio.to_thread(catalog.read, InstrumentId("ACME.TEST"), 86_400)).head(20)
    flat = pl.DataFrame(
        {"start": days["start"], **dict.fromkeys(("open", "high", "low", "close"), [5.0] * 20), "volume": [1e6] * 20}
    )
    await asyncio.to_thread(catalog.append, InstrumentId("OPTN.TEST"), 86_400, flat, source="test")
    (tmp_path / "holds.py").write_text(HOLDS)
    last, strike = days["start"][10].date(), Decimal(50)
    option = {"id": "OPTN.TEST", "type": "option", "underlying": "ACME.TEST", "expiry": last.isoformat(), "strike": "50",
              "right": "call", "cash_settled": True, "european": False, "multiplier": "100", "tick_size": "0.01"}  # fmt: skip
    kept = await keep(trader, "holds", HOLDS)
    wish = {
        "data": ["ACME.TEST@1D", "OPTN.TEST@1D"],
        "fee": "0.1",
        "slippage": "0",
        "actions": [],
        "cash_interest": "0.04",
    }
    given = await made(trader, kept, **wish, instruments=[option], settlements={"OPTN.TEST": "123.5"})
    contract = Option(InstrumentId("ACME.TEST"), last, strike, Right.CALL, cash_settled=True)
    same = backtest(
        strategy_in(tmp_path / "holds.py"), wish["data"], catalog=catalog_reader(tmp_path / "catalog"), fees=0.1, cash_interest=0.04,
        instruments=[terms("OPTN.TEST", "0.01", contract, "100")], settlements={"OPTN.TEST": 123.5},
    )  # fmt: skip
    assert same.fills["price"][-1] == 73.5
    assert given["summary"]["final_equity"] == same.final_equity
    assert given["result"]["identity"]["circumstances"]["settlements"] == {"OPTN.TEST": 123.5}
    assert (given["asked"]["cash_interest"], given["asked"]["settlements"]) == (0.04, {"OPTN.TEST": 123.5})
    refused = await made(trader, kept, **wish, instruments=[{**option, "european": True}])
    assert refused["summary"]["final_equity"] != given["summary"]["final_equity"]


async def test_a_sweep_goes_under_the_same_conditions(trader: Person, tmp_path: Path) -> None:
    (tmp_path / "s.py").write_text(SHORTS)
    reader = catalog_reader(tmp_path / "catalog")
    strategy = await keep(trader, "s", SHORTS)
    made_of = await run(trader, strategy, grid={"fast": ["3", "5"]}, fee_model=PER_SHARE, borrow="0.3", intrabar="optimistic",
                        adjust="split", interest="0.1", leverage="2",
                        actions=[{"symbol": "ACME.TEST", "date": "2024-06-03", "split": "2", "dividend": "0.5"}])  # fmt: skip
    assert (await ended(trader, made_of["id"]))["status"] == "done"
    rows = (await trader.get(f"{RUNS}/{made_of['id']}/sweep")).json()["columns"]
    alone = [
        backtest(strategy_in(tmp_path / "s.py")(fast=fast), "ACME.TEST@1D", catalog=reader, borrow=0.3,
                 fees=fees.per_share(0.01, minimum=1.5), intrabar="optimistic", adjust="split", interest=0.1, leverage=2.0,
                 actions={"ACME.TEST": [CorporateAction(date(2024, 6, 3), 2.0, 0.5)]}).final_equity
        for fast in (3, 5)
    ]  # fmt: skip
    assert rows["final_equity"] == pytest.approx(alone, rel=1e-12)


CONTRACT = {"id": "ACME.TEST", "type": "future", "underlying": "ACME", "expiry": "2024-12-20"}
REFUSED: list[tuple[dict[str, object], str]] = [
    ({"intrabar": "hopeful"}, "field.choice"), ({"maintenance": "2"}, "number.too_large"), ({"borrow": "-1"}, "number.too_small"),
    ({"borrow_of": {"OTHER.TEST": "0.1"}}, "backtest.symbol"), ({"borrow_of": {"a b": "0.1"}}, "field.format"),
    ({"cash_interest": "-1"}, "number.too_small"), ({"settlements": {"OTHER.TEST": "1"}}, "backtest.symbol"),
    ({"settlements": {"ACME.TEST": "0"}}, "number.too_small"), ({"settlements": {"ACME.TEST": 5.5}}, "number.float"),
    ({"multiplier": "0"}, "number.too_small"), ({"tick_size": 0.05}, "number.float"), ({"currency": "dollars"}, "field.format"),
    ({"rates": {"EUR": "cheap"}}, "field.format"), ({"rates": {"EUR": "../x"}}, "field.format"),
    ({"calendar": "../../etc"}, "field.format"), ({"convert": "yes"}, "field.flag"),
    ({"fee_model": {"model": "generous"}}, "conditions.fees"),
    ({"fee_model": {"model": "per_share", "arguments": {"colour": "1"}}}, "conditions.fees"),
    ({"fee_model": {"model": "per_share", "arguments": {"amount": "much"}}}, "conditions.fees"),
    ({"fee_model": {"model": "per_share", "arguments": {"amount": "-1"}}}, "conditions.fees"),
    ({"fee_model": {"model": "crypto", "arguments": {"exchange": "nowhere"}}}, "backtest.fees"),
    ({"fee_model": {"model": "tiered", "arguments": {"name": "x"}, "tiers": [{"volume": "5", "maker": "1", "taker": "1"}]}},
     "backtest.fees"),
    ({"slippage_model": {"model": "fixed", "arguments": {"amount": "-1"}}}, "conditions.slippage"),
    ({"slippage_model": {"model": "__class__"}}, "conditions.slippage"),
    ({"instruments": [CONTRACT, CONTRACT]}, "backtest.instruments"),
    ({"instruments": [{**CONTRACT, "expiry": None}]}, "backtest.instruments"),
    ({"instruments": [{**CONTRACT, "tick_size": "0.0000000000001"}]}, "backtest.instruments"),
    ({"instruments": [{**CONTRACT, "type": "house"}]}, "field.choice"),
    ({"instruments": [{**CONTRACT, "id": "OTHER.TEST"}]}, "backtest.symbol"),
    ({"actions": [{"symbol": "OTHER.TEST", "date": "2024-06-03"}]}, "backtest.symbol"),
    ({"actions": [{"symbol": "ACME.TEST", "date": "2024-06-31"}]}, "time.format"),
    ({"actions": [{"symbol": "ACME.TEST", "date": "2024-06-03", "split": "0"}]}, "number.too_small"),
    ({"data": ["ACME.TEST@1D", "ACME.TEST@quotes"]}, "backtest.data_twice"),
]  # fmt: skip


async def test_conditions_that_make_no_sense_are_refused_before_anything_runs(trader: Person) -> None:
    strategy = await keep(trader)
    for body, code in REFUSED:
        answer = await trader.post(RUNS, json={"strategy": strategy, "data": ["ACME.TEST@1D"], **body})
        assert 400 <= answer.status_code < 500, (body, answer.text)
        assert answer.json()["code"] == code, (body, answer.text)
    assert (await trader.get(RUNS)).json()["items"] == []


async def test_what_only_the_run_can_find_out_is_its_failure(trader: Person) -> None:
    strategy = await keep(trader)
    wishes: list[tuple[dict[str, object], str]] = [
        ({"calendar": "NOWHERE"}, "data_missing"), ({"rates": {"EUR": "EURUSD.FX@1D"}}, "data_missing"),
        ({"fill": "quote"}, "data.quotes"), ({"currency": "EUR", "instruments": [{"id": "ACME.TEST", "type": "equity"}]},
                                             "backtest.rates"),
    ]  # fmt: skip
    for wish, code in wishes:
        failed = await ended(trader, (await run(trader, strategy, **wish))["id"])
        assert (failed["status"], failed["code"]) == ("failed", code), failed
