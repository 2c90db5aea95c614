"""The running desk as the command line sees it: its HTTP API, with a key that only this machine's user can read."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

from bidwell.app import demo
from bidwell.app.claim import DataFolder
from bidwell.app.clock import WallClock
from bidwell.app.folders import data_folder
from bidwell.app.settings import Settings
from bidwell.model.errors import BidwellError, ConfigError, InvalidInput, Unavailable
from bidwell.model.role import Role
from bidwell.storage.database import open_database
from bidwell.storage.identity.store import IdentityStore
from bidwell.storage.pool import Pool

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE = 15.0
KEY_FILE = "command-line.key"
SCOPES = ("read", "trade", "admin")


class Remote:
    """The API of the desk that runs on a data folder.

    Raises ConfigError when none runs, InvalidInput with the API's own code when it says no.
    """

    def __init__(self, data: Path | None) -> None:
        self.folder = DataFolder(data_folder(data))
        address = self.folder.address()
        if address is None:
            msg = f"no desk runs on {self.folder.path}: start it with `bidwell up`"
            raise ConfigError(msg)
        self.url = address.url
        self._proof = {"Authorization": f"Bearer {_key(self.folder)}"}
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                                   urllib.request.HTTPCookieProcessor())  # fmt: skip

    def sign_in(self, email: str, password: str) -> None:
        """Go on as a person instead of with the key, for what only a person may do."""
        self._proof = {}
        session = self._call("POST", "/api/v1/session", {"email": email, "password": password})
        self._proof = {"X-CSRF-Token": session["csrf"]}

    def get(self, path: str, **query: str | None) -> Any:  # noqa: ANN401 - whatever JSON the route answers
        """GET under the workspace."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._call("GET", _scoped(path) + ("?" + urllib.parse.urlencode(given) if given else ""), None)

    def text(self, path: str) -> str:
        """GET under the workspace what is no JSON."""
        return self._read("GET", _scoped(path), None).decode()

    def post(self, path: str, body: dict[str, Any] | None = None, patience: float = _PATIENCE) -> Any:  # noqa: ANN401 - whatever JSON the route answers
        """POST under the workspace, with a fresh idempotency key; waits so many seconds for the answer."""
        return self._call("POST", _scoped(path), body if body is not None else {}, patience)

    def delete(self, path: str) -> None:
        """DELETE under the workspace."""
        self._call("DELETE", _scoped(path), None)

    def _call(self, method: str, path: str, body: dict[str, Any] | None, patience: float = _PATIENCE) -> Any:  # noqa: ANN401 - see get and post
        text = self._read(method, path, body, patience)
        return json.loads(text) if text else None

    def _read(self, method: str, path: str, body: dict[str, Any] | None, patience: float = _PATIENCE) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the desk's own address, read from its data folder
            self.url + path, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={**self._proof, "Content-Type": "application/json", "X-Client": "cli",
                     "Idempotency-Key": f"cli-{secrets.token_hex(12)}"},
        )  # fmt: skip
        try:
            with self._opener.open(request, timeout=patience) as answer:
                found: bytes = answer.read()
        except urllib.error.HTTPError as error:
            raise _problem(error) from None
        except (urllib.error.URLError, TimeoutError) as error:
            msg = f"the desk at {self.url} does not answer: {error}"
            raise Unavailable(msg) from error
        return found


def _scoped(path: str) -> str:
    return f"/api/v1/w/{demo.WORKSPACE}{path}"


def _problem(error: urllib.error.HTTPError) -> BidwellError:
    try:
        body = json.loads(error.read())
        return InvalidInput(body["code"], body.get("detail") or body["title"], hint=body.get("hint"))
    except (ValueError, KeyError):
        return Unavailable(f"the desk answered {error.code} {error.reason}")


def _key(folder: DataFolder) -> str:
    """The key of the command line, made the first time for the workspace's owner through the folder's own database."""
    file = folder.path / KEY_FILE
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        key = asyncio.run(_make_key(folder))
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(key)
        return key


async def _make_key(folder: DataFolder) -> str:
    url = Settings().database_url
    database = await asyncio.to_thread(open_database, folder.path, url.get_secret_value() if url else None)
    pool = Pool(database.app)
    try:
        identity = IdentityStore(pool)
        owners = [one.user for one in await identity.users.members(demo.WORKSPACE) if one.role is Role.OWNER]
        if not owners:
            msg = "the desk has no owner yet: open the set-up link that `bidwell up` printed first"
            raise ConfigError(msg)
        key, _ = await identity.api_keys.create(demo.WORKSPACE, owners[0].id, "command line", SCOPES, WallClock().now(),
                                                addresses=("127.0.0.0/8", "::1/128"))  # fmt: skip
    finally:
        await pool.close()
    return key
