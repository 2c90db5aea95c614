"""The types of `bidwell.indicators`, written from the registry by tests/conformance/listing.py."""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from bidwell.strategy.indicators.execution import Stream as Stream
from bidwell.strategy.indicators.indicator import Indicator as Indicator

Array = npt.NDArray[np.float64]

def names() -> list[str]: ...

class AccbandsValues(NamedTuple):
    upper: Array
    middle: Array
    lower: Array

class _Accbands(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 20, width: float = 4.0) -> AccbandsValues: ...  # type: ignore[override]
    def stream(self, period: int = 20, width: float = 4.0) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20, width: float = 4.0) -> int: ...  # type: ignore[override]

accbands: _Accbands

class _Accelerator(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, fast: int = 5, slow: int = 34, period: int = 5) -> Array: ...  # type: ignore[override]
    def stream(self, fast: int = 5, slow: int = 34, period: int = 5) -> Stream: ...  # type: ignore[override]
    def warm_up(self, fast: int = 5, slow: int = 34, period: int = 5) -> int: ...  # type: ignore[override]

accelerator: _Accelerator

class _Ad(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, volume: npt.ArrayLike) -> Array: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

ad: _Ad

class _Adosc(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, volume: npt.ArrayLike, fast: int = 3, slow: int = 10) -> Array: ...  # type: ignore[override]
    def stream(self, fast: int = 3, slow: int = 10) -> Stream: ...  # type: ignore[override]
    def warm_up(self, fast: int = 3, slow: int = 10) -> int: ...  # type: ignore[override]

adosc: _Adosc

class _AdoscMean(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, volume: npt.ArrayLike, fast: int = 3, slow: int = 10) -> Array: ...  # type: ignore[override]
    def stream(self, fast: int = 3, slow: int = 10) -> Stream: ...  # type: ignore[override]
    def warm_up(self, fast: int = 3, slow: int = 10) -> int: ...  # type: ignore[override]

adosc_mean: _AdoscMean

class _Adx(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

adx: _Adx

class _Adxr(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

adxr: _Adxr

class AlligatorValues(NamedTuple):
    jaw: Array
    teeth: Array
    lips: Array

class _Alligator(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike) -> AlligatorValues: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

alligator: _Alligator

class _Alma(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 9, offset: float = 0.85, sigma: float = 6.0) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 9, offset: float = 0.85, sigma: float = 6.0) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 9, offset: float = 0.85, sigma: float = 6.0) -> int: ...  # type: ignore[override]

alma: _Alma

class _Apo(Indicator):
    def __call__(self, close: npt.ArrayLike, fast: int = 12, slow: int = 26, seed: Literal["mean", "first"] = "mean") -> Array: ...  # type: ignore[override]
    def stream(self, fast: int = 12, slow: int = 26, seed: Literal["mean", "first"] = "mean") -> Stream: ...  # type: ignore[override]
    def warm_up(self, fast: int = 12, slow: int = 26, seed: Literal["mean", "first"] = "mean") -> int: ...  # type: ignore[override]

apo: _Apo

class AroonValues(NamedTuple):
    down: Array
    up: Array

class _Aroon(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, period: int = 14) -> AroonValues: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

aroon: _Aroon

class _Aroonosc(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

aroonosc: _Aroonosc

class _Atr(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

atr: _Atr

class _AtrEarly(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

atr_early: _AtrEarly

class _Avgdev(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

avgdev: _Avgdev

class _Avgprice(Indicator):
    def __call__(self, open: npt.ArrayLike, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike) -> Array: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

avgprice: _Avgprice

class _Awesome(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, fast: int = 5, slow: int = 34) -> Array: ...  # type: ignore[override]
    def stream(self, fast: int = 5, slow: int = 34) -> Stream: ...  # type: ignore[override]
    def warm_up(self, fast: int = 5, slow: int = 34) -> int: ...  # type: ignore[override]

awesome: _Awesome

class _Bandwidth(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 20, width: float = 2.0) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20, width: float = 2.0) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20, width: float = 2.0) -> int: ...  # type: ignore[override]

bandwidth: _Bandwidth

class BbandsValues(NamedTuple):
    upper: Array
    middle: Array
    lower: Array

class _Bbands(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 20, width: float = 2.0) -> BbandsValues: ...  # type: ignore[override]
    def stream(self, period: int = 20, width: float = 2.0) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20, width: float = 2.0) -> int: ...  # type: ignore[override]

bbands: _Bbands

class _Beta(Indicator):
    def __call__(self, x: npt.ArrayLike, y: npt.ArrayLike, period: int = 5) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 5) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 5) -> int: ...  # type: ignore[override]

