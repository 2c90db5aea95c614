"""The five certified exchanges, from ../shared: parameter names as captured from the library's own requests."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bidwell.brokers.ccxt_exchanges.config.profile import AMOUNT, Lookup, Profile
from bidwell.brokers.transport import Environment, Field, Guide, Limits
from bidwell.engine.ports import DedupeScope
from bidwell.model.terms import OrderType, TimeInForce

_SANDBOX = Environment("sandbox", "Testnet", live=False)
_DEMO = Environment("sandbox", "Demo trading", live=False)
_LIVE = Environment("live", "Live trading", live=True)
_PLAIN = frozenset({OrderType.MARKET, OrderType.LIMIT})
_STOPS = _PLAIN | {OrderType.STOP, OrderType.STOP_LIMIT}
_FORCES = frozenset({TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK})
_READS_FIRST = "Enter them here: the desk reads the account once and shows it to you before anything is kept."
_PEM = r"(?s)[\x20-\x7e\r\n]{16,4096}"


def _money(default: str) -> Field:
    return Field("currency", "Money of the account", "the desk trades pairs against it, and shows every other coin as a "
                 f"position; empty is {default}", secret=False, pattern=r"[A-Z0-9]{2,10}", default=default,
                 optional=True)  # fmt: skip


def _guide(name: str, title: str, money: str, environments: tuple[Environment, ...], where: str, *steps: str,
           key: Field | None = None, secret: Field | None = None, password: Field | None = None) -> Guide:  # fmt: skip
    fields = (
        key or Field("key", "API key", where, secret=False, pattern=r"[\x21-\x7e]{4,256}"),
        secret or Field("secret", "Secret key", "shown once, when the key is made", pattern=r"[\x21-\x7e]{4,512}"),
        *((password,) if password else ()),
        _money(money),
    )
    return Guide(name, title, fields, environments, (*steps, _READS_FIRST), "docs/brokers/exchanges.md")


def _rate(per_second: int, burst: int, reserved: int) -> Limits:
    return Limits(Decimal(per_second), burst, reserved)


def _path(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


_SPOT: dict[str, Any] = {"defaultType": "spot"}

BINANCE = Profile(
    id="binance",
    title="Binance",
    venue="BINANCE",
    guide=_guide(
        "binance", "Binance", "USDT", (_SANDBOX, _LIVE), "Binance, Account, API Management; testnet keys come from the "
        "page of the spot test network",
        "Make a key of type “System generated” (HMAC) with “Enable Spot Trading” and without “Enable Withdrawals”.",
        "Restrict it to the address of this machine: Binance ends the trading right of a key that is not restricted.",
        "Copy the key and the secret, which is shown once.",
    ),
    hosts=frozenset({"api.binance.com", "ws-api.binance.com", "stream.binance.com", "testnet.binance.vision",
                     "ws-api.testnet.binance.vision", "stream.testnet.binance.vision"}),
    options=_SPOT
    | {"fetchMarkets": {"types": ["spot"]}, "fetchMargins": False, "warnOnFetchOpenOrdersWithoutSymbol": False,
       # The short tickers have no bid and no offer.
       "watchTickers": {"name": "ticker"}},
    order_types=_STOPS,
    times_in_force=_FORCES,
    dedupe_scope=DedupeScope.OPEN_ONLY,
    # Binance replaces by a cancel and a new order, whose quantity does not know of a fill that came in between.
    replace=False,
    rate=_rate(20, 40, 10),
    submit="clientOrderId",
    cancel="clientOrderId",
    find=Lookup({"clientOrderId": "{name}"}),
    market_buy={},
    writes=_path(r"^(POST|PUT|DELETE) /api/v3/(order|openOrders)"),
    cancels=_path(r"^DELETE /api/v3/(order|openOrders)"),
    by_symbol=True,
    page=500,
    login_url="https://www.binance.com/en/my/settings/api-management",
)  # fmt: skip

BYBIT = Profile(
    id="bybit",
    title="Bybit",
    venue="BYBIT",
    guide=_guide(
        "bybit", "Bybit", "USDT", (_SANDBOX, _LIVE), "Bybit, Account, API; testnet keys come from the testnet's own site",
        "Make a “System-generated API key” with “Read-Write” and “SPOT: Trade”, and without “Withdraw”.",
        "Bind it to the address of this machine: Bybit ends keys without one after three months.",
        "Copy the key and the secret, which is shown once.",
    ),
    hosts=frozenset({"api.bybit.com", "stream.bybit.com", "api-testnet.bybit.com", "stream-testnet.bybit.com"}),
    options=_SPOT | {"fetchMarkets": {"types": ["spot"]}, "createMarketBuyOrderRequiresPrice": False},
    order_types=_PLAIN,
    times_in_force=_FORCES,
    dedupe_scope=DedupeScope.OPEN_ONLY,
    replace=True,
    rate=_rate(10, 20, 5),
    submit="clientOrderId",
    cancel="orderLinkId",
    find=Lookup({"orderLinkId": "{name}", "acknowledged": True}),
    market_buy={"marketUnit": "baseCoin"},
    writes=_path(r"^POST /v5/order/"),
    cancels=_path(r"^POST /v5/order/cancel"),
    page=50,
    open_page=50,
    reach=timedelta(days=7) - timedelta(hours=1),
    login_url="https://www.bybit.com/app/user/api-management",
)  # fmt: skip

OKX = Profile(
    id="okx",
    title="OKX",
    venue="OKX",
    guide=_guide(
        "okx", "OKX", "USDT", (_DEMO, _LIVE), "OKX, profile, API; demo keys are made in demo trading",
        "Make a V5 key with the permission “Trade” and without “Withdraw”, and choose a passphrase for it.",
        "Restrict it to the address of this machine: OKX ends unused trading keys without one.",
        "Copy the key and the secret, which is shown once.",
        password=Field("password", "Passphrase", "chosen by you when the key was made", pattern=r"[\x21-\x7e]{1,64}"),
    ),
    hosts=frozenset({"www.okx.com", "ws.okx.com", "wspap.okx.com"}),
    options=_SPOT | {"fetchMarkets": {"types": ["spot"]}, "createMarketBuyOrderRequiresPrice": False},
    order_types=_PLAIN,
    times_in_force=_FORCES,
    dedupe_scope=DedupeScope.OPEN_ONLY,
    replace=True,
    rate=_rate(10, 20, 5),
    submit="clientOrderId",
    cancel="clientOrderId",
    find=Lookup({"clientOrderId": "{name}"}),
    market_buy={"tgtCcy": "base_ccy"},
    writes=_path(r"^POST /api/v5/trade/"),
    cancels=_path(r"^POST /api/v5/trade/cancel"),
    page=100,
    open_page=100,
    login_url="https://www.okx.com/account/my-api",
)  # fmt: skip

KRAKEN = Profile(
    id="kraken",
    title="Kraken",
    venue="KRAKEN",
    guide=_guide(
        "kraken", "Kraken", "USD", (_LIVE,), "Kraken Pro, Settings, API",
        "Kraken has no spot sandbox: practise on the twin, then begin with the smallest order.",
        "Make a key with “Query” and “Create and modify orders”, “Cancel and close orders” and “Access WebSockets API”, "
        "and without “Withdraw”: Kraken does not tell the desk whether a key may withdraw.",
        "Copy the key and the private key, which is shown once.",
        secret=Field("secret", "Private key", "shown once, when the key is made", pattern=r"[A-Za-z0-9+/=]{16,256}"),
    ),
    hosts=frozenset({"api.kraken.com", "ws.kraken.com", "ws-auth.kraken.com"}),
    options=_SPOT,
    order_types=_PLAIN,
    # Kraken's lists of orders do not tell for how long they are good.
    times_in_force=frozenset({TimeInForce.GTC}),
    # What Kraken answers to an id that it had before is not known.
    dedupe_scope=DedupeScope.NONE,
    replace=False,
    # A counter that decays: half a call a second by tier, and room for a burst.
    rate=Limits(Decimal("0.5"), 15, 5),
    paced=False,
    submit="clientOrderId",
    cancel="clientOrderId",
    # The library asks for one order with an empty id beside ours, of which nobody knows what Kraken makes.
    find=Lookup(listed={"clientOrderId": "{name}"}),
    market_buy={},
    writes=_path(r"^POST /0/private/(AddOrder|AmendOrder|EditOrder|CancelOrder|CancelAll)"),
    cancels=_path(r"^POST /0/private/Cancel"),
    in_turn=True,
    page=50,
    offset="ofs",
    login_url="https://pro.kraken.com/app/settings/api",
)  # fmt: skip

MARKET_BUY_IN_COINS = {"order_configuration": {"market_market_ioc": {"base_size": AMOUNT}}}
"""Unconfirmed: Coinbase takes a market order to buy by the coin's amount; the library knows such orders in money only."""

