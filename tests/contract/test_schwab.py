from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contract.broker_contract import BrokerContract
from tests.contract.schwab_stand import SchwabStand, schwab_stand


class TestSchwab(BrokerContract):
    """Schwab's adapter keeps the broker contract against Schwab's twin."""

    @pytest.fixture
    async def stand(self) -> AsyncIterator[SchwabStand]:
        async with schwab_stand() as stand:
            yield stand
