"""Where the paper venue listens and what it wants to hear."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bidwell.model.errors import ConfigError

ADDRESS_FILE = "address.json"
TOKEN_FILE = "token"  # noqa: S105 - the name of a file


@dataclass(frozen=True, slots=True)
class PaperConfig:
    """How to reach the venue; times are in seconds of wall clock.

    A session that has heard nothing for `silence` although it pings every `heartbeat` is taken for dead.
    Reconnects wait `backoff_first`, doubling up to `backoff_most`, each with jitter.
    """

    port: int
    token: str = field(repr=False)
    host: str = "127.0.0.1"
    connect_timeout: float = 5.0
    answer_timeout: float = 5.0
    heartbeat: float = 1.0
    silence: float = 5.0
    backoff_first: float = 0.05
    backoff_most: float = 2.0


class _Address(msgspec.Struct):
    host: str
    port: int


def read_config(folder: Path) -> PaperConfig:
    """Read address and token that a venue left in its data folder; raises ConfigError where there is none."""
    try:
        address = msgspec.json.decode((folder / ADDRESS_FILE).read_bytes(), type=_Address)
        token = (folder / TOKEN_FILE).read_text().strip()
    except (OSError, msgspec.MsgspecError) as problem:
        raise ConfigError(f"{folder} is not the data folder of a running paper venue: {problem}") from problem
    return PaperConfig(port=address.port, token=token, host=address.host)
