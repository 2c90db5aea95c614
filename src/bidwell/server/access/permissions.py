"""The permission table: every action there is, and who may take it. Data, not code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bidwell.model.role import Role
from bidwell.server.access.roles import KeyScope


class Reach(StrEnum):
    """What an action is about.

    public: no sign-in. own: the signed-in person's own things, by browser session only. person: any signed-in
    person or key. workspace: one workspace, by the actor's role in it. token: the message carries its own
    proof (an alert's token, a signature, a stream ticket).
    """

    PUBLIC = "public"
    OWN = "own"
    PERSON = "person"
    WORKSPACE = "workspace"
    TOKEN = "token"  # noqa: S105 - a word, not a secret


class Action(StrEnum):
    """What a route does; every route names exactly one."""

    HEALTH_READ = "health.read"
    METRICS_READ = "metrics.read"
    DOCUMENT_READ = "document.read"
    SETUP_READ = "setup.read"
    SETUP_FINISH = "setup.finish"
    SESSION_OPEN = "session.open"
    SESSION_READ = "session.read"
    SESSION_END = "session.end"
    PASSWORD_CHANGE = "password.change"  # noqa: S105 - an action's name
    STEP_UP = "session.step_up"
    KEYS_READ = "keys.read"
    KEYS_CREATE = "keys.create"
    KEYS_REVOKE = "keys.revoke"
    USERS_READ = "users.read"
    USERS_WRITE = "users.write"
    AUDIT_READ = "audit.read"
    DESK_READ = "desk.read"
    INTENT_PREVIEW = "intent.preview"
    INTENT_CREATE = "intent.create"
    ORDER_CANCEL = "order.cancel"
    ORDER_REPLACE = "order.replace"
    ORDER_CONFIRM_DEAD = "order.confirm_dead"
    ORDER_IDENTIFY = "order.identify"
    ACCOUNT_WRITE = "account.write"
    ACCOUNT_CONNECT = "account.connect"
    LIMITS_WRITE = "limits.write"
    HALT = "halt"
    RELEASE = "release"
    GROUP_WRITE = "group.write"
    STRATEGY_WRITE = "strategy.write"
    STRATEGY_TOKEN = "strategy.token"  # noqa: S105 - an action's name
    STRATEGY_RUN = "strategy.run"
    STRATEGY_FILE_WRITE = "strategy_file.write"
    BACKTEST_RUN = "backtest.run"
    BACKTEST_SETTINGS = "backtest.settings"
    ALERT_TEST = "alert.test"
    ALERT_POST = "alert.post"
    ALERT_CHECK = "alert.check"
    JOURNAL_READ = "journal.read"
    MARKET_SPEED = "market.speed"
    RECONCILE = "reconcile"
    STREAM_TICKET = "stream.ticket"
    STREAM_LISTEN = "stream.listen"


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may: `roles` in the workspace, `scope` that a key needs (None: not by key), `step_up` the password again."""

    reach: Reach
    roles: frozenset[Role] = frozenset()
    scope: KeyScope | None = None
    step_up: bool = False


_ALL = frozenset(Role)
_TRADING = frozenset({Role.OWNER, Role.ADMIN, Role.TRADER})
_RUNNING = frozenset({Role.OWNER, Role.ADMIN})

_PUBLIC = Permission(Reach.PUBLIC)
_OWN = Permission(Reach.OWN)
_TOKEN = Permission(Reach.TOKEN)
_READ = Permission(Reach.WORKSPACE, _ALL, KeyScope.READ)
_TRADE = Permission(Reach.WORKSPACE, _TRADING, KeyScope.TRADE)
_RUN = Permission(Reach.WORKSPACE, _RUNNING, KeyScope.ADMIN)

PERMISSIONS: dict[Action, Permission] = {
    Action.HEALTH_READ: _PUBLIC,
    Action.METRICS_READ: _PUBLIC,
    Action.DOCUMENT_READ: _PUBLIC,
    Action.SETUP_READ: _PUBLIC,
    Action.SETUP_FINISH: _PUBLIC,
    Action.SESSION_OPEN: _PUBLIC,
    Action.SESSION_READ: Permission(Reach.PERSON, scope=KeyScope.READ),
    Action.SESSION_END: _OWN,
    Action.PASSWORD_CHANGE: _OWN,
    Action.STEP_UP: _OWN,
    Action.KEYS_READ: _OWN,
    Action.KEYS_CREATE: Permission(Reach.OWN, step_up=True),
    Action.KEYS_REVOKE: _OWN,
    Action.AUDIT_READ: Permission(Reach.PERSON, _RUNNING, KeyScope.ADMIN),
    Action.USERS_READ: Permission(Reach.WORKSPACE, _RUNNING, KeyScope.ADMIN),
    Action.USERS_WRITE: Permission(Reach.WORKSPACE, _RUNNING),
    Action.DESK_READ: _READ,
    Action.JOURNAL_READ: _READ,
    Action.STREAM_TICKET: Permission(Reach.PERSON, scope=KeyScope.READ),
    Action.STREAM_LISTEN: _TOKEN,
    Action.INTENT_PREVIEW: _READ,
    Action.INTENT_CREATE: _TRADE,
    Action.ORDER_CANCEL: _TRADE,
    Action.ORDER_REPLACE: _TRADE,
    Action.ORDER_IDENTIFY: _TRADE,
    Action.ORDER_CONFIRM_DEAD: Permission(Reach.WORKSPACE, _TRADING, step_up=True),
    Action.HALT: _TRADE,
    Action.RELEASE: Permission(Reach.WORKSPACE, _RUNNING),
    Action.ACCOUNT_WRITE: _RUN,
    Action.ACCOUNT_CONNECT: Permission(Reach.WORKSPACE, _RUNNING, step_up=True),
    Action.LIMITS_WRITE: Permission(Reach.WORKSPACE, _RUNNING, step_up=True),
    Action.GROUP_WRITE: _RUN,
    Action.STRATEGY_WRITE: _RUN,
    Action.STRATEGY_TOKEN: _RUN,
    Action.STRATEGY_RUN: _TRADE,
    Action.STRATEGY_FILE_WRITE: _TRADE,
    Action.BACKTEST_RUN: _TRADE,
    Action.BACKTEST_SETTINGS: Permission(Reach.WORKSPACE, frozenset({Role.OWNER})),
    Action.ALERT_TEST: _READ,
    Action.ALERT_POST: _TOKEN,
    Action.ALERT_CHECK: _PUBLIC,
    Action.MARKET_SPEED: _TRADE,
    Action.RECONCILE: _TRADE,
}