beta: _Beta

class _Bop(Indicator):
    def __call__(self, open: npt.ArrayLike, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike) -> Array: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

bop: _Bop

class _Cci(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 20) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20) -> int: ...  # type: ignore[override]

cci: _Cci

class _ChaikinVolatility(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, period: int = 10, change_period: int = 10) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 10, change_period: int = 10) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 10, change_period: int = 10) -> int: ...  # type: ignore[override]

chaikin_volatility: _ChaikinVolatility

class ChandelierValues(NamedTuple):
    long: Array
    short: Array

class _Chandelier(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 22, factor: float = 3.0) -> ChandelierValues: ...  # type: ignore[override]
    def stream(self, period: int = 22, factor: float = 3.0) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 22, factor: float = 3.0) -> int: ...  # type: ignore[override]

chandelier: _Chandelier

class _Chop(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

chop: _Chop

class _ChopPlain(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

chop_plain: _ChopPlain

class _Cmf(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, volume: npt.ArrayLike, period: int = 20) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20) -> int: ...  # type: ignore[override]

cmf: _Cmf

class _Cmo(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

cmo: _Cmo

class _CmoSum(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

cmo_sum: _CmoSum

class _Coppock(Indicator):
    def __call__(self, close: npt.ArrayLike, short: int = 11, long: int = 14, period: int = 10) -> Array: ...  # type: ignore[override]
    def stream(self, short: int = 11, long: int = 14, period: int = 10) -> Stream: ...  # type: ignore[override]
    def warm_up(self, short: int = 11, long: int = 14, period: int = 10) -> int: ...  # type: ignore[override]

coppock: _Coppock

class _Correl(Indicator):
    def __call__(self, x: npt.ArrayLike, y: npt.ArrayLike, period: int = 30) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 30) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 30) -> int: ...  # type: ignore[override]

correl: _Correl

class _Crsi(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 3, streak: int = 2, rank: int = 100) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 3, streak: int = 2, rank: int = 100) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 3, streak: int = 2, rank: int = 100) -> int: ...  # type: ignore[override]

crsi: _Crsi

class _Dema(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 30) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 30) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 30) -> int: ...  # type: ignore[override]

dema: _Dema

class DiValues(NamedTuple):
    plus: Array
    minus: Array

class _Di(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 14) -> DiValues: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

di: _Di

class DmValues(NamedTuple):
    plus: Array
    minus: Array

class _Dm(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, period: int = 14) -> DmValues: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

dm: _Dm

class DonchianValues(NamedTuple):
    upper: Array
    middle: Array
    lower: Array

class _Donchian(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, period: int = 20) -> DonchianValues: ...  # type: ignore[override]
    def stream(self, period: int = 20) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20) -> int: ...  # type: ignore[override]

donchian: _Donchian

class _Dpo(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 21) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 21) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 21) -> int: ...  # type: ignore[override]

dpo: _Dpo

class _Dv2(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 252, smooth: int = 2) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 252, smooth: int = 2) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 252, smooth: int = 2) -> int: ...  # type: ignore[override]

dv2: _Dv2

class _Dx(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

dx: _Dx

class _Efficiency(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 10) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 10) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 10) -> int: ...  # type: ignore[override]

efficiency: _Efficiency

class ElderRayValues(NamedTuple):
    bull: Array
    bear: Array

class _ElderRay(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 13) -> ElderRayValues: ...  # type: ignore[override]
    def stream(self, period: int = 13) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 13) -> int: ...  # type: ignore[override]

elder_ray: _ElderRay

