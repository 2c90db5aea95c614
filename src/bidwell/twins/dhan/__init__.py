"""Dhan's server as a twin: REST under /v2, the login under /app, the list of instruments, and both streams at /.

Entry point: `DhanTwin(stage)`, `SCENARIO`. Written from the public documentation and the fixtures, apart from the
adapter. Keys: an order, a position and an execution have exactly the fields of the recorded replies.
"""

from __future__ import annotations

from bidwell.twins.dhan.dialect import SCENARIO, DhanTwin

__all__ = ["SCENARIO", "DhanTwin"]
