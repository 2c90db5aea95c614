"""Which account a key opens and whether the key may withdraw: such a key is refused.

A desk needs no right to withdraw, and with such a key a thief empties the account. The names of these answers' fields
are unconfirmed: the exchange's own documents have them, ../shared has not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bidwell.brokers.ccxt_exchanges.client import ExchangeClient
from bidwell.brokers.ccxt_exchanges.config import SANDBOX
from bidwell.model.errors import Refused


@dataclass(frozen=True, slots=True)
class Telling:
    """Where an exchange tells of a key; `sandbox`: its sandbox too."""

    call: str
    may_withdraw: Callable[[Any], bool]
    number: Callable[[Any], object]
    number_call: str = ""
    sandbox: bool = True


def _inner(told: Any, *path: str) -> Any:  # noqa: ANN401 - JSON
    for name in path:
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _first(told: Any) -> Any:  # noqa: ANN401 - JSON
    rows = _inner(told, "data")
    return rows[0] if isinstance(rows, list) and rows else {}


def _okx_withdraws(told: Any) -> bool:  # noqa: ANN401 - JSON
    return "withdraw" in str(_inner(_first(told), "perm") or "").replace(" ", "").split(",")


TELLING: dict[str, Telling] = {
    "binance": Telling("sapiGetAccountApiRestrictions", lambda told: _inner(told, "enableWithdrawals") is True,
                       lambda told: _inner(told, "uid"), number_call="privateGetAccount", sandbox=False),
    "bybit": Telling("privateGetV5UserQueryApi",
                     lambda told: "Withdraw" in (_inner(told, "result", "permissions", "Wallet") or ()),
                     lambda told: _inner(told, "result", "userID")),
    "okx": Telling("privateGetAccountConfig", _okx_withdraws, lambda told: _inner(_first(told), "uid")),
    "coinbase": Telling("v3PrivateGetBrokerageKeyPermissions", lambda told: _inner(told, "can_transfer") is True,
                        lambda told: _inner(told, "portfolio_uuid")),
}  # fmt: skip
"""Unconfirmed. Kraken tells neither."""


async def read(client: ExchangeClient) -> str:
    """The account's number at the exchange; raises Refused for a key that may withdraw.

    Where the exchange tells no number, it is a digest of the key: another key of the same account is another number.
    """
    telling = TELLING.get(client.profile.id)
    digest = hashlib.sha256(client.config.key.encode()).hexdigest()[:12]
    if telling is None:
        return f"key-{digest}"
    told = None
    if telling.sandbox or client.config.environment != SANDBOX:
        told = await client.ask(telling.call, "the key's rights")
        if telling.may_withdraw(told):
            title = client.profile.title
            raise Refused(f"this key may withdraw from {title}: make one that may trade and not withdraw")
    if telling.number_call:
        told = await client.ask(telling.number_call, "the account's number")
    found = telling.number(told)
    return str(found) if isinstance(found, str | int) and found else f"key-{digest}"
