import { type ReactNode, useEffect, useRef, useState } from "react";

/** How wide an element is, as it changes. */
function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const seen = element.current;
    if (!seen) {
      return undefined;
    }
    const observer = new ResizeObserver(() => setWidth(Math.floor(seen.clientWidth)));
    observer.observe(seen);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

/** Round values between two ends, some five of them. */
export function ticks(low: number, high: number, wanted = 5): number[] {
  const span = high - low;
  if (!(span > 0)) {
    return [low];
  }
  const rough = span / wanted;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * size).find((each) => each >= rough) ?? rough;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, place) => (first + place) * step);
}

export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
  across: (x: number) => number;
  down: (y: number) => number;
}

interface DrawingProps {
  label: string;
  height?: number;
  /** The range of x and of y. */
  x: readonly [number, number];
  y: readonly [number, number];
  /** How a value of y is written at the axis. */
  write: (value: number) => string;
  /** Words below, by their x. */
  below?: readonly { at: number; text: string }[];
  children: (frame: Frame) => ReactNode;
}

const NO_WORDS: readonly { at: number; text: string }[] = [];
const LEFT = 46;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 20;

/** A chart of our own: axis, grid, and what is drawn inside, as wide as its place. */
export function Drawing({ label, height = 200, x, y, write, below = NO_WORDS, children }: DrawingProps) {
  const [element, total] = useWidth();
  const width = Math.max(0, total - LEFT - RIGHT);
  const inner = height - TOP - BOTTOM;
  const frame: Frame = {
    left: LEFT,
    top: TOP,
    width,
    height: inner,
    across: (value) => LEFT + (x[1] === x[0] ? 0.5 : (value - x[0]) / (x[1] - x[0])) * width,
    down: (value) => TOP + (y[1] === y[0] ? 0.5 : (y[1] - value) / (y[1] - y[0])) * inner,
  };
  const every = Math.max(1, Math.ceil((below.length * 40) / Math.max(1, width)));
  return (
    <div ref={element} className="w-full">
      <svg role="img" aria-label={label} width={total} height={height} className="block">
        {ticks(y[0], y[1], 4).map((value) => (
          <g key={value}>
            <line x1={LEFT} x2={LEFT + width} y1={frame.down(value)} y2={frame.down(value)} className={value === 0 ? "stroke-text-3" : "stroke-faint"} />
            <text x={LEFT - 6} y={frame.down(value) + 4} textAnchor="end" className="fill-text-3 text-11 tabular-nums">
              {write(value)}
            </text>
          </g>
        ))}
        {below.map(
          ({ at, text }, place) =>
            place % every === 0 && (
              <text key={`${at} ${text}`} x={frame.across(at)} y={height - 5} textAnchor="middle" className="fill-text-3 text-11 tabular-nums">
                {text}
              </text>
            ),
        )}
        {total > 0 && children(frame)}
      </svg>
    </div>
  );
}

/** The path of a line through points; it breaks where a value is missing. */
export function linePath(xs: readonly number[], ys: readonly (number | null)[], frame: Frame): string {
  let drawn = "";
  let open = false;
  xs.forEach((x, place) => {
    const y = ys[place];
    if (y === null || y === undefined) {
      open = false;
      return;
    }
    drawn += `${open ? "L" : "M"}${frame.across(x).toFixed(1)} ${frame.down(y).toFixed(1)}`;
    open = true;
  });
  return drawn;
}

/** The least and the most of some values, with zero among them where it is wanted. */
export function rangeOf(values: readonly (number | null | undefined)[], withZero = true): [number, number] {
  const seen = values.filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  const low = Math.min(...seen, withZero ? 0 : Number.POSITIVE_INFINITY);
  const high = Math.max(...seen, withZero ? 0 : Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    return [0, 1];
  }
  return low === high ? [low - 1, high + 1] : [low, high];
}
