"""Zerodha's Kite Connect as a twin: login and REST, the binary ticker with its order updates, the instrument lists.

Entry point: `ZerodhaTwin(stage)`, `SCENARIO`. Written from the public documentation and the published mock answers, apart
from the adapter. A person logs in at /connect/login; `issue` gives a test the day's token without that.
"""

from __future__ import annotations

from bidwell.twins.zerodha.dialect import SCENARIO, ZerodhaTwin

__all__ = ["SCENARIO", "ZerodhaTwin"]
