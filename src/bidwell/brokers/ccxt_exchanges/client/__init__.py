"""Requests out and payloads back: the library writes and reads them, the desk's transport carries them.

`Seam` is one exchange of the library with our transport under it, `ExchangeClient` the calls of one key.
"""

from __future__ import annotations

from bidwell.brokers.ccxt_exchanges.client.calls import ExchangeClient

__all__ = ["ExchangeClient"]
