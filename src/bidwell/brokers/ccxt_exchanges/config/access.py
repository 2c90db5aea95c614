"""One key of one exchange: where its requests go, and with what patience."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bidwell.brokers.ccxt_exchanges.config.exchanges import PROFILES
from bidwell.brokers.ccxt_exchanges.config.profile import Profile
from bidwell.brokers.transport import HttpSettings, Limits, StreamSettings
from bidwell.model.errors import ConfigError

SANDBOX, LIVE, TWIN = "sandbox", "live", "twin"
_PEM = re.compile(r"(?s)-----BEGIN ([A-Z ]+)-----(.*)-----END \1-----")
_HOST = re.compile(r"^(https|wss)://[^/?]+")


@dataclass(frozen=True, slots=True)
class ExchangeConfig:
    """One key at one environment; times in seconds.

    `currency` is the money of the account: pairs against it are traded. `twin` is the address of a twin on this machine
    that stands in for every host. `patience` is how long an order that was accepted may be missing on the stream before
    the stream is taken for mute. `paced` keeps reads to the weights that the library knows of each call. A price stream on
    which nothing came for `quiet` is dialled anew.
    """

    profile: Profile
    key: str
    secret: str = field(repr=False)
    currency: str
    password: str = field(default="", repr=False)
    environment: str = SANDBOX
    twin: str = ""
    proxy: str | None = field(default=None, repr=False)
    connect_timeout: float = 5.0
    answer_timeout: float = 10.0
    patience: float = 10.0
    rate: Limits | None = None
    stream: StreamSettings = field(default_factory=StreamSettings)
    paced: bool = True
    quiet: float = 120.0

    def __post_init__(self) -> None:
        """Refuse an environment that there is not; raises ConfigError."""
        offered = {each.name for each in self.profile.guide.environments} | {TWIN}
        if (self.environment == TWIN) != bool(self.twin) or self.environment not in offered:
            raise ConfigError(f"{self.profile.title} has no environment {self.environment!r}")

    @property
    def limits(self) -> Limits:
        """The rate over all requests."""
        return self.rate or self.profile.rate

    @property
    def http(self) -> HttpSettings:
        """How its hosts are reached."""
        return HttpSettings(self.profile.hosts, bool(self.twin), self.proxy, self.connect_timeout, self.answer_timeout)

    def place(self, url: str) -> str:
        """A URL of the exchange, or the same path at the twin that stands in for it."""
        if not self.twin:
            return url
        return _HOST.sub(lambda found: self.twin.replace("http", "ws", 1) if found[1] == "wss" else self.twin, url)


def configure(
    exchange: str, fields: Mapping[str, str], environment: str, *, twin: str = "", proxy: str | None = None
) -> ExchangeConfig:
    """The config from a credential's fields; raises InvalidInput or ConfigError."""
    profile = PROFILES[exchange]
    given = profile.guide.check(fields)
    return ExchangeConfig(profile, given["key"], _in_lines(given["secret"]), given["currency"], given.get("password", ""), environment, twin,
                          proxy)  # fmt: skip


def _in_lines(secret: str) -> str:
    """A private key in PEM with its line ends, which a form drops and JSON writes as backslash and n."""
    found = _PEM.search(secret.replace("\\n", "\n"))
    if found is None:
        return secret
    body = "".join(found[2].split())
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {found[1]}-----", *lines, f"-----END {found[1]}-----", ""])
