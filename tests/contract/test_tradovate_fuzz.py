"""Garbage, truncated and oversized payloads: a parser says ProtocolError or gives something sound, and never anything else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwell.app.clock import WallClock
from bidwell.brokers.tradovate import parse, wire
from bidwell.brokers.tradovate.broker.entities import Entities, UnknownOrder
from bidwell.brokers.tradovate.broker.updates import Updates
from bidwell.brokers.tradovate.client import frames
from bidwell.brokers.tradovate.client.rest import judge
from bidwell.brokers.tradovate.symbols import SymbolBook
from bidwell.brokers.transport import Answer, read
from bidwell.model.errors import ProtocolError, Unavailable
from bidwell.model.futures import MONTH_CODES, PRODUCTS, contract_symbol
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from tests.contract.fuzzing import RUNS, Parsers, with_odd_value

AT = datetime(2026, 1, 2, tzinfo=UTC)
CONTRACT = {"id": 3001, "name": "ESZ6", "contractMaturityId": 4001}
MATURITY = {
    "id": 4001,
    "productId": 5001,
    "expirationMonth": 202612,
    "expirationDate": "2026-12-18T14:30Z",
    "isFront": True,
}
PRODUCT = {"id": 5001, "name": "ES", "currencyId": 1, "exchangeId": 1, "valuePerPoint": 50, "tickSize": 0.25,
           "status": "Verified"}  # fmt: skip
ORDER = {"id": 900001, "accountId": 11, "contractId": 3001, "timestamp": "2026-01-05T14:31:00.000Z", "action": "Buy",
         "ordStatus": "Working"}  # fmt: skip
VERSION = {"id": 900001, "orderId": 900001, "orderQty": 10, "orderType": "StopLimit", "price": 6000.25, "stopPrice": 6000,
           "timeInForce": "GTD", "expireTime": "2026-02-05T14:31:00Z"}  # fmt: skip
COMMAND = {
    "id": 900001,
    "orderId": 900001,
    "commandType": "New",
    "clOrdId": "CARD00000000000001",
    "commandStatus": "Pending",
}
FILL = {"id": 7, "orderId": 900001, "contractId": 3001, "timestamp": "2026-01-05T14:31:05.000Z", "action": "Buy", "qty": 4,
        "price": 6000.25, "active": True}  # fmt: skip
FEE = {"id": 7, "commission": 1.29, "exchangeFee": 1.38, "nfaFee": 0.02, "clearingFee": None}
POSITION = {"id": 1, "accountId": 11, "contractId": 3001, "netPos": -3, "netPrice": 6000.25}
BALANCE = {"id": 1, "accountId": 11, "currencyId": 1, "amount": 50000.12}
SYNC = {"users": [{"id": 1}], "orders": [ORDER], "orderVersions": [VERSION], "commands": [COMMAND], "fills": [FILL], "fillFees": [FEE], "positions": [POSITION],
        "cashBalances": [BALANCE], "commandReports": [{"commandId": 900001, "commandStatus": "AtExecution"}],
        "executionReports": [{"orderId": 900001, "execType": "New", "cumQty": 4}]}  # fmt: skip
QUOTE = {"quotes": [{"timestamp": "2026-01-05T14:31:06.588Z", "contractId": 3001, "entries": {
    "Bid": {"price": 6000.0, "size": 7}, "Offer": {"price": 6000.25, "size": 12}, "Trade": {"price": 6000.25, "size": 2}}}]}  # fmt: skip
CHART = {"charts": [{"id": 1, "bars": [{"timestamp": "2026-01-05T14:30Z", "open": 1, "high": 2, "low": 1, "close": 2,
                                        "upVolume": 5, "downVolume": 6}]}]}  # fmt: skip
MESSAGES = [{"s": 200, "i": 3, "d": {"orderId": 900001}}, {"e": "props", "d": {"entityType": "order"}}]


def _book() -> SymbolBook:
    book = SymbolBook()
    book.remember(
        [wire.Named(1, "CME")], [wire.Named(1, "USD")], [wire.decoder(wire.Product).decode(json.dumps(PRODUCT))]
    )
    made = book.learn(wire.decoder(wire.Contract).decode(json.dumps(CONTRACT)),
                      wire.decoder(wire.Maturity).decode(json.dumps(MATURITY)))  # fmt: skip
    assert made is not None
    return book


CONTEXT = parse.Context(AccountId("a"), _book(), AT)


def _version(body: bytes) -> object:
    return parse.terms(read(wire.decoder(wire.OrderVersion), body, "it"))


def _fill(body: bytes) -> object:
    return parse.fill(read(wire.decoder(wire.Fill), body, "it"), ClientOrderId("N"), CONTEXT)


def _sync(body: bytes) -> object:
    world = Entities.of(read(wire.decoder(wire.Sync), body, "it"), 11)
    found = []
    for row in world.orders.values():
        version = world.version_of(row.id)
        try:
            name = world.name_of(row.id)
        except UnknownOrder:
            continue
        if version is not None:
            fills = [parse.fill(each, ClientOrderId("N"), CONTEXT) for each in world.fills[row.id].values()]
            found.append(parse.order(row, version, name, fills, "", CONTEXT))
    return found


def _market(body: bytes) -> object:
    market = read(wire.decoder(wire.Market), body, "it")
    instrument = InstrumentId("ESZ6.XCME")
    return ([parse.quote(each, None, instrument, AT) for each in market.quotes],
            [parse.bar(each, instrument, 60) for chart in market.charts for each in chart.bars])  # fmt: skip


def _maturity(body: bytes) -> object:
    book = SymbolBook()
    book.remember(
        [wire.Named(1, "CME")], [wire.Named(1, "USD")], [wire.decoder(wire.Product).decode(json.dumps(PRODUCT))]
    )
    made = book.learn(
        wire.decoder(wire.Contract).decode(json.dumps(CONTRACT)), read(wire.decoder(wire.Maturity), body, "it")
    )
    assert made is not None or book.refused["ESZ6"]
    return made


def _product(body: bytes) -> object:
    book = SymbolBook()
    book.remember([wire.Named(1, "CME")], [wire.Named(1, "USD")], [read(wire.decoder(wire.Product), body, "it")])
    made = book.learn(wire.decoder(wire.Contract).decode(json.dumps(CONTRACT)),
                      wire.decoder(wire.Maturity).decode(json.dumps(MATURITY)))  # fmt: skip
    assert made is not None or book.refused["ESZ6"]
    return made


def _frame(body: bytes) -> object:
    try:
        return frames.messages(b"a" + body)
    except Unavailable:
        raise AssertionError("a frame of messages closes nothing") from None


PARSERS: Parsers = {
    "version": (VERSION, _version), "fill": (FILL, _fill), "sync": (SYNC, _sync), "quote": (QUOTE, _market),
    "chart": (CHART, _market), "maturity": (MATURITY, _maturity), "product": (PRODUCT, _product), "frame": (MESSAGES, _frame),
}  # fmt: skip


@settings(max_examples=RUNS * 4, deadline=None)
@given(body=st.binary(max_size=400))
def test_noise_is_refused(body: bytes) -> None:
    judge(Answer(200, {}, body))
    with suppress(ProtocolError, Unavailable):
        frames.messages(body)


EVENTS: dict[str, dict[str, Any]] = {
    "order": ORDER, "orderVersion": VERSION, "command": COMMAND | {"commandType": "Modify", "id": 8}, "fill": FILL, "fillFee": FEE,
    "commandReport": {"commandId": 8, "commandStatus": "ExecutionRejected", "text": "no"}, "position": POSITION,
    "executionReport": {"orderId": 900001, "execType": "Replaced", "cumQty": 4, "text": "x"}, "cashBalance": BALANCE,
    "product": PRODUCT,
}  # fmt: skip


class Nobody:
    """A session, and a client that knows nothing."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def tell(self, event: object) -> None:
        self.told.append(event)

    def accepted_before(self, order_id: str) -> bool:
        return bool(order_id)

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_said, **_more: None

    async def order(self, number: int) -> None:
        self.told.append(number)

    async def account(self) -> wire.Account:
        return wire.Account(11, "DEMO1")


