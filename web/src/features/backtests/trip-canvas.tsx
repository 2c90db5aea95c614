import { CandlestickSeries, ColorType, type IChartApi, type ISeriesApi, LineStyle, type UTCTimestamp, createChart, createSeriesMarkers } from "lightweight-charts";
import { useEffect, useRef } from "react";
import type { RoundTrip, RunBars } from "~/api/types";
import { useColors } from "~/design/theme";

interface TripCanvasProps {
  label: string;
  bars: RunBars;
  /** Its entry and exit are drawn as lines. */
  trip: RoundTrip | null;
}

const stamp = (seconds: number): UTCTimestamp => seconds as UTCTimestamp;

/** The fill's bar: the last one that does not begin after it. */
function barAt(times: readonly number[], at: number): number | null {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return times[low - 1] ?? null;
}

/** The bars that the run saw with its fills on them. Loaded only where it is seen. */
export function TripCanvas({ label, bars, trip }: TripCanvasProps) {
  const container = useRef<HTMLDivElement>(null);
  const parts = useRef<{ chart: IChartApi; candles: ISeriesApi<"Candlestick"> } | null>(null);
  const colors = useColors((store) => store.colors);

  useEffect(() => {
    if (!container.current) {
      return undefined;
    }
    const chart = createChart(container.current, { autoSize: true, layout: { attributionLogo: false } });
    const { gain, loss, line, faint } = colors;
    const candles = chart.addSeries(CandlestickSeries, { upColor: gain, downColor: loss, wickUpColor: gain, wickDownColor: loss, borderVisible: false, priceLineVisible: false, lastValueVisible: false });
    chart.applyOptions({
      layout: { background: { type: ColorType.Solid, color: colors.panel }, textColor: colors["text-3"], fontSize: 11, fontFamily: '"Inter Variable", sans-serif' },
      grid: { vertLines: { color: faint }, horzLines: { color: faint } },
      rightPriceScale: { borderColor: line },
      timeScale: { borderColor: line, timeVisible: bars.at.length > 1 && (bars.at[1] ?? 0) - (bars.at[0] ?? 0) < 86_400, minBarSpacing: 0.1 },
    });
    candles.setData(
      bars.at.map((at, place) => ({ time: stamp(at), open: bars.open[place] ?? 0, high: bars.high[place] ?? 0, low: bars.low[place] ?? 0, close: bars.close[place] ?? 0 })),
    );
    createSeriesMarkers(
      candles,
      bars.fills.flatMap(({ at, side }) => {
        const time = barAt(bars.at, at);
        const buys = side === "BUY";
        return time === null
          ? []
          : [{ time: stamp(time), position: buys ? ("belowBar" as const) : ("aboveBar" as const), shape: buys ? ("arrowUp" as const) : ("arrowDown" as const), color: buys ? colors.buy : colors.sell }];
      }),
    );
    if (trip) {
      const won = trip.profit >= 0 ? gain : loss;
      candles.createPriceLine({ price: trip.entry_price, title: "entry", color: colors["text-3"], lineStyle: LineStyle.Dashed, lineWidth: 1, axisLabelVisible: true });
      candles.createPriceLine({ price: trip.exit_price, title: "exit", color: won, lineStyle: LineStyle.Dashed, lineWidth: 1, axisLabelVisible: true });
    }
    chart.timeScale().fitContent();
    parts.current = { chart, candles };
    return () => {
      parts.current = null;
      chart.remove();
    };
  }, [bars, trip, colors]);

  return <div ref={container} role="img" aria-label={label} className="absolute inset-0" />;
}
