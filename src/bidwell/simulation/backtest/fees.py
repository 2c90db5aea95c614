"""Fee models of a backtest. A model is a table of terms by date; each order pays minimum and caps once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bidwell.model.errors import InvalidInput
from bidwell.simulation.backtest.layout import FEE_NONE, FEE_PLAIN, FEE_TABLE

INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """Terms in force from a date on, in the instrument's currency.

    Shares are fractions of the notional, `unit` is per share or contract.

    An order's commission is `taker` (or `maker`, for fills of a resting limit) of its notional plus `unit` of its
    quantity plus `order`, at least `minimum`, at most `cap_share` of the notional and `cap`. On top of it come
    `service` (exchange and regulator), `tax` on commission and service, `buy` or `sell` levies by side, `clearing`
    per unit, and `sell_unit` per unit sold, for each fill at most `sell_unit_cap`.
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
    clearing: float = 0.0
    sell_unit: float = 0.0
    sell_unit_cap: float = INFINITE

    def row(self) -> list[float]:
        """The kernel's row."""
        return [self.since, self.taker, self.maker, self.unit, self.order, self.minimum, self.cap_share, self.cap,
                self.buy, self.sell, self.service, self.tax, self.clearing, self.sell_unit,
                self.sell_unit_cap]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tier:
    """Terms for those who traded at least `volume` in the window before."""

    volume: float
    terms: FeeTerms


@dataclass(frozen=True, slots=True)
class FeeModel:
    """A name and the terms by date, oldest first; or `tiers` by volume, lowest first, and how volume counts.

    `measure` is "units" (shares or contracts) or "notional"; `window` is "month" (the calendar month so far) or
    "30d" (the thirty days before today). `brought` is what was traded elsewhere in each window.
    """

    name: str
    terms: tuple[FeeTerms, ...] = (FeeTerms(),)
    tiers: tuple[Tier, ...] = ()
    measure: str = "notional"
    window: str = "30d"
    brought: float = 0.0

    def __post_init__(self) -> None:
        for each in (*self.terms, *(tier.terms for tier in self.tiers)):
            if not all(value >= 0.0 for value in each.row()):
                raise InvalidInput("backtest.fees", f"{self.name}: a fee must be zero or above", field="fees")
        volumes = [tier.volume for tier in self.tiers]
        if volumes != sorted(set(volumes)) or (volumes and volumes[0] != 0.0):
            raise InvalidInput("backtest.fees", f"{self.name}: tiers begin at a volume of 0 and rise", field="fees")
        if self.measure not in {"units", "notional"} or self.window not in {"month", "30d"} or self.brought < 0.0:
            raise InvalidInput("backtest.fees", f"{self.name}: volume is in units or notional, by month or 30d",
                               field="fees")  # fmt: skip

    def at(self, volume: float) -> FeeTerms:
        """The terms for a volume within the window."""
        return [tier.terms for tier in self.tiers if tier.volume <= volume + self.brought][-1]

    @property
    def code(self) -> int:
        """Which of the kernel's three ways of reckoning applies."""
        if len(self.terms) > 1 or self.tiers:
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


def cme(
    product: str = "ES", *, commission: float = 0.85, exchange: float | None = None, regulatory: float = 0.02
) -> FeeModel:
    """A CME future, per contract and side: commission, the exchange's fee for non-members, the NFA's 0.02.

    The exchange's fee is known for the equity index futures (1.38) and their micros (0.35); give it for others.
    The commission is Interactive Brokers' up to 1,000 contracts a month. Source: CME Group's fee finder and
    Interactive Brokers' price list, 2026. Raises InvalidInput for an unknown product without `exchange`.
    """
    charged = _CME.get(product.upper()) if exchange is None else exchange
    if charged is None:
        raise InvalidInput("backtest.fees", f"the exchange's fee for {product} is not known", field="fees",
                           hint=f"give exchange=, or one of {', '.join(_CME)}")  # fmt: skip
    return FeeModel(f"cme {product}", (FeeTerms(unit=commission + charged + regulatory),))


_CME = {**dict.fromkeys(("ES", "NQ", "RTY", "YM"), 1.38), **dict.fromkeys(("MES", "MNQ", "M2K", "MYM"), 0.35)}


