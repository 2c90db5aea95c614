"""Whether a key may withdraw: such a key is refused, because a desk needs none and a stolen one empties the account.

The names of these answers' fields are unconfirmed: an answer without them is told as a trouble, not taken for a yes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bidwell.brokers.ccxt_exchanges.client import ExchangeClient
from bidwell.brokers.ccxt_exchanges.config import SANDBOX
from bidwell.model.errors import Refused


def _inner(told: Any, *path: str) -> Any:  # noqa: ANN401 - JSON
    for name in path:
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _binance(told: Any) -> bool:  # noqa: ANN401 - JSON
    return _inner(told, "enableWithdrawals") is True


def _bybit(told: Any) -> bool:  # noqa: ANN401 - JSON
    return "Withdraw" in (_inner(told, "result", "permissions", "Wallet") or ())


def _okx(told: Any) -> bool:  # noqa: ANN401 - JSON
    rows = _inner(told, "data")
    first = rows[0] if isinstance(rows, list) and rows else {}
    return "withdraw" in str(_inner(first, "perm") or "").split(",")


def _coinbase(told: Any) -> bool:  # noqa: ANN401 - JSON
    return _inner(told, "can_transfer") is True


MAY_WITHDRAW: dict[str, Callable[[Any], bool]] = {
    "binance": _binance, "bybit": _bybit, "okx": _okx, "coinbase": _coinbase,
}  # fmt: skip
"""Unconfirmed: where each exchange tells it. Kraken tells it nowhere."""


async def check(client: ExchangeClient) -> None:
    """Raise Refused for a key that may withdraw; a sandbox's key moves nothing."""
    judge = MAY_WITHDRAW.get(client.profile.id)
    if judge is None or client.config.environment == SANDBOX:
        return
    if judge(await client.restrictions()):
        title = client.profile.title
        raise Refused(f"this key may withdraw from {title}: make one that may trade and not withdraw")
