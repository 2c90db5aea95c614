"""Where TopstepX listens, as whom we call, and what the connect wizard asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import quote

from bidwell.brokers.topstepx.hub import PING
from bidwell.brokers.transport import Environment, Field, Guide, HttpSettings, Limits, StreamSettings
from bidwell.model.errors import ConfigError

BROKER = "topstepx"
PRACTICE, LIVE, DEMO, TWIN = "practice", "live", "demo", "twin"
PAGE_URL = "https://topstepx.com"

_REST = {PRACTICE: "https://api.topstepx.com", LIVE: "https://api.topstepx.com",
         DEMO: "https://gateway-api-demo.s2f.projectx.com"}  # fmt: skip
_HUBS = {PRACTICE: "wss://rtc.topstepx.com", LIVE: "wss://rtc.topstepx.com",
         DEMO: "wss://gateway-rtc-demo.s2f.projectx.com"}  # fmt: skip
_HOSTS = frozenset({"api.topstepx.com", "rtc.topstepx.com", "gateway-api-demo.s2f.projectx.com",
                    "gateway-rtc-demo.s2f.projectx.com"})  # fmt: skip

# 200 requests in 60 seconds over everything but bars, which have 30 in 30 seconds.
RATE = Limits(Decimal(200) / Decimal(60), burst=60, reserved=20)
BARS_RATE = Limits(Decimal(1), burst=20, reserved=0)

PRACTICE_NAME = "PRAC"
"""Unconfirmed: how the name of a practice account begins. Another account is not connected as one."""

SILENCE = 30.0
"""The server pings about every 15 seconds: after twice that a hub is dead."""

RENEW_EVERY = 3600.0
"""How often a token, which is good for 24 hours, is exchanged for a new one."""

GUIDE = Guide(
    broker=BROKER,
    title="TopstepX",
    fields=(
        Field("user_name", "User name", "the name with which you sign in at TopstepX", secret=False,
              pattern=r"[\x21-\x7e]{1,128}"),
        Field("api_key", "API key", "TopstepX, Settings, API: an API subscription of ProjectX is needed for one",
              pattern=r"[\x21-\x7e]{4,512}"),
        Field("account", "Account", "its name or number as TopstepX shows it; may stay empty where the login has only "
              "one", secret=False, pattern=r"[\x20-\x7e]{0,64}", optional=True),
    ),
    environments=(
        Environment(PRACTICE, "Practice account", live=False),
        Environment(LIVE, "Combine, Express Funded or live account", live=True),
        Environment(DEMO, "Demo of the gateway", live=False),
    ),
    steps=(
        "Sign in at TopstepX, open Settings, API, link ProjectX and take out its API subscription.",
        "Generate an API key and copy it.",
        "Enter your user name, the key and the account's name here: the desk reads the account once and shows it.",
        "Read Topstep's terms on automation first: it forbids trading from a server that is not your own machine.",
    ),
    page="docs/brokers/topstepx.md",
    leverage=Decimal(100),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TopstepxConfig:
    """One login and one of its accounts at one environment; times in seconds.

    `twin` is the address of a twin on this machine that stands in for every host. `patience` is how long an order that
    REST accepted may be missing on the user hub before the hub is taken for mute.
    """

    user_name: str
    api_key: str = field(repr=False)
    account: str = ""
    environment: str = PRACTICE
    twin: str = ""
    proxy: str | None = field(default=None, repr=False)
    connect_timeout: float = 5.0
    answer_timeout: float = 10.0
    patience: float = 10.0
    renew_every: float = RENEW_EVERY
    rate: Limits = RATE
    stream: StreamSettings = field(default_factory=lambda: StreamSettings(ping=PING, ping_every=15.0, silence=SILENCE))

    def __post_init__(self) -> None:
        """Refuse an environment that there is not; raises ConfigError."""
        if (self.environment == TWIN) != bool(self.twin) or self.environment not in {*_REST, TWIN}:
            raise ConfigError(f"TopstepX has {', '.join(_REST)}, not {self.environment!r}")

    @property
    def rest(self) -> str:
        """Where requests go."""
        return (self.twin or _REST[self.environment]) + "/api"

    def hub_url(self, hub: str, token: str) -> str:
        """Where a hub (user, market) listens, with the token that opens it."""
        base = self.twin.replace("http", "ws", 1) or _HUBS[self.environment]
        return f"{base}/hubs/{hub}?access_token={quote(token, safe='')}"

    @property
    def http(self) -> HttpSettings:
        """How its hosts are reached."""
        return HttpSettings(_HOSTS, bool(self.twin), self.proxy, self.connect_timeout, self.answer_timeout)


def configure(
    fields: Mapping[str, str], environment: str, *, twin: str = "", proxy: str | None = None
) -> TopstepxConfig:
    """The config from a credential's fields; raises InvalidInput or ConfigError."""
    given = GUIDE.check(fields)
    return TopstepxConfig(given["user_name"], given["api_key"], given["account"], environment, twin, proxy)
