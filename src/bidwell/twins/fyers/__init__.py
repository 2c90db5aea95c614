"""Fyers' server as a twin: the login, REST under /api/v3 and /data, both streams, and the lists of instruments.

Entry point: `FyersTwin(stage)`, `SCENARIO`. Written from the public documentation and the fixtures, apart from the
adapter. Answers say `s`, `code` and `message` first, whatever their status.
"""

from __future__ import annotations

from bidwell.twins.fyers.dialect import SCENARIO, FyersTwin

__all__ = ["SCENARIO", "FyersTwin"]
