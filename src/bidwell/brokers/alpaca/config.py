"""Where Alpaca listens, as whom we call, and what the connect wizard asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bidwell.brokers.transport import Environment, Field, Guide, HttpSettings, Limits, StreamSettings
from bidwell.model.errors import ConfigError

BROKER = "alpaca"
PAPER, LIVE, TWIN = "paper", "live", "twin"

_TRADING = {PAPER: "https://paper-api.alpaca.markets", LIVE: "https://api.alpaca.markets"}
_DATA = "https://data.alpaca.markets"
_DATA_STREAM = "wss://stream.data.alpaca.markets"
_HOSTS = frozenset({"paper-api.alpaca.markets", "api.alpaca.markets", "data.alpaca.markets",
                    "stream.data.alpaca.markets"})  # fmt: skip
FEEDS = ("iex", "sip", "delayed_sip")

# Alpaca's standard plan: 200 requests a minute over all trading calls.
RATE = Limits(Decimal(200) / Decimal(60), burst=60, reserved=20)

GUIDE = Guide(
    broker=BROKER,
    title="Alpaca",
    fields=(
        Field("key_id", "API key ID", "Alpaca's dashboard, Home, “API Keys” at the right; paper keys begin with PK, "
              "live keys with AK", secret=False, pattern=r"[A-Za-z0-9]{4,64}"),
        Field("secret_key", "Secret key", "shown once, when the key is generated; generate the key again if it is lost",
              pattern=r"[A-Za-z0-9/+_=-]{4,128}"),
    ),
    environments=(Environment(PAPER, "Paper trading", live=False), Environment(LIVE, "Live trading", live=True)),
    steps=(
        "Sign in at Alpaca and choose the paper account at the top left (the live one has keys of its own).",
        "Generate a key under “API Keys” and copy both parts.",
        "Enter them here: the desk reads the account once and shows it to you before anything is kept.",
    ),
    page="docs/brokers/alpaca.md",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AlpacaConfig:
    """One key pair at one environment; times in seconds.

    `twin` is the address of a twin on this machine that stands in for every host. `patience` is how long an order that
    REST accepted may be missing on the stream before the stream is taken for mute.
    """

    key_id: str
    secret_key: str = field(repr=False)
    environment: str = PAPER
    twin: str = ""
    proxy: str | None = field(default=None, repr=False)
    data_feed: str = "iex"
    connect_timeout: float = 5.0
    answer_timeout: float = 10.0
    patience: float = 10.0
    rate: Limits = RATE
    stream: StreamSettings = field(default_factory=StreamSettings)

    def __post_init__(self) -> None:
        """Refuse an environment that there is not; raises ConfigError."""
        if (self.environment == TWIN) != bool(self.twin) or self.environment not in {PAPER, LIVE, TWIN}:
            raise ConfigError(f"Alpaca has paper and live, not {self.environment!r}")
        if self.data_feed not in FEEDS:
            raise ConfigError(f"Alpaca's share prices come from {', '.join(FEEDS)}, not {self.data_feed!r}")

    @property
    def trading(self) -> str:
        """The trading host, without /v2."""
        return self.twin or _TRADING[self.environment]

    @property
    def data(self) -> str:
        """The market data host."""
        return self.twin or _DATA

    @property
    def updates_url(self) -> str:
        """The order stream."""
        return self.trading.replace("http", "ws", 1) + "/stream"

    def data_url(self, path: str) -> str:
        """A market data stream."""
        return (self.twin.replace("http", "ws", 1) if self.twin else _DATA_STREAM) + path

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"APCA-API-KEY-ID": self.key_id, "APCA-API-SECRET-KEY": self.secret_key}

    @property
    def http(self) -> HttpSettings:
        """How its hosts are reached."""
        return HttpSettings(_HOSTS, bool(self.twin), self.proxy, self.connect_timeout, self.answer_timeout)


def configure(fields: Mapping[str, str], environment: str, *, twin: str = "", proxy: str | None = None) -> AlpacaConfig:
    """The config from a credential's fields; raises InvalidInput or ConfigError."""
    given = GUIDE.check(fields)
    return AlpacaConfig(given["key_id"], given["secret_key"], environment, twin, proxy)