class _Ema(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 30, seed: Literal["mean", "first"] = "mean") -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 30, seed: Literal["mean", "first"] = "mean") -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 30, seed: Literal["mean", "first"] = "mean") -> int: ...  # type: ignore[override]

ema: _Ema

class EnvelopeValues(NamedTuple):
    upper: Array
    middle: Array
    lower: Array

class _Envelope(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 20, percent: float = 2.5) -> EnvelopeValues: ...  # type: ignore[override]
    def stream(self, period: int = 20, percent: float = 2.5) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20, percent: float = 2.5) -> int: ...  # type: ignore[override]

envelope: _Envelope

class _Eom(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, volume: npt.ArrayLike, period: int = 14, divisor: float = 100000000.0) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14, divisor: float = 100000000.0) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14, divisor: float = 100000000.0) -> int: ...  # type: ignore[override]

eom: _Eom

class FisherValues(NamedTuple):
    fisher: Array
    trigger: Array

class _Fisher(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, period: int = 10) -> FisherValues: ...  # type: ignore[override]
    def stream(self, period: int = 10) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 10) -> int: ...  # type: ignore[override]

fisher: _Fisher

class _Force(Indicator):
    def __call__(self, close: npt.ArrayLike, volume: npt.ArrayLike, period: int = 13) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 13) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 13) -> int: ...  # type: ignore[override]

force: _Force

class HeikinAshiValues(NamedTuple):
    open: Array
    high: Array
    low: Array
    close: Array

class _HeikinAshi(Indicator):
    def __call__(self, open: npt.ArrayLike, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike) -> HeikinAshiValues: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

heikin_ashi: _HeikinAshi

class _Highest(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 30) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 30) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 30) -> int: ...  # type: ignore[override]

highest: _Highest

class _HistoricalVolatility(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 20, bars_per_year: float = 252.0) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20, bars_per_year: float = 252.0) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20, bars_per_year: float = 252.0) -> int: ...  # type: ignore[override]

historical_volatility: _HistoricalVolatility

class _Hma(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 20) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20) -> int: ...  # type: ignore[override]

hma: _Hma

class _Ibs(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike) -> Array: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

ibs: _Ibs

class IchimokuValues(NamedTuple):
    conversion: Array
    base: Array
    span_a: Array
    span_b: Array

class _Ichimoku(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, short: int = 9, medium: int = 26, long: int = 52) -> IchimokuValues: ...  # type: ignore[override]
    def stream(self, short: int = 9, medium: int = 26, long: int = 52) -> Stream: ...  # type: ignore[override]
    def warm_up(self, short: int = 9, medium: int = 26, long: int = 52) -> int: ...  # type: ignore[override]

ichimoku: _Ichimoku

class _Imi(Indicator):
    def __call__(self, open: npt.ArrayLike, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

imi: _Imi

class _Kama(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 30, fast: int = 2, slow: int = 30) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 30, fast: int = 2, slow: int = 30) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 30, fast: int = 2, slow: int = 30) -> int: ...  # type: ignore[override]

kama: _Kama

class KeltnerValues(NamedTuple):
    upper: Array
    middle: Array
    lower: Array

class _Keltner(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 20, width: float = 2.0, range_period: int = 10) -> KeltnerValues: ...  # type: ignore[override]
    def stream(self, period: int = 20, width: float = 2.0, range_period: int = 10) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20, width: float = 2.0, range_period: int = 10) -> int: ...  # type: ignore[override]

keltner: _Keltner

class KeltnerSimpleValues(NamedTuple):
    upper: Array
    middle: Array
    lower: Array

class _KeltnerSimple(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 20, width: float = 1.5) -> KeltnerSimpleValues: ...  # type: ignore[override]
    def stream(self, period: int = 20, width: float = 1.5) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20, width: float = 1.5) -> int: ...  # type: ignore[override]

keltner_simple: _KeltnerSimple

class KstValues(NamedTuple):
    kst: Array
    signal: Array

class _Kst(Indicator):
    def __call__(self, close: npt.ArrayLike, signal: int = 9, last: int = 15) -> KstValues: ...  # type: ignore[override]
    def stream(self, signal: int = 9, last: int = 15) -> Stream: ...  # type: ignore[override]
    def warm_up(self, signal: int = 9, last: int = 15) -> int: ...  # type: ignore[override]