COINBASE = Profile(
    id="coinbase",
    title="Coinbase",
    venue="COINBASE",
    guide=_guide(
        "coinbase", "Coinbase", "USD", (_LIVE,), "Coinbase Developer Platform, API keys",
        "Coinbase has no sandbox for its Advanced Trade: practise on the twin, then begin with the smallest order.",
        "Make a secret API key with the signature algorithm ECDSA, with “View” and “Trade” and without “Transfer”.",
        "Copy the key's name (organizations/…/apiKeys/…) and the private key, line ends included.",
        key=Field("key", "Key name", "organizations/…/apiKeys/…", secret=False, pattern=r"[\x21-\x7e]{4,256}"),
        secret=Field("secret", "Private key", "-----BEGIN EC PRIVATE KEY----- …, as the file has it", pattern=_PEM),
    ),
    hosts=frozenset({"api.coinbase.com", "advanced-trade-ws.coinbase.com", "advanced-trade-ws-user.coinbase.com"}),
    # The accounts of the newer API tell what open orders hold.
    options=_SPOT | {"createMarketBuyOrderRequiresPrice": False, "fetchBalance": "v3PrivateGetBrokerageAccounts"},
    order_types=_PLAIN,
    # The library does not read the limit of an order to fill or kill.
    times_in_force=_FORCES - {TimeInForce.FOK},
    dedupe_scope=DedupeScope.NONE,
    replace=False,
    rate=_rate(10, 20, 5),
    submit="client_order_id",
    cancel="",
    find=Lookup(),
    market_buy=MARKET_BUY_IN_COINS,
    writes=_path(r"^POST /api/v3/brokerage/orders(/batch_cancel|/edit)?$"),
    cancels=_path(r"^POST /api/v3/brokerage/orders/batch_cancel"),
    stream_fills=False,
    page=100,
    open_page=1000,
    login_url="https://portal.cdp.coinbase.com/access/api",
)  # fmt: skip

PROFILES: dict[str, Profile] = {each.id: each for each in (BINANCE, BYBIT, OKX, KRAKEN, COINBASE)}
