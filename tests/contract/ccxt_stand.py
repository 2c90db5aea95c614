"""An exchange's twin in the tests' hands: in this process, reached over its socket by the adapter through ccxt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from aiohttp.typedefs import Middleware
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from bidwell.app.clock import WallClock
from bidwell.brokers.ccxt_exchanges import PROFILES, ExchangeBroker, ExchangeConfig, PairBook
from bidwell.model.account import Account
from bidwell.model.ids import AccountId, BrokerOrderId, InstrumentId
from bidwell.model.terms import TimeInForce
from bidwell.simulation.orders import VenueOrder
from bidwell.twins import Dialect, Scenario, Stage
from bidwell.twins.crypto.binance import BinanceTwin
from bidwell.twins.crypto.bybit import BybitTwin
from bidwell.twins.crypto.coinbase import CoinbaseTwin
from bidwell.twins.crypto.coinbase_words import order_id as coinbase_id
from bidwell.twins.crypto.coinbase_words import venue_id_of as coinbase_venue_id
from bidwell.twins.crypto.kraken import KrakenTwin
from bidwell.twins.crypto.kraken import order_id as kraken_id
from bidwell.twins.crypto.kraken import venue_id_of as kraken_venue_id
from bidwell.twins.crypto.okx import OkxTwin
from bidwell.twins.crypto.spot import number, venue_id_of
from bidwell.twins.mishaps import MishapType, On
from bidwell.twins.scenario import Listed, Person
from tests.contract.broker_stand import NotOfferedError
from tests.contract.paper_stand import SeededEntropy
from tests.contract.twin_stand import FREE, QUICK, TwinStand, serving

SYMBOL = "ACME/USD"
KEY = {"key": "test-key-0001", "secret": "dGVzdC1zZWNyZXQtMDAwMQ==", "password": "phrase"}
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
class ExchangeStand(TwinStand[ExchangeConfig]):
    """`broker_contract.Stand` for an exchange."""

    kit: Kit
    book: PairBook

    symbol = SYMBOL
    owner = "100000001"
    resting = TimeInForce.GTC
    by_hand = "by-hand-0001"

    def broker(self, config: ExchangeConfig | None = None) -> ExchangeBroker:
        used = config or self.config
        return ExchangeBroker(used, self.account, self.book, WallClock(), SeededEntropy())

    def broker_with_bad_credentials(self) -> ExchangeBroker:
        wrong = pem(1) if self.config.profile.id == "coinbase" else "d3Jvbmctc2VjcmV0LTAwMDE="
        return self.broker(self.changed(secret=wrong))

    def order_id(self, order: VenueOrder) -> str:
        return self.kit.order_id(order.broker_order_id)

    def venue_id(self, theirs: BrokerOrderId) -> str:
        return self.kit.venue_id(theirs)

    async def reject_next(self, code: str) -> None:
        self.fault(MishapType.REJECT, code="insufficient_funds", text=code)

    async def reject_next_later(self) -> None:
        if not self.kit.rejects_later:
            raise NotOfferedError
        await super().reject_next_later()

    async def refuse_next_cancel(self) -> None:
        self.fault(MishapType.REJECT, on=On.CANCEL, code="order.unknown", text="not now")


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
    account = Account(AccountId("acc_plain"), "Plain", exchange, "100000001", "USD")
    async with serving(stage, kit.twin(stage), middlewares) as server:
        config = ExchangeConfig(profile, KEY["key"], kit.secret(), "USD", KEY["password"], "twin", server.url,
                                stream=QUICK, answer_timeout=2.0, patience=0.5, rate=FREE, paced=False)  # fmt: skip
        yield ExchangeStand(server, replace(config, **changes), account, InstrumentId(f"ACMEUSD.{profile.venue}"), kit,
                            PairBook(profile.venue))  # fmt: skip
