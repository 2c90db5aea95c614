"""The venue's durable state: an image, a log of facts since, and the archive of closed orders.

A batch of facts is one frame, so that a crash keeps all of it or nothing. `commit` returns when everything
appended is on disk. A rotation writes a new image beside the old one and only then forgets the old log.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog

from bidwell.model.errors import ConfigError
from bidwell.simulation.archive import ClosedOrders
from bidwell.simulation.facts import AnyFact, Fact
from bidwell.simulation.frames import framed, whole_frames
from bidwell.simulation.state import Image, VenueState

log = structlog.get_logger(__name__)

_encode = msgspec.msgpack.Encoder().encode
_FACTS: msgspec.msgpack.Decoder[list[AnyFact]] = msgspec.msgpack.Decoder(list[AnyFact])
_IMAGE_NAME = re.compile(r"image-(\d{8})\.bin")
ROTATE_AFTER = 16 * 1024 * 1024


class _Saved(msgspec.Struct):
    """An image with the length of the archive that belongs to it."""

    archived: int
    image: Image


_SAVED = msgspec.msgpack.Decoder(_Saved)


class Store:
    """One venue's folder; a second process on it is refused with ConfigError."""

    def __init__(self, folder: Path, *, rotate_after: int = ROTATE_AFTER) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self._rotate_after = rotate_after
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            os.close(self._lock)
            raise ConfigError(f"another paper venue works on {folder}") from problem
        self._archive = ClosedOrders(folder / "archive.bin")
        self._generation = 0
        self._log = -1
        self._length = 0
        self._waiting: list[bytes] = []

    # beginning

    def recover(self) -> VenueState:
        """The state that the folder holds: the newest whole image, and every whole batch of its log."""
        state = VenueState(self._archive)
        archived = self._load_image(state)
        self._archive.load(archived)
        path = self._log_path(self._generation)
        content = path.read_bytes() if path.exists() else b""
        for after, payload in whole_frames(content):
            for fact in _FACTS.decode(payload):
                state.apply(fact)
            self._length = after
        if len(content) > self._length:
            log.warning("venue_log_torn", kept=self._length, dropped=len(content) - self._length)
        self._open_log()
        self._tidy()
        return state

    def _load_image(self, state: VenueState) -> int:
        found = sorted(
            (int(match[1]) for each in self.folder.iterdir() if (match := _IMAGE_NAME.fullmatch(each.name))),
            reverse=True,
        )
        for generation in found:
            content = self._image_path(generation).read_bytes()
            payload = next((payload for _, payload in whole_frames(content)), None)
            if payload is not None:
                saved = _SAVED.decode(payload)
                state.load(saved.image)
                self._generation = generation
                return saved.archived
        if found:
            raise ConfigError(f"no image in {self.folder} is whole: restore the folder from a backup")
        return 0

    def _tidy(self) -> None:
        """Remove what a crash in the middle of a rotation left behind."""
        keep = {self._log_path(self._generation), self._image_path(self._generation)}
        for path in (*self.folder.glob("log-*.bin"), *self.folder.glob("image-*")):
            if path not in keep:
                path.unlink()

    def _open_log(self) -> None:
        self._log = os.open(self._log_path(self._generation), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._log, self._length)
        os.fsync(self._log)
        self._sync_folder()

    # running

    def append(self, outcomes: Sequence[object]) -> None:
        """Take the facts among `outcomes` as one batch; they are durable after the next `commit`."""
        facts = [each for each in outcomes if isinstance(each, Fact)]
        if facts:
            self._waiting.append(framed(_encode(facts)))

    @property
    def dirty(self) -> bool:
        """Whether a commit has something to do."""
        return bool(self._waiting)

    def commit(self) -> None:
        """Make everything appended durable; raises OSError when that cannot be, and then nothing is known."""
        if not self._waiting:
            return
        content = b"".join(self._waiting)
        written = 0
        while written < len(content):
            written += os.pwrite(self._log, content[written:], self._length + written)
        os.fdatasync(self._log)
        self._length += len(content)
        self._waiting.clear()

    def retire(self, state: VenueState, most: int) -> int:
        """Move at most `most` closed orders to the archive; gives its length.

        The log still has them until a rotation, so that a crash before it takes them from there again.
        """
        closed = state.release(most)
        if closed:
            self._archive.append(closed)
            state.forget(closed)
        return self._archive.length

    @property
    def full(self) -> bool:
        """Whether the log is long enough to be worth a rotation."""
        return self._length >= self._rotate_after

    def rotate(self, state: VenueState) -> None:
        """Move the closed orders that are left to the archive, write an image, and begin a new log."""
        self.commit()
        archived = self.retire(state, state.retiring)
        self._archive.sync()
        before = self._generation
        self._generation += 1
        self._write_image(_Saved(archived, state.image()))
        os.close(self._log)
        self._length = 0
        self._open_log()
        for path in (self._log_path(before), self._image_path(before)):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Give the folder back."""
        if self._log >= 0:
            os.close(self._log)
        self._archive.close()
        os.close(self._lock)

    def _write_image(self, saved: _Saved) -> None:
        path = self._image_path(self._generation)
        draft = path.with_suffix(".draft")
        with draft.open("wb") as file:
            file.write(framed(_encode(saved)))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        self._sync_folder()

    def _sync_folder(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _image_path(self, generation: int) -> Path:
        return self.folder / f"image-{generation:08d}.bin"

    def _log_path(self, generation: int) -> Path:
        return self.folder / f"log-{generation:08d}.bin"