kst: _Kst

class KvoValues(NamedTuple):
    kvo: Array
    signal: Array

class _Kvo(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, volume: npt.ArrayLike, fast: int = 34, slow: int = 55, signal: int = 13) -> KvoValues: ...  # type: ignore[override]
    def stream(self, fast: int = 34, slow: int = 55, signal: int = 13) -> Stream: ...  # type: ignore[override]
    def warm_up(self, fast: int = 34, slow: int = 55, signal: int = 13) -> int: ...  # type: ignore[override]

kvo: _Kvo

class _Linreg(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

linreg: _Linreg

class _LinregAngle(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

linreg_angle: _LinregAngle

class _LinregIntercept(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

linreg_intercept: _LinregIntercept

class _LinregSlope(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

linreg_slope: _LinregSlope

class _LogReturn(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 1) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 1) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 1) -> int: ...  # type: ignore[override]

log_return: _LogReturn

class _Lowest(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 30) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 30) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 30) -> int: ...  # type: ignore[override]

lowest: _Lowest

class _Lrsi(Indicator):
    def __call__(self, close: npt.ArrayLike, gamma: float = 0.5) -> Array: ...  # type: ignore[override]
    def stream(self, gamma: float = 0.5) -> Stream: ...  # type: ignore[override]
    def warm_up(self, gamma: float = 0.5) -> int: ...  # type: ignore[override]

lrsi: _Lrsi

class MacdValues(NamedTuple):
    macd: Array
    signal: Array
    histogram: Array

class _Macd(Indicator):
    def __call__(self, close: npt.ArrayLike, fast: int = 12, slow: int = 26, signal: int = 9) -> MacdValues: ...  # type: ignore[override]
    def stream(self, fast: int = 12, slow: int = 26, signal: int = 9) -> Stream: ...  # type: ignore[override]
    def warm_up(self, fast: int = 12, slow: int = 26, signal: int = 9) -> int: ...  # type: ignore[override]

macd: _Macd

class MacdEwmValues(NamedTuple):
    macd: Array
    signal: Array
    histogram: Array

class _MacdEwm(Indicator):
    def __call__(self, close: npt.ArrayLike, fast: int = 12, slow: int = 26, signal: int = 9) -> MacdEwmValues: ...  # type: ignore[override]
    def stream(self, fast: int = 12, slow: int = 26, signal: int = 9) -> Stream: ...  # type: ignore[override]
    def warm_up(self, fast: int = 12, slow: int = 26, signal: int = 9) -> int: ...  # type: ignore[override]

macd_ewm: _MacdEwm

class MamaValues(NamedTuple):
    mama: Array
    fama: Array

class _Mama(Indicator):
    def __call__(self, close: npt.ArrayLike, fast: float = 0.5, slow: float = 0.05) -> MamaValues: ...  # type: ignore[override]
    def stream(self, fast: float = 0.5, slow: float = 0.05) -> Stream: ...  # type: ignore[override]
    def warm_up(self, fast: float = 0.5, slow: float = 0.05) -> int: ...  # type: ignore[override]

mama: _Mama

class _Mass(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, period: int = 25, smooth: int = 9) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 25, smooth: int = 9) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 25, smooth: int = 9) -> int: ...  # type: ignore[override]

mass: _Mass

class McclellanValues(NamedTuple):
    oscillator: Array
    summation: Array

class _Mcclellan(Indicator):
    def __call__(self, difference: npt.ArrayLike, fast: int = 19, slow: int = 39) -> McclellanValues: ...  # type: ignore[override]
    def stream(self, fast: int = 19, slow: int = 39) -> Stream: ...  # type: ignore[override]
    def warm_up(self, fast: int = 19, slow: int = 39) -> int: ...  # type: ignore[override]

mcclellan: _Mcclellan

class _Mcginley(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14, factor: float = 0.6) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14, factor: float = 0.6) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14, factor: float = 0.6) -> int: ...  # type: ignore[override]

