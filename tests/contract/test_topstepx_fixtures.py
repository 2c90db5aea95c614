"""TopstepX's twin answers by the recorded payloads to the letter, and the adapter reads every one of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import aiohttp
import msgspec
import pytest

from bidwell.brokers.topstepx import hub, parse, wire
from bidwell.brokers.topstepx.broker.feed import trades
from bidwell.brokers.topstepx.symbols import SymbolBook
from bidwell.brokers.transport import decoder
from bidwell.model.errors import ProtocolError, Unavailable
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side
from bidwell.twins.topstepx import words
from tests.contract.shapes import differences, recorded
from tests.contract.topstepx_stand import FIELDS, NUMBER, SYMBOL, TopstepxStand, topstepx_stand

ACCOUNT = int(NUMBER)
# What newer documents add to the sample bodies.
NEWER = frozenset({"symbolId", "fillVolume", "filledPrice", "customTag", "trailPrice", "parentOrderId", "linkedOrderId",
                   "simulated", "contract", "contracts"})  # fmt: skip
WINDOW = {"accountId": ACCOUNT, "startTimestamp": "2020-01-01T00:00:00Z"}
EMINI = wire.Contract("CON.F.US.EP.M25", "ESM5", Decimal("0.25"), Decimal("12.5"))


class Caller:
    """A client of the twin that nobody here wrote an adapter for."""

    def __init__(self, stand: TopstepxStand, session: aiohttp.ClientSession) -> None:
        self._base = stand.server.url
        self.session = session
        self.token = ""

    async def ask(self, call: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.session.post(f"{self._base}/api/{call}", json=body or {}, headers=headers) as answer:
            return json.loads(await answer.text())

    async def place(self, **more: object) -> Any:  # noqa: ANN401 - JSON
        order = {"accountId": ACCOUNT, "contractId": SYMBOL, "type": 1, "side": 0, "size": 2, "limitPrice": 90.0}
        return await self.ask("Order/place", order | more)

    def hub(self, name: str) -> Any:  # noqa: ANN401 - an aiohttp context
        return self.session.ws_connect(f"{self._base}/hubs/{name}?access_token={self.token}")


@pytest.fixture
async def stand() -> AsyncIterator[TopstepxStand]:
    async with topstepx_stand() as stand:
        yield stand


@pytest.fixture
async def caller(stand: TopstepxStand) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as session:
        made = Caller(stand, session)
        made.token = (await made.ask("Auth/loginKey", {"userName": FIELDS["user_name"], "apiKey": FIELDS["api_key"]}))[
            "token"
        ]
        yield made


def sample(page: str) -> Any:  # noqa: ANN401 - JSON
    pages = cast("dict[str, Any]", recorded("projectx", "gateway_doc_samples.json"))
    return pages[page][0]["sample"]


async def test_the_twin_answers_as_recorded(caller: Caller) -> None:
    placed = await caller.place()
    await caller.place(type=2, limitPrice=None)
    await caller.place(type=4, side=1, limitPrice=None, stopPrice=80.0)
    bars = {"contractId": SYMBOL, "live": False, "startTime": "2026-11-02T00:00:00Z", "endTime": "2026-11-03T00:00:00Z",
            "unit": 3, "unitNumber": 1, "limit": 7, "includePartialBar": False}  # fmt: skip
    answers = {
        "api-reference/order/order-place": placed,
        "api-reference/account/search-accounts": await caller.ask("Account/search", {"onlyActiveAccounts": True}),
        "api-reference/order/order-search-open": await caller.ask("Order/searchOpen", {"accountId": ACCOUNT}),
        "api-reference/order/order-search": await caller.ask("Order/search", WINDOW),
        "api-reference/trade/trade-search": await caller.ask("Trade/search", WINDOW),
        "api-reference/positions/search-open-positions": await caller.ask(
            "Position/searchOpen", {"accountId": ACCOUNT}
        ),
        "api-reference/market-data/search-contracts": await caller.ask("Contract/search", {"searchText": "MCL"}),
        "api-reference/market-data/search-contracts-by-id": await caller.ask(
            "Contract/searchById", {"contractId": SYMBOL}
        ),
        "api-reference/market-data/retrieve-bars": await caller.ask("History/retrieveBars", bars),
        "api-reference/order/order-modify": await caller.ask(
            "Order/modify", {"accountId": ACCOUNT, "orderId": placed["orderId"], "size": 3}
        ),
        "api-reference/order/order-cancel": await caller.ask(
            "Order/cancel", {"accountId": ACCOUNT, "orderId": placed["orderId"]}
        ),
        "api-reference/positions/close-positions-partial": await caller.ask(
            "Position/partialCloseContract", {"accountId": ACCOUNT, "contractId": SYMBOL, "size": 1}
        ),
        "api-reference/positions/close-positions": await caller.ask(
            "Position/closeContract", {"accountId": ACCOUNT, "contractId": SYMBOL}
        ),
        "getting-started/validate-session": await caller.ask("Auth/validate"),
        "getting-started/authenticate/authenticate-api-key": await caller.ask(
            "Auth/loginKey", {"userName": FIELDS["user_name"], "apiKey": FIELDS["api_key"]}
        ),
    }
    for page, ours in answers.items():
        assert list(differences(sample(page), ours, page, NEWER)) == []
    # The application's login answers alike, and is not for a person's key.
    assert set(answers) | {"getting-started/authenticate/authenticate-as-application"} == set(
        cast("dict[str, Any]", recorded("projectx", "gateway_doc_samples.json"))
    )


async def test_a_round_trip_is_two_half_turns_of_which_the_second_has_its_gain(
    caller: Caller, stand: TopstepxStand
) -> None:
    await caller.place(type=2, limitPrice=None)
    await stand.quote("101.00", "101.10")
    await caller.ask("Position/closeContract", {"accountId": ACCOUNT, "contractId": SYMBOL})
    rows = (await caller.ask("Trade/search", WINDOW))["trades"]
    assert [row["profitAndLoss"] for row in rows] == [200, None]
    (account,) = [each for each in (await caller.ask("Account/search"))["accounts"] if each["id"] == ACCOUNT]
    assert account["balance"] == 100_200
    assert (await caller.ask("Position/searchOpen", {"accountId": ACCOUNT}))["positions"] == []


async def test_a_client_is_told_what_is_wrong_by_numbers(caller: Caller, stand: TopstepxStand) -> None:
    one = await caller.place(customTag="desk-0001")
    again = await caller.place(customTag="desk-0001")
    assert (again["errorCode"], "orderId" in again) == (2, False)
    wrong: list[tuple[str, dict[str, object], int]] = [
        ("Order/place", {"accountId": 1}, 1), ("Order/place", {"accountId": ACCOUNT, "contractId": "CON.F.US.XX.Z27"}, 8),
        ("Order/modify", {"accountId": ACCOUNT, "orderId": 999}, 2), ("Order/cancel", {"accountId": ACCOUNT, "orderId": 999}, 2),
        ("Order/cancel", {"accountId": 1, "orderId": 1}, 1), ("Order/searchById", {"accountId": ACCOUNT, "orderId": 999}, 1),
        ("Position/closeContract", {"accountId": ACCOUNT, "contractId": SYMBOL}, 2), ("Trade/search", {"accountId": 1}, 1),
        ("History/retrieveBars", {"contractId": SYMBOL, "unit": 9}, 2), ("Contract/searchById", {"contractId": "x"}, 1),
        ("History/retrieveBars", {"contractId": SYMBOL, "unit": 2, "unitNumber": 1, "limit": 10**6}, 4),
    ]  # fmt: skip
    for call, body, number in wrong:
        answer = await caller.ask(call, body)
        assert (answer["success"], answer["errorCode"]) == (False, number), call
    for more in (
        {"size": 0},
        {"type": 3},
        {"side": 5},
        {"limitPrice": -1},
        {"stopLossBracket": {"ticks": 5, "type": 4}},
    ):
        assert (await caller.place(**more))["errorCode"] == 2
    joined = (await caller.place(type=6, limitPrice=None))["orderId"]
    trailing = (await caller.place(type=5, side=1, limitPrice=None, trailPrice=95.0))["orderId"]
    rows = {row["id"]: row for row in (await caller.ask("Order/v2/query", {
        "filter": {"accountId": ACCOUNT, "statuses": [1]}, "pageSize": 2, "pageOffset": 1, "sortBy": 1,
        "includeTotalCount": True}))["orders"]}  # fmt: skip
    assert list(rows) == [joined, trailing]
    assert (rows[joined]["limitPrice"], rows[trailing]["trailPrice"]) == (99.9, 4.9)
    assert one["orderId"] not in rows
    caller.token = "nothing"
    async with caller.session.post(f"{stand.server.url}/api/Order/search", json={}) as answer:
        assert answer.status == 401


async def test_the_hubs_conversation_is_the_recorded_one(caller: Caller, stand: TopstepxStand) -> None:
    script = [each for row in recorded("projectx", "signalr_transcript_derived.json") for each in _split(row)]
    theirs = {each["target"]: each for each in script if "target" in each}
    async with caller.hub("user") as user, caller.hub("market") as market:
        for socket, calls in ((user, ["SubscribeAccounts", "SubscribeOrders"]),
                              (market, ["SubscribeContractQuotes", "SubscribeContractTrades", "SubscribeContractMarketDepth"])):  # fmt: skip
            await socket.send_str(hub.HANDSHAKE)
            assert await socket.receive_str() == "{}" + hub.END
            for number, call in enumerate(calls, 1):
                asked = hub.invocation(
                    number, call, *([] if call == "SubscribeAccounts" else [ACCOUNT if socket is user else SYMBOL])
                )
                assert call not in theirs or list(differences(theirs[call], json.loads(asked[:-1]), call)) == []
                await socket.send_str(asked)
                assert json.loads((await socket.receive_str())[:-1]) == {
                    "type": 3,
                    "invocationId": str(number),
                    "result": None,
                }
        await caller.place(type=2, limitPrice=None, customTag="desk-0001")
        stand.stage.quote(SYMBOL, Decimal(98), Decimal(99))
        heard = [json.loads((await user.receive_str())[:-1]) for _ in range(5)]
        heard += [json.loads((await market.receive_str())[:-1]) for _ in range(3)]
        ours = {each["target"]: each for each in heard}
        assert set(ours) | {"SubscribeAccounts", "SubscribeOrders"} == set(theirs)
        for target, each in ours.items():
            assert list(differences(_first(theirs[target]), _first(each), target)) == []
        await user.send_str(hub.invocation(9, "SubscribeTea") + hub.invocation(10, "SubscribeOrders", 1))
        refused = [json.loads((await user.receive_str())[:-1])["error"] for _ in range(2)]
        assert refused == ["Unknown hub method 'SubscribeTea'", "Account not found"]


def _split(row: dict[str, Any]) -> list[Any]:
    return [json.loads(each) for each in row["raw"].split(hub.END) if each]


def _first(message: dict[str, Any]) -> list[Any]:
    """A message's arguments; prints come in a list that may be padded."""
    return [each[0] if isinstance(each, list) else each for each in message["arguments"]]


