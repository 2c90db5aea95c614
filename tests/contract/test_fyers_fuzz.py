"""Garbage, truncated and oversized payloads: a parser says ProtocolError or gives something sound, and never anything else."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.brokers.fyers import hsm, parse, wire
from bidwell.brokers.fyers.login import claims
from bidwell.brokers.fyers.symbols import SymbolBook, made, read_master
from bidwell.brokers.transport import decoder, read
from bidwell.model.errors import ConfigError, ProtocolError
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from tests.contract.fuzzing import RUNS, Parsers, damaged, understood_or_refused

AT = datetime(2026, 1, 2, tzinfo=UTC)
SHARE = ("10100000003045,STATE BANK OF INDIA,0,1,0.05,INE062A01020,0915-1530|1815-1915:,2025-05-15,,NSE:SBIN-EQ,10,10,3045,"
         "SBIN,3045,-1.0,XX,10100000003045,None,1,3.6\n")  # fmt: skip
OPTION = ("101127012849090,NIFTY 28 Jan 27 26000 CE,14,75,0.05,,0915-1530|1815-1915:,2026-11-21,1800957600,"
          "NSE:NIFTY27JAN26000CE,10,11,49090,NIFTY,26000,26000.0,CE,101000000026000,None,0,0.0\n")  # fmt: skip
BOOK = SymbolBook()
BOOK.take(read_master([SHARE + OPTION], AT))
CONTEXT = parse.Context(AccountId("a"), BOOK, AT)
NAME = ClientOrderId("CARD00000000000001")
ORDER: dict[str, Any] = {
    "id": "26112100000001", "symbol": "NSE:SBIN-EQ", "qty": 10, "type": 4, "side": 1, "status": 6,
    "orderValidity": "DAY", "filledQty": 4, "limitPrice": 100.5, "stopPrice": 100, "tradedPrice": 100.25,
    "orderDateTime": "02-Jan-2026 10:00:00", "orderTag": f"1:{NAME}", "message": "",
}  # fmt: skip
TRADE = {"tradeNumber": "26112100000001-77", "orderNumber": "26112100000001", "symbol": "NSE:SBIN-EQ", "side": -1,
         "tradedQty": 4, "tradePrice": 100.25, "orderDateTime": "02-Jan-2026 10:00:01"}  # fmt: skip
EVENT = {"id": "26112100000001", "symbol": "NSE:SBIN-EQ", "qty": 10, "ord_type": 1, "tran_side": 1, "org_ord_status": 2,
         "validity": "DAY", "qty_filled": 10, "price_limit": 100.5, "price_stop": 0, "ordertag": f"1:{NAME}",
         "oms_msg": ""}  # fmt: skip
FILL = {"id_fill": "26112100000001-77", "id": "26112100000001", "symbol": "NSE:SBIN-EQ", "tran_side": 1,
        "qty_traded": 4, "price_traded": 100.25, "ordertag": f"1:{NAME}"}  # fmt: skip
POSITION = {"symbol": "NSE:SBIN-EQ", "netQty": -5, "netAvg": 100.5, "buyAvg": 0, "sellAvg": 100.5, "buyVal": 0,
            "sellVal": 502.5, "dayBuyQty": 0, "daySellQty": 5, "cfBuyQty": 0, "cfSellQty": 0,
            "realized_profit": 0}  # fmt: skip
HOLDING = {"symbol": "NSE:SBIN-EQ", "quantity": 7, "costPrice": 90.05}
FUNDS = {"fund_limit": [{"id": 9, "equityAmount": 1000.5}, {"id": 6, "equityAmount": 0}, {"id": 10, "equityAmount": 9}]}
CANDLES = {"candles": [[1767348900, 1.05, 2, 1, 2, 5]]}
PRICES = {"d": [{"n": "NSE:SBIN-EQ", "s": "ok", "v": {"lp": 100.5, "bid": 100, "ask": 101, "volume": 5, "open_price": 99,
          "prev_close_price": 98, "tt": "1767348900"}}]}  # fmt: skip
SNAPSHOT = bytes.fromhex(
    "0088060000000100015307000e73667c6e73655f636d7c3238383515000266ba001232176814755a6814755a00000005000000ac"
    "0002669c000266ba000000070003e9bb00058a010002656d80000000000261c90002673c8000000080000000000228bc0002a3c8"
    "000264f30002646c0000000102034e534504323838350b52454c49414e43452d4551"
)


def _order(body: bytes) -> object:
    return parse.order(read(decoder(wire.Order), body, "it"), (), CONTEXT)


def _trade(body: bytes) -> object:
    return parse.fill(read(decoder(wire.MarketTrade), body, "it"), NAME, CONTEXT)


def _event(body: bytes) -> object:
    row = parse.streamed(read(decoder(wire.StreamOrder), body, "it"))
    return parse.working(row), parse.status(row), parse.filled_of(row) > 0, parse.event_name(row.id, row.order_tag)


def _fill(body: bytes) -> object:
    return parse.fill(parse.streamed_trade(read(decoder(wire.StreamTrade), body, "it")), NAME, CONTEXT)


def _positions(body: bytes) -> object:
    rows = [read(decoder(wire.Position), body, "it")]
    return parse.held(rows, [], BOOK), parse.cash(read(decoder(wire.Funds), json.dumps(FUNDS), "it"), rows)


def _holdings(body: bytes) -> object:
    return parse.held([], [read(decoder(wire.Holding), body, "it")], BOOK)


def _funds(body: bytes) -> object:
    return parse.cash(read(decoder(wire.Funds), body, "it"), [])


def _bars(body: bytes) -> object:
    return parse.bars(read(decoder(wire.Candles), body, "it").candles, InstrumentId("SBIN.XNSE"), 60)


def _prices(body: bytes) -> object:
    rows = read(decoder(wire.Prices), body, "it").d
    return [parse.quote(parse.price(each), InstrumentId("SBIN.XNSE"), AT) for each in rows]


PARSERS: Parsers = {
    "order": (ORDER, _order), "trade": (TRADE, _trade), "event": (EVENT, _event), "fill": (FILL, _fill),
    "positions": (POSITION, _positions), "holdings": (HOLDING, _holdings), "funds": (FUNDS, _funds),
    "bars": (CANDLES, _bars), "prices": (PRICES, _prices),
}  # fmt: skip


@settings(max_examples=RUNS * 2, deadline=None)
@given(frame=st.binary(max_size=300))
def test_noise_on_the_price_stream_is_refused_or_is_messages(frame: bytes) -> None:
    with understood_or_refused():
        list(hsm.messages(frame))


@settings(max_examples=RUNS * 2, deadline=None)
@given(data=st.data())
def test_a_damaged_frame_is_understood_or_refused(data: st.DataObject) -> None:
    with understood_or_refused():
        for said in hsm.messages(damaged(data, SNAPSHOT, 6)):
            if isinstance(said, hsm.Feed):
                for record in said.records:
                    topic = hsm.Topic(record)
                    topic.change(record)
                    assert all((topic.price(name) or Decimal(1)) > 0 for name in hsm.SCRIP)


@settings(max_examples=RUNS, deadline=None)
@given(data=st.data())
def test_a_damaged_list_of_instruments_is_read_or_refused_and_names_stay_one_to_one(data: st.DataObject) -> None:
    text = list(SHARE + OPTION + SHARE.replace("NSE:SBIN-EQ", "NSE:SBIN-BE") + SHARE.replace("3045", "3046"))
    for _ in range(data.draw(st.integers(0, 8))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.sampled_from('0A,"\n-é.\x00'))
    with understood_or_refused():
        master = read_master(["".join(text)], AT)
        named = [ident for symbol, ident in master.ids.items() if symbol not in master.refused]
        assert len(named) == len(set(named))
        for row in master.rows.values():
            with suppress(ConfigError, ProtocolError):
                assert made(row).tick_size > 0


@settings(max_examples=RUNS, deadline=None)
@given(
    text=st.one_of(st.text(max_size=60), st.from_regex(r"[A-Za-z0-9_-]{0,20}\.[A-Za-z0-9_-]{0,60}\.x", fullmatch=True))
)
def test_an_access_token_says_when_it_ends_or_is_refused(text: str) -> None:
    with understood_or_refused():
        assert claims(text).exp is not None


@settings(max_examples=RUNS, deadline=None)
@given(figure=st.decimals(min_value=Decimal("0.0001"), max_value=Decimal(10**7), places=4))
def test_a_price_is_the_same_to_the_last_digit(figure: Decimal) -> None:
    body = json.dumps(TRADE | {"tradePrice": 0}).replace('"tradePrice": 0', f'"tradePrice": {figure:f}')
    assert parse.fill(read(decoder(wire.MarketTrade), body, "it"), NAME, CONTEXT).price == figure
    quoted = json.dumps(PRICES).replace('"lp": 100.5', f'"lp": {figure:f}')
    (row,) = read(decoder(wire.Prices), quoted, "it").d
    assert parse.price(row).lp == figure


def test_a_future_moves_what_it_realised_and_commodities_have_funds_of_their_own() -> None:
    funds = read(decoder(wire.Funds), json.dumps(FUNDS), "it")
    future = POSITION | {"symbol": "NSE:NIFTY27JANFUT", "realized_profit": 12.5}
    rows = [read(decoder(wire.Position), json.dumps(each), "it")
            for each in (future, POSITION, future | {"symbol": "MCX:GOLD27FEBFUT"})]  # fmt: skip
    assert parse.cash(funds, rows) == Decimal("1000.5") + Decimal("12.5") + Decimal("502.5")
    carried = POSITION | {"cfSellQty": 3, "daySellQty": 2}
    assert parse.cash(funds, [read(decoder(wire.Position), json.dumps(carried), "it")]) == Decimal("1000.5") + 201
