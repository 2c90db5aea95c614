"""Angel One's server as a twin: login with one-time passwords, orders, holdings, the order stream, binary prices.

Entry point: `AngelTwin(stage)`, `SCENARIO`. Written from the public documentation and the fixtures, apart from the
adapter. Keys: an order has exactly the fields of the recorded list; frames of the price stream are those of the
recorded packets.
"""

from __future__ import annotations

from bidwell.twins.angelone.dialect import SCENARIO, AngelTwin

__all__ = ["SCENARIO", "AngelTwin"]
