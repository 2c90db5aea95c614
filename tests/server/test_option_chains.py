"""Option chains through the API: which strikes come, with what prices, what is refused, and how often the broker is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bidwell.app import brokerage, option_chains
from bidwell.app.brokerage import Access, Chains, Means
from bidwell.app.clock import SystemEntropy
from bidwell.app.connections import BrokerConnections, Sealed
from bidwell.brokers.transport import Throttled
from bidwell.engine.ports import SessionLife, SessionReport, SessionState
from bidwell.model.errors import Missing, Unavailable
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.instrument import Instrument, Option, Right
from bidwell.model.market import Quote
from bidwell.model.role import Role
from bidwell.simulation.scripted import share
from bidwell.storage.database import Database
from bidwell.storage.pool import Pool
from tests.server import stub_broker
from tests.server.house import MAIN, House, Person
from tests.server.stub_broker import Stub

W = f"/api/v1/w/{MAIN}"
UNDERLYING = share("HELD")
NEAR, FAR = date(2026, 12, 29), date(2027, 1, 28)
STRIKES = range(80, 121, 2)


def option(strike: int, right: Right, expiry: date = NEAR, root: str = "HELD") -> Instrument:
    name = f"{root}{expiry:%y%m%d}{right[0].upper()}{strike}"
    terms = Option(UNDERLYING.id, expiry, Decimal(f"{strike}.000000"), right)
    return Instrument(InstrumentId(f"{name}.TEST"), name, name, "TEST", "INR", Decimal("0.05"), Decimal(75), terms)


@dataclass
class Market:
    """A broker's chains in memory; what is asked of it is noted."""

    at: datetime
    contracts: list[Instrument] = field(default_factory=lambda: [
        option(strike, right, expiry) for strike in STRIKES for right in Right for expiry in (NEAR, FAR)])  # fmt: skip
    prices: dict[InstrumentId, str] = field(default_factory=lambda: {UNDERLYING.id: "101.10"})
    refusal: Exception | None = None
    quoting: Exception | None = None
    asked: list[str] = field(default_factory=list)
    open_now: int = 0
    most_open: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self) -> None:
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)

    async def close(self) -> None:
        self.open_now -= 1

    async def expiries(self, underlying: InstrumentId) -> Sequence[date]:
        self.asked.append("expiries")
        await self.gate.wait()
        if self.refusal is not None:
            raise self.refusal
        terms = [each.contract for each in self.contracts]
        return sorted({each.expiry for each in terms if isinstance(each, Option) and each.underlying == underlying})

    async def options(self, underlying: InstrumentId, expiry: date | None = None) -> Sequence[Instrument]:
        self.asked.append("options")
        return [each for each in self.contracts
                if isinstance(each.contract, Option) and each.contract.underlying == underlying
                and expiry in {None, each.contract.expiry}]  # fmt: skip

    async def quotes(self, instruments: Sequence[InstrumentId]) -> Sequence[Quote]:
        self.asked.append(f"quotes of {len(instruments)}")
        if self.quoting is not None:
            raise self.quoting
        return [self._quote(each) for each in instruments if each != UNDERLYING.id or each in self.prices]

    def _quote(self, instrument: InstrumentId) -> Quote:
        last = Decimal(self.prices.get(instrument, "3.00"))
        bid = Decimal(0) if instrument.endswith("C120.TEST") else last - Decimal("0.05")
        return Quote(instrument, bid, last + Decimal("0.05"), last, Decimal(75), Decimal(75), self.at, self.at)


class Chained(Stub):
    """The stub, whose broker tells chains."""

    market: Market
    by_id = True

    async def listing(self, access: Access, symbols: Sequence[str], means: Means) -> list[Instrument]:
        return [share(symbol) for symbol in symbols if symbol not in {"NOSUCH", "NOSUCH.TEST", "LATER.TEST"}]

    def chains(self, access: Access, means: Means) -> Chains:
        return Chains(self.market, self.by_id)


