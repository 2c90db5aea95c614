"""How records lie in a file: length and checksum before each, so that a torn end is told from a whole one."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

_HEAD = struct.Struct("<II")
HEAD_LENGTH = _HEAD.size


def framed(payload: bytes) -> bytes:
    """A record with its head."""
    return _HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def whole_frames(content: bytes, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Each whole record with the offset behind it; it ends at the first that is torn or damaged."""
    offset, end = start, len(content)
    while offset + HEAD_LENGTH <= end:
        length, checksum = _HEAD.unpack_from(content, offset)
        after = offset + HEAD_LENGTH + length
        if length == 0 or after > end:
            return
        payload = content[offset + HEAD_LENGTH : after]
        if zlib.crc32(payload) != checksum:
            return
        yield after, payload
        offset = after
