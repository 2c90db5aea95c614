"""A worker process of `processes`: reads a job and then combinations from its input, writes rows to its output."""

from __future__ import annotations

import os
import sys

from bidwell.simulation.research.processes import answer, receive, send, unpacked


def main() -> None:
    """Answer until the input ends; what a strategy prints goes to standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    source = sys.stdin.buffer
    content = receive(source)
    if content is None:
        return
    job, _ = unpacked(content)
    while (asked := receive(source)) is not None:
        send(out, answer(job, asked))


if __name__ == "__main__":
    main()
