"""TopstepX's gateway as a twin: REST with tokens, and the user and market hubs.

Entry point: `TopstepxTwin(stage)`, `SCENARIO`. Written from the public documentation and the fixtures, apart from the
adapter. Keys: an order on the user hub has exactly the fields of the transcript, in replies those of the documentation.
"""

from __future__ import annotations

from bidwell.twins.topstepx.dialect import SCENARIO, TopstepxTwin

__all__ = ["SCENARIO", "TopstepxTwin"]
