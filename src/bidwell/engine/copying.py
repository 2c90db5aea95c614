"""Groups that follow a leader: his fills become intents of their own, each fill once.

What a fill enlarges is copied within the group's budget for lag and denied past it. What it reduces is copied
however late, only ever reduces, and is tried again until it is done. A follower's part is reckoned from the
leader's whole position, so that many partial fills round like one, and kept as a share of its own in the
follower's position, so that what a follower holds by hand is never touched.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from bidwell.engine import decisions, unwinding
from bidwell.engine.copies import Part, held, leading, room, targets
from bidwell.engine.follow import share_of
from bidwell.engine.intake import Request
from bidwell.model.errors import InvalidInput
from bidwell.model.events import FillsCopied, FollowersSettled, LeaderFilled
from bidwell.model.ids import IntentId
from bidwell.model.intent import Intent, Sizing, SizingBy, Source
from bidwell.model.money import ZERO
from bidwell.model.order import OrderStatus
from bidwell.model.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from bidwell.engine.follow import Follow
    from bidwell.engine.market import Market
    from bidwell.engine.state import State
    from bidwell.model.account import Group
    from bidwell.model.ids import AccountId, GroupId, InstrumentId
    from bidwell.model.order import Order

ACTOR = "copy"
EXIT_VALID = timedelta(hours=24)
_MOMENT = timedelta(milliseconds=1)
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 300.0
_TELL_AFTER = 5


class Deciding(unwinding.Deciding, Protocol):
    """What copying asks of the deciding core."""

    market: Market

    def all_steady(self, accounts: Collection[AccountId], what: str) -> bool:
        """Whether two reports in a row of each account have agreed with our book since this was asked for `what`."""
        ...

    @property
    def monotonic(self) -> Callable[[], float]:
        """Seconds of a clock that cannot be set back."""
        ...


def wish(state: State, group: Group, instrument: InstrumentId, now: datetime) -> Intent:
    """The wish that followers hold their part of the leader's position; it has no id and is not in the journal."""
    position = leading(state, group, instrument)
    return Intent(
        IntentId(""), "", Source.COPY, instrument, None, Sizing(SizingBy.TARGET, position), Terms(), now, now,
        group=group.id, strategy=share_of(group, instrument),
    )  # fmt: skip


def followers(state: State, market: Market, group: Group, instrument: InstrumentId, now: datetime) -> list[Part]:
    """Each follower's part as it should be and as it is."""
    intent = wish(state, group, instrument, now)
    holdings = decisions.holdings_of(state, market, intent, group)
    wanted = targets(state, intent, group, holdings, intent.sizing.value)
    return [Part(one.account.id, one.wanted, target, held(state, intent, one.account.id, one.wanted),
                 one.instrument is not None) for one, target in zip(holdings, wanted, strict=True)]  # fmt: skip


def all_followers(state: State, market: Market, group: Group, now: datetime) -> list[Part]:
    """Each follower's part in every instrument that the leader has traded since the group follows him."""
    traded = [instrument for name, instrument in state.follows if name == group.id]
    return [part for instrument in traded for part in followers(state, market, group, instrument, now)]


