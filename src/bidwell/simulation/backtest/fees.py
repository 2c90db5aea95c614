"""Fee models of a backtest. A model is a table of terms by date; each order pays minimum and caps once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.layout import FEE_NONE, FEE_PLAIN, FEE_TABLE

INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """Terms in force from a date on. Shares are fractions of the notional, `unit` is per share or contract.

    An order's commission is `taker` (or `maker`, for fills of a resting limit) of its notional plus `unit` of its
    quantity plus `order`, at least `minimum`, at most `cap_share` of the notional and `cap`. On top of it come
    `service` (exchange and regulator), `tax` on commission and service, and `buy` or `sell` levies by side.
    """

    since: float = 0.0
    taker: float = 0.0
    maker: float = 0.0
    unit: float = 0.0
    order: float = 0.0
    minimum: float = 0.0
    cap_share: float = INFINITE
    cap: float = INFINITE
    buy: float = 0.0
    sell: float = 0.0
    service: float = 0.0
    tax: float = 0.0

    def row(self) -> list[float]:
        """The kernel's row."""
        return [self.since, self.taker, self.maker, self.unit, self.order, self.minimum, self.cap_share, self.cap,
                self.buy, self.sell, self.service, self.tax]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FeeModel:
    """A name and the terms by date, oldest first."""

    name: str
    terms: tuple[FeeTerms, ...] = (FeeTerms(),)

    def __post_init__(self) -> None:
        for each in self.terms:
            if not all(value >= 0.0 for value in each.row()):
                raise InvalidInput("backtest.fees", f"{self.name}: a fee must be zero or above", field="fees")

    @property
    def code(self) -> int:
        """Which of the kernel's three ways of reckoning applies."""
        if len(self.terms) > 1:
            return FEE_TABLE
        only = self.terms[0]
        if only == FeeTerms():
            return FEE_NONE
        return FEE_PLAIN if only == FeeTerms(taker=only.taker, maker=only.taker) else FEE_TABLE


def none() -> FeeModel:
    """No fees."""
    return FeeModel("none")


def percent(percent: float, *, minimum: float = 0.0) -> FeeModel:
    """A percentage of the notional (0.1 is 0.1 %), at least `minimum` per order."""
    share = percent / 100.0
    return FeeModel(f"percent {percent:g}", (FeeTerms(taker=share, maker=share, minimum=minimum),))


def per_share(amount: float, *, minimum: float = 0.0, cap_percent: float = INFINITE) -> FeeModel:
    """An amount per share, at least `minimum` per order and at most `cap_percent` of the notional."""
    return FeeModel(f"per share {amount:g}", (FeeTerms(unit=amount, minimum=minimum, cap_share=cap_percent / 100.0),))


def per_contract(amount: float) -> FeeModel:
    """An amount per contract and side, as futures brokers charge it."""
    return FeeModel(f"per contract {amount:g}", (FeeTerms(unit=amount),))


def per_order(amount: float) -> FeeModel:
    """A flat amount for every order that fills at all."""
    return FeeModel(f"per order {amount:g}", (FeeTerms(order=amount),))


def maker_taker(maker_percent: float, taker_percent: float) -> FeeModel:
    """Percentages of the notional: `maker` for fills of a resting limit, `taker` for all others."""
    terms = FeeTerms(taker=taker_percent / 100.0, maker=maker_percent / 100.0)
    return FeeModel(f"maker {maker_percent:g} taker {taker_percent:g}", (terms,))


def ibkr_fixed() -> FeeModel:
    """Interactive Brokers, US stocks, fixed pricing: 0.005 per share, at least 1.00, at most 1 % of the notional."""
    return FeeModel("ibkr fixed", (FeeTerms(unit=0.005, minimum=1.0, cap_share=0.01),))


def ibkr_tiered() -> FeeModel:
    """Interactive Brokers, US stocks, first tier without venue fees: 0.0035 per share, at least 0.35, at most 1 %."""
    return FeeModel("ibkr tiered", (FeeTerms(unit=0.0035, minimum=0.35, cap_share=0.01),))


_SEBI = 0.000001
_GST = 0.18
# Per segment: valid from, brokerage share, its cap, levies on buying (STT and stamp) and selling, the exchange's share.
_INDIA: dict[str, list[tuple[str, float, float, float, float, float]]] = {
    "delivery": [
        ("2020-07-01", 0.0, 0.0, 0.001 + 0.00015, 0.001, 0.0000345),
        ("2023-04-01", 0.0, 0.0, 0.001 + 0.00015, 0.001, 0.0000325),
        ("2024-10-01", 0.0, 0.0, 0.001 + 0.00015, 0.001, 0.0000297),
    ],
    "intraday": [
        ("2020-07-01", 0.0003, 20.0, 0.00003, 0.00025, 0.0000345),
        ("2023-04-01", 0.0003, 20.0, 0.00003, 0.00025, 0.0000325),
        ("2024-10-01", 0.0003, 20.0, 0.00003, 0.00025, 0.0000297),
    ],
    "futures": [
        ("2020-07-01", 0.0003, 20.0, 0.00002, 0.0001, 0.00002),
        ("2023-04-01", 0.0003, 20.0, 0.00002, 0.000125, 0.000019),
        ("2024-10-01", 0.0003, 20.0, 0.00002, 0.0002, 0.0000173),
    ],
    "options": [
        ("2020-07-01", 0.0, 20.0, 0.00003, 0.0005, 0.00053),
        ("2023-04-01", 0.0, 20.0, 0.00003, 0.000625, 0.0005),
        ("2024-10-01", 0.0, 20.0, 0.00003, 0.001, 0.0003503),
    ],
}


def india(segment: str = "delivery") -> FeeModel:
    """NSE with a discount broker, by date: brokerage, STT, exchange, SEBI, GST, stamp duty.

    Segments: delivery, intraday, futures, options (20 per order, levies on the premium). Before the first date
    its terms apply. Raises InvalidInput for another segment.
    """
    if segment not in _INDIA:
        raise InvalidInput("backtest.fees", f"segment {segment!r} is not known", field="fees",
                           hint=f"one of {', '.join(_INDIA)}")  # fmt: skip
    rows = []
    for since, brokerage, cap, buy, sell, exchange in _INDIA[segment]:
        begins = datetime.fromisoformat(since).replace(tzinfo=UTC).timestamp() * 1e9
        flat = cap if segment == "options" else 0.0
        rows.append(FeeTerms(since=begins, taker=brokerage, maker=brokerage, order=flat, cap=cap or INFINITE, buy=buy,
                             sell=sell, service=exchange + _SEBI, tax=_GST))  # fmt: skip
    return FeeModel(f"india {segment}", tuple(rows))
