"""The process that reads strategy sources for the desk: a line of JSON text in, a line of findings out; it runs none."""

from __future__ import annotations

import os
import resource
import sys

import msgspec

from bidwell.strategy.validation.checking import validate

_NICE = 5
_MEMORY = 1 << 30


def main() -> None:
    """Answer until the desk closes the pipe."""
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(msgspec.json.encode(validate(msgspec.json.decode(line, type=str))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
