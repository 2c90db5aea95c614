"""One-time passwords are those of RFC 6238, appendix B (cut to six digits)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from bidwell.brokers.transport.totp import totp
from bidwell.model.errors import InvalidInput

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "password"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_a_password_is_the_standards(seconds: int, password: str) -> None:
    assert totp(SECRET, datetime.fromtimestamp(seconds, UTC)) == password


def test_a_secret_may_be_written_in_groups_and_small_letters() -> None:
    grouped = " ".join(SECRET[at : at + 4] for at in range(0, len(SECRET), 4)).lower()
    assert totp(grouped, datetime.fromtimestamp(59, UTC)) == "287082"
    with pytest.raises(InvalidInput):
        totp("not base 32!", datetime.fromtimestamp(59, UTC))
