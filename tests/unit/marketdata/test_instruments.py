from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bidwell.marketdata.definitions import REQUIRED, Definition, from_instrument, read_definitions
from bidwell.marketdata.demo import demo_instruments, share
from bidwell.marketdata.instruments import InstrumentMaster, compile_master
from bidwell.model.errors import InvalidInput, Missing
from bidwell.model.ids import InstrumentId
from bidwell.model.instrument import Option

TODAY = date(2026, 11, 20)
TERMS = {
    "symbol": "NQZ6", "venue": "XCME", "currency": "USD", "tick_size": "0.25", "lot_size": "1", "multiplier": "20",
    "type": "future", "underlying": "NQ", "expiry": "2026-12-18",
}  # fmt: skip


def defined(broker: str = "tradovate", known_as: str = "NQZ6", name: str = "NQZ6.XCME", /, **terms: str) -> Definition:
    given = {key: text for key, text in {**TERMS, **terms}.items() if text}
    return Definition(broker, known_as, name, tuple(given.items()))


def demo() -> InstrumentMaster:
    return compile_master((from_instrument(each, "paper") for each in demo_instruments()), TODAY)


def test_a_complete_definition_becomes_an_instrument_with_a_symbol_at_its_broker() -> None:
    master = compile_master([defined("tradovate", "NQZ2026")], TODAY)
    name = InstrumentId("NQZ6.XCME")
    assert master.instrument(name).multiplier == Decimal(20)
    assert master.broker_symbol("tradovate", name) == "NQZ2026"
    assert master.from_broker("tradovate", "NQZ2026") == name
    assert master.untradable == ()


@pytest.mark.parametrize("term", REQUIRED)
def test_an_absent_term_makes_untradable_and_says_which(term: str) -> None:
    master = compile_master([defined(**{term: ""})], TODAY)
    assert len(master) == 0
    assert [(each.code, term in each.message) for each in master.untradable] == [("incomplete", True)]
    with pytest.raises(Missing, match="absent"):
        master.instrument(InstrumentId("NQZ6.XCME"), "tradovate")


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"tick_size": "0"}, "tick_size"),
        ({"tick_size": "NaN"}, "tick_size"),
        ({"lot_size": "-1"}, "lot_size"),
        ({"multiplier": "twenty"}, "not a number"),
        ({"type": "swap"}, "type"),
        ({"expiry": "soon"}, "expiry"),
        ({"type": "option", "right": "maybe"}, "right"),
        ({"type": "option", "right": "call", "strike": ""}, "strike"),
        ({"type": "crypto"}, "base"),
        ({"type": "option", "right": "call", "strike": "9", "european": "perhaps"}, "neither yes nor no"),
        ({"type": "option", "right": "call", "strike": "9", "cash_settled": "perhaps"}, "neither yes nor no"),
    ],
)
def test_a_wrong_term_makes_untradable_and_says_why(terms: dict[str, str], words: str) -> None:
    (refused,) = compile_master([defined(**terms)], TODAY).untradable
    assert refused.code == "incomplete"
    assert words in refused.message


def test_a_contract_is_tradable_on_its_expiry_day_and_not_after() -> None:
    assert len(compile_master([defined()], date(2026, 12, 18))) == 1
    (refused,) = compile_master([defined()], date(2026, 12, 19)).untradable
    assert refused.code == "expired"


def test_one_symbol_for_two_instruments_makes_both_untradable() -> None:
    other = defined("tradovate", "NQZ6", "NQZ6.XCBT", venue="XCBT")
    master = compile_master([defined(), other], TODAY)
    assert len(master) == 0
    assert {each.code for each in master.untradable} == {"ambiguous"}
    with pytest.raises(Missing, match=r"NQZ6.XCBT, NQZ6.XCME"):
        master.from_broker("tradovate", "NQZ6")


def test_two_symbols_for_one_instrument_make_it_untradable_at_that_broker_only() -> None:
    master = compile_master([defined(), defined("tradovate", "NQ-DEC"), defined("projectx", "CON.F.US.ENQ.Z26")], TODAY)
    name = InstrumentId("NQZ6.XCME")
    assert master.instrument(name, "projectx").symbol == "NQZ6"
    with pytest.raises(Missing, match="both stand for"):
        master.instrument(name, "tradovate")


def test_the_same_row_twice_counts_once_and_two_different_rows_are_ambiguous() -> None:
    assert len(compile_master([defined(), defined()], TODAY)) == 1
    assert len(compile_master([defined(), defined(tick_size="0.5")], TODAY)) == 0


