import { ColorType, type IChartApi, LineSeries, LineStyle, PriceScaleMode, type UTCTimestamp, createChart } from "lightweight-charts";
import { useEffect, useRef } from "react";
import { type RoleColors, useColors } from "~/design/theme";
import { compactText, percentText } from "./wording";

export interface CanvasLine {
  name: string;
  at: readonly number[];
  value: readonly (number | null)[];
  color: keyof RoleColors;
  dashed?: boolean;
}

interface LineCanvasProps {
  label: string;
  lines: readonly CanvasLine[];
  /** Drawn in a pane of their own below. */
  below?: readonly CanvasLine[];
  /** What the values are: money on the left of a thousand, or a share of one. */
  unit: "money" | "fraction";
  logarithmic?: boolean;
}

const NONE: readonly CanvasLine[] = [];

const points = ({ at, value }: CanvasLine) =>
  at.flatMap((time, place) => {
    const each = value[place];
    return each === null || each === undefined ? [] : [{ time: time as UTCTimestamp, value: each }];
  });

/** Lines over time on a canvas; what lies below shares its time axis. Loaded only where one is seen. */
export function LineCanvas({ label, lines, below = NONE, unit, logarithmic = false }: LineCanvasProps) {
  const container = useRef<HTMLDivElement>(null);
  const chart = useRef<IChartApi | null>(null);
  const colors = useColors((store) => store.colors);

  useEffect(() => {
    if (!container.current) {
      return undefined;
    }
    // Its own logo is set through innerHTML, which Trusted Types refuse: the page carries the attribution as a link.
    const built = createChart(container.current, { autoSize: true, layout: { attributionLogo: false } });
    chart.current = built;
    const add = (line: CanvasLine, pane: number): void => {
      const fraction = pane > 0 || unit === "fraction";
      built
        .addSeries(
          LineSeries,
          {
            color: colors[line.color],
            lineWidth: pane === 0 && !line.dashed ? 2 : 1,
            lineStyle: line.dashed ? LineStyle.Dashed : LineStyle.Solid,
            priceLineVisible: false,
            lastValueVisible: false,
            priceFormat: { type: "custom", minMove: 0.0001, formatter: (value: number) => (fraction ? percentText(value) : compactText(value)) },
          },
          pane,
        )
        .setData(points(line));
    };
    lines.forEach((line) => add(line, 0));
    below.forEach((line) => add(line, 1));
    built.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: colors.panel },
        textColor: colors["text-3"],
        fontSize: 11,
        fontFamily: '"Inter Variable", sans-serif',
        panes: { separatorColor: colors.line, enableResize: false },
      },
      grid: { vertLines: { color: colors.faint }, horzLines: { color: colors.faint } },
      rightPriceScale: { borderColor: colors.line, mode: logarithmic ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal },
      timeScale: { borderColor: colors.line, minBarSpacing: 0.02 },
    });
    const [main, lower] = built.panes();
    main?.setStretchFactor(3);
    lower?.setStretchFactor(1);
    built.timeScale().fitContent();
    return () => {
      chart.current = null;
      built.remove();
    };
  }, [lines, below, unit, logarithmic, colors]);

  return <div ref={container} role="img" aria-label={label} className="absolute inset-0" />;
}
