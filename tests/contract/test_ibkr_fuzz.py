"""Damaged, odd and oversized messages: the reader says ProtocolError or gives something sound, and never anything else."""

from __future__ import annotations

import asyncio
import struct
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.app.clock import WallClock
from bidwell.brokers.ibkr import parse, wire
from bidwell.brokers.ibkr.client import frames
from bidwell.brokers.ibkr.client.library import moment
from bidwell.brokers.ibkr.client.reader import Reader
from bidwell.brokers.ibkr.symbols import SymbolBook, question
from bidwell.model.errors import ProtocolError, Unavailable
from bidwell.model.ids import AccountId, ClientOrderId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.twins import Stage
from bidwell.twins.ibkr import IbkrTwin, words
from bidwell.twins.margins import Wanted
from bidwell.twins.scenario import inner_id
from tests.contract.fuzzing import RUNS, damaged, understood_or_refused
from tests.contract.ibkr_stand import ACME, CALL, SCENARIO

ODD = st.one_of(
    st.text(st.characters(exclude_characters="\0"), max_size=20), st.integers().map(str), st.floats().map(str),
    st.sampled_from(["", "NaN", "sNaN", "Infinity", "-1", "1e400", "9" * 60, "1.7976931348623157E308", "2147483647", "0", "é" * 500,
                     "20261399 99:99:99 UTC", "20260101 10:00:00 Nowhere/Here", "20260101-10:00:00", "\\x", "../../etc/passwd"]),
)  # fmt: skip


def samples() -> dict[str, bytes]:
    """One message of every kind, as the twin writes it."""
    stage = Stage(SCENARIO, WallClock())
    twin = IbkrTwin(stage)
    stage.dialect = twin
    for side, quantity in ((Side.BUY, "10"), (Side.SELL, "4")):
        ticket = Ticket(inner_id("ACME"), side, Decimal(quantity), OrderType.LIMIT, TimeInForce.GTC, f"CARD{quantity:0>14}",
                        Decimal(100 if side is Side.BUY else 120))  # fmt: skip
        stage.publish(stage.submit("DU100", ticket))
    filled, working = stage.state.orders.values()
    assert (filled.status, working.status) == (OrderStatus.FILLED, OrderStatus.WORKING)
    records, (done,) = twin.records, filled.fills
    row = stage.market.rows["ACME"]
    return {
        "open order": records.open_order(working, "Submitted"), "completed order": records.completed_order(filled),
        "status": records.status(working, "Submitted"), "execution": records.execution(filled, done.execution_id, -1),
        "commission": words.commission(done), "details": words.details("7", row, records.contracts["ACME"]),
        "error": words.error(7, 201, "Order rejected"), "tick": words.message(1, 6, 7, 1, "99.9", "3", 0),
        "size": words.message(2, 6, 7, 8, "3"), "accounts": words.message(15, 1, "DU1,DU2,"), "id": words.message(9, 1, 5),
        "position": words.message(61, 3, "DU1", 265000, "ACME", "STK", "", 0, "", "", "SMART", "USD", "ACME", "NMS", 3, "9.5"),
        "figure": words.message(63, 1, 7, "DU1", "CashBalance", "100.25", "USD"), "time": words.message(49, 1, 1760000000),
        "what if": records.what_if(0, 7, Wanted(row, Side.BUY, Decimal(3), Decimal(90)), "DU100"),
        "bars": words.message(17, 7, "a", "b", 1, "1760000000", 1, 2, 1, 2, 5, 1, 1), "end": words.message(52, 1, 7),
        "option": words.details("7", stage.market.rows[CALL], records.contracts[CALL]),
        "option parameters": words.option_parameters("7", "SMART", "265000", "ACME", [stage.market.rows[CALL]]),
        "parameters' end": words.message(76, 7), "snapshot's end": words.message(57, 1, 7),
    }  # fmt: skip


SAMPLES = samples()
READER = Reader(words.VERSION)
BOOK = SymbolBook()
TERMS = READER.read(frames.fields(SAMPLES["details"]))
assert isinstance(TERMS, wire.Details)
BOOK.learn(TERMS)
CONTEXT = parse.Context(AccountId("a"), BOOK, datetime(2026, 1, 2, tzinfo=UTC))


