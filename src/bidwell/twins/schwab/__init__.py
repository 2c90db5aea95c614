"""Charles Schwab's server as a twin: the login, trading and market data by REST, and the stream.

Entry point: `SchwabTwin(stage)`, `SCENARIO`. Written from public documentation and public clients' tests, apart from the
adapter; Schwab publishes no sandbox and no recorded replies. Accounts with one app key are those of one login. A replace
makes a new order for what is left, and the replaced one keeps what it had filled.
"""

from __future__ import annotations

from bidwell.twins.schwab.dialect import SCENARIO, SchwabTwin

__all__ = ["SCENARIO", "SchwabTwin"]