def test_the_adapter_reads_the_transcript() -> None:
    book = SymbolBook()
    book.learn([EMINI])
    context = parse.Context(AccountId("a"), book, datetime(2026, 1, 2, tzinfo=UTC))
    heard: dict[str, wire.Message] = {}
    for row in recorded("projectx", "signalr_transcript_derived.json"):
        if row["dir"] == "s->c" and row["raw"] != "{}" + hub.END:
            for message in hub.messages(row["raw"], "it"):
                heard[message.target or f"kind {message.type}"] = message
    assert {"kind 3", "kind 6", "kind 7"} < set(heard)
    with pytest.raises(Unavailable, match="Connection closed with an error"):
        hub.closed_or_refused(heard["kind 7"], "it")

    def data(target: str) -> bytes:
        return bytes(msgspec.json.decode(heard[target].arguments[0], type=wire.Change).data)

    order = parse.order(decoder(wire.Order).decode(data("GatewayUserOrder")), (), context)
    assert (order.broker_order_id, order.client_order_id, order.status) == ("26970", None, OrderStatus.WORKING)
    assert [str(each) for each in (order.quantity, order.filled_quantity, order.terms.limit_price)] == [
        "2",
        "1",
        "5138.0",
    ]
    fill = parse.fill(decoder(wire.HalfTurn).decode(data("GatewayUserTrade")), ClientOrderId("N"), context)
    assert (fill.execution_id, fill.side, fill.fee) == ("8604", Side.BUY, Decimal("1.4"))
    quote = decoder(wire.Quote).decode(heard["GatewayQuote"].arguments[1])
    whole = parse.Touch().quoted(quote).quote(InstrumentId("ESM5.XCME"), context.at)
    assert whole is not None
    assert (str(whole.bid), str(whole.ask), str(whole.previous_close)) == ("5138.0", "5138.25", "5127.75")
    assert [each.price for each in trades(bytes(heard["GatewayTrade"].arguments[1]))] == [Decimal("5138.25")]