def down_to_the_desk(told: wire.Message | None) -> object:
    """Everything that is made of a message."""
    if isinstance(told, wire.OpenOrder):
        return parse.order(told, (), CONTEXT), parse.ended_at(told)
    if isinstance(told, wire.WhatIf):
        return parse.margin(told, ClientOrderId("CARD00000000000001"), "USD")
    if isinstance(told, wire.Execution):
        return parse.fill(told, None, CONTEXT)
    if isinstance(told, wire.Details):
        return SymbolBook().learn(told, ACME)
    if isinstance(told, wire.OptionParameters):
        return parse.expiries([told])
    if isinstance(told, wire.Bars):
        return [parse.bar(row, ACME, 86400 if len(row.at) == len("20260101") else 60) for row in told.rows]
    if isinstance(told, wire.Figure):
        return parse.figures([told], told.account, told.tag)
    if isinstance(told, wire.Tick):
        prices = {each: told.price for each in (parse.BID, parse.ASK, parse.LAST) if told.price is not None}
        return parse.quote(prices, {}, ACME, CONTEXT.at) or told
    return told


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read(name: str) -> None:
    assert down_to_the_desk(READER.read(frames.fields(SAMPLES[name]))) is not None


@settings(max_examples=4 * RUNS, deadline=None)
@given(name=st.sampled_from(sorted(SAMPLES)), data=st.data())
def test_a_damaged_message_is_understood_or_refused(name: str, data: st.DataObject) -> None:
    body = damaged(data, SAMPLES[name])
    with understood_or_refused():
        down_to_the_desk(READER.read(frames.fields(body)))


@settings(max_examples=4 * RUNS, deadline=None)
@given(name=st.sampled_from(sorted(SAMPLES)), data=st.data())
def test_an_odd_field_is_understood_or_refused(name: str, data: st.DataObject) -> None:
    fields = frames.fields(SAMPLES[name])
    fields[data.draw(st.integers(0, len(fields) - 1))] = data.draw(ODD)
    with understood_or_refused():
        down_to_the_desk(READER.read(fields))


@settings(max_examples=RUNS, deadline=None)
@given(figure=st.decimals(min_value=Decimal("0.000000001"), max_value=Decimal(10**9), places=9))
def test_a_figure_is_the_same_to_the_last_digit(figure: Decimal) -> None:
    fields = frames.fields(SAMPLES["execution"])
    at = fields.index("100.00")
    fields[at], fields[at - 1] = f"{figure:f}", f"{figure:f}"
    told = READER.read(fields)
    assert isinstance(told, wire.Execution)
    assert (told.price, told.quantity) == (figure, figure)
    row = READER.read(frames.fields(words.message(63, 1, 7, "DU1", "CashBalance", figure, "USD")))
    assert isinstance(row, wire.Figure)
    assert parse.figures([row], "DU1", "CashBalance") == {"USD": figure}


@settings(max_examples=RUNS, deadline=None)
@given(text=st.text(max_size=40))
def test_a_text_is_a_time_or_refused(text: str) -> None:
    with understood_or_refused():
        assert moment(text).tzinfo is UTC


@settings(max_examples=RUNS, deadline=None)
@given(text=st.text(max_size=24))
def test_what_a_person_types_never_brings_a_field_of_its_own(text: str) -> None:
    asked = question(text, CONTEXT.at.date())
    assert asked is None or "\0" not in f"{asked}"


@settings(max_examples=RUNS, deadline=None)
@given(noise=st.binary(max_size=80))
def test_noise_on_the_line_is_a_message_a_refusal_or_an_end(noise: bytes) -> None:
    async def hear() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(noise)
        reader.feed_eof()
        socket = frames.TcpSocket(reader, None, 1 << 20)  # type: ignore[arg-type] # it only listens
        while True:
            with understood_or_refused():
                down_to_the_desk(READER.read(frames.fields(await socket.hear())))

    with pytest.raises(Unavailable):
        asyncio.run(hear())


async def test_a_message_longer_than_any_is_refused_before_it_is_read() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(struct.pack(">I", 1 << 31) + b"x")
    with pytest.raises(ProtocolError, match="began a message of"):
        await frames.TcpSocket(reader, None, 1 << 20).hear()  # type: ignore[arg-type] # it only listens
