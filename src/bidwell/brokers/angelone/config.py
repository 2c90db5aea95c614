"""Where Angel One listens, as whom we call, how often, and what the connect wizard asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from bidwell.brokers.transport import Environment, Field, Guide, HttpSettings, Limits, StreamSettings
from bidwell.brokers.transport.indian import PRODUCT, Product
from bidwell.brokers.transport.totp import PATTERN, totp
from bidwell.model.errors import ConfigError

BROKER = "angelone"
LIVE, TWIN = "live", "twin"

_REST = "https://apiconnect.angelone.in"
_FEED = "wss://smartapisocket.angelone.in"
_UPDATES = "wss://tns.angelone.in"
_LISTS = "https://margincalculator.angelbroking.com"
_HOSTS = frozenset({"apiconnect.angelone.in", "smartapisocket.angelone.in", "tns.angelone.in",
                    "margincalculator.angelbroking.com"})  # fmt: skip
LOGIN_PAGE = "https://smartapi.angelone.in"

ADDRESS = {"X-ClientLocalIP": "127.0.0.1", "X-ClientPublicIP": "127.0.0.1", "X-MACAddress": "00:00:00:00:00:00"}
"""Unconfirmed: Angel One wants these three on every call and serves clients that send placeholders."""

SESSION_ENDS_HOUR = 0
"""Unconfirmed: tokens die around midnight in India."""

MOST_TOKENS = 1000
"""Unconfirmed: instruments that one price stream takes."""

MOST_STREAMS = 3
"""Price streams of one client; confirmed for the order stream only."""


class Gate(StrEnum):
    """What Angel One limits by itself."""

    LOGIN = "login"
    RENEWAL = "renewal"
    PROFILE = "profile"
    FUNDS = "funds"
    PLACE = "place"
    MODIFY = "modify"
    CANCEL = "cancel"
    ORDERS = "orders"
    TRADES = "trades"
    POSITIONS = "positions"
    HOLDINGS = "holdings"
    QUOTES = "quotes"
    BARS = "bars"
    SEARCH = "search"
    MARGIN = "margin"


def _rate(per_second: int) -> Limits:
    return Limits(Decimal(per_second), burst=per_second, reserved=0)


# 500 a minute and 1000 an hour for each kind of change: whatever the burst did, an hour stays below.
_CHANGES = Limits(Decimal(800) / Decimal(3600), burst=200, reserved=0)
RATES: Mapping[Gate, Limits] = {
    Gate.LOGIN: _rate(1), Gate.RENEWAL: _rate(1), Gate.PROFILE: _rate(3), Gate.FUNDS: _rate(2), Gate.PLACE: _CHANGES,
    Gate.MODIFY: _CHANGES, Gate.CANCEL: _CHANGES, Gate.ORDERS: _rate(1), Gate.TRADES: _rate(1),
    Gate.POSITIONS: _rate(1), Gate.HOLDINGS: _rate(1), Gate.QUOTES: _rate(8), Gate.BARS: _rate(3),
    Gate.SEARCH: _rate(1), Gate.MARGIN: _rate(8),
}  # fmt: skip

ORDERS_PER_SECOND = 9
"""Unconfirmed: 20 a second are published for each kind of change, 9 to 10 reported since the exchanges' rules of 2025."""

GUIDE = Guide(
    broker=BROKER,
    title="Angel One",
    fields=(
        Field("client_code", "Client code", "your login at Angel One, such as A123456", secret=False,
              pattern=r"[A-Za-z0-9]{4,16}"),
        Field("pin", "PIN", "the MPIN with which you log in to Angel One's app", pattern=r"\d{4,8}"),
        Field("api_key", "API key", "smartapi.angelone.in, “My Apps”: create an app of the type Trading API",
              pattern=r"[A-Za-z0-9]{4,64}"),
        Field("totp_secret", "TOTP secret", "smartapi.angelone.in, “Enable TOTP”: the text below the QR code",
              pattern=PATTERN),
        PRODUCT,
    ),
    environments=(Environment(LIVE, "Live trading", live=True),),
    steps=(
        "Sign in at smartapi.angelone.in and create an app of the type Trading API; its API key is shown there.",
        "Enable TOTP there and copy the text below the QR code: with it the desk logs in by itself every day.",
        "Angel One takes orders from a registered address only: enter this machine's public address in the app.",
        "Enter everything here: the desk reads the account once and shows it to you before anything is kept.",
    ),
    page="docs/brokers/angelone.md",
)  # fmt: skip


