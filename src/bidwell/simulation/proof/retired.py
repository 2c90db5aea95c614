"""Retiring under proof: an archive that fails as a database does, and a book that forgets nothing to hold the desk's against."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random

from bidwell.engine import codec, risk_views
from bidwell.engine.memory_archive import MemoryArchive
from bidwell.engine.ports import Entry
from bidwell.engine.state import State
from bidwell.model.errors import JournalUnavailable
from bidwell.model.ids import AccountId
from bidwell.model.retirement import RETIREMENT_KINDS, Finished
from bidwell.simulation.proof.judge import Judge
from bidwell.simulation.proof.weather import Weather

RETIRED = 30
_CHANCE = 0.15


class ProofArchive(MemoryArchive):
    """Answers after a while or not at all, and may keep what it then says it could not."""

    def __init__(self, weather: Weather, random: Random, counts: Counter[str]) -> None:
        super().__init__()
        self._weather = weather
        self._random = random
        self._counts = counts

    async def _travel(self) -> None:
        await asyncio.sleep(self._random.uniform(0.0002, 0.05))
        if self._weather.storm and self._random.random() < _CHANCE:
            self._counts["archive_failed"] += 1
            msg = "the archive's database is away"
            raise JournalUnavailable(msg)

    async def keep(self, finished: Sequence[Finished]) -> None:
        """Keep intents, and fail before or after it."""
        await self._travel()
        await super().keep(finished)
        await self._travel()

    async def by_key(self, key: str) -> Finished | None:
        """The intent of a key, in a while."""
        await self._travel()
        found = await super().by_key(key)
        self._counts["answered_again"] += found is not None
        return found

    async def by_orders(self, names: Sequence[tuple[AccountId | None, str]]) -> Sequence[Finished]:
        """The intents of orders, in a while."""
        await self._travel()
        return await super().by_orders(names)


def unforgotten(entries: Sequence[Entry]) -> State:
    """The journal folded as if nothing had ever been retired."""
    state = State()
    for entry in entries:
        if entry.kind in RETIREMENT_KINDS:
            state.sequence += 1
        else:
            state.apply(codec.decode(entry.kind, entry.body))
    return state


def compare(judge: Judge, state: State, whole: State, archive: MemoryArchive | None) -> None:
    """What is in memory and what is archived are together what would be known if nothing was ever retired."""
    archived = {one.intent.id: one for one in archive.all()} if archive is not None else {}
    for name, record in whole.intents.items():
        kept = archived.get(name)
        if name not in state.intents and (
            kept is None or kept.body_hash != record.body_hash or kept.number != record.number
        ):
            judge.break_(RETIRED, f"{name} is neither in memory nor in the archive as it was received")
    away = {one.order.client_order_id: one.order for name, kept in archived.items() if name not in state.intents
            for one in kept.orders}  # fmt: skip
    for order in whole.orders.values():
        ours = state.orders.get(order.client_order_id) or away.get(order.client_order_id)
        if ours != order:
            judge.break_(RETIRED, f"{order.client_order_id} is {ours}, and should be {order}")
    if state.orders.keys() - whole.orders.keys():
        judge.break_(RETIRED, "orders came back that never were")
    for account, portfolio in whole.portfolios.items():
        booked = state.portfolios[account]
        same = (booked.positions, booked.shares, booked.cash, booked.fees) == (
            portfolio.positions, portfolio.shares, portfolio.cash, portfolio.fees
        )  # fmt: skip
        if not same or risk_views.entries_today(state, account) != risk_views.entries_today(whole, account):
            judge.break_(RETIRED, f"{account} holds or counts something else since intents were retired")
    for what in ("reservations", "replacing", "held", "unsent", "undecided", "open", "follows", "trading_states"):
        if getattr(state, what) != getattr(whole, what):
            judge.break_(RETIRED, f"{what} differ since intents were retired")