def test_who_does_not_say_that_an_option_is_european_contradicts_nobody() -> None:
    told = {"type": "option", "right": "call", "strike": "9"}
    master = compile_master([defined(**told, european="yes"), defined("projectx", **told)], TODAY)
    contracts = [master.instrument(InstrumentId("NQZ6.XCME"), broker).contract for broker in ("tradovate", "projectx")]
    assert [isinstance(each, Option) and each.european for each in contracts] == [True, False]


def test_brokers_may_differ_in_ticks_and_lots_but_not_in_multiplier() -> None:
    name = InstrumentId("NQZ6.XCME")
    master = compile_master([defined(), defined("projectx", lot_size="2")], TODAY)
    assert master.instrument(name, "projectx").lot_size == Decimal(2)
    assert master.instrument(name).lot_size == Decimal(1)
    torn = compile_master([defined(), defined("projectx", multiplier="2")], TODAY)
    assert {each.code for each in torn.untradable} == {"contradicted"}
    assert len(torn) == 0


@pytest.mark.parametrize("text", ["AAPL", "aapl", " AAPL ", "AAPL.XNAS", "NASDAQ:AAPL", "XNAS:AAPL"])
def test_a_person_or_an_alert_names_an_instrument_in_several_ways(text: str) -> None:
    assert demo().resolve(text) == share("AAPL")


def test_an_unknown_name_is_answered_with_near_ones() -> None:
    with pytest.raises(InvalidInput) as caught:
        demo().resolve("AAPX")
    assert caught.value.code == "instrument.unknown"
    assert "AAPL.XNAS" in str(caught.value.hint)


def test_a_name_that_fits_two_instruments_is_not_guessed() -> None:
    equity = {"type": "equity", "symbol": "ABC", "multiplier": "1"}
    york = defined("b", "ABC", "ABC.XNYS", venue="XNYS", **equity)
    london = defined("c", "ABC", "ABC.XLON", venue="XLON", **equity)
    master = compile_master([york, london], TODAY)
    with pytest.raises(InvalidInput) as caught:
        master.resolve("ABC")
    assert caught.value.code == "instrument.ambiguous"
    assert master.resolve("NYSE:ABC").id == "ABC.XNYS"


def test_an_untradable_name_is_answered_with_its_reason() -> None:
    with pytest.raises(InvalidInput, match="tick_size") as caught:
        compile_master([defined(tick_size="")], TODAY).resolve("NQZ6.XCME")
    assert caught.value.code == "instrument.untradable"


def test_search_puts_the_symbol_before_the_name() -> None:
    assert [each.symbol for each in demo().search("ib")] == ["IBM"]
    assert demo().search("i")[0].symbol == "IBM"
    assert [each.symbol for each in demo().search("machines")] == ["IBM"]
    assert demo().search("usd")[0].symbol == "USDINR"
    assert demo().search("  ") == []
    assert len(demo().search("a", limit=2)) == 2


def test_the_demo_says_what_is_not_a_markets_own() -> None:
    labels = {each.symbol: each.label for each in demo().instruments("paper")}
    assert labels["AAPL"] == "real daily bars, simulated intraday path"
    assert labels["BTC-USD"] == "synthetic"
    assert all(labels.values())


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_definitions_are_read_from_files(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"instruments.{suffix}"
    rows = [{"id": "NQZ6.XCME", "broker_symbol": "NQZ2026", **TERMS}, {"id": "ABC.XNYS", "symbol": "ABC"}]
    if suffix == "json":
        path.write_text(json.dumps([{**rows[0], "tick_size": 0.25, "multiplier": 20}, rows[1]]))
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    master = compile_master(read_definitions(path, "tradovate"), TODAY)
    assert master.instrument(InstrumentId("NQZ6.XCME")).tick_size == Decimal("0.25")
    assert master.broker_symbol("tradovate", InstrumentId("NQZ6.XCME")) == "NQZ2026"
    assert f"{path.name} row 2" in master.why(InstrumentId("ABC.XNYS"))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.csv", b"", "instruments.empty"),
        ("x.csv", b"symbol,venue\nABC,XNYS\n", "instruments.columns"),
        ("x.csv", b"\xff\xfe\x00", "instruments.unreadable"),
        ("x.json", b"{", "instruments.json"),
        ("x.json", b'{"id": "ABC.XNYS"}', "instruments.json"),
        ("missing.csv", None, "instruments.unreadable"),
    ],
)
def test_a_file_without_definitions_is_refused(tmp_path: Path, name: str, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        read_definitions(tmp_path / name, "x")
    assert caught.value.code == code
