"""Where Fyers listens, as whom we call, and what the connect wizard asks for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from bidwell.brokers.transport import Environment, Field, Guide, HttpSettings, Limits, StreamSettings
from bidwell.brokers.transport.indian import PRODUCT, Product
from bidwell.model.errors import ConfigError, InvalidInput

BROKER = "fyers"
LIVE, TWIN = "live", "twin"

_REST = "https://api-t1.fyers.in"
_FILES = "https://public.fyers.in"
_SOCKET = "wss://socket.fyers.in"
_HOSTS = frozenset({"api-t1.fyers.in", "public.fyers.in", "socket.fyers.in"})
LISTS = ("NSE_CM", "BSE_CM", "NSE_FO", "BSE_FO")
"""The lists of instruments that are read."""

RATE = Limits(Decimal(190) / Decimal(60), burst=10, reserved=4)
"""10 requests a second and 200 a minute, one budget over all calls; breaking it thrice a day blocks the day: what a
full bucket holds is taken off the minute's."""

HEARTBEAT = b"\x00\x01\x0b"
"""What the price stream wants to hear every ten seconds."""

_CODE = re.compile(r"(?:^|[?&])auth_code=([A-Za-z0-9_.-]+)")
_KEPT = ("access_token", "refresh_token")

GUIDE = Guide(
    broker=BROKER,
    title="Fyers",
    fields=(
        Field("app_id", "App ID", "myapi.fyers.in, your app: it ends in -100", secret=False,
              pattern=r"[A-Za-z0-9]{4,32}-[0-9]{2,4}"),
        Field("app_secret", "App secret", "beside the app ID", pattern=r"[A-Za-z0-9_-]{4,128}"),
        Field("redirect_uri", "Redirect URL", "as it is entered for the app at myapi.fyers.in", secret=False,
              pattern=r"https?://[\x21-\x7e]{3,300}"),
        Field("auth_code", "Auth code", "after you logged in at api-t1.fyers.in/api/v3/generate-authcode?client_id=<app "
              "ID>&redirect_uri=<redirect URL>&response_type=code&state=x: the address that your browser was sent to, or "
              "the auth_code in it; good once and for minutes", pattern=r"[\x21-\x7e]{4,4000}", daily=True),
        Field("pin", "PIN", "the four digits of your login; with it the desk renews the login by itself for two weeks",
              optional=True, pattern=r"[0-9]{4,8}"),
        PRODUCT,
    ),
    environments=(Environment(LIVE, "Live trading", live=True),),
    steps=(
        "Make an app at myapi.fyers.in and register this machine's outgoing address there.",
        "Log in at the app's login address; your browser is sent to the redirect URL with an auth code.",
        "Enter it here: the desk exchanges it for the day's session, reads the account and shows it to you.",
        "With your PIN the desk renews the session each morning until the login is two weeks old.",
    ),
    page="docs/brokers/fyers.md",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FyersConfig:
    """One login of one app; times in seconds.

    `access_token` is the day's; with `refresh_token` and `pin` others are made. `twin` is the address of a twin on this
    machine that stands in for every host. `patience` is how long an order that REST accepted may be missing on the
    stream before that is taken for mute; `settle` how long a stream is watched after the login; `lag` the pauses in
    which fills that an order shows are awaited before the list of trades is read. Every
    `look_every` it is looked whether the token ends within `renew_before`.
    """

    app_id: str
    app_secret: str = field(repr=False)
    redirect_uri: str = ""
    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)
    product: Product = Product.DELIVERY
    environment: str = LIVE
    twin: str = ""
    proxy: str | None = field(default=None, repr=False)
    connect_timeout: float = 5.0
    answer_timeout: float = 10.0
    patience: float = 10.0
    settle: float = 0.3
    lag: tuple[float, ...] = (0.1, 0.3, 0.6, 1.0)
    renew_before: timedelta = timedelta(minutes=30)
    look_every: float = 60.0
    rate: Limits = RATE
    orders: StreamSettings = field(default_factory=lambda: StreamSettings(ping="ping", ping_every=10.0, silence=45.0))
    prices: StreamSettings = field(default_factory=lambda: StreamSettings(ping=HEARTBEAT, ping_every=10.0))

    def __post_init__(self) -> None:
        """Refuse an environment that there is not; raises ConfigError."""
        if (self.environment == TWIN) != bool(self.twin) or self.environment not in {LIVE, TWIN}:
            raise ConfigError(f"Fyers has a live environment only, not {self.environment!r}")

    @property
    def renews(self) -> bool:
        """Whether the desk makes tokens by itself."""
        return bool(self.refresh_token and self.pin)

    @property
    def trading(self) -> str:
        """The trading interface."""
        return (self.twin or _REST) + "/api/v3"

    @property
    def data(self) -> str:
        """The market data interface."""
        return (self.twin or _REST) + "/data"

    @property
    def orders_url(self) -> str:
        """The order stream."""
        return (self.twin.replace("http", "ws", 1) if self.twin else _SOCKET) + "/trade/v3"

    @property
    def prices_url(self) -> str:
        """The price stream."""
        return (self.twin.replace("http", "ws", 1) if self.twin else _SOCKET) + "/hsm/v1-5/prod"

    def list_url(self, name: str) -> str:
        """A list of instruments."""
        return f"{self.twin or _FILES}/sym_details/{name}.csv"

    @property
    def login_url(self) -> str:
        """Where a person logs in."""
        asked = {
            "client_id": self.app_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "state": "bidwell",
        }
        return f"{self.trading}/generate-authcode?{urlencode(asked)}"

    @property
    def app_hash(self) -> str:
        """How the app proves itself when a code or a token is exchanged."""
        return hashlib.sha256(f"{self.app_id}:{self.app_secret}".encode()).hexdigest()

    @property
    def http(self) -> HttpSettings:
        """How its hosts are reached."""
        return HttpSettings(_HOSTS, bool(self.twin), self.proxy, self.connect_timeout, self.answer_timeout)


def configure(fields: Mapping[str, str], environment: str, *, twin: str = "", proxy: str | None = None) -> FyersConfig:
    """The config from what was entered, or from what is kept of a login; raises InvalidInput or ConfigError."""
    kept = {name: fields.get(name, "") for name in _KEPT}
    asked = {name: value for name, value in fields.items() if name not in _KEPT}
    if kept["access_token"]:
        asked.setdefault("auth_code", "kept")
    given = GUIDE.check(asked)
    return FyersConfig(given["app_id"], given["app_secret"], given["redirect_uri"], kept["access_token"],
                       kept["refresh_token"], given["pin"], Product(given["product"]), environment, twin, proxy)  # fmt: skip


def auth_code(text: str) -> str:
    """The auth code in what a person brought back: the code, or the address that holds it; raises InvalidInput."""
    found = _CODE.search(text)
    code = found[1] if found else text.strip()
    if not re.fullmatch(r"[A-Za-z0-9_.-]{4,3000}", code):
        raise InvalidInput("credential.auth_code", "this holds no auth code", field="auth_code",
                           hint="paste the whole address that your browser was sent to after the login")  # fmt: skip
    return code
