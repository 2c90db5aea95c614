"""What every broker's table of errors owes a person, whatever the codes are."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bidwell.brokers.alpaca import errors as alpaca
from bidwell.brokers.angelone import errors as angelone
from bidwell.brokers.dhan import errors as dhan
from bidwell.brokers.fyers import errors as fyers
from bidwell.brokers.schwab import errors as schwab
from bidwell.brokers.topstepx import errors as topstepx
from bidwell.brokers.tradovate import errors as tradovate
from bidwell.brokers.transport import Kind, Throttled, Verdict
from bidwell.brokers.zerodha import errors as zerodha
from bidwell.model.errors import InDoubt, ProtocolError, Refused, Unavailable

VERDICTS: dict[str, Sequence[Verdict]] = {
    "alpaca": [*alpaca.VENDOR.verdicts(), *alpaca.STREAM_ERRORS.values()],
    "angelone": [*angelone.VENDOR.verdicts(), *angelone.STREAM_ERRORS.values()],
    "dhan": list(dhan.VENDOR.verdicts()),
    "fyers": [*fyers.VENDOR.verdicts(), *fyers.STREAM_ERRORS.values()],
    "schwab": [*schwab.VENDOR.verdicts(), *schwab.STREAM_ERRORS.values()],
    "topstepx": list(topstepx.VENDOR.verdicts()),
    "tradovate": [*tradovate.VENDOR.verdicts(), *tradovate.SHUTDOWNS.values(), tradovate.CAPTCHA, tradovate.CONTESTED,
                  tradovate.NO_MARKET_DATA],
    "zerodha": list(zerodha.VENDOR.verdicts()),
}  # fmt: skip


@pytest.mark.parametrize("broker", VERDICTS)
def test_every_error_says_a_sentence_to_a_person(broker: str) -> None:
    assert VERDICTS[broker]
    for verdict in VERDICTS[broker]:
        assert verdict.sentence.endswith("."), verdict
        assert verdict.sentence[0].isupper(), verdict
        assert len(verdict.sentence.split()) >= 4, verdict
        assert verdict.kind.error in {Unavailable, InDoubt, Refused, ProtocolError, Throttled}, verdict


def test_what_may_have_been_carried_out_is_never_a_rejection() -> None:
    assert Kind.LOGIN.error is InDoubt
    assert issubclass(Kind.THROTTLED.error, Unavailable)
