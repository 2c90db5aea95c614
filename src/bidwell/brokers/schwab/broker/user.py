"""What all accounts of one login share: the tokens, the minute's budget and the one stream."""

from __future__ import annotations

import asyncio

from bidwell.brokers.schwab.broker.streamer import Streamer
from bidwell.brokers.schwab.config import SchwabConfig
from bidwell.brokers.schwab.login import Login
from bidwell.engine.ports import Clock, Entropy


class User:
    """One login by one way out."""

    def __init__(self, config: SchwabConfig, login: Login, clock: Clock, entropy: Entropy) -> None:
        self.login = login
        self.bucket = config.rate.bucket(asyncio.get_running_loop().time)
        self.streamer = Streamer(config, login, self.bucket, clock, entropy)
