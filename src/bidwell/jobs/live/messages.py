"""What desk and strategy process tell each other, a line of JSON each."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

Row = tuple[int, float, float, float, float, float]
"""A bar: nanoseconds since 1970, open, high, low, close, volume."""


class Facts(Struct, frozen=True):
    """The account as the strategy sees it: its own signed positions by symbol, money, and its open orders' numbers."""

    positions: dict[str, float] = {}
    cash: float = 0.0
    equity: float = 0.0
    open: list[int] = []


# --- to the strategy -----------------------------------------------------------------------------


class Begin(Struct, frozen=True, tag="begin"):
    """Load the file; `state` is what was kept of an earlier process, `number` that of the next order.

    `parameters` are texts as after `--set`. A call may take `seconds`, the first one `first`, in which indicators may
    have to be compiled; the process may take `memory` GB.
    """

    file: str
    class_name: str | None
    parameters: dict[str, str]
    symbols: list[str]
    state: dict[str, Any] | None = None
    number: int = 0
    seconds: float = 10.0
    first: float = 60.0
    memory: float = 2.0


class History(Struct, frozen=True, tag="history"):
    """Bars that were before; nothing is decided on them."""

    symbol: str
    rows: list[Row]


class Moment(Struct, frozen=True, tag="moment"):
    """Bars that are over, by symbol: all of those that began at one instant."""

    rows: dict[str, Row]
    facts: Facts


class Filled(Struct, frozen=True, tag="filled"):
    """An own fill; the quantity is signed."""

    order: int
    symbol: str
    quantity: float
    price: float
    fee: float
    facts: Facts


class Quoted(Struct, frozen=True, tag="quoted"):
    """A quote at `at` (nanoseconds since 1970)."""

    symbol: str
    at: int
    bid: float
    ask: float
    last: float
    bid_quantity: float
    ask_quantity: float
    facts: Facts


Told = Begin | History | Moment | Filled | Quoted


# --- from the strategy ---------------------------------------------------------------------------


class Placed(Struct, frozen=True, tag="placed"):
    """An order as `strategy.trading.Trading.submit` takes it; `price` is the last close, by which money becomes units."""

    number: int
    symbol: str
    side: float
    by: int
    amount: float
    price: float
    limit: float = 0.0
    stop: float = 0.0
    trail: float = 0.0
    trail_share: float = 0.0
    validity: int = 0
    stop_loss: float = 0.0
    take_profit: float = 0.0
    exit_trail: float = 0.0


class Withdrawn(Struct, frozen=True, tag="withdrawn"):
    """Cancel an order, or with a symbol all of the strategy's in it."""

    number: int = -1
    symbol: str = ""


class Linked(Struct, frozen=True, tag="linked"):
    """A fill of one of two orders cancels the other."""

    first: int
    second: int


Act = Placed | Withdrawn | Linked


class Ready(Struct, frozen=True, tag="ready"):
    """The file is loaded: which strategy, with which parameters, and whether it wants quotes."""

    name: str
    parameters: dict[str, Any]
    quotes: bool


class Decided(Struct, frozen=True, tag="decided"):
    """What came of a call: orders, what the strategy keeps, its next order's number, and what it wrote."""

    acts: list[Act] = []
    state: dict[str, Any] = {}
    number: int = 0
    log: list[str] = []


class Failed(Struct, frozen=True, tag="failed"):
    """The strategy cannot go on; `line` is its own."""

    code: str
    reason: str
    hint: str | None = None
    line: int | None = None


Answer = Ready | Decided | Failed


# --- what is kept of a run -----------------------------------------------------------------------


class Cursor(Struct):
    """How far a run is, kept in one row: with it a new process goes on where the last one was.

    `anchor` is where its history begins and `last` the newest bar told, in nanoseconds (0: none yet); `heard` is the
    journal's sequence up to which fills were told; `pending` is what was decided at `decided_at` (seconds since 1970)
    and may not have been sent yet; `links` are pairs of orders of which one's fill cancels the other.
    """

    anchor: int = 0
    last: int = 0
    heard: int = 0
    number: int = 0
    state: dict[str, Any] | None = None
    pending: list[Act] = field(default_factory=list)
    decided_at: float = 0.0
    equity: float = 0.0
    links: list[tuple[int, int]] = field(default_factory=list)
