"""As whom and where an exchange is called: a profile for each of the five, and the credential of one account."""

from __future__ import annotations

from bidwell.brokers.ccxt_exchanges.config.access import LIVE, SANDBOX, TWIN, ExchangeConfig, configure
from bidwell.brokers.ccxt_exchanges.config.exchanges import PROFILES
from bidwell.brokers.ccxt_exchanges.config.profile import Lookup, Profile

__all__ = ["LIVE", "PROFILES", "SANDBOX", "TWIN", "ExchangeConfig", "Lookup", "Profile", "configure"]
