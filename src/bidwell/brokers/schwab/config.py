"""Where Charles Schwab listens, as whom we call, and what the connect wizard asks for."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from urllib.parse import unquote, urlencode

from bidwell.brokers.transport import Environment, Field, Guide, HttpSettings, Limits, StreamSettings
from bidwell.model.errors import ConfigError, InvalidInput

BROKER = "schwab"
LIVE, TWIN = "live", "twin"

_REST = "https://api.schwabapi.com"
STREAM_HOST = "streamer-api.schwab.com"
"""Unconfirmed: the host that a user's preferences name for the stream; another one is refused, with its name."""

RATE = Limits(Decimal(100) / Decimal(60), burst=20, reserved=8)
"""120 requests a minute, which is confirmed for market data and taken for all calls of a login together: what a full
bucket holds is taken off the minute's."""

SILENCE = 90.0
"""Unconfirmed: seconds after which a stream without a heartbeat is dead; how often one comes is documented nowhere."""

_CODE = re.compile(r"(?:^|[?&])code=([^&\s]+)")
_KEPT = ("refresh_token", "logged_in_at", "access_token", "access_until")

GUIDE = Guide(
    broker=BROKER,
    title="Charles Schwab",
    fields=(
        Field("app_key", "App key", "developer.schwab.com, Dashboard, your app, “View details”; its status has to be "
              "“Ready for use”", secret=False, pattern=r"[A-Za-z0-9]{4,128}"),
        Field("app_secret", "Secret", "below the app key", pattern=r"[A-Za-z0-9]{4,128}"),
        Field("callback_url", "Callback URL", "as it is entered for the app, to the letter; https://127.0.0.1 does",
              secret=False, pattern=r"https?://[\x21-\x7e]{3,256}"),
        Field("account", "Account number", "eight digits, without the dash; empty where the login has one account",
              secret=False, pattern=r"[0-9-]{4,20}", optional=True),
        Field("auth_code", "Address after the login", "log in at api.schwabapi.com/v1/oauth/authorize?client_id=<app "
              "key>&redirect_uri=<callback URL> and choose the account; then paste the whole address that your browser "
              "was sent to, though no page shows there: it is good once, for about 30 seconds",
              pattern=r"[\x21-\x7e]{4,4000}", daily=True),
    ),
    environments=(Environment(LIVE, "Live trading", live=True),),
    steps=(
        "Make an app at developer.schwab.com with both of its products, trading and market data; approval takes days.",
        "Log in at the app's login address with the user and password of your Schwab account and allow the account.",
        "Paste the address that your browser ends at: the desk exchanges it, reads the account and shows it to you.",
        "The desk renews the session each half hour by itself. After seven days Schwab wants you to log in again.",
    ),
    page="docs/brokers/schwab.md",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SchwabConfig:
    """One login of one app; times in seconds.

    `refresh_token` came from the login at `logged_in_at` and makes access tokens; the newest known is `access_token`,
    good until `access_until`. `account` is the account's number, empty for the only one. `twin` is the address of a twin
    on this machine that stands in for every host. `patience` is how long an order that REST took in may be missing on the
    stream before that is taken for mute; `gather` how long hints of the stream are gathered before the orders are
    read; `lag` the pauses in which executions that an order shows are awaited; `again` the time between
    an incomplete report and the next.
    """

    app_key: str
    app_secret: str = field(repr=False)
    callback_url: str = ""
    account: str = ""
    refresh_token: str = field(default="", repr=False)
    logged_in_at: datetime | None = None
    access_token: str = field(default="", repr=False)
    access_until: datetime | None = None
    environment: str = LIVE
    twin: str = ""
    proxy: str | None = field(default=None, repr=False)
    connect_timeout: float = 5.0
    answer_timeout: float = 10.0
    patience: float = 15.0
    gather: float = 0.15
    lag: tuple[float, ...] = (0.3, 0.7, 1.5)
    again: float = 3.0
    rate: Limits = RATE
    stream: StreamSettings = field(default_factory=lambda: StreamSettings(silence=SILENCE))

    def __post_init__(self) -> None:
        """Refuse an environment that there is not; raises ConfigError."""
        if (self.environment == TWIN) != bool(self.twin) or self.environment not in {LIVE, TWIN}:
            raise ConfigError(f"Schwab has a live environment only, not {self.environment!r}")

    @property
    def quarantine(self) -> float:
        """Seconds for which a missing order is looked for; a trial at a twin on this machine need not wait as long."""
        return 5.0 if self.twin else 60.0

    @property
    def trading(self) -> str:
        """The trading interface."""
        return (self.twin or _REST) + "/trader/v1"

    @property
    def data(self) -> str:
        """The market data interface."""
        return (self.twin or _REST) + "/marketdata/v1"

    @property
    def token_url(self) -> str:
        """Where a code or a refresh token is exchanged."""
        return (self.twin or _REST) + "/v1/oauth/token"

    @property
    def login_url(self) -> str:
        """Where a person logs in."""
        asked = urlencode({"client_id": self.app_key, "redirect_uri": self.callback_url, "response_type": "code"})
        return f"{self.twin or _REST}/v1/oauth/authorize?{asked}"

    @property
    def basic(self) -> str:
        """How the app proves itself when tokens are made."""
        return "Basic " + base64.b64encode(f"{self.app_key}:{self.app_secret}".encode()).decode()

    @property
    def http(self) -> HttpSettings:
        """How its hosts are reached."""
        hosts = frozenset({"api.schwabapi.com", STREAM_HOST})
        return HttpSettings(hosts, bool(self.twin), self.proxy, self.connect_timeout, self.answer_timeout)


def configure(fields: Mapping[str, str], environment: str, *, twin: str = "", proxy: str | None = None) -> SchwabConfig:
    """The config from what was entered, or from what is kept of a login; raises InvalidInput or ConfigError."""
    kept = {name: fields.get(name, "") for name in _KEPT}
    asked = {name: value for name, value in fields.items() if name not in _KEPT}
    if kept["refresh_token"]:
        asked.setdefault("auth_code", "kept")
    given = GUIDE.check(asked)
    return SchwabConfig(given["app_key"], given["app_secret"], given["callback_url"], given["account"].replace("-", ""),
                        kept["refresh_token"], _time(kept["logged_in_at"]), kept["access_token"],
                        _time(kept["access_until"]), environment, twin, proxy)  # fmt: skip


def _time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as problem:
        raise ConfigError(f"what is kept of Schwab's login has no time: {text!r}") from problem
    if at.tzinfo is None:
        raise ConfigError(f"what is kept of Schwab's login has no time zone: {text!r}")
    return at


def auth_code(text: str) -> str:
    """The code in what a person brought back: the code, or the address that holds it; raises InvalidInput."""
    found = _CODE.search(text)
    code = unquote(found[1] if found else text.strip())
    if not re.fullmatch(r"[A-Za-z0-9_.@~+/=-]{4,3000}", code):
        raise InvalidInput("credential.auth_code", "this holds no code", field="auth_code",
                           hint="paste the whole address that your browser was sent to after the login")  # fmt: skip
    return code
