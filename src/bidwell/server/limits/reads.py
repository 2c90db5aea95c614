"""Limits as the screen shows them, and scopes as a path names them."""

from __future__ import annotations

from dataclasses import asdict

from bidwell.engine.definitions import check_scope
from bidwell.engine.desk import Desk
from bidwell.model.errors import InvalidInput
from bidwell.model.limits import Limits, Scope, ScopeType
from bidwell.server.limits import schemas
from bidwell.server.problems import ProblemError, not_found


def limits_view(limits: Limits) -> schemas.LimitsView:
    """What one scope sets."""
    return schemas.LimitsView.model_validate(
        {name: list(one) if isinstance(one, tuple) else one for name, one in asdict(limits).items()}
    )


def scope_of(desk: Desk, kind: ScopeType, name: str | None) -> Scope:
    """The scope of this workspace; raises a 404 problem for an object that is not in it."""
    if kind is ScopeType.WORKSPACE:
        if name:
            raise ProblemError(422, "scope.id_unexpected", "the workspace's scope takes no id", field="id")
        return Scope(kind)
    if not name:
        raise ProblemError(422, "scope.id_missing", f"name the {kind}", field="id")
    scope = Scope(kind, name)
    try:
        check_scope(desk.state, scope)
    except InvalidInput as error:
        raise not_found(str(kind), name) from error
    return scope