def _stream() -> StreamSettings:
    # Its servers want to hear a text; whether they answer the protocol's own pings nobody says.
    return StreamSettings(heartbeat=3600.0, ping="ping", ping_every=10.0, silence=35.0)


@dataclass(frozen=True, slots=True)
class AngelConfig:
    """One client at one environment; times in seconds.

    `twin` is the address of a twin on this machine that stands in for every host. `patience` is how long an order that
    REST accepted may be missing on the stream before the stream is taken for mute. After a login that was refused none
    is tried for `login_pause`, doubling up to `longest_login_pause`, because Angel One locks who fails too often; nor
    where `most_logins` within a minute did not last.
    `lag` is the pause before the list of fills is read again for a fill that the stream told; `minding` is how often
    the end of the day's login is looked for.
    """

    client_code: str
    pin: str = field(repr=False)
    api_key: str = field(repr=False)
    totp_secret: str = field(repr=False)
    product: Product = Product.DELIVERY
    environment: str = LIVE
    twin: str = ""
    proxy: str | None = field(default=None, repr=False)
    connect_timeout: float = 5.0
    answer_timeout: float = 10.0
    list_timeout: float = 180.0
    patience: float = 10.0
    lag: float = 1.0
    minding: float = 15.0
    login_pause: float = 60.0
    longest_login_pause: float = 900.0
    most_logins: int = 5
    rates: Mapping[Gate, Limits] = field(default_factory=lambda: RATES)
    stream: StreamSettings = field(default_factory=_stream)

    def __post_init__(self) -> None:
        """Refuse an environment that there is not; raises ConfigError."""
        if (self.environment == TWIN) != bool(self.twin) or self.environment not in {LIVE, TWIN}:
            raise ConfigError(f"Angel One has live trading only, not {self.environment!r}")

    def rest(self, path: str) -> str:
        """A REST call's address."""
        return (self.twin or _REST) + path

    @property
    def master_url(self) -> str:
        """The list of all instruments."""
        return (self.twin or _LISTS) + "/OpenAPI_File/files/OpenAPIScripMaster.json"

    @property
    def updates_url(self) -> str:
        """The order stream."""
        return (self._twin_stream or _UPDATES) + "/smart-order-update"

    @property
    def feed_url(self) -> str:
        """The price stream."""
        return (self._twin_stream or _FEED) + "/smart-stream"

    @property
    def _twin_stream(self) -> str:
        return self.twin.replace("http", "ws", 1)

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries, logged in or not."""
        return {"Accept": "application/json", "X-PrivateKey": self.api_key, "X-UserType": "USER", "X-SourceID": "WEB",
                **ADDRESS}  # fmt: skip

    @property
    def http(self) -> HttpSettings:
        """How its hosts are reached."""
        return HttpSettings(_HOSTS, bool(self.twin), self.proxy, self.connect_timeout, self.answer_timeout)


def configure(fields: Mapping[str, str], environment: str, *, twin: str = "", proxy: str | None = None) -> AngelConfig:
    """The config from a credential's fields; raises InvalidInput or ConfigError."""
    given = GUIDE.check(fields)
    # A secret that makes no password is told now, and not at the first login.
    totp(given["totp_secret"], datetime(2026, 1, 1, tzinfo=UTC))
    return AngelConfig(given["client_code"].upper(), given["pin"], given["api_key"], given["totp_secret"],
                       Product(given["product"]), environment, twin, proxy)  # fmt: skip