async def stream(said: list[bytes]) -> list[object]:
    """What the desk is told of changes that come one after the other."""
    nobody: Any = Nobody()
    updates = Updates(nobody, AccountId("a"), nobody, nobody, _book(), WallClock())

    async def ask(_operation: str, _body: object) -> bytes:
        return json.dumps(SYNC).encode()

    await updates.begin(ask)
    try:
        for payload in said:
            with suppress(ProtocolError):
                updates.on_event("props", payload)
        await asyncio.sleep(0)
    finally:
        await updates.close()
    told: list[object] = nobody.told
    return told


def props(kind: str, entity: object) -> bytes:
    return json.dumps({"entityType": kind, "eventType": "Updated", "entity": entity}).encode()


def test_the_sample_changes_are_told() -> None:
    told = asyncio.run(stream([props(kind, entity) for kind, entity in EVENTS.items()]))
    assert {type(each).__name__ for each in told} == {"OrderFilled", "ReplaceRejected"}


@settings(max_examples=RUNS * 2, deadline=None)
@given(data=st.data())
def test_changes_with_odd_values_are_told_or_refused(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(sorted(EVENTS)), min_size=1, max_size=4))
    asyncio.run(stream([props(kind, with_odd_value(data, EVENTS[kind])) for kind in kinds]))


