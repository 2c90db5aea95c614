"""Where Kite Connect listens, as whom we call, and what the connect wizard asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from urllib.parse import quote

from bidwell.brokers.transport import Environment, Field, Guide, HttpSettings, Limits, StreamSettings
from bidwell.brokers.transport.indian import PRODUCT, DayLogin, Product, next_ist
from bidwell.model.errors import ConfigError, InvalidInput

BROKER = "zerodha"
LIVE, TWIN = "live", "twin"
_REST = "https://api.kite.trade"
_LOGIN = "https://kite.zerodha.com"
_TICKER = "wss://ws.kite.trade"
_HOSTS = frozenset({"api.kite.trade", "ws.kite.trade"})
LOGIN_ENDS = 6
"""The hour of India's day at which every token dies."""

# Documented: 10 a second and 200 a minute for orders, 10 a second for other calls, 1 for quotes, 3 for candles.
ORDER_RATE = Limits(Decimal(190) / Decimal(60), burst=9, reserved=0)
READ_RATE = Limits(Decimal(9), burst=9, reserved=0)
QUOTE_RATE = Limits(Decimal(1), burst=1, reserved=0)
HISTORY_RATE = Limits(Decimal(3), burst=3, reserved=0)

SILENCE = 10.0
"""Seconds: the ticker sends a byte every second or two when it has nothing to say."""

_TOKEN = re.compile(r"(?:^|[?&])request_token=([A-Za-z0-9]+)")
_KEPT = ("access_token", "logged_in_at")

GUIDE = Guide(
    broker=BROKER,
    title="Zerodha",
    fields=(
        Field("api_key", "API key", "developers.kite.trade, your app's page", secret=False, pattern=r"[A-Za-z0-9]{4,64}"),
        Field("api_secret", "API secret", "the same page, “Show API secret”", pattern=r"[A-Za-z0-9]{4,128}"),
        Field("request_token", "Request token", "after you logged in at kite.zerodha.com/connect/login?v=3&api_key=<your "
              "API key>: the address that your browser was sent to, or the request_token in it; good once and for minutes",
              pattern=r"[\x21-\x7e]{4,600}", daily=True),
        PRODUCT,
    ),
    environments=(Environment(LIVE, "Live trading", live=True),),
    steps=(
        "Make an app at developers.kite.trade (Connect) and register this machine's outgoing address there.",
        "Log in at the app's login address; your browser is sent to the app's redirect address with a request token.",
        "Enter it here: the desk exchanges it for the day's session, reads the account and shows it to you.",
        "The session ends at 6:00 in the morning, India's time: log in once each trading day.",
    ),
    page="docs/brokers/zerodha.md",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ZerodhaConfig:
    """One login of one app; times in seconds.

    `access_token` is the day's, issued at `logged_in_at`; without one nothing can be called. `twin` is the address of a
    twin on this machine that stands in for every host. `patience` is how long an order that REST took in may be missing
    on the stream before the stream is taken for mute; `settling` how long to wait between looks for trades that an order
    says it has.
    """

    api_key: str
    api_secret: str = field(repr=False)
    access_token: str = field(default="", repr=False)
    logged_in_at: datetime | None = None
    environment: str = LIVE
    product: Product = Product.DELIVERY
    twin: str = ""
    proxy: str | None = field(default=None, repr=False)
    connect_timeout: float = 5.0
    answer_timeout: float = 10.0
    patience: float = 10.0
    settling: float = 0.3
    order_rate: Limits = ORDER_RATE
    read_rate: Limits = READ_RATE
    quote_rate: Limits = QUOTE_RATE
    history_rate: Limits = HISTORY_RATE
    stream: StreamSettings = field(default_factory=lambda: StreamSettings(silence=SILENCE))

    def __post_init__(self) -> None:
        """Refuse an environment that there is not; raises ConfigError."""
        if (self.environment == TWIN) != bool(self.twin) or self.environment not in {LIVE, TWIN}:
            raise ConfigError(f"Zerodha has live, not {self.environment!r}")

    @property
    def rest(self) -> str:
        """The REST host."""
        return self.twin or _REST

    @property
    def ticker(self) -> str:
        """The ticker's address, with the login in it, as Kite wants it."""
        base = self.twin.replace("http", "ws", 1) if self.twin else _TICKER
        return f"{base}/?api_key={quote(self.api_key)}&access_token={quote(self.access_token)}"

    @property
    def login_url(self) -> str:
        """Where a person logs in."""
        return f"{self.twin or _LOGIN}/connect/login?v=3&api_key={quote(self.api_key)}"

    @property
    def login(self) -> DayLogin | None:
        """The day's login, None where there is none yet."""
        if not self.access_token or self.logged_in_at is None:
            return None
        return DayLogin("Zerodha", next_ist(self.logged_in_at, LOGIN_ENDS), self.login_url)

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"X-Kite-Version": "3", "Authorization": f"token {self.api_key}:{self.access_token}"}

    @property
    def http(self) -> HttpSettings:
        """How its hosts are reached."""
        return HttpSettings(_HOSTS, bool(self.twin), self.proxy, self.connect_timeout, self.answer_timeout)


def configure(
    fields: Mapping[str, str], environment: str, *, twin: str = "", proxy: str | None = None
) -> ZerodhaConfig:
    """The config from what was entered, or from what is kept of a login; raises InvalidInput or ConfigError."""
    kept = {name: fields.get(name, "") for name in _KEPT}
    asked = {name: value for name, value in fields.items() if name not in _KEPT}
    if kept["access_token"]:
        asked.setdefault("request_token", "kept")
    given = GUIDE.check(asked)
    try:
        since = datetime.fromisoformat(kept["logged_in_at"]) if kept["logged_in_at"] else None
    except ValueError as problem:
        raise ConfigError(f"what is kept of Zerodha's login has no time: {kept['logged_in_at']!r}") from problem
    return ZerodhaConfig(given["api_key"], given["api_secret"], kept["access_token"], since, environment,
                         Product(given["product"]), twin, proxy)  # fmt: skip


def request_token(text: str) -> str:
    """The request token in what a person brought back: the token, or the address that holds it; raises InvalidInput."""
    found = _TOKEN.search(text)
    token = found[1] if found else text.strip()
    if not re.fullmatch(r"[A-Za-z0-9]{4,64}", token):
        raise InvalidInput("credential.request_token", "this holds no request token", field="request_token",
                           hint="paste the whole address that your browser was sent to after the login")  # fmt: skip
    return token
