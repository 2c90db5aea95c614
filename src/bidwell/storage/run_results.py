"""Folders of finished backtests in a backup: packed beside the database's dump, and put back whole.

A folder is `<workspace>/<run>`; one that is still being made has another name and is left out.
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bidwell.model.errors import ConfigError

UNFINISHED = ".unfinished"
_EFFORT = 3


def pack(results: Path, target: Path) -> int:
    """Write the finished runs below a folder to a compressed archive; gives how many there are."""
    count = 0
    with tarfile.open(target, "w:gz", compresslevel=_EFFORT) as archive:
        for folder in _finished(results):
            count += 1
            for file in sorted(folder.iterdir()):
                try:
                    archive.add(file, str(file.relative_to(results)), recursive=False, filter=_plain)
                except FileNotFoundError:
                    # Somebody deletes the run meanwhile.
                    continue
    return count


def unpack(archive: Path, beside: Path) -> Path:
    """Unpack an archive into a new folder beside the results; raises ConfigError where it cannot be done."""
    beside.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    staged = Path(tempfile.mkdtemp(prefix=".bidwell-results-", dir=beside.parent))
    try:
        with tarfile.open(archive, "r:gz") as packed:
            for entry in packed:
                _write_out(packed, entry, staged)
    except (OSError, tarfile.TarError, EOFError) as error:
        shutil.rmtree(staged, ignore_errors=True)
        raise ConfigError(f"the backtests' results cannot be unpacked below {beside.parent}: {error}") from error
    return staged


def _write_out(packed: tarfile.TarFile, entry: tarfile.TarInfo, staged: Path) -> None:
    """Write one file of an archive. `extractall`'s filters came with Python 3.11.4, and older ones are still installed."""
    place = PurePosixPath(entry.name)
    source = packed.extractfile(entry) if entry.isfile() else None
    if source is None or place.is_absolute() or ".." in place.parts:
        raise tarfile.TarError(f"{entry.name} is no file of a result")
    target = staged / place
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with source, target.open("xb") as written:
        shutil.copyfileobj(source, written)


def put_back(staged: Path, results: Path) -> None:
    """Move unpacked runs to where they belong; a run of the same name is replaced, others stay."""
    for folder in _finished(staged):
        target = results / folder.relative_to(staged)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if target.exists():
            shutil.rmtree(target)
        folder.replace(target)
    shutil.rmtree(staged, ignore_errors=True)


def _finished(root: Path) -> Iterator[Path]:
    for folder in sorted(root.glob("*/*")):
        if folder.is_dir() and not folder.is_symlink() and folder.suffix != UNFINISHED:
            yield folder


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Files alone, without their owner's name."""
    entry.uname = entry.gname = ""
    entry.uid = entry.gid = 0
    return entry if entry.isfile() else None