def test_the_adapter_reads_every_recorded_body() -> None:
    book = SymbolBook()
    book.learn([EMINI, wire.Contract("CON.F.US.EP.H25", "ESH5", Decimal("0.25"), Decimal("12.5"))])
    context = parse.Context(AccountId("a"), book, datetime(2026, 1, 2, tzinfo=UTC))

    def rows(page: str, name: str, shape: Any) -> list[Any]:  # noqa: ANN401 - any payload
        return [decoder(shape).decode(json.dumps(each)) for each in sample(page)[name]]

    orders = rows("api-reference/order/order-search", "orders", wire.Order)
    assert [parse.order(each, (), context).filled_quantity for each in orders] == [1, 1]
    (stop,) = rows("api-reference/order/order-search-open", "orders", wire.Order)
    assert parse.terms(stop).order_type is OrderType.STOP
    fills = rows("api-reference/trade/trade-search", "trades", wire.HalfTurn)
    assert [parse.fill(each, ClientOrderId("N"), context).side for each in fills] == [Side.SELL, Side.BUY]
    (held,) = rows("api-reference/positions/search-open-positions", "positions", wire.Position)
    assert parse.signed(held) == 2
    bars = rows("api-reference/market-data/retrieve-bars", "bars", wire.Bar)
    assert parse.bar(bars[0], InstrumentId("GCG5.XCEC"), 3600).high == Decimal("2217.0")
    contracts = rows("api-reference/market-data/search-contracts", "contracts", wire.Contract)
    fresh = SymbolBook()
    # The sample's names are older than the exchange's symbols: what can be told from them is taken.
    assert [each.id for each in fresh.learn(contracts)] == ["MNQH5.XCME"]
    assert set(fresh.refused) == {"CON.F.US.ENQ.H25", "CON.F.US.NQG.G25", "CON.F.US.NQM.G25"}


