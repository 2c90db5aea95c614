# ruff: noqa: ANN401 - changes are checked by the classes that take them
"""Nouns to test with: each builder gives a plain valid one, and takes what a test wants otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bidwell.model.account import Account
from bidwell.model.fill import Fill
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, ExecutionId, InstrumentId, StrategyId
from bidwell.model.instrument import Crypto, Equity, Future, Instrument
from bidwell.model.limits import Limits
from bidwell.model.market import Quote
from bidwell.model.order import Order
from bidwell.model.terms import OrderType, Side, Terms
from bidwell.risk.view import AccountView, MarketView, Proposal

NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
ACCOUNT = AccountId("acc_one")
TREND = StrategyId("str_trend")
NO_LIMITS = Limits()

AAPL = Instrument(
    id=InstrumentId("AAPL.XNAS"), symbol="AAPL", name="Apple", venue="XNAS", currency="USD", tick_size=Decimal("0.01"),
    lot_size=Decimal(1), contract=Equity(),
)  # fmt: skip
COIN = Instrument(
    id=InstrumentId("COINUSD.SYN"), symbol="COINUSD", name="Synthetic coin", venue="SYN", currency="USD",
    tick_size=Decimal("0.5"), lot_size=Decimal("0.001"), contract=Crypto(base="COIN"), min_notional=Decimal(10),
    calendar="24/7",
)  # fmt: skip
EMINI = Instrument(
    id=InstrumentId("ESH6.XCME"), symbol="ESH6", name="E-mini S&P 500", venue="XCME", currency="USD",
    tick_size=Decimal("0.25"), lot_size=Decimal(1), multiplier=Decimal(50),
    contract=Future(underlying="ES", expiry=datetime(2026, 3, 20, tzinfo=UTC).date()),
)  # fmt: skip
TATA = replace(AAPL, id=InstrumentId("TATA.XNSE"), symbol="TATA", name="Tata", venue="XNSE", currency="INR")


def limit(price: str) -> Terms:
    return Terms(OrderType.LIMIT, limit_price=Decimal(price))


def stop(price: str) -> Terms:
    return Terms(OrderType.STOP, stop_price=Decimal(price))


def order(side: Side = Side.BUY, quantity: str | Decimal = "10", **changes: Any) -> Order:
    plain = Order(
        client_order_id=ClientOrderId("0123456789ABCDEFGH"), account=ACCOUNT, instrument=AAPL.id, side=side,
        quantity=Decimal(quantity), terms=Terms(), created_at=NOW,
    )  # fmt: skip
    return replace(plain, **changes)


def fill(side: Side, quantity: str | Decimal, price: str | Decimal, *, name: str = "exe_1", **changes: Any) -> Fill:
    plain = Fill(
        execution_id=ExecutionId(name), client_order_id=ClientOrderId("0123456789ABCDEFGH"), account=ACCOUNT,
        instrument=AAPL.id, side=side, quantity=Decimal(quantity), price=Decimal(price), fee=Decimal(0),
        fee_currency="USD", occurred_at=NOW, received_at=NOW,
    )  # fmt: skip
    return replace(plain, **changes)


def quote(bid: str = "99.90", ask: str = "100.00", last: str = "99.95", **changes: Any) -> Quote:
    plain = Quote(
        instrument=AAPL.id, bid=Decimal(bid), ask=Decimal(ask), last=Decimal(last), bid_quantity=Decimal(500),
        ask_quantity=Decimal(500), occurred_at=NOW, received_at=NOW,
    )  # fmt: skip
    return replace(plain, **changes)


def market(**changes: Any) -> MarketView:
    return replace(MarketView(quote(), data_age=Decimal("0.2"), rate=Decimal(1), session_open=True), **changes)


def account(**changes: Any) -> Account:
    return replace(Account(ACCOUNT, name="Growth", broker="paper", broker_account="P1", currency="USD"), **changes)


def view(limits: Limits = NO_LIMITS, **changes: Any) -> AccountView:
    plain = AccountView(
        account=account(), limits=limits, equity=Decimal(100_000), buying_power=Decimal(100_000),
        session_equity=Decimal(100_000),
    )  # fmt: skip
    return replace(plain, **changes)


def proposal(asked: Order | None = None, **changes: Any) -> Proposal:
    plain = Proposal(order=asked or order(), instrument=AAPL, view=view(), market=market(), now=NOW)
    return replace(plain, **changes)


BROKER_ID = BrokerOrderId("b-1")