mcginley: _Mcginley

class _Medprice(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike) -> Array: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

medprice: _Medprice

class _Mfi(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, volume: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

mfi: _Mfi

class _Midpoint(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

midpoint: _Midpoint

class _Midprice(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

midprice: _Midprice

class _Mom(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 10) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 10) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 10) -> int: ...  # type: ignore[override]

mom: _Mom

class _Natr(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

natr: _Natr

class _Obv(Indicator):
    def __call__(self, close: npt.ArrayLike, volume: npt.ArrayLike) -> Array: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

obv: _Obv

class _ObvMean(Indicator):
    def __call__(self, close: npt.ArrayLike, volume: npt.ArrayLike, period: int = 20) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20) -> int: ...  # type: ignore[override]

obv_mean: _ObvMean

class _ObvZero(Indicator):
    def __call__(self, close: npt.ArrayLike, volume: npt.ArrayLike) -> Array: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

obv_zero: _ObvZero

class _Parkinson(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, period: int = 20) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20) -> int: ...  # type: ignore[override]

parkinson: _Parkinson

class _PercentB(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 20, width: float = 2.0) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20, width: float = 2.0) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20, width: float = 2.0) -> int: ...  # type: ignore[override]

percent_b: _PercentB

class _PercentRank(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 50) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 50) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 50) -> int: ...  # type: ignore[override]

percent_rank: _PercentRank

class PmoValues(NamedTuple):
    pmo: Array
    signal: Array

class _Pmo(Indicator):
    def __call__(self, close: npt.ArrayLike, first: int = 35, second: int = 20, signal: int = 10) -> PmoValues: ...  # type: ignore[override]
    def stream(self, first: int = 35, second: int = 20, signal: int = 10) -> Stream: ...  # type: ignore[override]
    def warm_up(self, first: int = 35, second: int = 20, signal: int = 10) -> int: ...  # type: ignore[override]

pmo: _Pmo

class PpoValues(NamedTuple):
    ppo: Array
    signal: Array
    histogram: Array

class _Ppo(Indicator):
    def __call__(self, close: npt.ArrayLike, fast: int = 12, slow: int = 26, signal: int = 9, seed: Literal["mean", "first"] = "mean") -> PpoValues: ...  # type: ignore[override]
    def stream(self, fast: int = 12, slow: int = 26, signal: int = 9, seed: Literal["mean", "first"] = "mean") -> Stream: ...  # type: ignore[override]
    def warm_up(self, fast: int = 12, slow: int = 26, signal: int = 9, seed: Literal["mean", "first"] = "mean") -> int: ...  # type: ignore[override]

ppo: _Ppo

class _Premier(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 8, smooth: int = 5) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 8, smooth: int = 5) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 8, smooth: int = 5) -> int: ...  # type: ignore[override]

premier: _Premier

class PvoValues(NamedTuple):
    pvo: Array
    signal: Array
    histogram: Array

class _Pvo(Indicator):
    def __call__(self, volume: npt.ArrayLike, fast: int = 12, slow: int = 26, signal: int = 9, seed: Literal["mean", "first"] = "mean") -> PvoValues: ...  # type: ignore[override]
    def stream(self, fast: int = 12, slow: int = 26, signal: int = 9, seed: Literal["mean", "first"] = "mean") -> Stream: ...  # type: ignore[override]
    def warm_up(self, fast: int = 12, slow: int = 26, signal: int = 9, seed: Literal["mean", "first"] = "mean") -> int: ...  # type: ignore[override]

pvo: _Pvo

class _Rma(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

rma: _Rma

class _Roc(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 10) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 10) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 10) -> int: ...  # type: ignore[override]

roc: _Roc

class _Rocp(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 10) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 10) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 10) -> int: ...  # type: ignore[override]

rocp: _Rocp

class _Rocr(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 10) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 10) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 10) -> int: ...  # type: ignore[override]

rocr: _Rocr

class _RollingSharpe(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 20) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20) -> int: ...  # type: ignore[override]

rolling_sharpe: _RollingSharpe

