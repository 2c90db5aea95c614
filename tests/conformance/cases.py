"""The reference values that the indicators are held against, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STOCK = "Stock.Indicators"
LEAN = "LEAN"
CHARTS = "StockCharts (through ta)"
SINGLE = "the file was computed in single precision"
DIGITS = "the file's inputs are printed with fewer digits than it was computed from"


@dataclass(frozen=True)
class Case:
    """One column of a file, and the output of an indicator that it is."""

    source: str
    file: str
    column: str
    indicator: str
    output: int = 0
    parameters: Mapping[str, int | float | str] = field(default_factory=dict)
    start: int = 0
    stop: int | None = None
    slack: float = 0.0
    earlier: int = 0
    rename: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def label(self) -> str:
        return f"{self.file}:{self.column}"


def _stock(file: str, indicator: str, columns: str, **named: float | str) -> list[Case]:
    start = int(named.pop("start", 0))
    earlier = int(named.pop("earlier", 0))
    note = str(named.pop("note", ""))
    return [
        Case(
            STOCK, f"stock_indicators/{file}.csv.gz", column, indicator, int(output), named,
            start=start, earlier=earlier, note=note,
        )
        for column, output in (pair.split("=") for pair in columns.split())
    ]  # fmt: skip


def _lean(file: str, indicator: str, column: str, output: int = 0, **named: float | str) -> Case:
    options = {k: named.pop(k) for k in ("start", "slack", "note", "stop") if k in named}
    return Case(LEAN, f"lean/{file}", column, indicator, output, named, **options)  # type: ignore[arg-type]


def _charts(file: str, indicator: str, column: str, output: int = 0, **named: float | str) -> Case:
    options = {k: named.pop(k) for k in ("start", "slack", "note") if k in named}
    return Case(CHARTS, f"ta_stockcharts/{file}", column, indicator, output, named, **options)  # type: ignore[arg-type]


SEEDS = "all of its averages start from one mean; ours each from their own, so they meet later"
PARTIAL = "it begins with windows that are not full; ours waits, so they meet later"

STOCK_CASES = [
    *_stock("adl", "ad", "adl=0"),
    *_stock("alma", "alma", "alma=0"),
    *_stock("atr", "atr", "atr=0"),
    *_stock("atr", "natr", "atrp=0"),
    *_stock("atr", "trange", "tr=0"),
    *_stock("awesome", "awesome", "oscillator=0"),
    *_stock("cci", "cci", "cci=0"),
    *_stock("chaikin-osc", "adosc_mean", "oscillator=0"),
    *_stock("chop", "chop", "chop=0"),
    *_stock("cmo", "cmo_sum", "cmo=0"),
    *_stock("crsi", "crsi", "connorsrsi=0"),
    *_stock("crsi", "rsi", "rsi=0", period=3),
    *_stock("donchian", "donchian", "upperband=0 centerline=1 lowerband=2", earlier=1, note="it leaves the bar itself out: our value one bar earlier"),
    *_stock("dynamic", "mcginley", "dynamic=0"),
    *_stock("ema", "ema", "ema=0", period=20),
    *_stock("epma", "linreg", "epma=0", period=10),
    *_stock("fisher", "fisher", "fisher=0 trigger=1", start=302, note=PARTIAL),
    *_stock("heikinashi", "heikin_ashi", "open=0 high=1 low=2 close=3"),
    *_stock("kvo", "kvo", "oscillator=0 signal=1"),
    *_stock("obv", "obv_zero", "obv=0"),
    *_stock("pmo", "pmo", "pmo=0 signal=1"),
    *_stock("pvo", "pvo", "pvo=0 signal=1 histogram=2"),
    *_stock("rsi", "rsi", "rsi=0"),
    *_stock("slope", "linreg_slope", "slope=0"),
    *_stock("slope", "rsquared", "rsquared=0"),
    *_stock("slope", "stddev", "stddev=0", period=14),
    *_stock("sma", "sma", "sma=0", period=20),
    *_stock("smi", "smi", "smi=0 signal=1"),
    *_stock("starc", "starc", "upperband=0 centerline=1 lowerband=2"),
    *_stock("stdev", "stddev", "stddev=0", period=14),
    *_stock("stdev", "sma", "mean=0", period=14),
    *_stock("stdev", "zscore", "zscore=0", period=14),
    *_stock("stoch", "stoch", "oscillator=0 signal=1"),
    *_stock("stoch-rsi", "stochrsi", "stochrsi=0 signal=1"),
    *_stock("supertrend", "supertrend", "supertrend=0"),
    *_stock("tema", "tema", "tema=0", period=20, start=213, note=SEEDS),
    *_stock("trix", "trix", "trix=0", period=14, start=162, note=SEEDS),
    *_stock("ulcer", "ulcer", "ulcerindex=0"),
    *_stock("vwma", "vwma", "vwma=0", period=14),
]  # fmt: skip

LAST = "the last row's inputs are those of an unfinished bar"

LEAN_CASES = [
    _lean("spx_lwma.csv", "wma", "lwma", period=6, slack=1e-4, note="printed digits are cut off, not rounded", start=5),
    _lean("spy_acceleration_bands_20_4.txt", "accbands", "upperband", 0, slack=1e-4, note=DIGITS),
    _lean("spy_acceleration_bands_20_4.txt", "accbands", "middleband", 1),
    _lean("spy_acceleration_bands_20_4.txt", "accbands", "lowerband", 2, slack=1e-4, note=DIGITS),
    _lean("spy_ad_osc.txt", "adosc_mean", "adosc_3_10"),
    _lean("spy_alma.txt", "alma", "alma", offset=0.75, note="it rounds offset · (p − 1) down: 0.85 becomes 6/8"),
    _lean("spy_atr_wilder.txt", "atr_early", "average true range 14"),
    _lean("spy_bop.txt", "bop", "bop"),
    _lean("spy_cmf.txt", "cmf", "cmf_20", start=19, stop=-1, note=LAST),
    _lean("spy_coppock_curve.csv", "coppock", "coppockcurve"),
    _lean("spy_dema.txt", "dema", "dema_5", period=5),
    _lean("spy_dpo.csv", "dpo", "dpo"),
    _lean("spy_ema.csv", "ema", "ema14", period=14),
    *[_lean("spy_heikin_ashi.txt", "heikin_ashi", f"ha_{side}", k) for k, side in enumerate(("open", "high", "low", "close"))],
    _lean("spy_logr14.txt", "log_return", "logr14", period=14, slack=2e-7, note=SINGLE),
    _lean("spy_mass_index_25.txt", "mass", "massindex", start=130, note=SEEDS),
    _lean("spy_mfi.txt", "mfi", "money flow index 20", period=20, slack=2e-5, note=DIGITS),
    _lean("spy_midprice.txt", "midprice", "midprice_5", period=5),
    _lean("spy_natr.txt", "natr", "natr_5", period=5),
    _lean("spy_pso.csv", "premier", "pso"),
    _lean("spy_rocr.txt", "rocr", "rocr_5", period=5),
    _lean("spy_sr.txt", "rolling_sharpe", "sr_10", period=10, start=10, stop=-1, note=LAST),
    _lean("spy_tr.txt", "trange", "tr"),
    _lean("spy_trix.txt", "trix", "trix_5", period=5),
    _lean("spy_tsi.csv", "tsi", "tsi_25_13", 0),
    _lean("spy_tsi.csv", "tsi", "signal_7", 1),
    _lean("spy_vidya.txt", "vidya", "vidya_9", start=9, momentum="wilder"),
    _lean("spy_with_ForceIndex.csv", "force", "forceindex20", period=20),
    _lean("spy_with_StochRSI.csv", "stochrsi", "k", 0, smooth=3),
    _lean("spy_with_StochRSI.csv", "stochrsi", "d", 1, smooth=3),
    _lean("spy_with_chop.csv", "chop_plain", "chop14"),
    _lean("spy_with_fisher.txt", "fisher", "fisher transform 10"),
    _lean("spy_with_ibs.csv", "ibs", "ibs"),
    _lean("spy_with_indicators.txt", "sma", "sma14", period=14, slack=7e-3, note=SINGLE),
    _lean("spy_with_indicators.txt", "ema", "ema14", period=14, slack=7e-3, note=SINGLE),
    _lean("spy_with_indicators.txt", "rsi", "rsi 14 wilder"),
    _lean("spy_with_indicators.txt", "apo", "macd 12 26", slack=4e-3, note=SINGLE),
    _lean("spy_with_keltner.csv", "keltner_simple", "keltner channels 20 top", 0, slack=1e-4, note=DIGITS),
    _lean("spy_with_keltner.csv", "keltner_simple", "middle band", 1, slack=1e-4, note=DIGITS),
    _lean("spy_with_keltner.csv", "keltner_simple", "keltner channels 20 bottom", 2, slack=1e-4, note=DIGITS),
    _lean("spy_with_kvo.csv", "kvo", "kvo5_10", fast=5, slow=10, start=125, note="its force begins a bar earlier, so they meet later"),
    _lean("spy_with_obv.txt", "obv", "obv", slack=2e3, note=DIGITS),
    _lean("spy_with_rocp50.txt", "roc", "rate of change % 50", period=50, slack=1e-5, note=SINGLE),
    _lean("spy_with_sobv.csv", "obv_mean", "sobv20"),
    _lean("spy_with_stoch12k3.txt", "stoch", "stochastics 12 %k 3", 0, period=12, smooth=3, signal=5, slack=6e-4, note=SINGLE),
    _lean("spy_with_stoch12k3.txt", "stoch", "%d 5", 1, period=12, smooth=3, signal=5, slack=6e-4, note=SINGLE),
    _lean("spy_with_vwma.csv", "vwma", "vwma20"),
]  # fmt: skip

SIGNAL = "its signal starts from another value; they meet later"

CHARTS_CASES = [
    _charts("cs-accum.csv", "ad", "adline"),
    _charts("cs-atr.csv", "atr_early", "atr", start=13),
    *[_charts("cs-bbands.csv", "bbands", f"{side}band", k) for k, side in enumerate(("high", "middle", "low"))],
    _charts("cs-bbands.csv", "bandwidth", "widthband"),
    _charts("cs-bbands.csv", "percent_b", "percentageband"),
    *[_charts("cs-dc.csv", "donchian", f"{side}_band", k) for k, side in enumerate(("upper", "middle", "lower"))],
    _charts("cs-easeofmovement.csv", "eom", "sma_emv", period=14),
    _charts("cs-easeofmovement.csv", "eom", "emv", period=1),
    _charts("cs-kama.csv", "kama", "kama", period=10, start=10),
    _charts("cs-kama.csv", "efficiency", "er"),
    _charts("cs-macd.csv", "macd_ewm", "macd_line"),
    _charts("cs-macd.csv", "macd_ewm", "macd_signal", 1, start=114, note=SIGNAL),
    _charts("cs-macd.csv", "macd_ewm", "macd_diff", 2, start=114, note=SIGNAL),
    _charts("cs-obv.csv", "obv", "obv"),
    *[_charts("cs-ppo.csv", "ppo", column, k, seed="first") for k, column in enumerate(("ppo", "ppo_signal_line", "ppo_histogram"))],
    *[_charts("cs-pvo.csv", "pvo", column, k, seed="first") for k, column in enumerate(("pvo", "pvo_signal_line", "pvo_histogram"))],
    _charts("cs-rsi.csv", "rsi_ewm", "rsi"),
    _charts("cs-stc.csv", "stc", "stc", start=102, note=PARTIAL),
    _charts("cs-ultosc.csv", "ultosc", "ult_osc"),
    _charts("cs-vpt.csv", "vpt", "unsmoothed vpt"),
    _charts("cs-wma.csv", "wma", "wma", period=9, start=8),
]  # fmt: skip

CASES = [*STOCK_CASES, *LEAN_CASES, *CHARTS_CASES]

# backtrader's vectors: case → (our indicator, parameters, outputs in its order, factor on ours).
Vector = tuple[str, dict[str, int | float | str], tuple[int, ...], float]
VECTORS: dict[str, Vector] = {
    "accdecosc": ("accelerator", {}, (0,), 1.0),
    "aroonupdown": ("aroon", {}, (1, 0), 1.0),
    "awesomeoscillator": ("awesome", {}, (0,), 1.0),
    "dv2": ("dv2", {}, (0,), 1.0),
    "envelope": ("envelope", {"period": 30}, (1, 0, 2), 1.0),
    "highest": ("highest", {"period": 14}, (0,), 1.0),
    "ichimoku": ("ichimoku", {}, (0, 1, 2, 3), 1.0),
    "kamaenvelope": ("envelope", {"period": 30}, (1, 0, 2), 1.0),
    "kst": ("kst", {"last": 10}, (0, 1), 1.0),
    "momentum": ("mom", {"period": 12}, (0,), 1.0),
    "pctrank": ("percent_rank", {"period": 50}, (0,), 1.0),
    "ppo": ("ppo", {}, (0, 1, 2), 1.0),
    "priceosc": ("apo", {}, (0,), 1.0),
    "roc": ("rocp", {"period": 12}, (0,), 1.0),
    "rsi_safe": ("rsi", {}, (0,), 1.0),
    "smaenvelope": ("envelope", {"period": 30}, (1, 0, 2), 1.0),
    "smma": ("rma", {"period": 30}, (0,), 1.0),
    "stochasticfull": ("stochf", {}, (0, 1), 1.0),
    "tema": ("tema", {"period": 30}, (0,), 1.0),
    "tsi": ("tsi", {"long": 25, "short": 13}, (0,), 1.0),
    "williamsad": ("williams_ad", {}, (0,), 1.0),
    "wma": ("wma", {"period": 30}, (0,), 1.0),
}

# What differs, or is not held against anything, and why.
DIFFERENT: dict[str, str] = {
    "stock_indicators/aroon.csv.gz": "of equal extremes it takes the oldest bar, TA-Lib and we the newest; one bar of 477 each differs",
    "stock_indicators/mama.csv.gz": "its warm-up differs from TA-Lib's, which we follow; the two meet within 251 bars, not at the first",
    "stock_indicators/beta.csv.gz": "needs two input files; agrees and is tested by name",
    "stock_indicators/slope.csv.gz:line": "drawn backwards from the last bar: it looks ahead",
    "stock_indicators/pivot-points.csv.gz": "calendar windows; not an indicator of ours yet",
    "stock_indicators/fractal.csv.gz": "looks two bars ahead",
    "stock_indicators/zigzag.csv.gz": "repaints: it looks ahead",
    "stock_indicators/renko-atr.csv.gz": "not bar by bar, and its brick comes from the last bar: it looks ahead",
    "stock_indicators/doji.csv.gz": "a candle pattern; not an indicator of ours yet",
    "stock_indicators/hurst.csv.gz": "not an indicator of ours yet",
    "stock_indicators/roc-wb.csv.gz": "not an indicator of ours yet",
    "stock_indicators/vol-stop.csv.gz": "not an indicator of ours yet",
    "lean/spy_apo.txt": "its averages are simple; agrees with sma(5) − sma(10) and is tested by name",
    "lean/spy_arima.csv": "a model fitted by an optimiser, not an indicator",
    "lean/spy_pivot_pnt_hl.txt": "looks ten bars ahead",
    "lean/alpha_indicator_datatest.csv": "two symbols in one file, mixed calendars; beta is held against other references",
    "lean/bi_datatest.csv": "two symbols in one file, mixed calendars; beta is held against other references",
    "lean/mcclellan_data.csv": "its averages were seeded with days before its first row",
    "lean/td_sequential_test_data.csv": "a count of setups; not an indicator of ours yet",
    "lean/vp_datatest.csv": "a volume profile; not an indicator of ours yet",
    "ta_stockcharts/cs-tsi.csv": "differs by 6e-4 at its last row, where every seed has faded; no recipe we tried gives its column",
    "backtrader:cci": "its mean deviation is taken around each bar's own moving mean; TA-Lib's and ours around the last one",
    "backtrader:lrsi": "its filter starts at another bar; agrees once that has faded",
    "backtrader:dm": "Wilder averages seeded with means, not Wilder's sums; TA-Lib's are ours",
    "backtrader:demaenvelope": "2.5 % around dema(30), which is tested against TA-Lib and LEAN",
    "backtrader:emaenvelope": "2.5 % around ema(30), which is tested against TA-Lib, LEAN and Stock.Indicators",
    "backtrader:*osc": "the series less one of the averages that are tested",
    "backtrader:upmove, downmove": "the change from bar to bar of one series",
    "backtrader:zlind": "Ehlers' zero-lag indicator, which picks its gain by search; not an indicator of ours",
}  # fmt: skip
