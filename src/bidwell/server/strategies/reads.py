"""Strategies put together from state."""

from __future__ import annotations

from typing import Any

from bidwell.engine.desk import Desk
from bidwell.model.account import Strategy
from bidwell.server.alerts import templates, tokens
from bidwell.server.context import ServerContext
from bidwell.server.intents.reads import receiver_name
from bidwell.server.ports import AlertRecord
from bidwell.server.strategies import schemas


def signal_url(context: ServerContext, strategy: Strategy) -> str:
    """Where a sender that signs posts."""
    return f"{context.settings.base_url}/api/v1/hooks/signal/{strategy.id}"


def fields(context: ServerContext, desk: Desk, strategy: Strategy, token: str | None = None) -> dict[str, Any]:
    """One strategy; with its token in the templates where the person just got it."""
    bodies = templates.templates(token) if token is not None else templates.templates()
    return {
        "id": strategy.id, "name": strategy.name, "group": strategy.group, "account": strategy.account,
        "receiver_name": receiver_name(desk, strategy.group, strategy.account),
        "instruments": [str(one) for one in strategy.instruments], "valid_seconds": strategy.valid_seconds,
        "enabled": strategy.enabled, "token_hint": strategy.token_hint, "url": context.settings.alert_url,
        "signal_url": signal_url(context, strategy),
        "templates": [schemas.Template(name=one.name, format=one.format, body=one.body, description=one.description)
                      for one in bodies],
    }  # fmt: skip


def issued(context: ServerContext, desk: Desk, workspace: str, strategy: Strategy, token: str) -> dict[str, Any]:
    """What is shown once: the token, a line that tries it, the key of a sender that signs."""
    traded = strategy.instruments or tuple(desk.state.instruments)
    symbol = desk.state.instruments[traded[0]].symbol if traded else "AAPL"
    return {
        "token": token, "curl": templates.curl(context.settings.alert_url, token, symbol),
        "secret": tokens.secret_of(workspace, strategy, context.settings.signing_key),
    }  # fmt: skip


def alert_entry(record: AlertRecord) -> schemas.AlertEntry:
    """One message of the history."""
    return schemas.AlertEntry(at=record.at, outcome=record.outcome, code=record.code, detail=record.detail,
                              intent=record.intent, body=record.body)  # fmt: skip
