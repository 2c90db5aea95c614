"""Garbage, truncated and oversized payloads: a parser says ProtocolError or gives something sound, and never anything else."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.brokers.dhan import parse, wire
from bidwell.brokers.dhan.packets import packets
from bidwell.brokers.dhan.symbols import SymbolBook, made, read_master
from bidwell.brokers.transport import decoder, read
from bidwell.brokers.transport.indian import ist
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.order import Order
from bidwell.model.terms import Side, Terms
from tests.contract.fuzzing import RUNS, Parsers, damaged, understood_or_refused

AT = datetime(2026, 1, 2, tzinfo=UTC)
HEAD = ("SEM_EXM_EXCH_ID,SEM_SEGMENT,SEM_SMST_SECURITY_ID,SEM_INSTRUMENT_NAME,SEM_EXPIRY_CODE,SEM_TRADING_SYMBOL,"
        "SEM_LOT_UNITS,SEM_CUSTOM_SYMBOL,SEM_EXPIRY_DATE,SEM_STRIKE_PRICE,SEM_OPTION_TYPE,SEM_TICK_SIZE,SEM_EXPIRY_FLAG,"
        "SEM_EXCH_INSTRUMENT_TYPE,SEM_SERIES,SM_SYMBOL_NAME\n")  # fmt: skip
SHARE = "NSE,E,1333,EQUITY,0,HDFCBANK,1,HDFC Bank,,,,5,NA,ES,EQ,HDFC BANK LTD\n"
OPTION = ("NSE,D,49090,OPTIDX,0,NIFTY-Jan2027-26000-CE,75,NIFTY 28 JAN 26000 CALL,2027-01-28 14:30:00,26000.0,CE,5.0,M,OP,"
          "NA,\n")  # fmt: skip
BOOK = SymbolBook()
BOOK.take(read_master(HEAD + SHARE + OPTION, AT))
CONTEXT = parse.Context(AccountId("a"), BOOK, AT)
ASKED = Order(ClientOrderId("CARD00000000000001"), CONTEXT.account, InstrumentId("HDFCBANK.XNSE"), Side.BUY, Decimal(10),
              Terms(), AT)  # fmt: skip
MARGIN = {"totalMargin": 2800.5, "availableBalance": 10500.0, "leverage": "4.00"}
BASKET = {"total_margin": "150000.00", "span_margin": "50000.00", "hedge_benefit": "2000.00"}
NAME = ClientOrderId("CARD00000000000001")
ORDER: dict[str, Any] = {
    "orderId": "1120000000001", "correlationId": NAME, "orderStatus": "PART_TRADED", "transactionType": "BUY",
    "exchangeSegment": "NSE_EQ", "productType": "CNC", "orderType": "STOP_LOSS", "validity": "DAY",
    "securityId": "1333", "quantity": 10, "price": 100.5, "triggerPrice": 100, "filledQty": 4,
    "averageTradedPrice": 100.25, "createTime": "2026-01-02 10:00:00", "updateTime": "2026-01-02 10:00:01",
}  # fmt: skip
TRADE = {"orderId": "1120000000001", "exchangeTradeId": "77", "transactionType": "SELL", "exchangeSegment": "NSE_EQ",
         "securityId": "1333", "tradedQuantity": 4, "tradedPrice": 100.25,
         "exchangeTime": "2026-01-02 10:00:01"}  # fmt: skip
ALERT = {"orderNo": "1120000000001", "status": "Traded", "txnType": "B", "orderType": "LMT", "exchange": "NSE",
         "segment": "E", "securityId": "1333", "quantity": 10, "validity": "DAY", "tradedQty": 10, "price": 100.5,
         "triggerPrice": 0, "correlationId": NAME, "reasonDescription": "CONFIRMED",
         "orderDateTime": "2026-01-02 10:00:00", "lastUpdatedTime": "2026-01-02 10:00:01"}  # fmt: skip
POSITION = {"securityId": "1333", "exchangeSegment": "NSE_EQ", "netQty": -5, "costPrice": 100.5, "dayBuyValue": 0,
            "daySellValue": 502.5, "realizedProfit": 0}  # fmt: skip
HOLDING = {"exchange": "ALL", "securityId": "1333", "totalQty": 7, "avgCostPrice": 90.05}
COLUMNS = {name: [1, 2] for name in ("open", "high", "low", "close", "volume", "timestamp")}
SNAP = {"data": {"NSE_EQ": {"1333": {"last_price": 100.5, "volume": 5, "last_trade_time": "02/01/2026 10:00:00",
        "depth": {"buy": [{"price": 100, "quantity": 5}], "sell": [{"price": 101, "quantity": 5}]},
        "ohlc": {"open": 99, "close": 98}}}}}  # fmt: skip


def _order(body: bytes) -> object:
    return parse.order(read(decoder(wire.Order), body, "it"), (), CONTEXT)


def _trade(body: bytes) -> object:
    return parse.fill(read(decoder(wire.MarketTrade), body, "it"), NAME, CONTEXT)


def _alert(body: bytes) -> object:
    row = parse.alert(body)
    return parse.working(row), parse.status(row.status), parse.traded_of(row) > 0, parse.when(row.order_date_time)


def _positions(body: bytes) -> object:
    rows = [read(decoder(wire.Position), body, "it")]
    return parse.held(rows, [], BOOK), parse.cash(wire.Funds("1", Decimal(1), Decimal(1)), rows, BOOK)


def _holdings(body: bytes) -> object:
    return parse.held([], [read(decoder(wire.Holding), body, "it")], BOOK)


def _bars(body: bytes) -> object:
    return parse.bars(read(decoder(wire.Columns), body, "it"), InstrumentId("HDFCBANK.XNSE"), 60)


def _snaps(body: bytes) -> object:
    snaps = read(decoder(wire.Snaps), body, "it")
    return [
        parse.quote(each, InstrumentId("HDFCBANK.XNSE"), AT) for rows in snaps.data.values() for each in rows.values()
    ]


def _margin(body: bytes) -> object:
    return parse.margin(read(decoder(wire.OrderMargin), body, "it"), None, [ASKED])


def _basket(body: bytes) -> object:
    funds = wire.Funds("1", Decimal(1), Decimal(1))
    return parse.margin(read(decoder(wire.BasketMargin), body, "it"), funds, [ASKED, ASKED])


PARSERS: Parsers = {
    "order": (ORDER, _order), "trade": (TRADE, _trade), "alert": (ALERT, _alert), "positions": (POSITION, _positions),
    "holdings": (HOLDING, _holdings), "bars": (COLUMNS, _bars), "snaps": (SNAP, _snaps),
    "margin": (MARGIN, _margin), "basket": (BASKET, _basket),
}  # fmt: skip


@settings(max_examples=RUNS * 2, deadline=None)
@given(frame=st.binary(max_size=400))
def test_noise_on_the_price_stream_is_refused_or_is_packets(frame: bytes) -> None:
    with understood_or_refused():
        assert all(packet.security_id for packet in packets(frame))


@settings(max_examples=RUNS * 2, deadline=None)
@given(data=st.data())
def test_a_damaged_frame_of_packets_is_understood_or_refused(data: st.DataObject) -> None:
    frame = bytes.fromhex("021000013505000066b6c4445a751468") + bytes([8, 162, 0, 1]) + bytes(158)
    with understood_or_refused():
        for packet in packets(damaged(data, frame, 6)):
            assert packet.last is None or packet.last > 0


@settings(max_examples=RUNS, deadline=None)
@given(data=st.data())
def test_a_damaged_list_of_instruments_is_read_or_refused_and_names_stay_one_to_one(data: st.DataObject) -> None:
    text = list(
        HEAD + SHARE + OPTION + SHARE.replace("1333", "1334") + "NSE,I,13,INDEX,0,NIFTY,1,N,,,XX,0.05,,INDEX,X,N\n"
    )
    for _ in range(data.draw(st.integers(0, 8))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.sampled_from('0A,"\n-é.\x00'))
    with understood_or_refused():
        master = read_master("".join(text), AT)
        named = [ident for key, ident in master.ids.items() if key not in master.refused]
        assert len(named) == len(set(named))
        for row in master.rows.values():
            with suppress(ConfigError, ProtocolError):
                assert made(row).tick_size > 0


@settings(max_examples=RUNS, deadline=None)
@given(text=st.text(max_size=30))
def test_a_text_is_a_time_of_india_or_refused(text: str) -> None:
    with understood_or_refused():
        assert ist(text, "it").tzinfo is UTC
    with understood_or_refused():
        found = parse.when(text)
        assert found is None or found.tzinfo is UTC


@settings(max_examples=RUNS, deadline=None)
@given(figure=st.decimals(min_value=Decimal("0.0001"), max_value=Decimal(10**7), places=4))
def test_a_price_is_the_same_to_the_last_digit(figure: Decimal) -> None:
    body = json.dumps(TRADE | {"tradedPrice": 0}).replace('"tradedPrice": 0', f'"tradedPrice": {figure:f}')
    assert parse.fill(read(decoder(wire.MarketTrade), body, "it"), NAME, CONTEXT).price == figure


def test_an_alert_is_read_in_either_way_of_writing_its_names() -> None:
    pascal = {name[:1].upper() + name[1:]: value for name, value in ALERT.items()}
    assert parse.alert(json.dumps(pascal).encode()) == parse.alert(json.dumps(ALERT).encode())


def test_a_future_moves_what_it_realised_and_an_option_its_premium() -> None:
    book = SymbolBook()
    gold = "MCX,M,7,FUTCOM,0,GOLD-Feb2027-FUT,1,GOLD,2027-02-05 23:30:00,-0.01,XX,100,M,FUT,NA,\n"
    book.take(read_master(HEAD + SHARE + OPTION + gold, AT))
    figures = {"netQty": 1, "costPrice": 100, "dayBuyValue": 7500, "daySellValue": 0, "realizedProfit": 12.5}
    rows = [read(decoder(wire.Position), json.dumps({**figures, "exchangeSegment": segment, "securityId": security}), "it")
            for segment, security in (("MCX_COMM", "7"), ("NSE_FNO", "49090"))]  # fmt: skip
    assert parse.cash(wire.Funds("1", Decimal(1), Decimal(10_000)), rows, book) == Decimal("10012.5") - 7500
    held, unknown = parse.held(rows, [], book)
    assert (sorted(held), unknown) == (["GOLD-FEB2027-FUT.MCX", "NIFTY270128C26000.XNSE"], [])
