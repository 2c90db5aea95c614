"""Where a Gateway listens, as whom we call it, and what the connect wizard asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from bidwell.brokers.transport import Environment, Field, Guide, Limits, StreamSettings
from bidwell.model.errors import ConfigError, InvalidInput

BROKER = "ibkr"
PAPER, LIVE, TWIN = "paper", "live", "twin"

# Unconfirmed: the ports with which Gateway and TWS come.
GATEWAY_PORTS = {PAPER: 4002, LIVE: 4001}
TWS_PORTS = {PAPER: 7497, LIVE: 7496}
PAPER_PREFIX = "D"
"""Unconfirmed: the numbers of paper accounts begin so, and those of live ones do not."""

RATE = Limits(Decimal(40), burst=40, reserved=10)
"""The Gateway ends a connection above 50 messages a second; what is left to it is room for cancels."""
HISTORY_RATE = Limits(Decimal(60) / Decimal(600), burst=10, reserved=0)
"""Unconfirmed: about 60 requests for bars in ten minutes."""

PING = b"49\x001\x00"
"""`reqCurrentTime`, which every Gateway answers: a connection on which nothing comes is given up."""
STREAM = StreamSettings(ping=PING, ping_every=8.0, silence=25.0, login=15.0, largest=16 * 1024 * 1024)

GUIDE = Guide(
    broker=BROKER,
    title="Interactive Brokers",
    fields=(
        Field("account", "Account", "its number as the Gateway shows it: U1234567, or DU1234567 on paper", secret=False,
              pattern=r"[A-Z]{1,3}\d{3,12}[A-Z]?"),
        Field("host", "Gateway's computer", "empty where IB Gateway or TWS runs on this one, else its address", secret=False,
              pattern=r"[A-Za-z0-9.:-]{1,253}", default="127.0.0.1", optional=True),
        Field("port", "Port", "API settings of the Gateway; empty for its own: 4002 on paper, 4001 live (TWS: 7497, 7496)",
              secret=False, pattern=r"[1-9]\d{1,4}", optional=True),
        Field("client_id", "Client id", "empty for 0, by which the desk can cancel what you place by hand; or another up to 31",
              secret=False, pattern=r"\d|[12]\d|3[01]", default="0", optional=True),
    ),
    environments=(Environment(PAPER, "Paper trading", live=False), Environment(LIVE, "Live trading", live=True)),
    steps=(
        "Install IB Gateway (or TWS) on a computer that stays on, start it, and log in; it asks for your second factor.",
        "Configure, Settings, API: switch “Enable ActiveX and Socket Clients” on and “Read-Only API” off; note the port.",
        "On another computer than the desk's: add the desk's address to “Trusted IPs”; the connection is not encrypted.",
        "In the same settings choose “UTC format” for times sent to API clients, and let the Gateway restart itself daily.",
        "Enter the account's number; several accounts of one login are connected one by one and share the Gateway.",
    ),
    page="docs/brokers/ibkr.md",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class IbkrConfig:
    """One account behind one Gateway; times in seconds.

    Connections of one `link_key` are one. Where another process may have our client id (`second`), the next one is taken.
    `fee_wait` is how long an execution waits to be told with what it cost, `settle` how long after an unknown error about an order
    the lists are asked for it; `patience` how long an order may be without
    any answer before the connection is taken for mute, `away_most` how long the Gateway may be without Interactive Brokers
    before it is asked anew.
    """

    account: str
    host: str = "127.0.0.1"
    port: int = GATEWAY_PORTS[PAPER]
    client_id: int = 0
    environment: str = PAPER
    second: bool = False
    connect_timeout: float = 5.0
    answer_timeout: float = 10.0
    patience: float = 10.0
    fee_wait: float = 1.0
    settle: float = 2.0
    away_most: float = 60.0
    rate: Limits = RATE
    history_rate: Limits = HISTORY_RATE
    stream: StreamSettings = STREAM

    def __post_init__(self) -> None:
        """Refuse an environment that there is not; raises ConfigError."""
        if self.environment not in {PAPER, LIVE, TWIN} or not 0 < self.port < 65536:
            raise ConfigError(
                f"Interactive Brokers has paper and live at a port, not {self.environment!r} at {self.port}"
            )

    @property
    def link_key(self) -> tuple[object, ...]:
        """What makes two accounts share one connection."""
        return self.environment, self.host, self.port, self.client_id, self.second

    def belongs(self, account: str) -> bool:
        """Whether an account's number is one of this environment: paper orders must never reach a live account."""
        return self.environment == TWIN or account.startswith(PAPER_PREFIX) == (self.environment == PAPER)


def configure(fields: Mapping[str, str], environment: str, *, twin: str = "", proxy: str | None = None) -> IbkrConfig:
    """The config from a credential's fields; raises InvalidInput or ConfigError."""
    given = GUIDE.check(fields)
    if proxy is not None:
        raise InvalidInput("connection.proxy", "the Gateway calls Interactive Brokers, not the desk: set the proxy there",
                           field="proxy")  # fmt: skip
    if (environment == TWIN) != bool(twin):
        raise ConfigError(f"Interactive Brokers has paper and live, not {environment!r}")
    host, port = _twin(twin) if twin else (given["host"], _port(given["port"], environment))
    made = IbkrConfig(given["account"], host, port, int(given["client_id"]), environment)
    if not made.belongs(made.account):
        is_live = "a live one" if environment == PAPER else "one for paper trading"
        raise InvalidInput("credential.account", f"{made.account} is {is_live}: choose the other environment", field="account",
                           hint=f"paper accounts begin with {PAPER_PREFIX}")  # fmt: skip
    return made


def _port(text: str, environment: str) -> int:
    port = int(text) if text else GATEWAY_PORTS.get(environment, 0)
    for other in {PAPER, LIVE} - {environment}:
        if port in {GATEWAY_PORTS[other], TWS_PORTS[other]}:
            raise InvalidInput("credential.port", f"{port} is the port of {other} trading", field="port")
    return port


def _twin(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return parts.hostname or "127.0.0.1", parts.port or 0
