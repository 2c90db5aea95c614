"""Hash chains: each record's digest covers the one before it, so that no past record changes unseen."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from struct import Struct

GENESIS = bytes(32)
_LENGTHS = [Struct(f">{count}I").pack for count in range(16)]


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Where a chain ends; written down elsewhere, it proves later that nothing up to `seq` was altered or cut."""

    seq: int = 0
    digest: bytes = GENESIS

    def __str__(self) -> str:
        """`<seq>:<digest in hex>`, which `parse_head` reads."""
        return f"{self.seq}:{self.digest.hex()}"


def parse_head(text: str) -> ChainHead:
    """Read what `str(head)` wrote; raises ValueError for anything else."""
    seq, _, digest = text.partition(":")
    head = ChainHead(int(seq), bytes.fromhex(digest))
    if head.seq < 0 or len(head.digest) != 32:
        raise ValueError(f"{text!r} is not the head of a chain")
    return head


def link(previous: bytes, *parts: bytes) -> bytes:
    """The SHA-256 of the previous digest, the parts' lengths (4 bytes each) and the parts: none can run over."""
    lengths = _LENGTHS[len(parts)](*map(len, parts))
    return sha256(b"".join((previous, lengths, *parts))).digest()
