"""The desk's process from start to stop: sockets first, then everything behind them, then the doors open."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import webbrowser
from typing import TYPE_CHECKING, Any

import uvloop
from pydantic import ValidationError

from bidwell.app import demo, output, venue
from bidwell.app.claim import Address, DataFolder, InUse
from bidwell.app.installation import Installation, install
from bidwell.app.serving import LOOPBACK, Web, listen
from bidwell.app.settings import Settings
from bidwell.app.web import alert_web, desk_web
from bidwell.model.errors import ConfigError
from bidwell.model.role import Role
from bidwell.server.log import configure
from bidwell.storage.cluster import EmbeddedCluster

if TYPE_CHECKING:
    import socket

IN_USE = 3


def read_settings(given: dict[str, Any]) -> Settings:
    """Settings from the environment and the command line; raises ConfigError naming the one that is wrong."""
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        msg = f"{name}: {first['msg']}"
        raise ConfigError(msg) from error


def run(settings: Settings, *, browser: bool, as_json: bool) -> int:
    """Run the desk until it is told to stop; gives the exit status."""
    if settings.host not in LOOPBACK and not settings.behind_proxy:
        msg = (f"BIDWELL_HOST={settings.host} would serve the desk without TLS: put a TLS proxy in front and set "
               "BIDWELL_BEHIND_PROXY=1 and BIDWELL_PUBLIC_URL")  # fmt: skip
        raise ConfigError(msg)
    folder = DataFolder(settings.data)
    folder.prepare()
    try:
        folder.claim()
    except InUse as error:
        _say_in_use(error, as_json=as_json)
        return IN_USE
    sockets = [listen(settings.host, settings.port, "--port")]
    if settings.alert_port is not None:
        sockets.append(listen(settings.alert_host, settings.alert_port, "--alert-port"))
    return _loop(_serve(settings, folder, sockets, browser=browser, as_json=as_json))


def _loop(work: Any) -> int:  # noqa: ANN401 - a coroutine, whose type has no short name
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        status: int = runner.run(work)
    return status


def _say_in_use(error: InUse, *, as_json: bool) -> None:
    url = error.address.url if error.address else None
    output.show({"running": True, "url": url, "message": str(error)}, lambda console: console.print(str(error)),
                as_json=as_json)  # fmt: skip


async def _serve(settings: Settings, folder: DataFolder, sockets: list[socket.socket], *, browser: bool,
                 as_json: bool) -> int:  # fmt: skip
    configure(as_json=settings.log == "json")
    try:
        built = await install(settings, folder)
    except BaseException:
        # A start that failed leaves nothing running that a person would have to find.
        await asyncio.to_thread(_stop_backstage, folder, settings)
        raise
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, built.stopping.set)
    web = await desk_web(built)
    servers = [(Web(web.app, proxies=settings.trusted_proxies), sockets[0])]
    if settings.alert_port is not None:
        servers.append((Web(alert_web(web)), sockets[1]))
    serving = [asyncio.create_task(server.serve(sockets=[one])) for server, one in servers]
    url = settings.public_url or f"http://localhost:{settings.port}"
    folder.announce(Address(os.getpid(), url, web.alert_url))
    await _greet(built, url, web.alert_url, browser=browser, as_json=as_json)
    # What lives as long as the process is not looked at again by the collector: its pauses would be the tail.
    gc.collect()
    gc.freeze()
    await built.stopping.wait()
    folder.withdraw()
    for server, _ in servers:
        server.should_exit = True
    await asyncio.gather(*serving)
    await built.close()
    if not built.fenced:
        await asyncio.to_thread(_stop_backstage, folder, settings)
    return 1 if built.fenced else 0


def _stop_backstage(folder: DataFolder, settings: Settings) -> None:
    """An orderly end takes the paper venue and the embedded database along; a crash leaves them at work."""
    venue.stop(folder)
    if settings.database_url is None:
        EmbeddedCluster(folder.path).stop()


async def _greet(built: Installation, url: str, alert_url: str, *, browser: bool, as_json: bool) -> None:
    """Say where the desk is, how to become its owner, and how to post the first alert."""
    link = None
    if not await built.identity.users.any():
        secret = await built.identity.setup_links.create(demo.WORKSPACE, Role.OWNER, built.clock.now())
        link = f"{url}/setup#{secret}"
    curl = demo.curl_line(alert_url, built.demo_token, built.settings.feed)
    lines = [f"Bidwell is up at {url}"]
    if link:
        lines += ["", "Become its owner with this link (it works once, for 24 hours):", f"  {link}"]
    lines += ["", "Post the first alert:", f"  {curl}", "", "Ctrl-C stops the desk."]
    told = {"running": True, "url": url, "setup_url": link, "alert_url": alert_url, "curl": curl}
    output.show(told, lambda console: console.print("\n".join(lines), markup=False, soft_wrap=True), as_json=as_json)
    sys.stdout.flush()
    if browser and sys.stdout.isatty():
        await asyncio.to_thread(webbrowser.open, link or url)
