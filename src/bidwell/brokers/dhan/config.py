"""Where Dhan listens, as whom we call, and what the connect wizard asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from bidwell.brokers.transport import Environment, Field, Guide, HttpSettings, Limits, StreamSettings
from bidwell.brokers.transport.indian import PRODUCT, Product
from bidwell.brokers.transport.totp import PATTERN as TOTP_SECRET
from bidwell.model.errors import ConfigError, InvalidInput

BROKER = "dhan"
LIVE, TWIN = "live", "twin"
LOGIN_URL = "https://web.dhan.co"

_REST = "https://api.dhan.co"
_AUTH = "https://auth.dhan.co"
_FILES = "https://images.dhan.co"
_UPDATES = "wss://api-order-update.dhan.co"
_FEED = "wss://api-feed.dhan.co"
_HOSTS = frozenset({"api.dhan.co", "auth.dhan.co", "images.dhan.co", "api-order-update.dhan.co", "api-feed.dhan.co"})

GUIDE = Guide(
    broker=BROKER,
    title="Dhan",
    fields=(
        Field("client_id", "Client ID", "web.dhan.co, My Profile: the number under your name", secret=False,
              pattern=r"[0-9]{4,20}"),
        Field("access_token", "Access token", "web.dhan.co, My Profile, “Access DhanHQ APIs”: it lasts 24 hours. Leave "
              "it empty where the desk is to log in by itself, with PIN and TOTP secret", optional=True, daily=True,
              pattern=r"[A-Za-z0-9_.-]{16,2048}"),
        Field("pin", "PIN", "the six digits with which you log in at Dhan; only for a desk that logs in by itself",
              optional=True, pattern=r"[0-9]{4,8}"),
        Field("totp_secret", "TOTP secret", "shown once, beside the code to scan, when TOTP is set up under “Access "
              "DhanHQ APIs”; only for a desk that logs in by itself", optional=True, pattern=TOTP_SECRET),
        PRODUCT,
    ),
    environments=(Environment(LIVE, "Live trading", live=True),),
    steps=(
        "Sign in at web.dhan.co; under My Profile, “Access DhanHQ APIs”, register this machine's address as static IP.",
        "Either set up TOTP there and enter PIN and TOTP secret: the desk logs in each day by itself.",
        "Or generate an access token there and enter that: it has to be entered anew every 24 hours.",
    ),
    page="docs/brokers/dhan.md",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rates:
    """Dhan's limits: 10 orders a second and 250 a minute, 20 reads, 5 for market data, one for quotes a second."""

    orders: Limits = field(default_factory=lambda: Limits(Decimal(240) / 60, burst=10, reserved=2))
    reads: Limits = field(default_factory=lambda: Limits(Decimal(20), burst=20, reserved=0))
    data: Limits = field(default_factory=lambda: Limits(Decimal(5), burst=5, reserved=0))
    quotes: Limits = field(default_factory=lambda: Limits(Decimal(1), burst=1, reserved=0))


@dataclass(frozen=True, slots=True)
class DhanConfig:
    """One login at Dhan; times in seconds.

    An `access_token` made on the web, or `pin` and `totp_secret` with which tokens are made. `twin` is the address of
    a twin on this machine that stands in for every host. `patience` is how long an order that REST accepted may be
    missing on the stream before that is taken for mute; `settle` how long a stream is watched after the login, which
    Dhan does not answer; `lag` the pauses after which fills that the stream told are looked for in the list of fills. Every
    `look_every` it is looked whether the token ends within `renew_before`.
    """

    client_id: str
    access_token: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)
    totp_secret: str = field(default="", repr=False)
    product: Product = Product.DELIVERY
    environment: str = LIVE
    twin: str = ""
    proxy: str | None = field(default=None, repr=False)
    connect_timeout: float = 5.0
    answer_timeout: float = 10.0
    patience: float = 10.0
    settle: float = 0.3
    lag: tuple[float, ...] = (0.05, 0.2, 0.5, 1.0)
    renew_before: timedelta = timedelta(hours=1)
    look_every: float = 60.0
    rates: Rates = field(default_factory=Rates)
    stream: StreamSettings = field(default_factory=StreamSettings)

    def __post_init__(self) -> None:
        """Refuse an environment that there is not, and a login that is half there; raises ConfigError, InvalidInput."""
        if (self.environment == TWIN) != bool(self.twin) or self.environment not in {LIVE, TWIN}:
            raise ConfigError(f"Dhan has a live environment only, not {self.environment!r}")
        if not self.access_token and not (self.pin and self.totp_secret):
            raise InvalidInput("credential.access_token", "Dhan needs an access token, or PIN and TOTP secret",
                               field="access_token")  # fmt: skip

    @property
    def logs_in(self) -> bool:
        """Whether the desk makes tokens by itself."""
        return bool(self.pin and self.totp_secret)

    @property
    def rest(self) -> str:
        """Where /v2 is."""
        return (self.twin or _REST) + "/v2"

    @property
    def auth(self) -> str:
        """Where tokens are made."""
        return self.twin or _AUTH

    @property
    def master_url(self) -> str:
        """The list of instruments."""
        return (self.twin or _FILES) + "/api-data/api-scrip-master.csv"

    @property
    def updates_url(self) -> str:
        """The order stream."""
        return self.twin.replace("http", "ws", 1) if self.twin else _UPDATES

    def feed_url(self, token: str) -> str:
        """The price stream, which takes its token in the address."""
        base = self.twin.replace("http", "ws", 1) if self.twin else _FEED
        return f"{base}/?{urlencode({'version': 2, 'token': token, 'clientId': self.client_id, 'authType': 2})}"

    @property
    def http(self) -> HttpSettings:
        """How its hosts are reached."""
        return HttpSettings(_HOSTS, bool(self.twin), self.proxy, self.connect_timeout, self.answer_timeout)


def configure(fields: Mapping[str, str], environment: str, *, twin: str = "", proxy: str | None = None) -> DhanConfig:
    """The config from a credential's fields; raises InvalidInput or ConfigError."""
    given = GUIDE.check(fields)
    return DhanConfig(given["client_id"], given["access_token"], given["pin"], given["totp_secret"],
                      Product(given["product"]), environment, twin, proxy)  # fmt: skip
