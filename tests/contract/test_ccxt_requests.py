"""What goes out to an exchange equals what was captured of ccxt's own requests, our ids under the right names."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from bidwell.app.clock import WallClock
from bidwell.brokers.ccxt_exchanges import PROFILES, ExchangeConfig, configure
from bidwell.brokers.ccxt_exchanges.broker.ticket import ticket_of
from bidwell.brokers.ccxt_exchanges.broker.words import WORDS
from bidwell.brokers.ccxt_exchanges.client import ExchangeClient
from bidwell.brokers.ccxt_exchanges.client.calls import Ticket
from bidwell.brokers.transport import Answer, Health, Request
from bidwell.model.errors import Unavailable
from bidwell.model.ids import AccountId, ClientOrderId, InstrumentId
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms, TimeInForce
from tests.contract.broker_stand import limit_terms, now
from tests.contract.ccxt_stand import pem
from tests.contract.shapes import recorded

NAME = "desk-0001"
FROZEN = 1_700_000_000_000
PAIRS = {"binance": "BTC/USDT", "bybit": "BTC/USDT", "okx": "BTC/USDT", "kraken": "BTC/USD", "coinbase": "BTC/USD"}
IDS = {"binance": "BTCUSDT", "bybit": "BTCUSDT", "okx": "BTC-USDT", "kraken": "XXBTZUSD", "coinbase": "BTC-USD"}
# The signature's secret, the moment and the library's made-up ids are not part of what is compared.
VARYING = frozenset({"signature", "timestamp", "nonce", "recvWindow"})
# Our own options ask for more than the capture did, or for what the exchange has one call for and the capture another.
ELSEWHERE = {
    "binance": {"editOrder", "fetchMarkets"},
    "coinbase": {"createOrder limit buy + clientOrderId", "fetchBalance", "fetchMarkets", "fetchOHLCV 1m"},
    "kraken": {"fetchOHLCV 1m"},
}  # fmt: skip


class Wire:
    """Stands where the transport is: notes a request and sends nothing."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    async def ask(self, request: Request) -> Answer:
        self.sent.append(request)
        raise Unavailable("nothing is sent in this test")


class Line:
    """One exchange's client over a `Wire`."""

    def __init__(self, exchange: str, environment: str = "live") -> None:
        self.exchange = exchange
        secret = pem() if exchange == "coinbase" else "c2VjcmV0LXNlY3JldC1zZWNyZXQ="
        self.config = ExchangeConfig(
            PROFILES[exchange], "dummy-key", secret, "USDT", "dummy-pass", environment, paced=False
        )
        self.client = ExchangeClient(self.config, Health(WallClock()), lambda: 0.0)
        self.wire = Wire()

    async def open(self) -> None:
        await self.client.open()
        seam: Any = self.client._seam
        seam._caller = self.wire
        made = seam.exchange
        made.milliseconds = lambda: FROZEN
        made.nonce = lambda: FROZEN
        made.uuid = lambda: "00000000-0000-4000-8000-000000000000"
        made.set_markets([market(self.exchange)])
        made.options |= {"enableUnifiedMargin": False, "enableUnifiedAccount": True, "unifiedMarginStatus": 6}

    async def submitted(self, order: Order) -> Request:
        """The request of an order."""
        return await self.of(lambda: self.client.submit(ticket_of(order, PAIRS[self.exchange], self.config.profile)))

    async def asked(self, method: str, args: list[Any]) -> Request:
        """The request of one of the library's calls."""
        seam: Any = self.client._seam
        return await self.of(lambda: seam.run(lambda exchange: getattr(exchange, method)(*args), method))

    async def of(self, call: Callable[[], Any]) -> Request:
        """The last request of a call that ends at the wire."""
        self.wire.sent.clear()
        with suppress(Unavailable):
            await call()
        return self.wire.sent[-1]


