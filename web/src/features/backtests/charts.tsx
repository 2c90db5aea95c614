import type { ReactNode } from "react";
import type { RunResult } from "~/api/types";
import { cx } from "~/lib/cx";
import { Drawing, linePath, rangeOf } from "~/ui/drawing";
import { numberText, percentText } from "./wording";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const DEEPEST = 46;
const YEAR_S = 31_556_952;

const yearsBelow = (at: readonly number[]): { at: number; text: string }[] => {
  const first = at[0];
  const last = at.at(-1);
  if (first === undefined || last === undefined) {
    return [];
  }
  if (last - first < YEAR_S) {
    return [first, (first + last) / 2, last].map((each) => ({ at: each, text: new Date(each * 1000).toISOString().slice(5, 10) }));
  }
  const from = new Date(first * 1000).getUTCFullYear() + 1;
  const to = new Date(last * 1000).getUTCFullYear();
  return Array.from({ length: to - from + 1 }, (_, place) => ({ at: Date.UTC(from + place, 0, 1) / 1000, text: String(from + place) }));
};

/** Months by years, each cell tinted by how far it is from nothing; narrow places show the tint alone. */
export function MonthlyHeat({ months }: { months: RunResult["months"] }) {
  const sizes = months.flatMap(({ months: values }) => values.flatMap((value) => (value === null ? [] : [Math.abs(value)]))).toSorted((one, two) => one - two);
  const deepest = sizes[Math.floor(sizes.length * 0.95)] || 1;
  const tint = (value: number): string =>
    `color-mix(in srgb, var(--${value >= 0 ? "gain" : "loss"}) ${Math.round(6 + (DEEPEST - 6) * Math.min(1, Math.abs(value) / deepest))}%, transparent)`;
  return (
    <div className="@container">
      <table className="w-full table-fixed border-separate border-spacing-[2px] text-11 tabular-nums" aria-label="Monthly returns">
        <thead>
          <tr className="text-text-3">
            <th scope="col" className="w-10 text-left font-medium">
              Year
            </th>
            {MONTHS.map((month) => (
              <th key={month} scope="col" aria-label={month} className="font-medium">
                <span className="@min-[640px]:hidden">{month.charAt(0)}</span>
                <span className="hidden @min-[640px]:inline">{month}</span>
              </th>
            ))}
            <th scope="col" className="w-14 text-right font-medium">
              Whole
            </th>
          </tr>
        </thead>
        <tbody>
          {months.map(({ year, whole, months: values }) => (
            <tr key={year}>
              <th scope="row" className="text-left font-medium text-text-2">
                {year}
              </th>
              {values.map((value, month) => (
                <td
                  key={MONTHS[month]}
                  title={value === null ? undefined : `${MONTHS[month]} ${year}: ${percentText(value, 2)}`}
                  className="h-6 rounded-sm text-center text-text"
                  style={value === null ? undefined : { backgroundColor: tint(value) }}
                >
                  {value !== null && <span className="sr-only @min-[640px]:not-sr-only">{numberText(value * 100, 1)}</span>}
                </td>
              ))}
              <td className={cx("text-right font-semibold", whole === null ? "text-text-3" : whole >= 0 ? "text-gain" : "text-loss")}>{percentText(whole)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A bar for each year, the benchmark's beside it. */
export function YearlyBars({ years, benchmark }: { years: RunResult["years"]; benchmark: string | null }) {
  const y = rangeOf(years.flatMap((each) => [each.value, each.benchmark]));
  return (
    <Drawing
      label={`Return by year: ${years.map((each) => `${each.year} ${percentText(each.value)}`).join(", ")}`}
      x={[-0.5, years.length - 0.5]}
      y={y}
      write={(value) => percentText(value, 0)}
      below={years.map(({ year }, place) => ({ at: place, text: String(year) }))}
    >
      {(frame) => {
        const room = frame.width / Math.max(1, years.length);
        const wide = Math.max(2, Math.min(26, room * (benchmark ? 0.34 : 0.6)));
        const bar = (value: number | null, left: number, className: string, said: string): ReactNode =>
          value === null ? null : (
            <rect x={left} width={wide} y={Math.min(frame.down(value), frame.down(0))} height={Math.max(1, Math.abs(frame.down(value) - frame.down(0)))} className={className}>
              <title>{said}</title>
            </rect>
          );
        return years.map((each, place) => (
          <g key={each.year}>
            {bar(each.value, frame.across(place) - (benchmark ? wide : wide / 2), (each.value ?? 0) >= 0 ? "fill-gain" : "fill-loss", `${each.year}: ${percentText(each.value, 2)}`)}
            {benchmark && bar(each.benchmark, frame.across(place) + 1, "fill-text-3", `${benchmark} ${each.year}: ${percentText(each.benchmark, 2)}`)}
          </g>
        ));
      }}
    </Drawing>
  );
}

interface TimeLineProps {
  label: string;
  at: readonly number[];
  value: readonly (number | null)[];
  write: (value: number) => string;
  filled?: boolean;
}

/** One value over time. */
export function TimeLine({ label, at, value, write, filled = false }: TimeLineProps) {
  const first = at[0] ?? 0;
  const last = at.at(-1) ?? 1;
  return (
    <Drawing label={label} x={[first, last]} y={rangeOf(value)} write={write} below={yearsBelow(at)}>
      {(frame) => {
        const path = linePath(at, value, frame);
        return (
          <>
            {filled && path && <path d={`${path}L${frame.across(last)} ${frame.down(0)}L${frame.across(first)} ${frame.down(0)}Z`} className="fill-second opacity-20" />}
            <path d={path} className="fill-none stroke-second" strokeWidth={1.4} />
          </>
        );
      }}
    </Drawing>
  );
}

/** How often returns of each size came. */
export function Distribution({ distribution }: { distribution: RunResult["distribution"] }) {
  const { edges, counts } = distribution;
  const most = Math.max(1, ...counts);
  const low = edges[0] ?? 0;
  const high = edges.at(-1) ?? 1;
  return (
    <Drawing
      label={`Distribution of returns between ${percentText(low)} and ${percentText(high)}`}
      x={[low, high]}
      y={[0, most]}
      write={(value) => String(Math.round(value))}
      below={[low * 0.9, low * 0.45, 0, high * 0.45, high * 0.9].map((each) => ({ at: each, text: percentText(each) }))}
    >
      {(frame) =>
        counts.map((count, place) => {
          const from = edges[place] ?? 0;
          const to = edges[place + 1] ?? 0;
          return (
            <rect
              key={from}
              x={frame.across(from) + 0.5}
              width={Math.max(1, frame.across(to) - frame.across(from) - 1)}
              y={frame.down(count)}
              height={frame.down(0) - frame.down(count)}
              className={from + to >= 0 ? "fill-gain" : "fill-loss"}
            >
              <title>{`${percentText(from, 2)} to ${percentText(to, 2)}: ${count}`}</title>
            </rect>
          );
        })
      }
    </Drawing>
  );
}
