"""A vendor's errors as data: each code or text with its class of the error tree and a sentence for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bidwell.model.errors import BrokerError, InDoubt, ProtocolError, Refused, Unavailable


class Throttled(Unavailable):
    """The broker's limiter turned the request away before anything was done: it may be sent again after a while.

    `retry_after` is in seconds.
    """

    code = "broker_throttled"

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Kind(StrEnum):
    """What a vendor's error means for the request that met it.

    rejected: the market or the broker's rules say no to this order. duplicate: the id was used before. not_found:
    there is no such thing. login, permission: act on the credentials. throttled: later. down: the broker's side
    failed, and what it did is unknown. input: we sent something that it cannot read.
    """

    REJECTED_FUNDS = "rejected_funds"
    REJECTED_RULE = "rejected_rule"
    REJECTED_INPUT = "rejected_input"
    DUPLICATE = "duplicate"
    NOT_FOUND = "not_found"
    MARKET_CLOSED = "market_closed"
    LOGIN = "login"
    PERMISSION = "permission"
    THROTTLED = "throttled"
    DOWN = "down"
    UNKNOWN = "unknown"

    @property
    def rejects(self) -> bool:
        """Whether it is an answer of the market: an event for the order, not an error of the connection."""
        return self in _REJECTS

    @property
    def error(self) -> type[BrokerError]:
        """The class of the tree for a request that may have changed something."""
        return _ERRORS[self]


_REJECTS = frozenset({Kind.REJECTED_FUNDS, Kind.REJECTED_RULE, Kind.REJECTED_INPUT, Kind.MARKET_CLOSED})
_ERRORS: dict[Kind, type[BrokerError]] = {
    Kind.REJECTED_FUNDS: Refused, Kind.REJECTED_RULE: Refused, Kind.REJECTED_INPUT: Refused,
    Kind.MARKET_CLOSED: Refused, Kind.NOT_FOUND: Refused, Kind.PERMISSION: Refused,
    # The first one may stand: it is looked up.
    Kind.DUPLICATE: InDoubt,
    # A gateway may refuse the login after the order went through behind it.
    Kind.LOGIN: InDoubt,
    Kind.THROTTLED: Throttled, Kind.DOWN: InDoubt, Kind.UNKNOWN: ProtocolError,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """One error of a vendor: `code` is the vendor's own, `sentence` says what it means and what to do.

    `pause` is how many seconds a throttle lasts, where the vendor documents it and does not say it each time.
    """

    kind: Kind
    code: str
    sentence: str
    text: str = ""
    pause: float | None = None

    @property
    def message(self) -> str:
        """The sentence, with the vendor's own words behind it."""
        return f"{self.sentence} ({self.text})" if self.text else self.sentence


@dataclass(frozen=True, slots=True)
class Vendor:
    """A broker's table of errors.

    `codes` are its own codes. Several reasons may share one code: `texts` are words that a message may hold, tried in
    order before the code. `statuses` say what an HTTP status means where the body says nothing.
    """

    name: str
    codes: Mapping[str, Verdict]
    texts: Sequence[tuple[str, Verdict]] = ()
    statuses: Mapping[int, Verdict] = field(default_factory=dict)

    def judge(self, status: int, code: str, text: str) -> Verdict:
        """The verdict for an answer; one that is in no table is named as such, never passed over."""
        lowered = text.lower()
        found = next((verdict for words, verdict in self.texts if words in lowered), None)
        found = found or self.codes.get(code) or self.statuses.get(status) or _by_class(self.name, status)
        return Verdict(found.kind, code or found.code, found.sentence, text, found.pause)

    def verdicts(self) -> list[Verdict]:
        """Every verdict of the tables, for the documentation and for the test that enumerates them."""
        return [*self.codes.values(), *(verdict for _, verdict in self.texts), *self.statuses.values()]


def _by_class(name: str, status: int) -> Verdict:
    if status >= 500:
        return Verdict(Kind.DOWN, f"http_{status}", f"{name} has trouble of its own; what was asked is looked up.")
    if status == 429:
        return Verdict(Kind.THROTTLED, "http_429", f"{name} takes no more requests for a moment.")
    return Verdict(Kind.UNKNOWN, f"http_{status}", f"{name} answered {status}, which it does not document.")
