from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contract.broker_contract import BrokerContract
from tests.contract.topstepx_stand import TopstepxStand, topstepx_stand


class TestTopstepx(BrokerContract):
    """TopstepX's adapter keeps the broker contract against TopstepX's twin."""

    @pytest.fixture
    async def stand(self) -> AsyncIterator[TopstepxStand]:
        async with topstepx_stand() as stand:
            yield stand
