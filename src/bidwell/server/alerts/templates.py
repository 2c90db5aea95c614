"""Message bodies to paste into a sender's dialog, with the strategy's token where the person just got it."""

from __future__ import annotations

import json
from dataclasses import dataclass

_ORDER = {"id": "{{strategy.order.id}}-{{timenow}}", "bar_time": "{{time}}", "position": "{{strategy.position_size}}",
          "sent_at": "{{timenow}}"}  # fmt: skip
_CHART = {"id": "{{ticker}}-{{timenow}}", "bar_time": "{{time}}", "sent_at": "{{timenow}}"}
HIDDEN = "bwt_YOUR_TOKEN_GOES_HERE"


@dataclass(frozen=True, slots=True)
class Template:
    """One body with what it is for."""

    name: str
    format: str
    body: str
    description: str


def _json(token: str, fields: dict[str, str]) -> str:
    return json.dumps({"token": token, **fields}, indent=2)


def templates(token: str = HIDDEN) -> list[Template]:
    """The bodies for TradingView, strategies first."""
    rows: list[tuple[str, dict[str, str], str]] = [
        ("Follow the strategy", {"action": "target", "symbol": "{{ticker}}", **_ORDER},
         "Pine strategy, any order: holds what the strategy holds, times the group's policy. The safest choice."),
        ("Entry (strategy order)", {"action": "{{strategy.order.action}}", "symbol": "{{ticker}}",
                                    "quantity": "{{strategy.order.contracts}}", **_ORDER},
         "Pine strategy: every order fill is sent as buy or sell with its own quantity."),
        ("Entry", {"action": "buy", "symbol": "{{ticker}}", "quantity": "10", **_CHART},
         "Indicator or price alert: buys a fixed quantity; write sell for a short entry."),
        ("Entry with stop and target", {"action": "buy", "symbol": "{{ticker}}", "risk": "100", "stop": "95.00",
                                        "take_profit": "110.00", **_CHART},
         "Sized so that the stop loses the stated amount; the exits go with the entry."),
        ("Scale in", {"action": "scale_in", "symbol": "{{ticker}}", "quantity": "5", **_ORDER},
         "Adds to the strategy's own share, in its direction."),
        ("Scale out", {"action": "scale_out", "symbol": "{{ticker}}", "percent": "50", **_ORDER},
         "Closes a part of the strategy's own share."),
        ("Exit", {"action": "exit", "symbol": "{{ticker}}", **_ORDER}, "Closes the strategy's own share."),
        ("Reverse", {"action": "reverse", "symbol": "{{ticker}}", "quantity": "10", **_ORDER},
         "Turns the strategy's own share to the other side, with the stated quantity."),
        ("Close all", {"action": "close_all", **_CHART}, "Closes everything that the strategy holds."),
    ]  # fmt: skip
    found = [Template(name, "json", _json(token, fields), description) for name, fields, description in rows]
    found.append(Template("Plain text", "text", f"{token} buy {{{{ticker}}}} 10 id {{{{ticker}}}}-{{{{timenow}}}}",
                          "The same in one line: token, action, symbol, size, then words with values."))  # fmt: skip
    return found


def curl(url: str, token: str, symbol: str) -> str:
    """A line that posts a small entry; its id is made by the shell, so that each run is a new alert."""
    fields = f'{{"token":"{token}","action":"buy","symbol":"{symbol}","quantity":"10","id":"try-\'"$(date +%s)-$$-$RANDOM"\'"}}'
    return f"curl -sS -X POST {url} -H 'Content-Type: application/json' -d '{fields}'"
