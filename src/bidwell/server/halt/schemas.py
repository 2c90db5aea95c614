"""Halt and release."""

from __future__ import annotations

from typing import Literal

from pydantic import SecretStr

from bidwell.model.limits import ScopeType, TradingState
from bidwell.server.accounts.schemas import ScopeView
from bidwell.server.fields import Body, Flag, Identifier, Note, View, Whole


class ScopeBody(Body):
    """Where it applies; no id for the workspace."""

    type: ScopeType
    id: Identifier | None = None


class Halt(Body):
    """Stop what adds risk in a scope."""

    scope: ScopeBody
    state: Literal[TradingState.HALTED, TradingState.REDUCE_ONLY] = TradingState.HALTED
    reason: Note = ""
    cancel_working: Flag = True


class Release(Body):
    """Let orders leave again; the password is asked once more."""

    scope: ScopeBody
    password: SecretStr


class HaltReceipt(View):
    """The scope's state is durable; `canceled` requests are on their way."""

    scope: ScopeView
    state: TradingState
    reason: str
    canceled: Whole
