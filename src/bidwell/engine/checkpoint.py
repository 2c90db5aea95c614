"""A state written down whole, so that a start folds what came after it and not a journal of years.

What is derived from the rest (sums, merged limits) is not written: it is reckoned again when it is asked for.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal

import msgspec

from bidwell.engine.codec import contract
from bidwell.engine.follow import Follow
from bidwell.engine.held import Held
from bidwell.engine.names import Names
from bidwell.engine.records import IntentRecord, Trace
from bidwell.engine.risk_state import RiskState
from bidwell.engine.state import State
from bidwell.model import events as ev
from bidwell.model.account import Account, Group, Strategy
from bidwell.model.errors import ProtocolError
from bidwell.model.ids import AccountId, BrokerOrderId, ClientOrderId, GroupId, InstrumentId, IntentId, StrategyId
from bidwell.model.instrument import Instrument
from bidwell.model.limits import Limits, Scope
from bidwell.model.order import Order
from bidwell.model.position import Position
from bidwell.model.terms import Side
from bidwell.portfolio.ledger import LedgerEntry
from bidwell.portfolio.portfolio import Portfolio
from bidwell.portfolio.positions import Booking

DERIVED = frozenset({"merged", "_committed", "_changed", "_sum", "_sums"})
"""What a state holds beside what is written down."""


@dataclass(slots=True)
class _Holdings:
    """A portfolio's own fields, under its own names."""

    account_id: AccountId
    booking: Booking
    positions: dict[InstrumentId, Position]
    shares: dict[tuple[InstrumentId, StrategyId | None], Position]
    cash: dict[str, Decimal]
    entries: list[LedgerEntry]
    posted: int
    realized_pnl: dict[str, Decimal]
    fees: dict[str, Decimal]


@dataclass(slots=True)
class _Saved:
    """A state's own fields, under its own names; those of a bounded length are written as plain lists."""

    sequence: int
    latest: datetime | None
    workspace: ev.WorkspaceNamed | None
    instruments: dict[InstrumentId, Instrument]
    accounts: dict[AccountId, Account]
    groups: dict[GroupId, Group]
    strategies: dict[StrategyId, Strategy]
    limits: dict[Scope, Limits]
    trading_states: dict[Scope, ev.TradingStateSet]
    intents: dict[IntentId, IntentRecord]
    undecided: dict[IntentId, None]
    keys: dict[str, tuple[IntentId, str]]
    orders: dict[ClientOrderId, Order]
    traces: dict[ClientOrderId, Trace]
    open: dict[AccountId, dict[ClientOrderId, None]]
    books: dict[AccountId, dict[InstrumentId, dict[ClientOrderId, None]]]
    unsent: dict[ClientOrderId, None]
    held: dict[ClientOrderId, Held]
    trails: dict[ClientOrderId, Decimal]
    unanswered: dict[AccountId, dict[ClientOrderId, None]]
    reservations: dict[ClientOrderId, ev.Reservation]
    replacing: dict[ClientOrderId, ev.ReplaceRequested]
    by_broker_id: dict[tuple[AccountId, BrokerOrderId], ClientOrderId]
    portfolios: dict[AccountId, _Holdings]
    sessions: dict[AccountId, ev.SessionOpened]
    reconciliations: dict[AccountId, ev.AccountReconciled]
    flows: dict[AccountId, dict[str, Decimal]]
    foreign: dict[AccountId, dict[ClientOrderId, None]]
    follows: dict[tuple[GroupId, InstrumentId], Follow]
    copies: dict[IntentId, ev.FillsCopied]
    recent: dict[AccountId, tuple[int | None, list[datetime]]]
    alike: dict[tuple[AccountId, InstrumentId, Side, Decimal], tuple[int | None, list[Order]]]
    retired: tuple[list[bytes], int, int]
    retired_intents: int
    turned: dict[tuple[StrategyId | None, InstrumentId, AccountId, Side], int]
    risk: RiskState


_PARTS = tuple(one.name for one in fields(_Saved))
_HOLDINGS = tuple(one.name for one in fields(_Holdings))
_encoder = msgspec.msgpack.Encoder(decimal_format="string")
_decoder = msgspec.msgpack.Decoder(_Saved, dec_hook=contract)


def encode(state: State) -> bytes:
    """The state as MessagePack; equal states give equal bytes."""
    parts = {name: getattr(state, name) for name in _PARTS}
    parts["portfolios"] = {
        name: _Holdings(*(getattr(one, field) for field in _HOLDINGS)) for name, one in state.portfolios.items()
    }
    parts["recent"] = {name: (kept.maxlen, list(kept)) for name, kept in state.recent.items()}
    parts["alike"] = {name: (kept.maxlen, list(kept)) for name, kept in state.alike.items()}
    parts["retired"] = state.retired.dump()
    parts["risk"] = replace(state.risk, extremes={})
    return _encoder.encode(_Saved(**parts))


def decode(body: bytes) -> State:
    """The state that was written; raises ProtocolError for what is none of this version's."""
    try:
        saved = _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise ProtocolError(f"a checkpoint cannot be read: {error}") from error
    state = State()
    for name in _PARTS:
        setattr(state, name, getattr(saved, name))
    state.portfolios = {name: _portfolio(one) for name, one in saved.portfolios.items()}
    state.recent = {name: deque(kept, longest) for name, (longest, kept) in saved.recent.items()}
    state.alike = {name: deque(kept, longest) for name, (longest, kept) in saved.alike.items()}
    state.retired = Names.load(*saved.retired)
    return state


def _portfolio(saved: _Holdings) -> Portfolio:
    made = Portfolio(saved.account_id, saved.booking)
    for name in _HOLDINGS:
        setattr(made, name, getattr(saved, name))
    return made