def ibkr_fixed(*, regulatory: bool = False) -> FeeModel:
    """Interactive Brokers, US stocks, fixed pricing: 0.005 per share, at least 1.00, at most 1 % of the notional.

    `regulatory` adds what sellers pay to the SEC (by date) and to FINRA. Source: the broker's price list, 2024,
    whose examples are 1.00 for 100 shares at 25, 5.00 for 1,000 at 25 and 2.50 for 1,000 at 0.25.
    """
    plain = FeeTerms(unit=0.005, minimum=1.0, cap_share=0.01)
    return FeeModel("ibkr fixed", _regulated(plain) if regulatory else (plain,))


def ibkr_tiered(*, monthly_volume: float = 0.0, by_volume: bool = False, regulatory: bool = False) -> FeeModel:
    """Interactive Brokers, US stocks, tiered pricing by the shares of the month, without the venues' own fees.

    0.0035 per share up to 300,000, then 0.0020, 0.0015 (from 3 million), 0.0010 (20 million) and 0.0005 (100
    million), at least 0.35 and at most 1 % of the notional. The tier is that of `monthly_volume`; with `by_volume`
    the run's own shares of each month count on top of it. `regulatory` adds clearing (0.0002 per share), the
    passed-on share of the commission, and what sellers pay. Source: the broker's price list, 2024.
    """
    extra = {"clearing": 0.0002, "tax": 0.000175 + 0.000563} if regulatory else {}
    plain = [(since, FeeTerms(unit=unit, minimum=0.35, cap_share=0.01, **extra)) for since, unit in _IBKR_TIERS]
    found = tuple(Tier(since, _regulated(each)[-1] if regulatory else each) for since, each in plain)
    whole = FeeModel("ibkr tiered", (found[0].terms,), found, "units", "month", monthly_volume)
    if by_volume:
        return whole
    chosen = whole.at(0.0)
    return FeeModel("ibkr tiered", _regulated(replace(chosen, since=0.0)) if regulatory else (chosen,))


_IBKR_TIERS = ((0.0, 0.0035), (300_001.0, 0.002), (3_000_001.0, 0.0015), (20_000_001.0, 0.001), (100_000_001.0, 0.0005))

# Dollars on each million that a seller pays, by the day from which it held: SEC, section 31 fee advisories.
_SEC = (("2014-03-18", 22.1), ("2021-02-25", 5.1), ("2022-05-14", 22.9), ("2023-02-27", 8.0), ("2024-05-22", 27.8),
        ("2025-05-14", 0.0))  # fmt: skip


def _regulated(plain: FeeTerms) -> tuple[FeeTerms, ...]:
    """The terms with what a seller of US shares pays to the SEC by date, and FINRA's 0.000166 per share up to 8.30."""
    return tuple(
        replace(plain, since=_instant(since), sell=rate / 1e6, sell_unit=0.000166, sell_unit_cap=8.3)
        for since, rate in _SEC
    )


def tiered(
    name: str, tiers: Sequence[tuple[float, float, float]], *, volume: float = 0.0, by_volume: bool = False
) -> FeeModel:
    """Maker and taker percentages by the notional of the last thirty days: (from volume, maker, taker), lowest first.

    The tier is that of `volume`, in the instrument's currency; with `by_volume` the run's own notional of the
    thirty days before each day counts on top of it.
    """
    found = tuple(Tier(since, FeeTerms(maker=maker / 100.0, taker=taker / 100.0)) for since, maker, taker in tiers)
    if not found:
        raise InvalidInput("backtest.fees", f"{name}: there are no tiers", field="fees")
    whole = FeeModel(name, (found[0].terms,), found, "notional", "30d", volume)
    return whole if by_volume else FeeModel(name, (whole.at(0.0),))


def crypto(exchange: str, *, volume: float = 0.0, by_volume: bool = False) -> FeeModel:
    """A crypto exchange's spot tiers by the notional of the last thirty days; the rest as `tiered`.

    Known are binance (VIP 0 to 2, as listed in 2024), coinbase and kraken (as CCXT 4.5 lists them), in dollars.
    Raises InvalidInput for another exchange.
    """
    if exchange not in _CRYPTO:
        raise InvalidInput("backtest.fees", f"the tiers of {exchange!r} are not known", field="fees",
                           hint=f"one of {', '.join(_CRYPTO)}, or tiered(...)")  # fmt: skip
    return tiered(exchange, _CRYPTO[exchange], volume=volume, by_volume=by_volume)