class Copier:
    """Turns leaders' fills into intents, and exits that did not go through into new ones."""

    def __init__(self, core: Deciding) -> None:
        self._core = core
        self._again: dict[tuple[GroupId, InstrumentId], tuple[int, float]] = {}

    def note(self, before: Order, after: Order, since: datetime | None) -> None:
        """Put a fill down for every group that follows its account."""
        moved = (after.filled_quantity - before.filled_quantity) * after.side.sign
        if not moved:
            return
        for group in list(self._core.state.groups.values()):
            if group.leader == after.account:
                self._core.emit(LeaderFilled(self._core.now(), group.id, after.instrument, after.client_order_id,
                                             moved, since))  # fmt: skip

    @property
    def under_way(self) -> bool:
        """Whether a fill waits to be copied, or an exit can be sent; what is absent is waited for, which is no work."""
        state, now = self._core.state, self._core.now()
        for (name, instrument), follow in state.follows.items():
            group = state.groups.get(name)
            if group is None or not (follow.moved or follow.exiting):
                continue
            intent = wish(state, group, instrument, now)
            able = (part for part in followers(state, self._core.market, group, instrument, now)
                    if part.listed and part.excess and room(state, intent, part))  # fmt: skip
            if follow.moved or any(able):
                return True
        return False

    def run(self) -> None:
        """Copy what waits; several fills of one moment make one copy."""
        for (name, instrument), follow in list(self._core.state.follows.items()):
            group = self._core.state.groups.get(name)
            if group is None or group.leader is None:
                continue
            if follow.moved:
                self._copy(group, instrument, follow)
            elif follow.exiting:
                self._finish_exits(group, instrument)

    def _copy(self, group: Group, instrument: InstrumentId, follow: Follow) -> None:
        after = leading(self._core.state, group, instrument)
        before, since = after - follow.moved, follow.since
        self._again.pop((group.id, instrument), None)
        steps = [(before, after)] if before * after >= 0 else [(before, ZERO), (ZERO, after)]
        for one, other in steps:
            self._send(group, instrument, one, other, since)

    def _send(self, group: Group, instrument: InstrumentId, before: Decimal, after: Decimal,
              since: datetime | None) -> None:  # fmt: skip
        core, now = self._core, self._core.now()
        lag = None if since is None else max(Decimal(str((now - since).total_seconds())), ZERO)
        grows = abs(after) > abs(before)
        budget = timedelta(seconds=group.lag_seconds)
        left = budget - timedelta(seconds=float(lag)) if lag is not None else _MOMENT
        valid = EXIT_VALID if not grows else max(left, _MOMENT)
        number = core.state.follows[(group.id, instrument)].copies + 1
        request = Request(
            key=f"copy:{group.id}:{instrument}:{number}", source=Source.COPY, instrument=instrument, side=None,
            sizing=Sizing(SizingBy.TARGET, after), terms=Terms(), group=group.id,
            strategy=share_of(group, instrument), valid_for=valid, actor=ACTOR,
            note=f"{core.state.accounts[_leader(group)].name} went from {before:f} to {after:f}",
        )  # fmt: skip
        shown = lag if grows else None
        try:
            receipt = core.receive(request)
        except InvalidInput as error:
            core.emit(FillsCopied(now, group.id, instrument, None, before, after, shown, str(error)))
            core.alarm("copy_refused", {"group": group.id, "instrument": instrument, "error": str(error)})
            return
        core.emit(FillsCopied(now, group.id, instrument, receipt.intent, before, after, shown))
        core.decide(receipt.intent)

    # --- exits that did not go through ------------------------------------------------------------

    def _finish_exits(self, group: Group, instrument: InstrumentId) -> None:
        core = self._core
        state, intent = core.state, wish(core.state, group, instrument, core.now())
        whole = [part for part in followers(state, core.market, group, instrument, core.now()) if part.listed]
        behind = [part for part in whole if part.excess]
        if not behind and not any(self._open(intent, part) or self._undecided(intent, part) for part in whole):
            self._again.pop((group.id, instrument), None)
            core.emit(FollowersSettled(core.now(), group.id, instrument))
            return
        able = [part for part in behind if room(state, intent, part) and not self._leaving(intent, part)
                and not self._undecided(intent, part)]  # fmt: skip
        asked = [part.account for part in able] if self._patient((group.id, instrument)) else []
        if core.all_steady(asked, f"copy {intent.strategy}"):
            self._try_again(group, instrument, able)

    def _open(self, intent: Intent, part: Part) -> list[Order]:
        """The follower's copies that may still fill."""
        book = self._core.state.book(part.account, part.instrument)
        return [order for order in book if order.strategy == intent.strategy]

    def _leaving(self, intent: Intent, part: Part) -> bool:
        """Whether an exit of the follower is on its way; what is absent is not waited for."""
        return any(order.side is part.exit_side and order.status is not OrderStatus.ABSENT
                   for order in self._open(intent, part))  # fmt: skip

    def _undecided(self, intent: Intent, part: Part) -> bool:
        """Whether a copy still waits for this follower."""
        records = (self._core.state.intents[name] for name in self._core.state.undecided)
        return any(record.intent.strategy == intent.strategy and part.account not in record.decided
                   for record in records)  # fmt: skip

    def _patient(self, key: tuple[GroupId, InstrumentId]) -> bool:
        tries, at = self._again.get(key, (0, 0.0))
        return not tries or self._core.monotonic() >= at

    def _try_again(self, group: Group, instrument: InstrumentId, behind: list[Part]) -> None:
        key = (group.id, instrument)
        tries = self._again.get(key, (0, 0.0))[0] + 1
        pause = min(_FIRST_PAUSE * 2 ** (tries - 1), _LONGEST_PAUSE)
        self._again[key] = (tries, self._core.monotonic() + pause)
        if tries == _TELL_AFTER:
            self._core.alarm("copy_exit_incomplete", {"group": group.id, "instrument": instrument,
                                                      "accounts": ", ".join(part.account for part in behind)})  # fmt: skip
        position = leading(self._core.state, group, instrument)
        self._send(group, instrument, position, position, None)


def _leader(group: Group) -> AccountId:
    if group.leader is None:
        msg = f"group {group.id} follows nobody"
        raise ValueError(msg)
    return group.leader
