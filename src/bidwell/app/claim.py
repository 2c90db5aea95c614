"""The data folder of one desk: claimed by one process at a time, with a place for everything."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from bidwell.model.errors import ConfigError

LEAST_FREE = 300 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running desk answers."""

    pid: int
    url: str
    alert_url: str


class InUse(ConfigError):
    """Another desk runs on this data folder; `address` is where it answers, if it said so yet."""

    code = "data_folder_in_use"

    def __init__(self, address: Address | None, folder: Path) -> None:
        where = f"at {address.url} (process {address.pid})" if address else "and is still starting"
        super().__init__(f"a desk already runs on {folder} {where}")
        self.address = address


class DataFolder:
    """One desk's files. Everything in it is for its owner alone (0700)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None
        self._enlisted: IO[str] | None = None

    @property
    def venue(self) -> Path:
        """The paper venue's own state."""
        return self.path / "venue"

    @property
    def cache(self) -> Path:
        """What can be made again."""
        return self.path / "cache"

    @property
    def logs(self) -> Path:
        """What the background processes print."""
        return self.path / "log"

    def prepare(self) -> None:
        """Make the folder and check that it can be written; raises ConfigError with what to do."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            for folder in (self.venue, self.cache, self.logs):
                folder.mkdir(exist_ok=True, mode=0o700)
            probe = self.path / ".probe"
            probe.write_text("")
            probe.unlink()
        except OSError as error:
            msg = f"the data folder {self.path} cannot be written: {error.strerror}; choose another with --data"
            raise ConfigError(msg) from error
        free = shutil.disk_usage(self.path).free
        if free < LEAST_FREE:
            msg = (f"{self.path} has {free // 2**20} MiB free and at least {LEAST_FREE // 2**20} MiB are needed: "
                   "free some space or choose another folder with --data")  # fmt: skip
            raise ConfigError(msg)

    def keep_to(self, workspace: str) -> None:
        """Hold the folder to the workspace that it was first used for: its paper accounts are that one's."""
        file = self.path / "workspace"
        known = file.read_text().strip() if file.exists() else workspace
        if known != workspace:
            msg = (f"{self.path} belongs to the workspace {known}: set BIDWELL_WORKSPACE={known}, or choose another "
                   f"folder for {workspace} with --data")  # fmt: skip
            raise ConfigError(msg)
        file.write_text(workspace)

    def claim(self) -> None:
        """Take the folder for this process until it ends; raises InUse when another desk has it."""
        if not self.claim_if_free():
            raise InUse(self.address(), self.path)
        self._address_file.unlink(missing_ok=True)

    def claim_if_free(self) -> bool:
        """Take the folder where no other process has it: a desk that was paused keeps it until it is gone."""
        if self._lock is not None:
            return True
        lock = (self.path / "desk.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return True

    def give_up(self) -> None:
        """Leave the folder to the desk that leads now."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def claimed(self) -> bool:
        """Whether some process has the folder now."""
        with (self.path / "desk.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def claimed_by(self) -> int | None:
        """The process that has the folder now, where it says so."""
        if not self.claimed():
            return None
        text = (self.path / "desk.lock").read_text().strip()
        return int(text) if text.isdigit() else None

    def enlist(self) -> None:
        """Say that this process stands by on the folder, or leads as one that did, until it ends."""
        folder = self.path / "standby"
        folder.mkdir(exist_ok=True, mode=0o700)
        self._enlisted = (folder / str(os.getpid())).open("a+")
        fcntl.flock(self._enlisted, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def standbys(self) -> list[int]:
        """The other processes that stand by on the folder; what dead ones left is cleared away."""
        found = []
        for file in (self.path / "standby").glob("[0-9]*"):
            if int(file.name) == os.getpid():
                continue
            with file.open("a+") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    found.append(int(file.name))
                else:
                    file.unlink(missing_ok=True)
        return sorted(found)

    def announce(self, address: Address) -> None:
        """Leave word of where the desk answers."""
        scratch = self._address_file.with_suffix(".new")
        scratch.write_text(json.dumps(asdict(address)))
        scratch.replace(self._address_file)

    def withdraw(self) -> None:
        """The desk answers no more; where another one took over its word stays."""
        address = self.address()
        if address is None or address.pid == os.getpid():
            self._address_file.unlink(missing_ok=True)

    def address(self) -> Address | None:
        """Where the last desk said that it answers, if its process is still there."""
        try:
            address = Address(**json.loads(self._address_file.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return address if alive(address.pid) else None

    def secret(self, name: str) -> bytes:
        """32 random bytes kept in a 0600 file, made the first time they are asked for."""
        file = self.path / f"{name}.key"
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(secrets.token_bytes(32))
        except FileExistsError:
            pass
        return file.read_bytes()

    @property
    def _address_file(self) -> Path:
        return self.path / "desk.json"


def alive(pid: int) -> bool:
    """Whether a process of this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
