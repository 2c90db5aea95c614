"""Where Tradovate listens, as whom we call, and what the connect wizard asks for."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from bidwell.brokers.transport import Environment, Field, Guide, HttpSettings, Limits, StreamSettings
from bidwell.model.errors import ConfigError

BROKER = "tradovate"
DEMO, LIVE, TWIN = "demo", "live", "twin"
APP_ID, APP_VERSION = "Bidwell", "1.0"

_REST = {DEMO: "https://demo.tradovateapi.com/v1", LIVE: "https://live.tradovateapi.com/v1"}
_MARKET = {
    # Unconfirmed: the demo's own market data host.
    DEMO: "wss://md-demo.tradovateapi.com/v1/websocket",
    LIVE: "wss://md.tradovateapi.com/v1/websocket",
}
_HOSTS = frozenset({"demo.tradovateapi.com", "live.tradovateapi.com", "md-demo.tradovateapi.com",
                    "md.tradovateapi.com"})  # fmt: skip
_MACHINE = Path("/etc/machine-id")

# 5,000 requests an hour are documented, 80 a minute are told of in practice; both count a user, not an account.
RATE = Limits(Decimal(80) / Decimal(60), burst=40, reserved=15)

HEARTBEAT = "[]"
STREAM = StreamSettings(ping=HEARTBEAT, ping_every=2.5, silence=15.0)

GUIDE = Guide(
    broker=BROKER,
    title="Tradovate",
    fields=(
        Field("name", "User name", "as you sign in at trader.tradovate.com", secret=False),
        Field("password", "Password", "a dedicated API password, where you set one with the key", pattern=r"[^\r\n]{1,128}"),
        Field("cid", "Key number (cid)", "Application Settings, API Access, beside your API key", secret=False,
              pattern=r"\d{1,12}"),
        Field("sec", "Key secret (sec)", "shown once, when the API key is made; make another if it is lost"),
        Field("account", "Account", "its name as Tradovate shows it, such as DEMO123456 or APEX-0001", secret=False,
              pattern=r"[\x21-\x7e]{1,64}"),
    ),
    environments=(Environment(DEMO, "Simulation (demo)", live=False), Environment(LIVE, "Live trading", live=True)),
    steps=(
        "Sign in at Tradovate and buy the API Access add-on: it needs a funded account, prop firms may include it.",
        "In Application Settings, API Access, generate an API key and copy its number (cid) and secret (sec).",
        "Enter them with the name of one account; connect further accounts of the login alike: they share one session.",
        "Prices over the API need a CME licence of their own: orders work without, priced by another connected broker.",
    ),
    page="docs/brokers/tradovate.md",
    # It tells no margins; by the face value of its contracts an account could not carry one.
    leverage=Decimal(100),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TradovateConfig:
    """One login's account at one environment; times in seconds.

    `twin` is the address of a twin on this machine that stands in for every host. A token is renewed `renew_before` its
    end, and no sooner than `renew_again` after it was opened or its renewal failed. `refused_pause` is how long a refused login is not tried again (five failures in an hour are punished),
    `login_pause` the least time between two logins, `lockout` how long nothing is sent after a 429 or a captcha.
    `patience` is how long an order that REST accepted may be missing on the stream before the stream is taken for mute;
    `recheck` is how often the account is read by REST although the stream tells everything.
    """

    name: str
    password: str = field(repr=False)
    cid: int
    sec: str = field(repr=False)
    account: str
    environment: str = DEMO
    twin: str = ""
    proxy: str | None = field(default=None, repr=False)
    connect_timeout: float = 5.0
    answer_timeout: float = 10.0
    lifetime: float = 5400.0
    renew_before: float = 900.0
    renew_again: float = 120.0
    refused_pause: float = 900.0
    login_pause: float = 15.0
    lockout: float = 3600.0
    patience: float = 10.0
    recheck: float = 120.0
    rate: Limits = RATE
    stream: StreamSettings = STREAM

    def __post_init__(self) -> None:
        """Refuse an environment that there is not; raises ConfigError."""
        if (self.environment == TWIN) != bool(self.twin) or self.environment not in {DEMO, LIVE, TWIN}:
            raise ConfigError(f"Tradovate has demo and live, not {self.environment!r}")

    @property
    def login_key(self) -> tuple[object, ...]:
        """What makes two accounts of one login share its session: everything but the account."""
        return self.environment, self.twin, self.proxy, self.name, self.password, self.cid, self.sec

    @property
    def rest(self) -> str:
        """Where REST calls go."""
        return f"{self.twin}/v1" if self.twin else _REST[self.environment]

    @property
    def user_url(self) -> str:
        """The user socket."""
        return self.rest.replace("http", "ws", 1) + "/websocket"

    @property
    def market_url(self) -> str:
        """The market data socket."""
        return f"{self.twin.replace('http', 'ws', 1)}/md/v1/websocket" if self.twin else _MARKET[self.environment]

    @property
    def http(self) -> HttpSettings:
        """How its hosts are reached."""
        return HttpSettings(_HOSTS, bool(self.twin), self.proxy, self.connect_timeout, self.answer_timeout)


def device_id(name: str) -> str:
    """Who this machine is to Tradovate: the same at every start, another for every machine and login (64 hex digits)."""
    try:
        machine = _MACHINE.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        machine = ""
    return hashlib.sha256(f"{APP_ID}|{machine or platform.node()}|{name}".encode()).hexdigest()


def configure(
    fields: Mapping[str, str], environment: str, *, twin: str = "", proxy: str | None = None
) -> TradovateConfig:
    """The config from a credential's fields; raises InvalidInput or ConfigError."""
    given = GUIDE.check(fields)
    return TradovateConfig(given["name"], given["password"], int(given["cid"]), given["sec"], given["account"],
                           environment, twin, proxy)  # fmt: skip
