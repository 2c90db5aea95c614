"""Which operating-system user runs the embedded server: the desk's own, or an unprivileged one when it is root."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from bidwell.model.errors import ConfigError

CANDIDATES = ("bidwell", "postgres", "nobody")


class SpawnOptions(TypedDict, total=False):
    """The part of subprocess's options that changes who a child runs as."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The uid and gid of the server; `switched` when they are not the desk's own."""

    uid: int
    gid: int
    name: str
    switched: bool

    def spawn_options(self) -> SpawnOptions:
        """Options for subprocess that drop root with every supplementary group."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switched else {}

    def take(self, path: Path) -> None:
        """Hand a file or folder to the server."""
        if self.switched:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def server_user(cluster: Path) -> ServerUser:
    """Choose who runs the server on `cluster`: the owner of an existing one, else the best unprivileged user.

    Raises ConfigError where the desk may not become that user or where there is none.
    """
    desk = os.geteuid()
    owner = cluster.stat().st_uid if cluster.is_dir() else None
    if desk != 0:
        if owner not in {None, desk}:
            raise ConfigError(
                f"the database in {cluster} belongs to {_name(owner or 0)}, not to {_name(desk)}: "
                f"start Bidwell as the user (or root) that made it, or choose another folder with --data"
            )
        return ServerUser(desk, os.getegid(), _name(desk), switched=False)
    if owner is not None and owner != 0:
        return ServerUser(owner, cluster.stat().st_gid, _name(owner), switched=True)
    for candidate in CANDIDATES:
        try:
            entry = pwd.getpwnam(candidate)
        except KeyError:
            continue
        return ServerUser(entry.pw_uid, entry.pw_gid, candidate, switched=True)
    raise ConfigError(
        "PostgreSQL refuses to run as root and this system has none of the users "
        f"{', '.join(CANDIDATES)}: make one (useradd --system bidwell) or start Bidwell as an ordinary user"
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
