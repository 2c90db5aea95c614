"""The desk's process from start to stop: sockets first, then everything behind them, then the doors open."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import webbrowser
from typing import TYPE_CHECKING, Any

import structlog
import uvloop

from bidwell.app import demo, output, venue
from bidwell.app.ahead import Ahead
from bidwell.app.claim import Address, DataFolder
from bidwell.app.clock import SystemEntropy
from bidwell.app.guardian import keeper
from bidwell.app.installation import Installation, install
from bidwell.app.serving import Doorway, Web, open_sockets
from bidwell.app.web import alert_web, desk_web, hosts_of
from bidwell.model.role import Role
from bidwell.server.log import configure
from bidwell.server.standby import create_standby_app
from bidwell.storage.cluster import EmbeddedCluster

if TYPE_CHECKING:
    import socket

    from bidwell.app.settings import Settings
    from bidwell.storage.errors import LeaseHeld

    Served = tuple[Web, asyncio.Task[None]]

IN_USE = 3
FENCED = 4
_CLAIM = 1.0
log = structlog.get_logger("bidwell")


def lead(settings: Settings, folder: DataFolder, sockets: list[socket.socket], ahead: Ahead, *, browser: bool,
         as_json: bool) -> int:  # fmt: skip
    """Run the desk of a claimed folder until it is told to stop; gives the exit status."""
    return _loop(_serve(settings, folder, sockets, ahead, browser=browser, as_json=as_json))


def stand_by(settings: Settings, folder: DataFolder, *, browser: bool, as_json: bool) -> int:
    """Stand by or lead, whichever it is, and stand by again when another desk took over."""
    folder.enlist()
    told = False
    while True:
        work = _serve(settings, folder, open_sockets(settings), Ahead(), browser=browser and not told, as_json=as_json,
                      silent=told)  # fmt: skip
        status = _loop(work)
        if status != FENCED:
            return status
        folder.give_up()
        told = True


def _loop(work: Any) -> int:  # noqa: ANN401 - a coroutine, whose type has no short name
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        status: int = runner.run(work)
    return status


async def _serve(settings: Settings, folder: DataFolder, sockets: list[socket.socket], ahead: Ahead, *, browser: bool,
                 as_json: bool, silent: bool = False) -> int:  # fmt: skip
    """Serve until told to stop: as a standby for as long as another desk leads, then as the desk."""
    configure(as_json=settings.log == "json")
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    post = _Post(settings, folder, as_json=as_json, silent=silent)
    app = create_standby_app(post.said, hosts_of(settings), settings.trusted_proxies, SystemEntropy())
    doors = [Doorway(app) for _ in sockets]
    servers = _serve_all(doors, sockets, settings) if settings.standby else []
    built = await _install(settings, folder, ahead, stopping, post)
    if built is None:
        await _end(servers)
        return 0
    web = await desk_web(built)
    for door, led in zip(doors, (web.app, alert_web(web)), strict=False):
        door.app = led
    servers = servers or _serve_all(doors, sockets, settings)
    if settings.standby:
        built.tasks.append(asyncio.create_task(_claim(folder)))
    folder.announce(Address(os.getpid(), settings.url, web.alert_url))
    # Where nobody else could lead, who leads is no news for a person at the console.
    (log.info if settings.standby or settings.log == "json" else log.debug)(
        "leads", lease=built.leadership.token, url=settings.url
    )
    if not post.told:
        await _greet(built, settings.url, web.alert_url, browser=browser, as_json=as_json)
    # What lives as long as the process is not looked at again by the collector: its pauses would be the tail.
    gc.collect()
    gc.freeze()
    # What an order makes is mostly kept: looking for garbage every 700 objects finds none.
    gc.set_threshold(20_000, 20, 20)
    await stopping.wait()
    folder.withdraw()
    await _end(servers)
    await built.close()
    if built.fenced:
        return FENCED
    if not folder.standbys():
        await asyncio.to_thread(_stop_backstage, folder, settings)
    return 0


async def _install(settings: Settings, folder: DataFolder, ahead: Ahead, stopping: asyncio.Event,
                   post: _Post) -> Installation | None:  # fmt: skip
    """Build the desk; None when told to stop before it was there."""
    building = asyncio.create_task(install(settings, folder, ahead, stopping, post.waiting))
    told = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait([building, told], return_when=asyncio.FIRST_COMPLETED)
        if building.done():
            return building.result()
    finally:
        told.cancel()
        # A start that failed or was called off leaves nothing running that a person would have to find.
        if not building.done() or building.exception() is not None:
            building.cancel()
            await asyncio.gather(building, return_exceptions=True)
            if not settings.standby and not folder.standbys():
                await asyncio.to_thread(_stop_backstage, folder, settings)
    return None


async def _claim(folder: DataFolder) -> None:
    """Have the folder as a desk does, once the desk that led before lets go of it."""
    while not folder.claim_if_free():  # noqa: ASYNC110 - it is another process that lets go
        await asyncio.sleep(_CLAIM)


def _serve_all(doors: list[Doorway], sockets: list[socket.socket], settings: Settings) -> list[Served]:
    """Serve the screen's door behind its proxies, and the alert-only one."""
    servers = [Web(doors[0], proxies=settings.trusted_proxies), *(Web(door) for door in doors[1:])]
    return [
        (server, asyncio.create_task(server.serve(sockets=[one]))) for server, one in zip(servers, sockets, strict=True)
    ]