@pytest.mark.parametrize("odd", ["NaN", "sNaN", "Infinity", "-Infinity", "1e400", -1, None, "x"])
@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_no_figure_of_a_change_brings_the_stream_down(kind: str, odd: object) -> None:
    for name in EVENTS[kind]:
        asyncio.run(
            stream([props(kind, EVENTS[kind] | {name: odd}), props("order", ORDER | {"ordStatus": "Completed"})])
        )


@settings(max_examples=RUNS, deadline=None)
@given(figure=st.decimals(min_value=Decimal("0.0000001"), max_value=Decimal(10**9), places=9))
def test_a_price_is_the_same_to_the_last_digit(figure: Decimal) -> None:
    body = json.dumps(FILL | {"price": 0}).replace('"price": 0', f'"price": {figure:f}').encode()
    assert parse.fill(read(wire.decoder(wire.Fill), body, "it"), ClientOrderId("N"), CONTEXT).price == figure


def test_an_execution_costs_the_sum_of_its_fees() -> None:
    world = Entities.of(wire.decoder(wire.Sync).decode(json.dumps(SYNC)), 11)
    assert world.fees == {7: Decimal("2.69")}


@settings(max_examples=RUNS, deadline=None)
@given(root=st.sampled_from(sorted(PRODUCTS)), year=st.integers(2020, 2040), month=st.integers(1, 12))
def test_a_contracts_name_goes_there_and_back(root: str, year: int, month: int) -> None:
    known, book = PRODUCTS[root], SymbolBook()
    exchange = {"XCME": "CME", "XCBT": "CBOT", "XNYM": "NYMEX", "XCEC": "COMEX"}[known.venue]
    book.remember([wire.Named(1, exchange)], [wire.Named(1, "USD")],
                  [wire.Product(5, root, 1, 1, known.multiplier, Decimal("0.25"))])  # fmt: skip
    symbol = contract_symbol(root, year, month)
    made = book.learn(wire.Contract(9, symbol, 4), wire.Maturity(4, 5, year * 100 + month))
    assert made is not None
    assert (made.id, made.symbol) == (f"{symbol}.{known.venue}", symbol)
    assert book.id_of(9) == made.id
    assert book.contract_of(made.id) == wire.Contract(9, symbol, 4)
    other = f"{root}{MONTH_CODES[month % 12]}{year % 10}"
    assert book.learn(wire.Contract(10, other, 4), wire.Maturity(4, 5, year * 100 + month)) is None
    assert root in book.refused[other]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"valuePerPoint": 5}, "worth 50 USD"),
        ({"name": "NQ"}, "said to be of NQ"),
        ({"exchangeId": 2}, "trades at ''"),
        ({"currencyId": 2}, "rather than in USD"),
        ({"tickSize": -0.25}, "tickSize"),
        ({"id": 6}, "does not show"),
    ],
)
def test_a_contract_that_contradicts_its_specification_is_refused_with_a_reason(
    change: dict[str, Any], why: str
) -> None:
    book = SymbolBook()
    product = wire.decoder(wire.Product).decode(json.dumps(PRODUCT | change))
    book.remember([wire.Named(1, "CME")], [wire.Named(1, "USD")], [product])
    contract = wire.decoder(wire.Contract).decode(json.dumps(CONTRACT))
    assert book.learn(contract, wire.decoder(wire.Maturity).decode(json.dumps(MATURITY))) is None
    assert why in book.refused["ESZ6"]
    with pytest.raises(ProtocolError, match=r"ESZ6|worth|tickSize"):
        book.id_of(3001)


async def _told(sync: dict[str, Any]) -> SymbolBook:
    nobody: Any = Nobody()
    book = SymbolBook()

    async def ask(_operation: str, _body: object) -> bytes:
        return json.dumps({"users": []} | sync).encode()

    await Updates(nobody, AccountId("a"), nobody, nobody, book, WallClock()).begin(ask)
    return book


def test_contracts_are_learned_out_of_the_stream_where_all_their_terms_are_told() -> None:
    whole = {"contracts": [CONTRACT], "contractMaturities": [MATURITY], "products": [PRODUCT],
             "exchanges": [{"id": 1, "name": "CME"}], "currencies": [{"id": 1, "name": "USD"}]}  # fmt: skip
    assert asyncio.run(_told(whole)).id_of(3001) == "ESZ6.XCME"
    for name in whole:
        book = asyncio.run(_told({key: rows for key, rows in whole.items() if key != name}))
        assert not book.knows(3001), "it is looked up, and not refused for what was not told"


def test_a_days_end_comes_as_a_day_or_as_a_time() -> None:
    book = _book()
    contract = wire.decoder(wire.Contract).decode(json.dumps(CONTRACT))
    for text in ("2026-12-18", "2026-12-18T14:30Z", "2026-12-18T14:30:00.000+00:00"):
        assert book.learn(contract, wire.decoder(wire.Maturity).decode(json.dumps(MATURITY | {"expirationDate": text})))
        assert book.months[3001].expiry == date(2026, 12, 18)