@pytest.mark.parametrize(
    ("changes", "meant"),
    [
        ({"type": 6}, OrderType.MARKET), ({"type": 7, "limitPrice": 5}, OrderType.LIMIT), ({"type": 5, "trailPrice": 2}, OrderType.TRAILING_STOP),
        ({"type": 5, "stopPrice": 4, "trailPrice": 2}, OrderType.TRAILING_STOP), ({"type": 5, "stopPrice": 4}, OrderType.STOP),
        ({"type": 3, "stopPrice": 4, "limitPrice": 5}, OrderType.STOP_LIMIT), ({"type": 2, "limitPrice": 5}, OrderType.MARKET),
        ({"type": 4}, None), ({"type": 0}, None), ({"type": 5}, None),
    ],
    ids=str,
)  # fmt: skip
def test_orders_of_topstepxs_own_screen_are_shown_as_what_they_can_be(
    changes: dict[str, int], meant: OrderType | None
) -> None:
    body = {"id": 1, "accountId": 2, "contractId": "CON.F.US.EP.M25", "status": 1, "side": 0, "size": 1} | changes
    row = decoder(wire.Order).decode(json.dumps(body))
    if meant is not None:
        assert parse.terms(row).order_type is meant
        return
    with pytest.raises(ProtocolError):
        parse.terms(row)


def test_words_and_numbers_are_the_same_on_both_sides() -> None:
    assert {kind: parse.ORDER_TYPES[number] for kind, number in words.TYPES.items()} == {
        each: each for each in words.TYPES
    }
    assert {side: parse.SIDES[number] for side, number in words.SIDES.items()} == {each: each for each in words.SIDES}
    assert {one: parse.STATUSES[number] for one, number in words.STATUSES.items()} == {
        each: each for each in words.STATUSES
    }
