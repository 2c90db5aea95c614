"""What a request names beside its own resource: groups and strategies, found in state or answered with a 404."""

from __future__ import annotations

from bidwell.engine.desk import Desk
from bidwell.model.account import Group, Strategy
from bidwell.model.ids import GroupId, StrategyId
from bidwell.server.problems import not_found


def find_group(desk: Desk, name: str) -> Group:
    """The group of this workspace, or a 404 problem."""
    group = desk.state.groups.get(GroupId(name))
    if group is None:
        raise not_found("group", name)
    return group


def find_strategy(desk: Desk, name: str) -> Strategy:
    """The strategy of this workspace, or a 404 problem."""
    strategy = desk.state.strategies.get(StrategyId(name))
    if strategy is None:
        raise not_found("strategy", name)
    return strategy
