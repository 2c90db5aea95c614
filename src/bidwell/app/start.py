"""The start of a desk: the folder is claimed, and database and paper venue come up while the desk's code is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidwell.app import demo, output
from bidwell.app.claim import DataFolder, InUse
from bidwell.model.errors import ConfigError

if TYPE_CHECKING:
    from bidwell.app.settings import Settings

IN_USE = 3


def run(settings: Settings, *, browser: bool, as_json: bool) -> int:
    """Run the desk until it is told to stop; gives the exit status."""
    from bidwell.app import ahead
    from bidwell.app.serving import LOOPBACK, open_sockets

    if settings.host not in LOOPBACK and not settings.behind_proxy:
        msg = (f"BIDWELL_HOST={settings.host} would serve the desk without TLS: put a TLS proxy in front and set "
               "BIDWELL_BEHIND_PROXY=1 and BIDWELL_PUBLIC_URL")  # fmt: skip
        raise ConfigError(msg)
    folder = DataFolder(settings.data)
    folder.prepare()
    folder.keep_to(demo.WORKSPACE)
    if settings.standby:
        from bidwell.app.run import stand_by

        return stand_by(settings, folder, browser=browser, as_json=as_json)
    try:
        folder.claim()
    except InUse as error:
        _say_in_use(error, as_json=as_json)
        return IN_USE
    sockets = open_sockets(settings)
    begun = ahead.begin(settings, folder)
    try:
        from bidwell.app.run import lead
    except KeyboardInterrupt:
        # A start that was called off leaves nothing running that a person would have to find.
        begun.end(folder)
        raise
    return lead(settings, folder, sockets, begun, browser=browser, as_json=as_json)


def _say_in_use(error: InUse, *, as_json: bool) -> None:
    url = error.address.url if error.address else None
    output.show({"running": True, "url": url, "message": str(error)}, lambda console: console.print(str(error)),
                as_json=as_json)  # fmt: skip
