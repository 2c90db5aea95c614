import {
  type AutoscaleInfo,
  CandlestickSeries,
  ColorType,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  LineStyle,
  type Time,
  createChart,
  createSeriesMarkers,
} from "lightweight-charts";
import { useEffect, useRef } from "react";
import { type RoleColors, useColors } from "~/design/theme";
import { type ChartBar, type Mark, type WorkingLine, movingAverage, rangeWith } from "./series";

interface ChartCanvasProps {
  bars: readonly ChartBar[];
  /** Bars that quotes have made since: over the last one, and after it. */
  live: readonly ChartBar[];
  marks: readonly Mark[];
  lines: readonly WorkingLine[];
  places: number;
  zone: string;
  seconds: number;
  averages: boolean;
  label: string;
}

interface Parts {
  chart: IChartApi;
  candles: ISeriesApi<"Candlestick">;
  volume: ISeriesApi<"Histogram">;
  fast: ISeriesApi<"Line">;
  slow: ISeriesApi<"Line">;
  marks: ISeriesMarkersPluginApi<Time>;
  lines: IPriceLine[];
  /** The series takes no bar older than its last. */
  lastTime: number;
}

const FAST = 10;
const SLOW = 30;

function withAlpha(color: string, alpha: string): string {
  return /^#[0-9a-f]{6}$/i.test(color) ? `${color}${alpha}` : color;
}

function build(container: HTMLElement): Parts {
  // Its own logo is set through innerHTML, which Trusted Types refuse: the panel carries the attribution as a link.
  const chart = createChart(container, { autoSize: true, layout: { attributionLogo: false } });
  const line = { lineWidth: 1, priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false } as const;
  const candles = chart.addSeries(CandlestickSeries, { borderVisible: false });
  const volume = chart.addSeries(HistogramSeries, { priceScaleId: "", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.85, bottom: 0 } });
  candles.priceScale().applyOptions({ scaleMargins: { top: 0.06, bottom: 0.18 } });
  const parts: Parts = {
    chart,
    candles,
    volume,
    fast: chart.addSeries(LineSeries, line),
    slow: chart.addSeries(LineSeries, line),
    marks: createSeriesMarkers(candles, []),
    lines: [],
    lastTime: 0,
  };
  candles.applyOptions({
    autoscaleInfoProvider: (own: () => AutoscaleInfo | null) => {
      const scale = own();
      return scale?.priceRange ? { ...scale, priceRange: rangeWith(scale.priceRange, parts.lines.map((each) => each.options().price)) } : scale;
    },
  });
  return parts;
}

function paint({ chart, candles, fast, slow }: Parts, colors: RoleColors): void {
  const { gain, loss, line, faint } = colors;
  const text = colors["text-3"];
  chart.applyOptions({
    layout: { background: { type: ColorType.Solid, color: colors.panel }, textColor: text, fontSize: 11, fontFamily: '"Inter Variable", sans-serif' },
    grid: { vertLines: { color: faint }, horzLines: { color: faint } },
    rightPriceScale: { borderColor: line },
    timeScale: { borderColor: line, rightOffset: 4 },
    crosshair: { vertLine: { color: text, labelBackgroundColor: line }, horzLine: { color: text, labelBackgroundColor: line } },
  });
  candles.applyOptions({ upColor: gain, downColor: loss, wickUpColor: gain, wickDownColor: loss });
  fast.applyOptions({ color: colors.accent });
  slow.applyOptions({ color: colors.second });
}

function tellTime({ chart }: Parts, zone: string, seconds: number): void {
  const daily = seconds >= 86_400;
  // A day's bar stands at midnight UTC of its date, whatever the exchange's zone.
  const timeZone = daily ? "UTC" : zone;
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "short" });
  const year = new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "short", year: "numeric" });
  const date = (time: Time): Date => new Date(Number(time) * 1000);
  chart.applyOptions({
    timeScale: {
      timeVisible: !daily,
      secondsVisible: false,
      tickMarkFormatter: (time: Time, kind: number) => (kind >= 3 ? clock : day).format(date(time)),
    },
    localization: {
      timeFormatter: (time: Time) => (daily ? year.format(date(time)) : `${day.format(date(time))}, ${clock.format(date(time))}`),
    },
  });
}

/** The canvas chart of lightweight-charts, told by props what to show. Loaded only where a chart is seen. */
export function ChartCanvas(props: ChartCanvasProps) {
  const { bars, live, marks, lines, places, zone, seconds, averages, label } = props;
  const container = useRef<HTMLDivElement>(null);
  const parts = useRef<Parts | null>(null);
  const colors = useColors((store) => store.colors);

  useEffect(() => {
    if (!container.current) {
      return undefined;
    }
    const built = build(container.current);
    parts.current = built;
    return () => {
      parts.current = null;
      built.chart.remove();
    };
  }, []);

  useEffect(() => {
    if (parts.current) {
      paint(parts.current, colors);
    }
  }, [colors]);

  useEffect(() => {
    if (parts.current) {
      tellTime(parts.current, zone, seconds);
    }
  }, [zone, seconds]);

  useEffect(() => {
    parts.current?.candles.applyOptions({ priceFormat: { type: "price", precision: places, minMove: 10 ** -places } });
  }, [places]);

  useEffect(() => {
    const present = parts.current;
    if (!present) {
      return;
    }
    const tone = ({ open, close }: ChartBar): string => withAlpha(close >= open ? colors.gain : colors.loss, "38");
    present.candles.setData([...bars]);
    present.lastTime = bars.at(-1)?.time ?? 0;
    present.volume.setData(bars.map((bar) => ({ time: bar.time, value: bar.volume, color: tone(bar) })));
    present.fast.setData(averages ? movingAverage(bars, FAST) : []);
    present.slow.setData(averages ? movingAverage(bars, SLOW) : []);
  }, [bars, averages, colors]);

  useEffect(() => {
    const present = parts.current;
    for (const bar of present && present.lastTime > 0 ? live : []) {
      if (present && bar.time >= present.lastTime) {
        present.candles.update(bar);
        present.lastTime = bar.time;
      }
    }
  }, [live]);

  useEffect(() => {
    parts.current?.marks.setMarkers(
      marks.map(({ time, side }) => ({
        time,
        position: side === "BUY" ? "belowBar" : "aboveBar",
        shape: side === "BUY" ? "arrowUp" : "arrowDown",
        color: side === "BUY" ? colors.buy : colors.sell,
      })),
    );
  }, [marks, colors]);

  useEffect(() => {
    const present = parts.current;
    if (!present) {
      return;
    }
    for (const line of present.lines) {
      present.candles.removePriceLine(line);
    }
    present.lines = lines.map(({ price, side, title }) =>
      present.candles.createPriceLine({ price, title, color: side === "BUY" ? colors.buy : colors.sell, lineStyle: LineStyle.Dashed, lineWidth: 1, axisLabelVisible: true }),
    );
  }, [lines, colors]);

  return <div ref={container} role="img" aria-label={label} className="absolute inset-0" />;
}
