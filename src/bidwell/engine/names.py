"""A set of names that only grows, in two bytes a name: it may take a stranger for a member, never a member for a stranger."""

from __future__ import annotations

from hashlib import blake2b, sha256
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FIRST = 4096
_BYTES_EACH = 2
_PROBES = 8


class Names:
    """A Bloom filter of blocks, each for twice as many names as the one before, about one stranger in 1,700 a block.

    What is not in it was never added, so that nobody need be asked. Source: B. H. Bloom, "Space/Time Trade-offs in Hash
    Coding with Allowable Errors", 1970; probes by double hashing after Kirsch and Mitzenmacher, 2006.
    """

    __slots__ = ("_blocks", "_room", "count")

    def __init__(self) -> None:
        self._blocks: list[bytearray] = []
        self._room = 0
        self.count = 0

    def add(self, *parts: str) -> None:
        """Take a name of several parts in."""
        if not self._room:
            self._room = _FIRST << len(self._blocks)
            self._blocks.append(bytearray(self._room * _BYTES_EACH))
        block = self._blocks[-1]
        for bit in _bits(_seeds(parts), block):
            block[bit >> 3] |= 1 << (bit & 7)
        self._room -= 1
        self.count += 1

    def may_hold(self, *parts: str) -> bool:
        """Whether the name may have been added; False proves that it never was."""
        if not self._blocks:
            return False
        seeds = _seeds(parts)
        return any(all(block[bit >> 3] >> (bit & 7) & 1 for bit in _bits(seeds, block)) for block in self._blocks)

    def dump(self) -> tuple[list[bytes], int, int]:
        """All of it, as `load` takes it."""
        return [bytes(block) for block in self._blocks], self._room, self.count

    @classmethod
    def load(cls, blocks: Sequence[bytes], room: int, count: int) -> Self:
        """What `dump` gave."""
        made = cls()
        made._blocks, made._room, made.count = [bytearray(block) for block in blocks], room, count
        return made

    def digest(self) -> str:
        """SHA-256 (hex) of what is in it."""
        return sha256(b"".join(self._blocks)).hexdigest()


def _seeds(parts: tuple[str, ...]) -> tuple[int, int]:
    digest = blake2b("\x1f".join(parts).encode(), digest_size=16).digest()
    return int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big") | 1


def _bits(seeds: tuple[int, int], block: bytearray) -> Iterator[int]:
    first, step = seeds
    mask = len(block) * 8 - 1
    for number in range(_PROBES):
        yield (first + number * step) & mask