async def _end(servers: list[Served]) -> None:
    for server, _ in servers:
        server.should_exit = True
    await asyncio.gather(*(task for _, task in servers))


class _Post:
    """What a standby says of the desk that leads: on its pages, in its log, and once to who started it."""

    def __init__(self, settings: Settings, folder: DataFolder, *, as_json: bool, silent: bool) -> None:
        self._settings = settings
        self._folder = folder
        self._as_json = as_json
        self._by = ""
        self.told = silent

    def said(self) -> str:
        """In words."""
        return f"standing by: {self._by} leads" if self._by else "standing by: looking for the desk that leads"

    def waiting(self, held: LeaseHeld) -> None:
        """The lease is somebody else's."""
        address = self._folder.address()
        by = f"the desk at {address.url}" if address is not None else held.holder
        if by == self._by:
            return
        self._by = by
        log.info("stands_by", leader=by)
        if not self.told:
            self.told = True
            url = self._settings.url
            result = {
                "running": True,
                "standby": True,
                "url": url,
                "leader": by,
                "setup_url": None,
                "message": self.said(),
            }
            output.show(result, lambda console: console.print(f"{self.said()}; this one answers at {url}"),
                        as_json=self._as_json)  # fmt: skip
            sys.stdout.flush()


def _stop_backstage(folder: DataFolder, settings: Settings) -> None:
    """An orderly end takes guardian, paper venue and embedded database along; a crash leaves them at work."""
    keeper.stop(folder)
    venue.stop(folder)
    if settings.database_url is None:
        EmbeddedCluster(folder.path).stop()


async def _greet(built: Installation, url: str, alert_url: str, *, browser: bool, as_json: bool) -> None:
    """Say where the desk is, how to become its owner, and how to post the first alert."""
    link = None
    if not await built.identity.users.members(demo.WORKSPACE):
        secret = await built.identity.setup_links.create(demo.WORKSPACE, Role.OWNER, built.clock.now())
        link = f"{url}/setup#{secret}"
    curl = demo.curl_line(alert_url, built.demo_token, built.settings.feed)
    lines = [f"Bidwell is up at {url}"]
    if link:
        lines += ["", "Become its owner with this link (it works once, for 24 hours):", f"  {link}"]
    lines += ["", "Post the first alert:", f"  {curl}", "", "Ctrl-C stops the desk."]
    told = {"running": True, "standby": False, "url": url, "setup_url": link, "alert_url": alert_url, "curl": curl}
    output.show(told, lambda console: console.print("\n".join(lines), markup=False, soft_wrap=True), as_json=as_json)
    sys.stdout.flush()
    if browser and sys.stdout.isatty():
        await asyncio.to_thread(webbrowser.open, link or url)
