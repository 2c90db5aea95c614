"""Results of backtests in an archive: what goes in comes out, and nothing goes elsewhere."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from bidwell.model.errors import ConfigError
from bidwell.storage.run_results import pack, put_back, unpack


def test_finished_runs_come_out_as_they_went_in(tmp_path: Path) -> None:
    results = tmp_path / "results"
    for name in ("run_1", "run_2.unfinished"):
        (results / "main" / name).mkdir(parents=True)
        (results / "main" / name / "result.json").write_text(name, "utf-8")
    assert pack(results, tmp_path / "kept.tar.gz") == 1
    put_back(unpack(tmp_path / "kept.tar.gz", tmp_path / "beside" / "results"), tmp_path / "back")
    assert [str(file.relative_to(tmp_path / "back")) for file in sorted((tmp_path / "back").rglob("*.*"))] == [
        "main/run_1/result.json"
    ]


@pytest.mark.parametrize("name", ["/etc/over", "../over", "main/../../over"])
def test_what_would_leave_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = 3
        archive.addfile(entry, io.BytesIO(b"bad"))
    with pytest.raises(ConfigError, match="cannot be unpacked"):
        unpack(tmp_path / "bad.tar.gz", tmp_path / "beside" / "results")
    assert [one.name for one in tmp_path.rglob("over")] == []


def test_a_link_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as archive:
        entry = tarfile.TarInfo("main/run/link")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    with pytest.raises(ConfigError, match="cannot be unpacked"):
        unpack(tmp_path / "bad.tar.gz", tmp_path / "beside" / "results")