# From a volume on: maker and taker in percent.
_CRYPTO: dict[str, tuple[tuple[float, float, float], ...]] = {
    "binance": ((0.0, 0.1, 0.1), (1e6, 0.09, 0.1), (5e6, 0.08, 0.1)),
    "coinbase": ((0.0, 0.4, 0.6), (1e4, 0.25, 0.4), (5e4, 0.15, 0.25), (1e5, 0.1, 0.2), (1e6, 0.08, 0.18),
                 (1.5e7, 0.06, 0.16), (7.5e7, 0.03, 0.12), (2.5e8, 0.0, 0.08), (4e8, 0.0, 0.05)),
    "kraken": ((0.0, 0.16, 0.26), (5e4, 0.14, 0.24), (1e5, 0.12, 0.22), (2.5e5, 0.1, 0.2), (5e5, 0.08, 0.18),
               (1e6, 0.06, 0.16), (2.5e6, 0.04, 0.14), (5e6, 0.02, 0.12), (1e7, 0.0, 0.1)),
}  # fmt: skip
_SEBI = 0.000001
_GST = 0.18
# Per segment: valid from, brokerage share, its cap, levies on buying (STT and stamp) and selling, the exchange's share.
_INDIA: dict[str, list[tuple[str, float, float, float, float, float]]] = {
    "delivery": [
        ("2020-07-01", 0.0, 0.0, 0.001 + 0.00015, 0.001, 0.0000345),
        ("2023-04-01", 0.0, 0.0, 0.001 + 0.00015, 0.001, 0.0000325),
        ("2024-10-01", 0.0, 0.0, 0.001 + 0.00015, 0.001, 0.0000297),
        ("2026-04-01", 0.0, 0.0, 0.001 + 0.00015, 0.001, 0.0000307),
    ],
    "intraday": [
        ("2020-07-01", 0.0003, 20.0, 0.00003, 0.00025, 0.0000345),
        ("2023-04-01", 0.0003, 20.0, 0.00003, 0.00025, 0.0000325),
        ("2024-10-01", 0.0003, 20.0, 0.00003, 0.00025, 0.0000297),
        ("2026-04-01", 0.0003, 20.0, 0.00003, 0.00025, 0.0000307),
    ],
    "futures": [
        ("2020-07-01", 0.0003, 20.0, 0.00002, 0.0001, 0.00002),
        ("2023-04-01", 0.0003, 20.0, 0.00002, 0.000125, 0.000019),
        ("2024-10-01", 0.0003, 20.0, 0.00002, 0.0002, 0.0000173),
        ("2026-04-01", 0.0003, 20.0, 0.00002, 0.0005, 0.0000183),
    ],
    "options": [
        ("2020-07-01", 0.0, 20.0, 0.00003, 0.0005, 0.00053),
        ("2023-04-01", 0.0, 20.0, 0.00003, 0.000625, 0.0005),
        ("2024-10-01", 0.0, 20.0, 0.00003, 0.001, 0.0003503),
        ("2026-04-01", 0.0, 20.0, 0.00003, 0.0015, 0.0003553),
    ],
}


def india(segment: str = "delivery") -> FeeModel:
    """NSE with a discount broker, by date: brokerage, STT, exchange, SEBI, GST, stamp duty.

    Segments: delivery, intraday, futures, options (20 per order, levies on the premium). Before the first date
    its terms apply. Sources: the Finance Acts of 2023, 2024 (no. 2) and 2026 for the transaction tax (from 1 April
    2023, 1 October 2024 and 1 April 2026), the Indian Stamp Act as of 1 July 2020, and price lists of discount
    brokers of those dates, whose exchange charges of 2026 include the investor protection fund. Raises
    InvalidInput for another segment.
    """
    if segment not in _INDIA:
        raise InvalidInput("backtest.fees", f"segment {segment!r} is not known", field="fees",
                           hint=f"one of {', '.join(_INDIA)}")  # fmt: skip
    rows = []
    for since, brokerage, cap, buy, sell, exchange in _INDIA[segment]:
        flat = cap if segment == "options" else 0.0
        rows.append(FeeTerms(since=_instant(since), taker=brokerage, maker=brokerage, order=flat, cap=cap or INFINITE, buy=buy,
                             sell=sell, service=exchange + _SEBI, tax=_GST))  # fmt: skip
    return FeeModel(f"india {segment}", tuple(rows))


def _instant(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1e9
