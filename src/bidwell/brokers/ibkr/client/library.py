"""ib_async, imported when the first Gateway is called: it knows the order of the fields in every message.

Only its writer and its decoder are used, never its connection: that one queues orders, drops them where the socket is gone,
logs what it cannot read and goes on, and reads figures as floats. Its decoder is given no converter of figures here, so that
they stay the text that came; the flat messages, which it would turn into floats, are read by `reader`.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from bidwell.brokers.ibkr import wire
from bidwell.model.errors import BrokerError, ProtocolError, Refused

LOWEST, HIGHEST = 157, 178
"""The versions of the protocol that ib_async 2 speaks."""
MISSING = "Interactive Brokers needs ib_async, which is not installed: install bidwell[ibkr], or ib_async beside it"

_BROKEN = (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError)


def load() -> None:
    """Import the library, to be done in a thread of its own; raises Refused where it is not installed."""
    try:
        import_module("ib_async")
    except ModuleNotFoundError as problem:
        raise Refused(MISSING) from problem


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Let a message be read: whatever its reader stumbles over is a ProtocolError."""
    try:
        yield
    except BrokerError:
        raise
    except _BROKEN as problem:
        raise ProtocolError(f"{what} was not understood: {type(problem).__name__}: {problem}") from problem


class Writer:
    """Writes messages as one version of the protocol has them."""

    def __init__(self, version: int, client_id: int) -> None:
        self._said: list[str] = []
        client = import_module("ib_async.client").Client(SimpleNamespace())
        client.clientId = client_id
        client.serverVersion = lambda: version
        client.isConnected = lambda: True
        client.sendMsg = self._said.append
        self._client = client

    def write(self, call: str, *arguments: object) -> bytes:
        """A message by the name of its call, such as `reqExecutions`."""
        self._said.clear()
        getattr(self._client, call)(*arguments)
        (text,) = self._said
        return text.encode()

    def write_question(self, number: int, contract: object, order: object) -> bytes:
        """An order that the Gateway only reckons with (`whatIf`); it is written in no other way.

        Raises ProtocolError, before anything is sent, unless the message differs from the order's in that one field.
        """
        asked, meant = copy.copy(order), copy.copy(order)
        asked.whatIf, meant.whatIf = True, False  # type: ignore[attr-defined]
        question = self.write("placeOrder", number, contract, asked)
        pairs = zip(question.split(b"\0"), self.write("placeOrder", number, contract, meant).split(b"\0"), strict=True)
        with understood("a question about margin"):
            other = [pair for pair in pairs if pair[0] != pair[1]]
        if other != [(b"1", b"0")]:
            raise ProtocolError("this version of ib_async does not mark a question about margin: it is not asked")
        return question


def contract(row: wire.Contract) -> Any:  # noqa: ANN401 - the library is not typed
    """A contract as the library's writer takes it."""
    made = import_module("ib_async.contract").Contract(
        conId=row.con_id, symbol=row.symbol, secType=row.sec_type, lastTradeDateOrContractMonth=row.expiry,
        right=row.right, multiplier=row.multiplier, exchange=row.exchange, primaryExchange=row.primary_exchange,
        currency=row.currency, localSymbol=row.local_symbol, tradingClass=row.trading_class,
    )  # fmt: skip
    if row.strike:
        made.strike = row.strike
    return made


def order(**fields: object) -> Any:  # noqa: ANN401 - the library is not typed
    """An order as the library's writer takes it; figures are text, which it writes as it is."""
    return import_module("ib_async.order").Order(**fields)


def execution_filter(account: str) -> Any:  # noqa: ANN401 - the library is not typed
    """All executions of an account, whoever sent the order."""
    return import_module("ib_async.objects").ExecutionFilter(acctCode=account)


class Decoder:
    """Takes the composed messages apart; fields stay text."""

    def __init__(self, version: int) -> None:
        self._heard: list[tuple[Any, ...]] = []
        listener = SimpleNamespace(
            ib=SimpleNamespace(TimezoneTWS=""), defaultTimezone=UTC, contractDetails=self._take, execDetails=self._take, openOrder=self._take,
            completedOrder=self._take,
        )  # fmt: skip
        decoder = import_module("ib_async.decoder").Decoder(listener, version)
        decoder.parse = _leave
        self._decoder = decoder

    def _take(self, *told: Any) -> None:  # noqa: ANN401 - the library's objects
        self._heard.append(told)

    def decode(self, call: str, fields: list[str]) -> tuple[Any, ...]:
        """The library's objects of a message, by the name of its handler; raises ProtocolError."""
        self._heard.clear()
        with understood(f"a message of the Gateway ({call})"), warnings.catch_warnings():
            # A name may hold a backslash that begins no escape.
            warnings.simplefilter("ignore", DeprecationWarning)
            getattr(self._decoder, call)(list(fields))
            (told,) = self._heard
        return told


def _leave(_made: object) -> None:
    """Instead of turning figures into floats."""


def moment(text: str) -> datetime:
    """A time as the Gateway writes it, with its zone (a hyphen before the hour means UTC); raises ProtocolError."""
    with understood(f"the time {text!r}"):
        day, _, rest = text.replace("-", " ", 1).partition(" ")
        hour, _, zone = rest.strip().partition(" ")
        if not zone and "-" not in text:
            raise ProtocolError(f"the Gateway told a time without its zone: {text!r}; choose one in its API settings")
        at = datetime.strptime(f"{day} {hour}", "%Y%m%d %H:%M:%S").replace(tzinfo=ZoneInfo(zone) if zone else UTC)
    return at.astimezone(UTC)