class _Rsi(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

rsi: _Rsi

class _RsiEwm(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

rsi_ewm: _RsiEwm

class _Rsquared(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

rsquared: _Rsquared

class _Sar(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, step: float = 0.02, limit: float = 0.2) -> Array: ...  # type: ignore[override]
    def stream(self, step: float = 0.02, limit: float = 0.2) -> Stream: ...  # type: ignore[override]
    def warm_up(self, step: float = 0.02, limit: float = 0.2) -> int: ...  # type: ignore[override]

sar: _Sar

class _Sma(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 30) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 30) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 30) -> int: ...  # type: ignore[override]

sma: _Sma

class SmiValues(NamedTuple):
    smi: Array
    signal: Array

class _Smi(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 13, first: int = 25, second: int = 2, signal: int = 3, seed: Literal["mean", "first"] = "first") -> SmiValues: ...  # type: ignore[override]
    def stream(self, period: int = 13, first: int = 25, second: int = 2, signal: int = 3, seed: Literal["mean", "first"] = "first") -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 13, first: int = 25, second: int = 2, signal: int = 3, seed: Literal["mean", "first"] = "first") -> int: ...  # type: ignore[override]

smi: _Smi

class StarcValues(NamedTuple):
    upper: Array
    middle: Array
    lower: Array

class _Starc(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 5, width: float = 2.0, range_period: int = 10) -> StarcValues: ...  # type: ignore[override]
    def stream(self, period: int = 5, width: float = 2.0, range_period: int = 10) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 5, width: float = 2.0, range_period: int = 10) -> int: ...  # type: ignore[override]

starc: _Starc

class _Stc(Indicator):
    def __call__(self, close: npt.ArrayLike, fast: int = 23, slow: int = 50, cycle: int = 10, smooth: int = 3, seed: Literal["mean", "first"] = "first") -> Array: ...  # type: ignore[override]
    def stream(self, fast: int = 23, slow: int = 50, cycle: int = 10, smooth: int = 3, seed: Literal["mean", "first"] = "first") -> Stream: ...  # type: ignore[override]
    def warm_up(self, fast: int = 23, slow: int = 50, cycle: int = 10, smooth: int = 3, seed: Literal["mean", "first"] = "first") -> int: ...  # type: ignore[override]

stc: _Stc

class _Stddev(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 20, width: float = 1.0) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20, width: float = 1.0) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20, width: float = 1.0) -> int: ...  # type: ignore[override]

stddev: _Stddev

class StochValues(NamedTuple):
    k: Array
    d: Array

class _Stoch(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 14, smooth: int = 3, signal: int = 3) -> StochValues: ...  # type: ignore[override]
    def stream(self, period: int = 14, smooth: int = 3, signal: int = 3) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14, smooth: int = 3, signal: int = 3) -> int: ...  # type: ignore[override]

stoch: _Stoch

class StochfValues(NamedTuple):
    k: Array
    d: Array

class _Stochf(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 14, signal: int = 3) -> StochfValues: ...  # type: ignore[override]
    def stream(self, period: int = 14, signal: int = 3) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14, signal: int = 3) -> int: ...  # type: ignore[override]

stochf: _Stochf

class StochrsiValues(NamedTuple):
    k: Array
    d: Array

class _Stochrsi(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14, window: int = 14, signal: int = 3, smooth: int = 1) -> StochrsiValues: ...  # type: ignore[override]
    def stream(self, period: int = 14, window: int = 14, signal: int = 3, smooth: int = 1) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14, window: int = 14, signal: int = 3, smooth: int = 1) -> int: ...  # type: ignore[override]

stochrsi: _Stochrsi

class SupertrendValues(NamedTuple):
    line: Array
    side: Array

class _Supertrend(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 10, factor: float = 3.0) -> SupertrendValues: ...  # type: ignore[override]
    def stream(self, period: int = 10, factor: float = 3.0) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 10, factor: float = 3.0) -> int: ...  # type: ignore[override]

supertrend: _Supertrend

class _T3(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 5, factor: float = 0.7) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 5, factor: float = 0.7) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 5, factor: float = 0.7) -> int: ...  # type: ignore[override]

t3: _T3

