"""Alpaca's server as a twin: trading REST, the order stream, and market data by REST and stream.

Entry point: `AlpacaTwin(stage)`, `SCENARIO`. Written from the public documentation and the fixtures, apart from the
adapter. Keys: an order has exactly the fields of the recorded replies, in the order stream those of the transcript.
"""

from __future__ import annotations

from bidwell.twins.alpaca.dialect import SCENARIO, AlpacaTwin

__all__ = ["SCENARIO", "AlpacaTwin"]