@dataclass
class Desk:
    """Somebody who reads chains of an account at the stub."""

    who: Person
    account: str
    market: Market
    connections: BrokerConnections

    async def get(self, part: str, **query: str) -> tuple[int, Any]:
        answer = await self.who.get(f"{W}/accounts/{self.account}/options/{part}?{urlencode(query)}")
        return answer.status_code, answer.json()


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    made = Pool(database.app)
    yield made
    await made.close()


@pytest.fixture
async def chained(home: House, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setitem(brokerage.BROKERS, "stub", "tests.server.stub_broker")
    market = Market(home.clock.now())
    market.gate.set()
    monkeypatch.setattr(Chained, "market", market, raising=False)
    monkeypatch.setattr(stub_broker, "make", Chained)
    sealed = Sealed(pool, tmp_path / "key" / "vault.key", tmp_path / "data")
    connections = BrokerConnections(sealed, home.clock, SystemEntropy(), "brokers", twins=False)
    connections.desk = home.desk
    home.context.connections = {MAIN: connections}
    who = await home.member(MAIN, Role.OWNER)
    body = {"environment": "paper", "fields": {"key": "good"}, "name": "Mine"}
    made = (await who.post(f"{W}/brokers/stub/accounts", json=body)).json()
    yield Desk(who, made["id"], market, connections)
    await connections.close()


async def test_a_chain_has_the_strikes_around_the_money_with_calls_beside_puts(home: House, chained: Desk) -> None:
    status, told = await chained.get("expiries", underlying="held")
    assert (status, told) == (200, {"underlying": "HELD.TEST", "items": ["2026-12-29", "2027-01-28"]})
    status, said = await chained.get("chain", underlying="HELD.TEST", strikes="4")
    assert status == 200, said
    assert (said["expiry"], said["last"], said["at_the_money"], said["strikes"]) == ("2026-12-29", "101.10", "102", 21)
    assert (said["currency"], said["lot_size"], said["tick_size"], said["multiplier"]) == ("INR", "75", "0.05", "1")
    assert [row["strike"] for row in said["rows"]] == ["98", "100", "102", "104"]
    assert said["reason"] == ""
    row = said["rows"][2]
    assert row["call"] == {"id": "HELD261229C102.TEST", "symbol": "HELD261229C102", "pick": "HELD261229C102.TEST",
                           "bid": "2.95", "ask": "3.05", "last": "3.00", "listed": False}  # fmt: skip
    assert row["put"]["id"] == "HELD261229P102.TEST"
    status, later = await chained.get("chain", underlying="HELD", expiry="2027-01-28", strikes="1")
    assert later["rows"][0]["call"]["id"] == "HELD270128C102.TEST"
    chained.market.prices[UNDERLYING.id] = "100.90"
    status, later = await chained.get("chain", underlying="HELD", expiry="2027-01-28", strikes="3")
    assert [row["strike"] for row in later["rows"]] == ["98", "100", "102"]
    chained.market.prices[UNDERLYING.id] = "500"
    status, later = await chained.get("chain", underlying="HELD", expiry="2027-01-28", strikes="2")
    assert [row["strike"] for row in later["rows"]] == ["118", "120"]
    chained.market.prices[UNDERLYING.id] = "101.10"
    listed = option(104, Right.CALL)
    await chained.connections._define([listed])
    home.clock.ahead += timedelta(seconds=10)
    _, said = await chained.get("chain", underlying="HELD", strikes="4")
    assert [row["call"]["listed"] for row in said["rows"]] == [False, False, False, True]
    assert said["last"] == "101.10"


async def test_a_side_may_be_missing_a_strike_stand_twice_and_a_bid_be_none(
    chained: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Chained, "by_id", False)
    chained.market.contracts = [option(100, Right.CALL), option(102, Right.PUT), option(120, Right.CALL),
                                option(102, Right.PUT, root="HELD1")]  # fmt: skip
    _, said = await chained.get("chain", underlying="HELD")
    shown = [(row["strike"], *((row[side] or {}).get("pick") for side in ("call", "put"))) for row in said["rows"]]
    assert shown == [
        ("100", "HELD261229C100", None), ("102", None, "HELD1261229P102"), ("102", None, "HELD261229P102"),
        ("120", "HELD261229C120", None)]  # fmt: skip
    assert (said["strikes"], said["rows"][3]["call"]["bid"], said["rows"][3]["call"]["ask"]) == (3, None, "3.05")


async def test_prices_are_asked_for_the_contracts_nearest_to_the_money_alone(
    chained: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(option_chains, "MOST_QUOTED", 6)
    _, said = await chained.get("chain", underlying="HELD", strikes="8")
    priced = [row["strike"] for row in said["rows"] if row["call"]["last"]]
    assert (priced, len(said["rows"])) == (["100", "102", "104"], 8)
    assert said["reason"] == "prices are of the 6 contracts nearest to the money"
    assert chained.market.asked.count("quotes of 6") == 1


async def test_strikes_come_without_prices_with_the_reason(chained: Desk) -> None:
    chained.market.quoting = Unavailable("no data plan")
    status, said = await chained.get("chain", underlying="HELD", strikes="3")
    assert status == 200
    assert [row["strike"] for row in said["rows"]] == ["98", "100", "102"]  # the middle of 80 to 120
    assert (said["last"], said["at_the_money"], said["rows"][0]["call"]["bid"]) == (None, None, None)
    assert "prices could not be read: no data plan" in said["reason"]
    assert "the price of HELD.TEST is not known" in said["reason"]


async def test_everybody_who_asks_at_once_or_a_while_after_shares_one_read(home: House, chained: Desk) -> None:
    chained.market.gate.clear()
    asked = [asyncio.create_task(chained.get("chain", underlying="HELD")) for _ in range(4)]
    while "expiries" not in chained.market.asked:
        await asyncio.sleep(0.01)
    chained.market.gate.set()
    assert {status for status, _ in await asyncio.gather(*asked)} == {200}
    once = ["expiries", "options", "quotes of 1", "quotes of 40"]
    assert chained.market.asked == once
    home.clock.ahead += option_chains.QUOTED_FOR
    await chained.get("chain", underlying="HELD")
    assert chained.market.asked == [*once, "quotes of 1", "quotes of 40"]  # prices are renewed, the list is not
    home.clock.ahead += option_chains.LISTED_FOR
    await chained.get("expiries", underlying="HELD")
    assert chained.market.asked[-1] == "expiries"
    assert (chained.market.open_now, chained.market.most_open) == (0, 1)


async def test_who_looks_at_chain_after_chain_leaves_the_brokers_limit_to_orders(chained: Desk) -> None:
    answers = [await chained.get("expiries", underlying="HELD")]
    while answers[-1][0] != 503 and len(answers) <= option_chains.READS:
        answers.append(await chained.get("expiries", underlying=f"NONE{len(answers)}.TEST"))
    status, said = answers[-1]
    assert (status, said["code"], "limit is kept free" in said["hint"]) == (503, "options_busy", True)
    assert len(chained.market.asked) <= option_chains.READS
    assert (await chained.get("expiries", underlying="HELD"))[0] == 200, "what is known is told all the same"


async def test_a_list_that_takes_long_is_read_on_while_it_is_asked_for_again(
    home: House, chained: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(option_chains, "LONGEST_ANSWER", 0.05)
    chained.market.gate.clear()
    status, said = await chained.get("chain", underlying="HELD")
    assert (status, said["code"]) == (503, "options_reading")
    assert said["hint"]
    home.clock.ahead += option_chains.LISTED_FOR * 2
    chained.market.gate.set()
    monkeypatch.setattr(option_chains, "LONGEST_ANSWER", 20.0)
    status, _ = await chained.get("chain", underlying="HELD")
    assert (status, chained.market.asked.count("expiries")) == (200, 1)
    home.clock.ahead += option_chains.LISTED_FOR * 1.5  # what took so long is not asked for again at once
    status, _ = await chained.get("expiries", underlying="HELD")
    assert (status, chained.market.asked.count("expiries")) == (200, 1)


async def test_while_a_slow_broker_is_asked_anew_the_last_answer_stands_in_for_a_minute(
    home: House, chained: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first = await chained.get("expiries", underlying="HELD")
    monkeypatch.setattr(option_chains, "LONGEST_ANSWER", 0.05)
    monkeypatch.setattr(option_chains, "LISTED_FOR", timedelta(seconds=10))
    chained.market.gate.clear()
    home.clock.ahead += timedelta(seconds=20)
    assert await chained.get("expiries", underlying="HELD") == (200, first)
    assert chained.market.asked == ["expiries", "expiries"]
    home.clock.ahead += option_chains.SERVED_FOR
    status, said = await chained.get("expiries", underlying="HELD")
    assert (status, said["code"]) == (503, "options_reading")
    chained.market.gate.set()


@pytest.mark.parametrize(
    ("query", "code", "word"),
    [
        ({"underlying": "NOSUCH"}, "instrument.unlisted", "does not trade NOSUCH"),
        ({"underlying": "LATER.TEST"}, "options.none", "no options on LATER.TEST"),
        ({"underlying": "NOSUCH.TEST"}, "options.none", "no options on NOSUCH.TEST"),
        ({"underlying": "HELD", "expiry": "2026-12-30"}, "options.expiry", "expire on 2026-12-30"),
        ({"underlying": "HELD261229C104"}, "options.underlying", "an option itself"),
        ({"underlying": ""}, "field.too_short", ""),
        ({"underlying": "<b>"}, "field.format", ""),
        ({"underlying": "A" * 56}, "field.too_long", ""),
        ({}, "field.missing", ""),
        ({"underlying": "HELD", "strikes": "0"}, "number.too_small", ""),
        ({"underlying": "HELD", "strikes": "201"}, "number.too_large", ""),
        ({"underlying": "HELD", "expiry": "soon"}, "time.format", ""),
    ],
)
async def test_what_makes_no_chain_is_refused_with_a_code(
    chained: Desk, query: dict[str, str], code: str, word: str
) -> None:
    await chained.connections._define([option(104, Right.CALL)])
    status, said = await chained.get("chain", **query)
    assert status == 422, said
    assert said["code"] == code, said
    assert word in said["detail"]


async def test_an_underlying_without_options_has_no_expiries(chained: Desk) -> None:
    assert await chained.get("expiries", underlying="OTHER") == (200, {"underlying": "OTHER.TEST", "items": []})


async def test_what_the_broker_refuses_is_said_and_not_asked_again_at_once(home: House, chained: Desk) -> None:
    chained.market.refusal = Throttled("the broker wants a pause", 1.0)
    for _ in range(3):
        status, said = await chained.get("expiries", underlying="HELD")
        assert (status, said["code"]) == (503, "broker_throttled")
        assert said["hint"]
    assert chained.market.asked == ["expiries"]
    home.clock.ahead += option_chains.QUOTED_FOR
    chained.market.refusal = Missing("the broker does not know HELD.TEST")
    status, said = await chained.get("expiries", underlying="HELD")
    assert (status, said["code"], said["field"]) == (422, "options.none", "underlying")
    home.clock.ahead += option_chains.QUOTED_FOR
    chained.market.refusal = None
    assert (await chained.get("expiries", underlying="HELD"))[0] == 200


async def test_who_has_no_chains_no_connection_or_no_login_is_told_so(
    chained: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers = {row["broker"]: row["chains"] for row in (await chained.who.get(f"{W}/brokers")).json()["items"]}
    assert {name for name, tells in offers.items() if tells} >= {
        "alpaca",
        "angelone",
        "dhan",
        "fyers",
        "zerodha",
        "stub",
    }
    assert not offers["kraken"]
    out = type(
        "Out", (), {"report": lambda _: SessionReport(SessionState(SessionLife.NEEDS_LOGIN, "it is a new day"))}
    )()
    monkeypatch.setitem(chained.connections._sessions, AccountId(chained.account), out)
    status, said = await chained.get("expiries", underlying="HELD")
    assert (status, said["code"]) == (422, "connection.needs_login")
    assert "it is a new day" in said["detail"]
    monkeypatch.setattr(stub_broker, "make", Stub)
    status, said = await chained.get("chain", underlying="HELD")
    assert (status, said["code"]) == (422, "options.no_chains")
    other = Desk(chained.who, "main-plain", chained.market, chained.connections)
    status, said = await other.get("chain", underlying="HELD")
    assert (status, said["code"]) == (422, "connection.none")
    assert not chained.market.asked
