"""The web server's wiring: what the server asks for, made from what the installation has."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bidwell import __version__
from bidwell.app import demo
from bidwell.app.alert_history import AlertHistory
from bidwell.app.drills import Drills
from bidwell.app.folders import STATIC
from bidwell.app.guardian.telling import told
from bidwell.app.readiness import keep_checking
from bidwell.app.research import open_research
from bidwell.app.strategy_runs import open_strategy_runs
from bidwell.brokers.paper.broker.admin import PaperAdmin
from bidwell.model.errors import BrokerError
from bidwell.server.app import create_alert_app, create_app
from bidwell.server.context import ServerContext, ServerSettings
from bidwell.server.ports import AlertRecord
from bidwell.storage.alert_log import AlertLog
from bidwell.storage.errors import StorageUnavailable

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from bidwell.app.installation import Installation
    from bidwell.app.settings import Settings
    from bidwell.brokers.paper.broker.venue import PaperVenue
    from bidwell.model.account import Account
    from bidwell.server.guardian_view import GuardianView


class ReplaySpeed:
    """The replay's speed as the server sets it."""

    def __init__(self, venue: PaperVenue, speed: Decimal) -> None:
        self._venue = venue
        self._speed = speed

    @property
    def speed(self) -> Decimal:
        """Market seconds per second."""
        return self._speed

    async def set_speed(self, speed: Decimal) -> Decimal:
        """Set it at the venue, which may bound it; gives the speed in force."""
        self._speed = Decimal(str(await self._venue.set_speed(float(speed))))
        return self._speed


class PaperAccounts:
    """New paper accounts, opened over a connection for each request: it happens a few times in a desk's life."""

    def __init__(self, built: Installation) -> None:
        self._built = built

    async def open_account(self, account: Account, cash: Decimal) -> None:
        """Open the account at the venue; opening it again changes nothing."""
        admin = PaperAdmin(self._built.paper, self._built.entropy)
        await admin.connect()
        try:
            await admin.open_account(account.broker_account, account.currency, cash, leverage=account.leverage,
                                     quantity_step=account.quantity_step)  # fmt: skip
        finally:
            await admin.close()


@dataclass(frozen=True, slots=True)
class DeskWeb:
    """The screen's application, and where alerts are to be sent."""

    app: ASGIApp
    context: ServerContext
    alert_url: str


async def desk_web(built: Installation) -> DeskWeb:
    """Build the desk's web application."""
    settings = built.settings
    url = settings.url
    alert_url = settings.alert_url or f"{url}/api/v1/hooks/alert"
    _, speed = await built.history.clock()
    history = AlertHistory(AlertLog(built.pool, AlertRecord))
    built.tasks.append(asyncio.create_task(history.run()))
    built.before_close.append(history.flush)
    context = ServerContext(
        desks={demo.WORKSPACE: built.desk},
        journals={demo.WORKSPACE: built.journal},
        identity=built.identity,
        alerts=history,
        history=built.history,
        rulebooks=built.rulebooks,
        clock=built.clock,
        entropy=built.entropy,
        settings=ServerSettings(
            version=__version__,
            signing_key=built.folder.secret("signing"),
            hosts=hosts_of(settings),
            origins=_origins(url, settings.port),
            secure=url.startswith("https://"),
            base_url=url,
            alert_url=alert_url,
            alert_networks=settings.alert_networks,
            trusted_proxies=settings.trusted_proxies,
            feed_label="intraday path simulated" if settings.feed == "replay" else "live prices",
        ),
        speeds={demo.WORKSPACE: ReplaySpeed(built.history, Decimal(str(speed)))} if settings.feed == "replay" else {},
        probes={
            "lease": partial(_lease, built),
            "database": partial(_database, built),
            "paper_venue": partial(_venue, built),
        },
        paper=PaperAccounts(built),
        research=await open_research(built),
        strategy_runs={demo.WORKSPACE: open_strategy_runs(built)},
        connections={demo.WORKSPACE: built.connections},
        drills=Drills(),
        guardian=partial(_guardian, built),
        static=STATIC,
    )
    built.tasks.append(asyncio.create_task(keep_checking(context, built.desk)))
    return DeskWeb(create_app(context), context, alert_url)


def alert_web(web: DeskWeb) -> ASGIApp:
    """The alert-only application, for a bind of its own."""
    return create_alert_app(web.context)


def _guardian(built: Installation) -> GuardianView:
    settings = built.settings
    return told(built.folder.path, built.clock.now(), enabled=settings.guardian, after=settings.guardian_after,
                data_age=settings.guardian_data_age)  # fmt: skip


async def _lease(built: Installation) -> tuple[bool, str]:
    return built.leadership.detail()


async def _database(built: Installation) -> tuple[bool, str]:
    try:
        async with built.pool.transaction() as connection:
            await connection.execute("SELECT 1")
    except StorageUnavailable as error:
        return False, str(error)
    return True, "answers"


async def _venue(built: Installation) -> tuple[bool, str]:
    try:
        at, speed = await built.history.clock()
    except BrokerError as error:
        return False, str(error)
    return True, f"market clock {at:%Y-%m-%d %H:%M} UTC at {speed:g}×"


def hosts_of(settings: Settings) -> frozenset[str]:
    """The names by which the desk may be asked for."""
    named = urlsplit(settings.url).hostname or "localhost"
    return frozenset({"localhost", "127.0.0.1", "[::1]", named, settings.host})


def _origins(url: str, port: int) -> frozenset[str]:
    return frozenset({url, f"http://localhost:{port}", f"http://127.0.0.1:{port}"})
