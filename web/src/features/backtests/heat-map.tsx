import { type KeyboardEvent, useEffect, useRef, useState } from "react";

export interface HeatCell {
  x: string;
  y: string;
  value: number;
  /** Which row of the sweep it is. */
  row: number;
}

interface HeatMapProps {
  label: string;
  cells: readonly HeatCell[];
  across: string;
  down: string | null;
  write: (value: number) => string;
  chosen: number | null;
  onChoose: (row: number) => void;
}

const LEFT = 64;
const TOP = 22;
const DEEPEST = 48;
const NUMBERS_FROM = 44;

const ordered = (values: Iterable<string>): string[] =>
  [...new Set(values)].toSorted((one, two) => (Number.isNaN(Number(one)) || Number.isNaN(Number(two)) ? one.localeCompare(two) : Number(one) - Number(two)));

/** A cell for each pair of values, the deeper the further from the middle of all; arrow keys walk over it. */
export function HeatMap({ label, cells, across, down, write, chosen, onChoose }: HeatMapProps) {
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
  const xs = ordered(cells.map(({ x }) => x));
  const ys = ordered(cells.map(({ y }) => y));
  const byPlace = new Map(cells.map((cell) => [`${xs.indexOf(cell.x)} ${ys.indexOf(cell.y)}`, cell]));
  const values = cells.map(({ value }) => value).toSorted((one, two) => one - two);
  const middle = values[Math.floor(values.length / 2)] ?? 0;
  // A few outliers must not make all others look alike: the deepest tints begin at the outer twentieths.
  const above = (values[Math.floor(values.length * 0.95)] ?? middle) - middle;
  const beneath = middle - (values[Math.floor(values.length * 0.05)] ?? middle);
  const depthOf = (value: number): number => {
    const reach = value >= middle ? above : beneath;
    return Math.round(4 + (DEEPEST - 4) * (reach > 0 ? Math.min(1, Math.abs(value - middle) / reach) : 0));
  };
  const wide = Math.max(0, (width - LEFT) / Math.max(1, xs.length));
  const high = Math.max(10, Math.min(34, 420 / Math.max(1, ys.length)));
  const every = Math.max(1, Math.ceil(34 / Math.max(1, wide)));
  const selected = cells.find(({ row }) => row === chosen);

  const walk = (event: KeyboardEvent): void => {
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!step) {
      return;
    }
    event.preventDefault();
    const x = selected ? xs.indexOf(selected.x) + (step[0] ?? 0) : 0;
    const y = selected ? ys.indexOf(selected.y) + (step[1] ?? 0) : 0;
    const next = byPlace.get(`${Math.min(xs.length - 1, Math.max(0, x))} ${Math.min(ys.length - 1, Math.max(0, y))}`);
    if (next) {
      onChoose(next.row);
    }
  };

  return (
    <div ref={element} className="w-full">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- an application role takes the arrow keys */}
      <svg
        role="application"
        aria-label={`${label}. Arrow keys choose a cell.`}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- arrow keys walk over the cells
        tabIndex={0}
        width={width}
        height={TOP + ys.length * high + 18}
        className="block"
        onKeyDown={walk}
      >
        <text x={LEFT} y={14} className="fill-text-2 text-11">
          {across}
          {down !== null && ` across, ${down} down`}
        </text>
        {xs.map((x, place) => (
          place % every === 0 && (
            <text key={x} x={LEFT + (place + 0.5) * wide} y={TOP + ys.length * high + 13} textAnchor="middle" className="fill-text-3 text-11 tabular-nums">
              {x}
            </text>
          )
        ))}
        {ys.map((y, place) => (
          <text key={y} x={LEFT - 6} y={TOP + (place + 0.5) * high + 4} textAnchor="end" className="fill-text-3 text-11 tabular-nums">
            {y}
          </text>
        ))}
        {cells.map((cell) => {
          const left = LEFT + xs.indexOf(cell.x) * wide;
          const top = TOP + ys.indexOf(cell.y) * high;
          const own = cell.row === chosen;
          return (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- the drawing around it takes the arrow keys
            <g key={cell.row} className="cursor-pointer" onClick={() => onChoose(cell.row)}>
              <rect
                x={left + 0.5}
                y={top + 0.5}
                width={Math.max(1, wide - 1)}
                height={Math.max(1, high - 1)}
                strokeWidth={own ? 2 : 0}
                className={own ? "stroke-focus" : undefined}
                style={{ fill: `color-mix(in srgb, var(--${cell.value >= middle ? "gain" : "loss"}) ${depthOf(cell.value)}%, var(--panel))` }}
              >
                <title>{`${across} ${cell.x}${down === null ? "" : `, ${down} ${cell.y}`}: ${write(cell.value)}`}</title>
              </rect>
              {wide >= NUMBERS_FROM && high >= 18 && (
                <text x={left + wide / 2} y={top + high / 2 + 4} textAnchor="middle" className="pointer-events-none fill-text text-11 tabular-nums">
                  {write(cell.value)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
