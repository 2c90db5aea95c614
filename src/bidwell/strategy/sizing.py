"""How an amount is meant; the numbers are the kernel's codes."""

from __future__ import annotations

BY_QUANTITY = 0
BY_NOTIONAL = 1
BY_PERCENT = 2
BY_RISK = 3
TO_QUANTITY = 4
TO_PERCENT = 5
TO_NOTIONAL = 6
CLOSING = 7

GTC = 0
DAY = 1
IOC = 2

VALIDITIES = {"GTC": GTC, "DAY": DAY, "IOC": IOC}
