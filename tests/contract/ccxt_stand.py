"""An exchange's twin in the tests' hands: in this process, reached over its socket by the adapter through ccxt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from aiohttp.typedefs import Middleware
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from bidwell.app.clock import WallClock
from bidwell.brokers.ccxt_exchanges import PROFILES, ExchangeBroker, ExchangeConfig, PairBook
from bidwell.brokers.transport import Limits, StreamSettings
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, InstrumentId
from bidwell.model.order import OrderStatus
from bidwell.model.terms import OrderType, Side, TimeInForce
from bidwell.simulation.orders import Ticket
from bidwell.twins import Dialect, Mishap, Scenario, Script, Stage, TwinServer
from bidwell.twins.crypto.binance import BinanceTwin
from bidwell.twins.crypto.bybit import BybitTwin
from bidwell.twins.crypto.coinbase import CoinbaseTwin
from bidwell.twins.crypto.coinbase import order_id as coinbase_id
from bidwell.twins.crypto.coinbase import venue_id_of as coinbase_venue_id
from bidwell.twins.crypto.kraken import KrakenTwin
from bidwell.twins.crypto.kraken import order_id as kraken_id
from bidwell.twins.crypto.kraken import venue_id_of as kraken_venue_id
from bidwell.twins.crypto.okx import OkxTwin
from bidwell.twins.crypto.spot import number, venue_id_of
from bidwell.twins.mishaps import MishapType, On
from bidwell.twins.scenario import Listed, Person, inner_id
from tests.contract.broker_stand import NotOfferedError
from tests.contract.paper_stand import SeededEntropy

SYMBOL = "ACME/USD"
KEY = {"key": "test-key-0001", "secret": "dGVzdC1zZWNyZXQtMDAwMQ==", "password": "phrase"}
QUICK = StreamSettings(heartbeat=10.0, login=10.0, backoff_first=0.01, backoff_most=0.05)
SCENARIO = Scenario(
    accounts=(
        Person("100000001", Decimal(100_000), KEY),
        Person("100000002", Decimal(5_000), {"key": "test-key-0002", "secret": "b3RoZXItc2VjcmV0LTAwMDI=",
                                             "password": "phrase", "withdraw": "yes"}),
    ),
    instruments=(
        Listed(SYMBOL, Decimal("99.90"), Decimal("100.00"), type="crypto", lot=Decimal("0.00001")),
        Listed("BTC/USD", Decimal("97990.01"), Decimal("97990.02"), type="crypto", lot=Decimal("0.00000001"),
               quantity=Decimal(5)),
        Listed("BTC/EUR", Decimal("90000.01"), Decimal("90000.02"), type="crypto", currency="EUR",
               lot=Decimal("0.00000001"), quantity=Decimal(5)),
    ),
)  # fmt: skip


@cache
def pem(_which: int = 0) -> str:
    """A private key as Coinbase gives it out."""
    made = ec.generate_private_key(ec.SECP256R1())
    return made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
                              serialization.NoEncryption()).decode()  # fmt: skip


@dataclass(frozen=True)
class Kit:
    """What the stand has to know of one exchange: its twin, and our order number in its words, there and back.

    `rejects_later`: it has a word for an order that was taken in and rejected then.
    """

    twin: Callable[[Stage], Dialect]
    order_id: Callable[[str], str] = lambda venue_id: str(number(venue_id))
    venue_id: Callable[[str], str] = venue_id_of
    rejects_later: bool = True
    secret: Callable[[], str] = lambda: KEY["secret"]


KITS = {
    "binance": Kit(BinanceTwin),
    "bybit": Kit(BybitTwin),
    "coinbase": Kit(CoinbaseTwin, coinbase_id, coinbase_venue_id, rejects_later=False, secret=pem),
    "kraken": Kit(KrakenTwin, kraken_id, kraken_venue_id, rejects_later=False),
    "okx": Kit(OkxTwin, rejects_later=False),
}


@dataclass
class ExchangeStand:
    """`broker_contract.Stand` for an exchange."""

    server: TwinServer
    config: ExchangeConfig
    account: Account
    instrument: InstrumentId
    kit: Kit
    book: PairBook
    streams_only: bool = False

    @property
    def stage(self) -> Stage:
        return self.server.stage

    def broker(self, config: ExchangeConfig | None = None) -> ExchangeBroker:
        used = config or self.config
        return ExchangeBroker(used, self.account, self.book, WallClock(), SeededEntropy())

    def broker_with_bad_credentials(self) -> ExchangeBroker:
        wrong = pem(1) if self.config.profile.id == "coinbase" else "d3Jvbmctc2VjcmV0LTAwMDE="
        return self.broker(replace(self.config, secret=wrong))

    def broker_without_server(self) -> ExchangeBroker:
        return self.broker(replace(self.config, twin="http://127.0.0.1:1"))

    async def quote(self, bid: str, ask: str, quantity: str = "100000") -> None:
        self.stage.quote(SYMBOL, Decimal(bid), Decimal(ask), Decimal(quantity))

    async def close_market(self) -> None:
        self.stage.put_forward(timedelta(days=1))

    async def lose_next_ack(self) -> None:
        self.fault(MishapType.TIMEOUT, silent=True)

    async def accept_next_late(self, seconds: float) -> None:
        self.fault(MishapType.LATE, seconds=seconds)

    async def reject_next(self, code: str) -> None:
        self.fault(MishapType.REJECT, code="insufficient_funds", text=code)

    async def reject_next_later(self) -> None:
        if not self.kit.rejects_later:
            raise NotOfferedError
        self.fault(MishapType.REJECTED_LATER, seconds=0.02)

    async def say_next_twice(self) -> None:
        self.fault(MishapType.DUPLICATE)

    async def reorder_next(self) -> None:
        self.fault(MishapType.REORDER)

    async def fill_next_in_part(self, fraction: str) -> None:
        self.fault(MishapType.PARTIAL, fraction=Decimal(fraction), seconds=0.05)

    async def garble_next(self) -> None:
        self.fault(MishapType.MALFORMED)

    async def break_on_next(self, *, processed: bool) -> None:
        self.fault(MishapType.DISCONNECT, processed=processed)

    async def fall_silent(self, seconds: float) -> None:
        self.fault(MishapType.MUTE, seconds=seconds)

    async def throttle_next(self, seconds: float) -> None:
        self.fault(MishapType.THROTTLE, seconds=seconds)

    async def fail_next(self, *, processed: bool) -> None:
        self.fault(MishapType.ERROR, processed=processed, status=502)

    async def answer_next_unreadably(self) -> None:
        self.fault(MishapType.GARBAGE)

    async def refuse_next_cancel(self) -> None:
        self.fault(MishapType.REJECT, on=On.CANCEL, code="order.unknown", text="not now")

    async def end_session(self) -> None:
        self.stage.kill("100000001", 3600)

    async def restore_session(self) -> None:
        self.stage.revive()

    async def place_by_hand(self, side: Side, quantity: str, limit_price: str) -> BrokerOrderId:
        ticket = Ticket(inner_id(SYMBOL), side, Decimal(quantity), OrderType.LIMIT, TimeInForce.GTC, "by-hand-0001",
                        Decimal(limit_price))  # fmt: skip
        self.stage.publish(self.stage.submit("100000001", ticket))
        held = self.stage.state.named["100000001", ticket.client_order_id]
        return BrokerOrderId(self.kit.order_id(held.broker_order_id))

    async def fill_by_hand(self, theirs: BrokerOrderId, quantity: str) -> None:
        self.stage.fill(self.kit.venue_id(theirs), Decimal(quantity))

    async def expire_by_hand(self, theirs: BrokerOrderId) -> None:
        self.stage.end(self.kit.venue_id(theirs), OrderStatus.EXPIRED, "by hand")

    async def submissions(self, name: ClientOrderId) -> int:
        return int(self._books()["submissions"].get(name, 0))

    async def orders_under(self, name: ClientOrderId) -> int:
        return sum(1 for order in self._books()["orders"] if order["client_order_id"] == name)

    def _books(self) -> dict[str, Any]:
        book: dict[str, Any] = self.stage.books()["100000001"]
        return book

    def fault(self, mishap: MishapType, **more: Any) -> None:  # noqa: ANN401 - fields of several types
        self.stage.set_script(Script((Mishap(mishap, **more),)))


@asynccontextmanager
async def exchange_stand(
    exchange: str, *, middlewares: Sequence[Middleware] = (), **changes: Any  # noqa: ANN401 - fields of several types
) -> AsyncIterator[ExchangeStand]:  # fmt: skip
    """An exchange's twin with two accounts."""
    kit, profile = KITS[exchange], PROFILES[exchange]
    first, other = SCENARIO.accounts
    mine = structs.replace(first, fields=KEY | {"secret": kit.secret()})
    if exchange == "coinbase":
        other = structs.replace(other, fields=other.fields | {"secret": pem(2)})
    stage = Stage(structs.replace(SCENARIO, accounts=(mine, other)), WallClock())
    server = TwinServer(stage, kit.twin(stage), middlewares=middlewares)
    await server.start()
    config = ExchangeConfig(profile, KEY["key"], kit.secret(), "USD", KEY["password"], "twin", server.url, stream=QUICK,
                            answer_timeout=2.0, patience=0.5, rate=Limits(Decimal(2000), 2000, 100), paced=False)  # fmt: skip
    account = Account(AccountId("acc_plain"), "Plain", exchange, "100000001", "USD")
    try:
        yield ExchangeStand(server, replace(config, **changes), account, InstrumentId(f"ACMEUSD.{profile.venue}"), kit,
                            PairBook(profile.venue))  # fmt: skip
    finally:
        await server.stop()
        await asyncio.sleep(0)
