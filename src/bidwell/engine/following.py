"""Which groups may follow which leader: nobody follows himself, by whatever detour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidwell.model.account import OnFailure, Policy
from bidwell.model.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bidwell.engine.state import State
    from bidwell.model.account import Group
    from bidwell.model.ids import AccountId, GroupId

LONGEST = 3600
_COPIED = frozenset({Policy.RATIO, Policy.EQUAL, Policy.WEIGHTED, Policy.FIXED})


def check_following(state: State, group: Group) -> None:
    """Refuse a leader who cannot be followed, or times out of their bounds; raises InvalidInput."""
    _seconds("lag_seconds", group.lag_seconds)
    _seconds("repair_seconds", group.repair_seconds)
    if group.leader is None:
        return
    if group.leader not in state.accounts:
        raise InvalidInput("account.unknown", f"account {group.leader!r} does not exist", field="leader")
    if group.policy not in _COPIED:
        raise InvalidInput("group.policy", f"what a leader does cannot be shared out by {group.policy}", field="policy",
                           hint="take ratio, fixed, equal or weighted")  # fmt: skip
    if group.on_failure is not OnFailure.CONTINUE:
        raise InvalidInput("group.on_failure", "a group that follows goes on: its exits are repeated until they are "
                           "done, and missed entries are shown as drift", field="on_failure")  # fmt: skip
    circle = _circle(state, group)
    if circle:
        names = " → ".join(state.accounts[one].name for one in circle)
        raise InvalidInput("group.circle", f"an account would copy itself: {names}", field="leader",
                           hint="take the account out of one of the groups")  # fmt: skip
    senders = senders_to(state, group.id)
    if senders:
        raise InvalidInput("group.in_use", f"{senders} sends to this group, which would take no orders of its own",
                           field="leader", hint="move that strategy to the leader's account first")  # fmt: skip


def senders_to(state: State, group: GroupId) -> str:
    """The strategies whose signals go to a group, by name; empty where there are none."""
    names = [strategy.name for strategy in state.strategies.values() if strategy.group == group]
    return "" if not names else f"{'strategy' if len(names) == 1 else 'each of the strategies'} {', '.join(names)}"


def _seconds(field: str, value: int) -> None:
    if not 1 <= value <= LONGEST:
        raise InvalidInput(f"group.{field}", f"{field} is 1 to {LONGEST}", field=field)


def _circle(state: State, group: Group) -> list[AccountId]:
    """The accounts by which the leader would come to copy himself, first and last the same; empty where he does not."""
    groups = [*(one for one in state.groups.values() if one.id != group.id and one.leader is not None), group]
    copied: dict[AccountId, list[AccountId]] = {}
    for one in groups:
        if one.leader is not None:
            copied.setdefault(one.leader, []).extend(member.account for member in one.members)
    leader = group.leader
    return [] if leader is None else _way_back(copied, leader, [leader], set())


def _way_back(copied: dict[AccountId, list[AccountId]], leader: AccountId, way: list[AccountId],
              seen: set[AccountId]) -> list[AccountId]:  # fmt: skip
    following: Iterable[AccountId] = copied.get(way[-1], ())
    for account in following:
        if account == leader:
            return [*way, account]
        if account not in seen:
            seen.add(account)
            found = _way_back(copied, leader, [*way, account], seen)
            if found:
                return found
    return []