def market(exchange: str) -> dict[str, Any]:
    base, _, quote = PAIRS[exchange].partition("/")
    base_id, quote_id = {"kraken": ("XXBT", "ZUSD")}.get(exchange, (base, quote))
    return {
        "id": IDS[exchange], "symbol": PAIRS[exchange], "base": base, "quote": quote, "baseId": base_id, "quoteId": quote_id,
        "type": "spot", "spot": True, "margin": False, "swap": False, "future": False, "option": False, "contract": False,
        "active": True, "linear": None, "inverse": None, "settle": None, "settleId": None, "contractSize": None,
        "precision": {"amount": "0.00000001", "price": "0.01"},
        "limits": {"amount": {"min": None, "max": None}, "price": {"min": None, "max": None},
                   "cost": {"min": None, "max": None}, "leverage": {"min": None, "max": None}},
        "info": {"orderTypes": ["LIMIT", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "LIMIT_MAKER"], "altname": "XBTUSD"},
    }  # fmt: skip


@pytest.fixture(params=sorted(PAIRS))
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    made = Line(request.param)
    await made.open()
    yield made
    await made.client.close()


def quantity(text: str = "0.01") -> Decimal:
    return Decimal(text)


def captured(exchange: str) -> dict[str, dict[str, Any]]:
    rows = recorded("ccxt", f"generated_requests/{exchange}.json")
    return {row["call"]: row for row in rows if "http" in row and not row["call"].startswith("swap ")}


def told(method: str, url: str, body: str | bytes | None) -> tuple[str, str, object, object]:
    """A request without what varies: method, address, query and body."""
    parts = urlsplit(url)
    text = body.decode() if isinstance(body, bytes) else body or ""
    if text[:1] in {"{", "["}:
        inner: object = json.loads(text)
    else:
        inner = _pairs(text)
    return method, f"{parts.scheme}://{parts.netloc}{parts.path}", _pairs(parts.query), inner


def _pairs(text: str) -> dict[str, str]:
    return {name: value for name, value in parse_qsl(text, keep_blank_values=True) if name not in VARYING}


def like(row: dict[str, Any], request: Request) -> bool:
    http = row["http"]
    theirs, ours = told(http["method"], http["url"], http["body"]), told(request.method, request.url, request.body)
    assert ours == theirs, row["call"]
    return True


async def test_every_captured_request_goes_out_as_it_was_captured_with_figures_as_text(line: Line) -> None:
    compared = 0
    for name, row in captured(line.exchange).items():
        if name in ELSEWHERE.get(line.exchange, set()):
            continue
        args = [f"{each}" if isinstance(each, float | int) and row["method_name"] in {"create_order", "edit_order"} else each
                for each in row["args"]]  # fmt: skip
        request = await line.asked(row["method_name"], args)
        # Ids that the library makes up are never the same.
        if not any(made_up in str(row["http"]["body"]) for made_up in ("ccxt-", "x-TKT5PX2F", "6b9ad766b55dBCDE")):
            compared += like(row, request)
    assert compared >= 12


async def test_our_id_goes_out_under_the_name_that_the_exchange_reads(line: Line) -> None:
    rows, symbol, client = captured(line.exchange), PAIRS[line.exchange], line.client
    native = line.exchange == "coinbase"
    order = Order(ClientOrderId(NAME), AccountId("a"), InstrumentId(f"{symbol.replace('/', '')}.X"), Side.BUY,
                  quantity(), limit_terms("30000"), now())  # fmt: skip
    ticket = ticket_of(order, symbol, line.config.profile)
    named = "with native id field client_order_id" if native else "limit buy + clientOrderId"
    request = await line.of(lambda: client.submit(ticket))
    assert request.writes
    assert not request.urgent
    assert like(rows[f"createOrder {named}"], request)
    request = await line.of(lambda: client.cancel(symbol, "1234567890", NAME))
    assert request.writes
    assert request.urgent
    assert like(rows["cancelOrder by id"], request)
    if line.config.profile.cancel:
        field = "with native id field orderLinkId" if line.exchange == "bybit" else "by clientOrderId"
        assert like(rows[f"cancelOrder {field}"], await line.of(lambda: client.cancel(symbol, "", NAME)))
    if line.config.profile.find.params:
        field = "with native id field orderLinkId" if line.exchange == "bybit" else "by clientOrderId"
        request = await line.of(lambda: client.by_name(NAME, symbol))
        assert not request.writes
        assert like(rows[f"fetchOrder {field}"], request)
    if line.config.profile.replace:
        changed = Ticket(symbol, "limit", "buy", "0.02", "30500")
        request = await line.of(lambda: client.replace("1234567890", changed))
        assert request.writes
        assert like(rows["editOrder"], request)


