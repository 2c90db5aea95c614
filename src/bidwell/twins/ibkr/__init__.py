"""A stand-in for IB Gateway: the TWS API's messages over TCP, on one port with the twin's page.

Entry points: `GatewayServer`, `IbkrTwin`, `SCENARIO`. Written from the protocol; it knows neither ib_async nor the adapter.
"""

from __future__ import annotations

from bidwell.twins.ibkr.dialect import SCENARIO, IbkrTwin
from bidwell.twins.ibkr.server import GatewayServer

__all__ = ["SCENARIO", "GatewayServer", "IbkrTwin"]
