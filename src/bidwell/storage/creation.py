"""Making a new cluster: initdb in a staging folder that takes its final name only when it is complete."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from pathlib import Path

from bidwell.model.errors import ConfigError
from bidwell.storage.binaries import Installation
from bidwell.storage.postmaster import server_environment, visible_path
from bidwell.storage.server_user import ServerUser

NEEDED_BYTES = 150 * 1024 * 1024
HBA = "local all all scram-sha-256\n"
OWNER = "bidwell"


def create_cluster(installation: Installation, home: Path, cluster: Path, user: ServerUser, password: str) -> None:
    """Make an empty cluster at `cluster`, owned by `user`, whose superuser `bidwell` logs in by scram only.

    An attempt that was cut short leaves only `home/staging`, which the next one removes.
    Raises ConfigError when there is no room or initdb fails.
    """
    free = shutil.disk_usage(home).free
    if free < NEEDED_BYTES:
        raise ConfigError(
            f"{home} has {free // 2**20} MB left and a new database needs {NEEDED_BYTES // 2**20} MB: "
            "free some space or choose another folder with --data"
        )
    staging = home / "staging"
    shutil.rmtree(staging, ignore_errors=True)
    data = staging / "data"
    secret = staging / "password"
    try:
        staging.mkdir(mode=0o700)
        data.mkdir(mode=0o700)
        secret.touch(mode=0o600)
        secret.write_text(password + "\n")
        for path in (staging, data, secret):
            user.take(path)
        _initdb(installation, data, user)
        (data / "pg_hba.conf").write_text(HBA)
        secret.unlink()
        data.rename(cluster)
        staging.rmdir()
    except OSError as error:
        raise ConfigError(refusal(home, error)) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def refusal(folder: Path, error: OSError) -> str:
    """Say in a sentence why a folder cannot be used and what to do."""
    reasons = {
        errno.EACCES: "may not be written by this user",
        errno.EPERM: "may not be written by this user",
        errno.EROFS: "is on a read-only file system",
        errno.ENOSPC: "is on a full disk",
        errno.EDQUOT: "is over its disk quota",
        errno.ENOTDIR: "is not a folder",
        errno.EEXIST: "is not a folder",
    }
    reason = reasons.get(error.errno or 0, f"cannot be used ({error.strerror})")
    return f"the data folder {folder} {reason}: change that or choose another folder with --data"


def _initdb(installation: Installation, data: Path, user: ServerUser) -> None:
    command = [
        installation.program("initdb"), "-D", visible_path(data, user), "-U", OWNER, "--pwfile=../password",
        "-A", "scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions",
    ]  # fmt: skip
    if sys.platform == "linux" and installation.major >= 17:
        command.append("--sync-method=syncfs")
    done = subprocess.run(
        command, cwd=data, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        env=server_environment(), **user.spawn_options(),
    )  # fmt: skip
    if done.returncode:
        words = [line for line in done.stderr.strip().splitlines() if "error:" in line or "FATAL:" in line]
        reason = words[0] if words else done.stderr.strip() or "it said nothing"
        raise ConfigError(f"the database could not be made in {data.parent.parent}: {reason}")