async def test_immediate_orders_and_stops_say_so(line: Line) -> None:
    rows, profile = captured(line.exchange), line.config.profile
    for force in profile.times_in_force - {TimeInForce.GTC}:
        order = Order(ClientOrderId(NAME), AccountId("a"), InstrumentId("B.X"), Side.BUY, quantity(),
                      limit_terms("30000", force), now())  # fmt: skip
        request = await line.submitted(order)
        text = f"{(request.body or b'').decode()}".lower()
        assert force.lower() in text, text
    if OrderType.STOP_LIMIT in profile.order_types:
        terms = Terms(OrderType.STOP_LIMIT, quantity("29000"), quantity("29100"), time_in_force=TimeInForce.GTC)
        order = Order(ClientOrderId(NAME), AccountId("a"), InstrumentId("B.X"), Side.SELL, quantity(), terms, now())
        request = await line.submitted(order)
        theirs = dict(rows["createOrder stop (triggerPrice) limit"])
        theirs["http"] = theirs["http"] | {
            "body": theirs["http"]["body"].replace("x-TKT5PX2F0000000000000000000000", NAME)
        }
        assert like(theirs, request)


@pytest.mark.parametrize("text", ["0.00000001", "123456789.12345678", "0.1", "7", "99999999.99999999"])
async def test_no_digit_of_a_quantity_is_lost_on_the_way_out(line: Line, text: str) -> None:
    order = Order(ClientOrderId(NAME), AccountId("a"), InstrumentId("B.X"), Side.BUY, quantity(text),
                  limit_terms("30000.01"), now())  # fmt: skip
    request = await line.submitted(order)
    body = (request.body or b"").decode()
    assert f'"{text}"' in body or f"={text}&" in body, body
    assert '"30000.01"' in body or "=30000.01" in body, body


@pytest.mark.parametrize("spoiled", [lambda text: text, lambda text: text.replace("\n", "\\n"), lambda text: text.replace("\n", ""),
                                     lambda text: text.replace("\n", " ")])  # fmt: skip
def test_a_private_key_is_good_however_its_lines_were_copied(spoiled: Callable[[str], str]) -> None:
    fields = {"key": "organizations/1/apiKeys/2", "secret": spoiled(pem()), "currency": ""}
    made = configure("coinbase", fields, "live")
    assert made.secret == pem()
    assert made.currency == "USD"
    assert pem()[40:60] not in repr(made)


@pytest.mark.parametrize(("exchange", "environment"), [
    (name, each.name) for name, profile in PROFILES.items() for each in profile.guide.environments])  # fmt: skip
async def test_every_address_is_one_of_the_exchanges_own_hosts(exchange: str, environment: str) -> None:
    line = Line(exchange, environment)
    await line.open()
    profile = line.config.profile
    request = await line.of(line.client.balances)
    assert urlsplit(request.url).hostname in profile.hosts, request.url
    public = await line.asked("fetch_ticker", [PAIRS[exchange]])
    assert urlsplit(public.url).hostname in profile.hosts, public.url
    stream = WORDS[exchange].url(line.client)
    assert stream.startswith("wss://")
    assert urlsplit(stream).hostname in profile.hosts, stream
    sandboxed = environment == "sandbox"
    assert ("x-simulated-trading" in (request.signed or {})) is (sandboxed and exchange == "okx")
    if sandboxed and exchange != "okx":
        assert "test" in request.url
        assert "test" in stream
    await line.client.close()
