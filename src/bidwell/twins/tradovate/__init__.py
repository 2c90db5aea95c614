"""Tradovate's server as a twin: REST calls, the user socket and the market data socket.

Entry point: `TradovateTwin(stage)`, `SCENARIO`. Written from the public documentation and the fixtures, apart from the
adapter. An id of ours is not held against a second order; a session is one of two; failures and penalties come with 200.
"""

from __future__ import annotations

from bidwell.twins.tradovate.dialect import SCENARIO, TradovateTwin

__all__ = ["SCENARIO", "TradovateTwin"]
