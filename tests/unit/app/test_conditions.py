"""Conditions of a run from a file, and names of calendars in a notebook."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

import bidwell
from bidwell.app.claim import DataFolder
from bidwell.app.cli import build
from bidwell.app.cli.backtest import bars_of
from bidwell.app.cli.condition_options import Told
from bidwell.app.conditions import read_conditions
from bidwell.marketdata.actions import write_actions
from bidwell.marketdata.catalog import Catalog
from bidwell.model.errors import BidwellError, InvalidInput
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Future
from bidwell.simulation.backtest import fees, slippage
from bidwell.simulation.backtest.conditions import Conditions
from bidwell.simulation.backtest.run import backtest
from bidwell.simulation.backtest.stored import plain
from tests.unit.backtest.markets import bars
from tests.unit.backtest.test_contracts import half_hours
from tests.unit.backtest.test_matching import FLAT, At

WHOLE = """
cash = 50_000
currency = "USD"
calendar = "XNYS"
adjust = "split"
actions = "actions.csv"
instruments = "instruments.csv"
fees = { model = "ibkr_tiered", monthly_volume = 400_000 }
slippage = { model = "spread", points = 0.02 }
rates = { EUR = 1.1, GBP = "gbp.csv" }
borrow = { X = 0.02 }
cash_interest = 0.04
settlements = { OPT = 97.5 }
"""
INSTRUMENTS = """id,symbol,venue,currency,tick_size,lot_size,multiplier,type,underlying,expiry,initial_margin
ES.XCME,ES,XCME,USD,0.25,1,50,future,SPX,2027-03-19,12000
"""


def folder_of(path: Path) -> DataFolder:
    return DataFolder(path / "desk")


def test_a_file_says_what_options_cannot(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(WHOLE)
    (tmp_path / "instruments.csv").write_text(INSTRUMENTS)
    found = read_conditions(tmp_path / "run.toml", folder_of(tmp_path), ["ES.XCME@1D"])
    assert found["fees"].terms[0].unit == 0.002
    assert found["slippage"].amount == 0.01
    assert found["calendar"].calendar == "XNYS"
    assert isinstance(found["instruments"][0].contract, Future)
    assert found["instruments"][0].contract.initial_margin == 12_000
    assert found["rates"] == {"EUR": 1.1, "GBP": tmp_path / "gbp.csv"}
    assert found["actions"] == tmp_path / "actions.csv"
    assert (found["cash"], found["borrow"]) == (50_000, {"X": 0.02})
    assert (found["cash_interest"], found["settlements"]) == (0.04, {"OPT": 97.5})
    (tmp_path / "run.toml").write_text('settlements = "set.csv"')
    assert read_conditions(tmp_path / "run.toml", folder_of(tmp_path), [])["settlements"] == tmp_path / "set.csv"


@pytest.mark.parametrize(
    ("said", "settlements"),
    [
        (["OPT=97.5", "B.X=3"], {"OPT": 97.5, "B.X": 3.0}),
        (["OPT=high"], {"OPT": "high"}),
        (["set.csv"], Path("set.csv")),
    ],
)
def test_settlement_values_are_options(tmp_path: Path, said: list[str], settlements: object) -> None:
    assert Told({"settlement": said}).arguments(["X"], tmp_path)["settlements"] == settlements
    for wrong in (["set.csv", "OPT=1"], ["OPT="]):
        with pytest.raises(InvalidInput) as refused:
            Told({"settlement": wrong}).arguments(["X"], tmp_path)
        assert refused.value.code == "conditions.settlement"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cash = [", "conditions.unreadable"), ("money = 1", "conditions.unknown"), ('cash = "much"', "conditions.kind"),
        ("cash = true", "conditions.kind"), ('fees = "free"', "conditions.fees"), ('fees = {model = "cme", x = 1}', "conditions.fees"),
        ("rates = 3", "conditions.kind"), ("calendar = 3", "conditions.kind"), ('calendar = "NOWHERE"', "data_missing"),
        ("settlements = 3", "conditions.kind"), ("cash_interest = true", "conditions.kind"),
        ('instruments = "none.csv"', "instruments.unreadable"), ("actions = 3", "conditions.kind"),
    ],
)  # fmt: skip
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "run.toml").write_text(text)
    with pytest.raises(BidwellError) as refused:
        read_conditions(tmp_path / "run.toml", folder_of(tmp_path), [])
    assert refused.value.code == code


def test_the_command_takes_the_file(tmp_path: Path) -> None:
    (tmp_path / "buys.py").write_text(
        "from bidwell import Strategy\n\n\nclass Buys(Strategy):\n    def on_bar(self, bar):\n"
        "        if bar.index == 0:\n            self.buy(10)\n"
    )
    rows = [(f"2024-01-0{day}", 100.0 / (1 if day < 4 else 4), day) for day in (2, 3, 4, 5)]
    frame = pl.DataFrame([(day, price, price, price, price) for day, price, _ in rows],
                         schema=["date", "open", "high", "low", "close"], orient="row")  # fmt: skip
    frame.write_csv(tmp_path / "x.csv")
    (tmp_path / "actions.csv").write_text("date,split,dividend\n2024-01-04,4,\n2024-01-05,,0.5\n")
    (tmp_path / "run.toml").write_text('actions = "actions.csv"\nfees = { model = "per_order", amount = 1.0 }\n')
    command = ["backtest", str(tmp_path / "buys.py"), "--data", str(tmp_path / "x.csv"), "--conditions",
               str(tmp_path / "run.toml"), "--json"]  # fmt: skip
    done = CliRunner().invoke(build(), command)
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["metrics"]["final_equity"] == pytest.approx(100_000.0 - 1.0 + 40 * 0.5)
    assert answer["why"] == "corporate actions are booked in Python"


BUYS = ("from bidwell import Strategy\n\n\nclass Buys(Strategy):\n    def on_bar(self, bar):\n"
        "        if bar.index == 0:\n            self.buy(1500)\n")  # fmt: skip


def shell(tmp_path: Path, *options: str, closes: tuple[float, ...] = (100.0, 100.0, 100.0)) -> Result:
    """What `bidwell backtest` answers to options, over flat days from the second of January on."""
    (tmp_path / "buys.py").write_text(BUYS)
    rows = [(f"2024-01-0{day}", price, price, price, price, 1000.0) for day, price in enumerate(closes, 2)]
    names = ["date", "open", "high", "low", "close", "volume"]
    pl.DataFrame(rows, schema=names, orient="row").write_csv(tmp_path / "x.csv")
    command = [
        "backtest",
        str(tmp_path / "buys.py"),
        "--data",
        str(tmp_path / "x.csv"),
        "--folder",
        str(tmp_path / "desk"),
    ]
    return CliRunner().invoke(build(), [*command, *options, "--json"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--leverage", "2", "--interest", "0.365"), {"leverage": 2.0, "interest": 0.365}),
        (("--cash-interest", "0.04"), {"cash_interest": 0.04}),
        (("--participation", "0.1", "--intrabar", "optimistic"), {"participation": 0.1, "intrabar": "optimistic"}),
        (("--borrow", "0.03", "--maintenance", "0.4", "--no-shorting"), {"borrow": 0.03, "maintenance": 0.4, "shorting": False}),
        (("--borrow", "x=0.2"), {"borrow": 0.2}),
        (("--tick-size", "0.05", "--lot-size", "10", "--multiplier", "2"), {"tick_size": 0.05, "lot_size": 10.0, "multiplier": 2.0}),
        (("--slippage", "spread:0.02"), {"slippage": slippage.spread(0.02)}),
        (("--slippage", "0.5"), {"slippage": slippage.percent(0.5)}),
        (("--slippage", "volume_share:0.2,most=0.05"), {"slippage": slippage.volume_share(0.2, most=0.05)}),
        (("--fee", "ibkr_tiered:monthly_volume=400000,regulatory=true"), {"fees": fees.ibkr_tiered(monthly_volume=400_000, regulatory=True)}),
        (("--fee", "per_share:0.01,minimum=2"), {"fees": fees.per_share(0.01, minimum=2.0)}),
        (("--fee", "india_delivery"), {"fees": fees.india("delivery")}),
    ],
)  # fmt: skip
def test_every_usual_condition_is_an_option(tmp_path: Path, options: tuple[str, ...], said: dict[str, Any]) -> None:
    done = shell(tmp_path, *options)
    assert done.exit_code == 0, done.output
    given = json.loads(done.stdout)["identity"]["conditions"]
    same = json.loads(json.dumps(plain(asdict(Conditions(**said)))))
    assert {name: given[name] for name in said} == {name: same[name] for name in said}


def test_options_go_before_the_file_and_actions_come_with_their_adjustment(tmp_path: Path) -> None:
    (tmp_path / "actions.csv").write_text("date,split,dividend\n2024-01-04,2,0.5\n")
    (tmp_path / "run.toml").write_text('actions = "actions.csv"\ncash = 300_000\nadjust = "total"\n')
    both = ("--conditions", str(tmp_path / "run.toml"))
    halves = (100.0, 100.0, 50.0, 50.0)
    filed, chosen = (
        json.loads(shell(tmp_path, *both, *options, closes=halves).stdout)
        for options in ((), ("--adjust", "raw", "--cash", "200000"))
    )
    assert filed["identity"]["conditions"]["cash"] == 300_000
    assert filed["identity"]["circumstances"]["actions"] == {}
    assert chosen["identity"]["conditions"]["cash"] == 200_000
    # 1,500 bought, half a dollar on each, and a split into two at half the price.
    assert chosen["metrics"]["final_equity"] == pytest.approx(200_000.0 + 1500 * 0.5)
    assert chosen["why"] == "corporate actions are booked in Python"
    with pytest.raises(InvalidInput, match="has no splits or dividends"):
        raise shell(tmp_path, "--adjust", "split").exception or AssertionError


@pytest.mark.parametrize(
    ("options", "field"),
    [(("--borrow", "dear"), "borrow"), (("--rate", "EUR"), "rate"), (("--slippage", "fixed:much"), "slippage"),
     (("--fee", "per_share:0.01,cheap=1"), "fees"), (("--fee", "free:1"), "fees"), (("--intrabar", "hopeful"), "intrabar"),
     (("--participation", "2"), "participation"), (("--calendar", "NOWHERE"), None)],
)  # fmt: skip
def test_an_option_that_makes_no_sense_is_refused(tmp_path: Path, options: tuple[str, ...], field: str | None) -> None:
    error = shell(tmp_path, *options).exception
    assert isinstance(error, BidwellError)
    assert getattr(error, "field", None) == field


def test_a_future_is_run_from_the_shell(tmp_path: Path) -> None:
    (tmp_path / "buys.py").write_text(
        "from bidwell import Strategy\n\n\nclass Buys(Strategy):\n    def on_bar(self, bar):\n"
        "        if bar.index == 0:\n            self.buy(9)\n"
    )
    rows = [(f"2024-01-0{day}", price, price, price, price) for day, price in ((2, 4000.0), (3, 4000.0), (4, 4010.0))]
    pl.DataFrame(rows, schema=["date", "open", "high", "low", "close"], orient="row").write_csv(tmp_path / "ES.csv")
    (tmp_path / "instruments.csv").write_text(INSTRUMENTS)
    (tmp_path / "run.toml").write_text('instruments = "instruments.csv"\nfees = "cme"\ncash = 50_000\n')
    command = ["backtest", str(tmp_path / "buys.py"), "--data", str(tmp_path / "ES.csv"), "--conditions",
               str(tmp_path / "run.toml"), "--out", str(tmp_path / "out"), "--json"]  # fmt: skip
    done = CliRunner().invoke(build(), command)
    assert done.exit_code == 0, done.output
    # Four contracts of 12,000 margin; 10 points of 50 each, 2.25 a contract.
    assert json.loads(done.stdout)["metrics"]["final_equity"] == pytest.approx(50_000.0 + 4 * 500.0 - 4 * 2.25)
    assert pl.read_parquet(tmp_path / "out" / "ledger.parquet")["amount"].to_list() == [2_000.0]


def test_names_of_the_catalog_bring_the_splits_and_dividends_that_it_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIDWELL_DATA", str(tmp_path / "desk"))
    catalog, share = tmp_path / "desk" / "catalog", InstrumentId("X.TEST")
    days = pl.datetime_range(pl.datetime(2024, 1, 2), pl.datetime(2024, 1, 5), "1d", time_zone="UTC", eager=True)
    prices = {name: [100.0, 100.0, 50.0, 50.0] for name in ("open", "high", "low", "close")}
    Catalog(catalog).append(share, 86_400, pl.DataFrame({"start": days, **prices, "volume": [1e6] * 4}), source="test")
    act = {0: lambda s: s.buy(1000)}
    assert bidwell.backtest(At(act), "X.TEST").final_equity == 50_000.0
    kept = pl.DataFrame({"date": [date(2024, 1, 4)], "split": [2.0], "dividend": [0.5]})
    write_actions(catalog, share, kept)
    # A thousand bought at what is 50 since the split, and half a dollar paid on two of them.
    for data in ("X.TEST@1D", ["X.TEST"], {"Y": "X.TEST"}):
        assert bidwell.backtest(At(act), data).final_equity == 100_250.0
    assert bidwell.backtest(At(act), "X.TEST", adjust="raw").final_equity == 100_500.0
    assert bidwell.backtest(At(act), "X.TEST", actions=None).final_equity == 50_000.0
    (tmp_path / "buys.py").write_text(BUYS.replace("1500", "1000"))
    told = ["backtest", str(tmp_path / "buys.py"), "--data", "X.TEST", "--json"]
    for options, equity in (([], 100_250.0), (["--adjust", "raw"], 100_500.0), (["--actions", "none"], 50_000.0)):
        done = CliRunner().invoke(build(), [*told, *options])
        assert json.loads(done.stdout)["metrics"]["final_equity"] == equity, options
    # Held as a benchmark, it lost nothing by the split and won the dividend of half in a hundred.
    assert bars_of("X.TEST", catalog)["X.TEST"].close.tolist() == pytest.approx([49.75, 49.75, 50.0, 50.0])
    searched = ["sweep", str(tmp_path / "buys.py"), "--data", "X.TEST", "--set", "size=1000", "--json"]
    (tmp_path / "buys.py").write_text(BUYS.replace("Strategy\n\n", "Param, Strategy\n\n", 1).replace(
        "    def", "    size = Param(1, 1, 2000)\n    def").replace("1500", "self.size"))  # fmt: skip
    found = json.loads(CliRunner().invoke(build(), searched).stdout)
    assert found["identity"]["circumstances"]["actions"] == {}
    assert found["table"][0]["final_equity"] == pytest.approx(100_000.0 + 1000 * (50.0 - 50.0 * 0.995))


def test_a_calendar_has_a_name_in_a_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDWELL_DATA", str(tmp_path / "desk"))
    result = bidwell.backtest(At({}), half_hours(14_000, 48), calendar="XNYS")
    # 2008-05-01: 13:30 to 20:00 UTC.
    assert len(result.equity) == 13
    with pytest.raises(InvalidInput, match="no calendars are at hand"):
        backtest(At({}), bars(FLAT), calendar="XNYS")
