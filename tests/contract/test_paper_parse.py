from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from bidwell.brokers.paper import parse, wire
from bidwell.brokers.paper.symbols import from_wire, to_wire
from bidwell.model.errors import ProtocolError
from bidwell.model.events import (
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
)
from bidwell.model.ids import AccountId, InstrumentId
from bidwell.model.instrument import Crypto, Equity, Forex, Future, Index, Instrument, Option, Right
from bidwell.model.terms import OrderType
from bidwell.simulation import reports

AT = datetime(2013, 3, 4, 15, tzinfo=UTC)
ACCOUNT = AccountId("acc")


def fill(**changes: object) -> wire.WireFill:
    given: dict[str, Any] = {
        "execution_id": "X1", "broker_order_id": "P1", "client_order_id": "C1", "instrument": "ACME.TEST", "side": "BUY",
        "quantity": "4", "price": "100.10", "fee": "0", "fee_currency": "USD", "occurred_at": AT.isoformat(),
    }  # fmt: skip
    return msgspec.convert({**given, **changes}, wire.WireFill)


def order(**changes: object) -> wire.WireOrder:
    given: dict[str, Any] = {
        "broker_order_id": "P1", "client_order_id": "C1", "instrument": "ACME.TEST", "side": "BUY", "quantity": "10",
        "order_type": "LIMIT", "time_in_force": "GTC", "status": "WORKING", "filled_quantity": "0",
        "created_at": AT.isoformat(), "limit_price": "100",
    }  # fmt: skip
    return msgspec.convert({**given, **changes}, wire.WireOrder)


def kinds(report: wire.Report) -> list[type]:
    return [type(event) for event in parse.events(report, ACCOUNT, AT)]


@pytest.mark.parametrize(
    ("status", "closing"), [("CANCELED", OrderCanceled), ("EXPIRED", OrderExpired), ("REJECTED", OrderRejected)]
)
def test_the_state_of_a_closed_order_is_told_as_the_events_that_led_to_it(status: str, closing: type) -> None:
    said = wire.State(order(status=status, fills=[msgspec.to_builtins(fill())], filled_quantity="4"))
    assert kinds(said) == [OrderAccepted, OrderFilled, closing]


def test_the_state_of_an_order_that_was_rejected_at_once_is_a_rejection() -> None:
    assert kinds(wire.State(order(status="REJECTED", code="price.tick"))) == [OrderRejected]


def test_the_state_of_a_filled_order_ends_with_its_fills() -> None:
    said = wire.State(order(status="FILLED", fills=[msgspec.to_builtins(fill(quantity="10"))], filled_quantity="10"))
    assert kinds(said) == [OrderAccepted, OrderFilled]


def test_an_order_by_hand_is_known_by_the_brokers_id_and_comes_with_its_terms() -> None:
    (event,) = parse.events(
        wire.Accepted("P7", AT, None, order(broker_order_id="P7", client_order_id=None)), ACCOUNT, AT
    )
    assert isinstance(event, OrderAccepted)
    assert event.client_order_id == "P7"
    assert event.found is not None
    assert event.found.external
    assert event.found.terms.order_type is OrderType.LIMIT


def test_a_replace_carries_the_new_id_quantity_and_terms() -> None:
    (event,) = parse.events(wire.Replaced(order(broker_order_id="P8", quantity="12")), ACCOUNT, AT)
    assert isinstance(event, OrderReplaced)
    assert (event.broker_order_id, event.quantity) == ("P8", Decimal(12))


@pytest.mark.parametrize(
    "said",
    [
        wire.Pong(),
        wire.Filled(fill(quantity="0")),
        wire.Filled(fill(quantity="-1")),
        wire.Filled(fill(price="NaN")),
        wire.Filled(fill(fee="Infinity")),
        wire.Filled(fill(instrument="no such thing")),
        wire.State(order(status="MAYBE")),
        wire.Replaced(order(limit_price=None)),
        wire.Replaced(order(quantity="0")),
        wire.Replaced(order(stop_price="5")),
    ],
)
def test_a_report_that_makes_no_sense_is_a_protocol_error(said: wire.Report) -> None:
    with pytest.raises(ProtocolError):
        parse.events(said, ACCOUNT, AT)


def test_a_refused_order_may_be_any_nonsense_and_is_still_shown() -> None:
    shown = parse.broker_order(
        order(status="REJECTED", instrument="???", quantity="0", order_type="MARKET", limit_price=None), ACCOUNT, AT
    )
    assert shown.quantity == 0


def test_figures_of_a_snapshot_that_are_none_are_a_protocol_error() -> None:
    book = wire.Book(1, AT, (), {"ACME.TEST": Decimal("NaN")}, {}, {"USD": Decimal(1)})
    with pytest.raises(ProtocolError):
        parse.snapshot(book, ACCOUNT, AT)


INSTRUMENTS = [
    Equity(), Crypto("BTC"), Forex("EUR"), Index(), Future("ES", date(2013, 6, 21), Decimal(5000)),
    Option(InstrumentId("ACME.TEST"), date(2013, 6, 21), Decimal("100.5"), Right.PUT, cash_settled=True),
    Option(InstrumentId("ACME.TEST"), date(2013, 6, 21), Decimal("100.5"), Right.CALL, european=True),
]  # fmt: skip


@pytest.mark.parametrize("contract", INSTRUMENTS, ids=lambda contract: contract.type)
def test_every_contract_comes_through_as_it_was(contract: Equity) -> None:
    given = Instrument(
        InstrumentId("THING.TEST"), "THING", "A thing", "TEST", "USD", Decimal("0.01"), Decimal(1), contract,
        multiplier=Decimal(50), min_notional=Decimal(5), label="simulated intraday path",
    )  # fmt: skip
    line = msgspec.json.encode(reports.instrument_view(given))
    assert parse.instrument(msgspec.json.decode(line, type=wire.WireInstrument)) == given


@pytest.mark.parametrize("contract", [{"type": "tulip"}, {"type": "option"}, {"type": "future"}])
def test_a_contract_without_its_terms_is_a_protocol_error(contract: dict[str, str]) -> None:
    row = msgspec.convert(
        {
            "id": "THING.TEST", "symbol": "THING", "name": "", "venue": "TEST", "currency": "USD", "tick_size": "0.01",
            "lot_size": "1", "contract": contract, "multiplier": "1", "min_notional": "0", "calendar": "24/7", "label": "",
        },
        wire.WireInstrument,
    )  # fmt: skip
    with pytest.raises(ProtocolError):
        parse.instrument(row)


def test_rates_that_are_not_positive_are_a_protocol_error() -> None:
    with pytest.raises(ProtocolError):
        parse.rates((wire.WireRate("USD", "INR", Decimal(0)),))


def test_symbols_go_both_ways() -> None:
    for name in ("ACME.TEST", "BRK-B.XNYS", "BTC_USD.BINANCE"):
        assert to_wire(from_wire(name)) == name
    with pytest.raises(ProtocolError):
        from_wire("acme")
