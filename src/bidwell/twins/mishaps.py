"""What goes wrong between a desk and a twin, as a script: rules in order, the first that strikes wins."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import msgspec

from bidwell.model.errors import ConfigError


class MishapType(StrEnum):
    """What can go wrong.

    timeout: the request is carried out (or not: `processed`) and never answered. late: answered with 504 and carried
    out after `seconds`. error: answered with `status`, carried out or not. reject: refused with `code` and `text`.
    rejected_later: taken in, then rejected. throttle: turned away with a pause of `seconds`. disconnect: the
    connections break, before or after. mute: streams stay open and say nothing for `seconds`. malformed: a broken frame
    on the streams. garbage: a broken body. killed: the credentials stop working for `seconds`. duplicate, reorder: what
    the streams tell of it. partial: `fraction` fills, the rest after `seconds`.
    """

    TIMEOUT = "timeout"
    LATE = "late"
    ERROR = "error"
    REJECT = "reject"
    REJECTED_LATER = "rejected_later"
    THROTTLE = "throttle"
    DISCONNECT = "disconnect"
    MUTE = "mute"
    MALFORMED = "malformed"
    GARBAGE = "garbage"
    KILLED = "killed"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    PARTIAL = "partial"


class On(StrEnum):
    """What a mishap strikes."""

    SUBMIT = "submit"
    CANCEL = "cancel"
    REPLACE = "replace"
    READ = "read"


class Mishap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule. Of what matches, the first `skip` pass, then `count` are struck (None: all).

    `silent` keeps the streams from telling of a request whose answer is lost.
    """

    mishap: MishapType
    on: On = On.SUBMIT
    account: str = ""
    skip: int = 0
    count: int | None = 1
    seconds: float = 1.0
    processed: bool = True
    silent: bool = False
    status: int = 500
    code: str = ""
    text: str = "rejected by the twin's script"
    fraction: Decimal = Decimal("0.5")


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules in order."""

    mishaps: tuple[Mishap, ...] = ()


def read_mishaps(path: Path) -> Script:
    """Read a script from a JSON file; raises ConfigError where it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Script)
    except (OSError, msgspec.MsgspecError) as problem:
        raise ConfigError(f"the script {path} cannot be read: {problem}") from problem


class Mishaps:
    """A script in the course of being played."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self._matched = [0] * len(self.script.mishaps)

    def strike(self, on: On, account: str) -> Mishap | None:
        """The mishap that strikes this request, if any; what is asked for counts as having come by."""
        for index, rule in enumerate(self.script.mishaps):
            if rule.on is not on or rule.account not in {"", account}:
                continue
            self._matched[index] += 1
            struck = self._matched[index] - rule.skip
            if struck > 0 and (rule.count is None or struck <= rule.count):
                return rule
        return None