class _Tema(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 30) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 30) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 30) -> int: ...  # type: ignore[override]

tema: _Tema

class _Total(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 30) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 30) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 30) -> int: ...  # type: ignore[override]

total: _Total

class _Trange(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike) -> Array: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

trange: _Trange

class _Trima(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 30) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 30) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 30) -> int: ...  # type: ignore[override]

trima: _Trima

class _Trix(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 30) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 30) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 30) -> int: ...  # type: ignore[override]

trix: _Trix

class _Tsf(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

tsf: _Tsf

class TsiValues(NamedTuple):
    tsi: Array
    signal: Array

class _Tsi(Indicator):
    def __call__(self, close: npt.ArrayLike, long: int = 25, short: int = 13, signal: int = 7, seed: Literal["mean", "first"] = "mean") -> TsiValues: ...  # type: ignore[override]
    def stream(self, long: int = 25, short: int = 13, signal: int = 7, seed: Literal["mean", "first"] = "mean") -> Stream: ...  # type: ignore[override]
    def warm_up(self, long: int = 25, short: int = 13, signal: int = 7, seed: Literal["mean", "first"] = "mean") -> int: ...  # type: ignore[override]

tsi: _Tsi

class _Typprice(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike) -> Array: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

typprice: _Typprice

class _Ulcer(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

ulcer: _Ulcer

class _Ultosc(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, short: int = 7, medium: int = 14, long: int = 28) -> Array: ...  # type: ignore[override]
    def stream(self, short: int = 7, medium: int = 14, long: int = 28) -> Stream: ...  # type: ignore[override]
    def warm_up(self, short: int = 7, medium: int = 14, long: int = 28) -> int: ...  # type: ignore[override]

ultosc: _Ultosc

class _Var(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 20) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20) -> int: ...  # type: ignore[override]

var: _Var

class _Vidya(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 9, momentum: Literal["sum", "wilder"] = "sum") -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 9, momentum: Literal["sum", "wilder"] = "sum") -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 9, momentum: Literal["sum", "wilder"] = "sum") -> int: ...  # type: ignore[override]

vidya: _Vidya

class VolumeIndicesValues(NamedTuple):
    positive: Array
    negative: Array

class _VolumeIndices(Indicator):
    def __call__(self, close: npt.ArrayLike, volume: npt.ArrayLike) -> VolumeIndicesValues: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

volume_indices: _VolumeIndices

class VortexValues(NamedTuple):
    plus: Array
    minus: Array

class _Vortex(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 14) -> VortexValues: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

vortex: _Vortex

class _Vpt(Indicator):
    def __call__(self, close: npt.ArrayLike, volume: npt.ArrayLike) -> Array: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

vpt: _Vpt

class _Vwap(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, volume: npt.ArrayLike) -> Array: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

vwap: _Vwap

class _Vwma(Indicator):
    def __call__(self, close: npt.ArrayLike, volume: npt.ArrayLike, period: int = 20) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20) -> int: ...  # type: ignore[override]

vwma: _Vwma

class _Wclprice(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike) -> Array: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

wclprice: _Wclprice

class _WilliamsAd(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike) -> Array: ...  # type: ignore[override]
    def stream(self) -> Stream: ...  # type: ignore[override]
    def warm_up(self) -> int: ...  # type: ignore[override]

williams_ad: _WilliamsAd

class _Willr(Indicator):
    def __call__(self, high: npt.ArrayLike, low: npt.ArrayLike, close: npt.ArrayLike, period: int = 14) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 14) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 14) -> int: ...  # type: ignore[override]

willr: _Willr

class _Wma(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 30) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 30) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 30) -> int: ...  # type: ignore[override]

wma: _Wma

class _Zlema(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 20) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20) -> int: ...  # type: ignore[override]

zlema: _Zlema

class _Zscore(Indicator):
    def __call__(self, close: npt.ArrayLike, period: int = 20) -> Array: ...  # type: ignore[override]
    def stream(self, period: int = 20) -> Stream: ...  # type: ignore[override]
    def warm_up(self, period: int = 20) -> int: ...  # type: ignore[override]

zscore: _Zscore
