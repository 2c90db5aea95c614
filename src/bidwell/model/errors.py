"""Exceptions for what should not happen. What a market may say (denied, rejected) is an event, not an error.

BidwellError
├── ConfigError            a setting or definition is wrong: a person must change it
├── InvalidInput           a request that cannot be understood or allowed: carries a stable code
│   └── Conflict           the same idempotency key with another body
├── InvalidTransition      an event that the order table does not allow: halt that order and reconcile
├── CurrencyMismatch       arithmetic over two currencies without a rate
├── BrokerError
│   ├── Unavailable        never reached: safe to retry                                  (transient)
│   ├── InDoubt            may have reached: look it up, never send again blindly        (transient)
│   ├── Refused            authentication, permission, throttle: act on it               (permanent until acted on)
│   └── ProtocolError      not understood: alarm
├── JournalError
│   ├── JournalUnavailable nothing may be assumed about the last append                  (transient)
│   └── Fenced             another writer owns the sequence: stop writing                (permanent)
└── DataError
    ├── Missing
    ├── Stale
    └── OutOfOrder
"""

from __future__ import annotations


class BidwellError(Exception):
    """Root of every error that the desk raises itself."""

    code = "internal"


class ConfigError(BidwellError):
    """A setting or a definition is wrong and a person must change it."""

    code = "config"


class InvalidInput(BidwellError):
    """A request that cannot be understood or allowed.

    `code` is stable and machine-readable, `field` names the offending field, `hint` says what would do.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.hint = hint


class Conflict(InvalidInput):
    """The same idempotency key came with another body."""


class InvalidTransition(BidwellError):
    """An event that the order table does not allow in the order's status."""

    code = "invalid_transition"


class CurrencyMismatch(BidwellError):
    """Money of two currencies was combined, or a rate between two currencies is unknown."""

    code = "currency_mismatch"


class BrokerError(BidwellError):
    """Something went wrong between the desk and a broker."""

    code = "broker"


class Unavailable(BrokerError):
    """The broker was never reached: no byte of the request left, a retry is safe."""

    code = "broker_unavailable"


class InDoubt(BrokerError):
    """The request may have reached the broker: its outcome must be looked up."""

    code = "broker_in_doubt"


class Refused(BrokerError):
    """The broker refuses to serve: authentication, permission or throttle."""

    code = "broker_refused"


class ProtocolError(BrokerError):
    """The broker's answer was not understood."""

    code = "broker_protocol"


class JournalError(BidwellError):
    """The journal could not take an entry."""

    code = "journal"


class JournalUnavailable(JournalError):
    """The journal cannot be written: the last append may or may not have become durable."""

    code = "journal_unavailable"


class Fenced(JournalError):
    """Another writer owns the sequence or the lease: this one must stop."""

    code = "fenced"


class DataError(BidwellError):
    """Market data cannot be used."""

    code = "data"


class Missing(DataError):
    """There is no data for what was asked."""

    code = "data_missing"


class Stale(DataError):
    """The data is older than its allowed age."""

    code = "data_stale"


class OutOfOrder(DataError):
    """Data came with a time before what was already seen."""

    code = "data_out_of_order"
