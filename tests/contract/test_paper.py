from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bidwell.simulation.floor import VenueSettings
from tests.contract.broker_contract import BrokerContract
from tests.contract.paper_stand import PaperStand, paper_stand


class TestPaper(BrokerContract):
    """The paper venue keeps the broker contract."""

    @pytest.fixture(params=[False, True], ids=["same id", "renewed ids"])
    async def stand(self, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[PaperStand]:
        async with paper_stand(tmp_path, VenueSettings(renew_ids=bool(request.param))) as stand:
            yield stand
