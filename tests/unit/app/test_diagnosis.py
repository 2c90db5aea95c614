from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bidwell.app import diagnosis
from bidwell.app.diagnosis import Grade


@pytest.mark.parametrize(
    ("version", "grade"),
    [((3, 10), Grade.PROBLEM), ((3, 11), Grade.OK), ((3, 13), Grade.OK), ((3, 14), Grade.WARNING)],
)
def test_python_is_judged_by_its_version(version: tuple[int, int], grade: Grade) -> None:
    assert diagnosis.python(version).grade is grade


def test_a_port_in_use_is_a_problem_that_names_another_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        finding = diagnosis.listening(port)
    assert finding.grade is Grade.PROBLEM
    assert f"--port {port + 1}" in finding.remedy


def test_a_free_port_is_fine() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert diagnosis.listening(port).grade is Grade.OK


def test_a_data_folder_that_does_not_exist_yet_is_judged_by_its_parent(tmp_path: Path) -> None:
    finding = diagnosis.data_folder(tmp_path / "a" / "b")
    assert finding.grade is not Grade.PROBLEM
    assert str(tmp_path / "a" / "b") in finding.found
    assert not (tmp_path / "a").exists()


def test_a_file_where_the_data_folder_should_be_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x", "utf-8")
    assert diagnosis.data_folder(tmp_path / "data").grade is Grade.PROBLEM


def test_a_data_folder_without_rights_is_a_problem() -> None:
    assert diagnosis.data_folder(Path("/proc/desk")).grade is Grade.PROBLEM


def test_the_file_system_is_that_of_the_longest_mount_above_the_folder(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/vda / ext4 rw 0 0\ntmpfs /srv/fast tmpfs rw 0 0\n/dev/vdb /srv xfs rw 0 0\n", "utf-8")
    told = [diagnosis.file_system(Path(folder), mounts) for folder in ("/srv/fast/desk", "/srv/desk", "/home")]
    assert told == ["tmpfs", "xfs", "ext4"]


def test_a_machine_without_a_mount_table_tells_no_file_system(tmp_path: Path) -> None:
    assert diagnosis.file_system(tmp_path, tmp_path / "absent") is None


@pytest.mark.parametrize("kind", ["tmpfs", "nfs4"])
def test_a_data_folder_in_memory_or_far_away_is_a_problem(tmp_path: Path, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"none / {kind} rw 0 0\n", "utf-8")
    (finding,) = diagnosis.disk(tmp_path, mounts)
    assert finding.grade is Grade.PROBLEM
    assert "--data" in finding.remedy


def test_timing_the_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    assert diagnosis.flush_ms(tmp_path, rounds=2) > 0
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_down_is_a_problem_without_its_password(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    finding = diagnosis.database(tmp_path, f"postgresql://desk:hush@127.0.0.1:{port}/desk")
    assert finding.grade is Grade.PROBLEM
    assert "hush" not in finding.found + finding.remedy


def test_a_named_browser_that_is_not_there_is_a_warning() -> None:
    assert diagnosis.browser({"BIDWELL_CHROMIUM": "/nowhere/chromium"}).grade is Grade.WARNING
