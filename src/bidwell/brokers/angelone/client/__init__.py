"""Angel One's REST calls: `AngelClient`, and `Login`, a credential's tokens shared by everybody who calls with it."""

from __future__ import annotations

from bidwell.brokers.angelone.client.calls import AngelClient, judge, judge_change
from bidwell.brokers.angelone.client.login import Login

__all__ = ["AngelClient", "Login", "judge", "judge_change"]
