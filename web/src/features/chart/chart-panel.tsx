import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Suspense, lazy, useMemo, useState } from "react";
import { barsQuery, useInstrument, useQuote } from "~/api/market";
import { fillsQuery, openOrdersQuery } from "~/api/orders";
import { Problem } from "~/api/problem";
import type { Quote } from "~/api/types";
import { parseDecimal, placesOf } from "~/lib/decimal";
import { part } from "~/lib/part";
import { type Timeframe, usePreferences } from "~/lib/preferences";
import { zoneOf } from "~/lib/zones";
import { Empty } from "~/ui/empty";
import { Figure } from "~/ui/number";
import { ProblemBox } from "~/ui/problem";
import { Segmented } from "~/ui/segmented";
import { Skeleton } from "~/ui/skeleton";
import { type ChartBar, chartBars, fillMarks, grow, workingLines } from "./series";

const ChartCanvas = lazy(async () => ({ default: (await part(() => import("./chart-canvas"))).ChartCanvas }));

const TIMEFRAMES: readonly (readonly [string, Timeframe])[] = [
  ["1m", 60],
  ["5m", 300],
  ["15m", 900],
  ["1h", 3600],
  ["1D", 86_400],
];
const TIMEFRAME_CHOICES = TIMEFRAMES.map(([label]) => ({ value: label, label }));

function Attribution() {
  return (
    <a
      href="https://www.tradingview.com/"
      target="_blank"
      rel="noreferrer"
      className="absolute bottom-7 left-2 z-10 py-1.5 text-11 text-text-3 hover:text-text"
    >
      Charts by TradingView
    </a>
  );
}

/** What quotes have added to the fetched bars; begun anew with every fetch. */
function useLiveBars(bars: readonly ChartBar[], quote: Quote | undefined, seconds: number): readonly ChartBar[] {
  const [grown, setGrown] = useState<{ on: readonly ChartBar[]; quote: Quote | undefined; live: readonly ChartBar[] }>({ on: bars, quote: undefined, live: [] });
  if (grown.on !== bars || grown.quote !== quote) {
    const before = grown.on === bars ? grown.live : [];
    setGrown({ on: bars, quote, live: quote ? grow(before, bars, quote, seconds) : before });
  }
  return grown.live;
}

/** Bars of the chosen instrument with the fills and working orders of all accounts on them. */
export function ChartPanel({ workspace, instrument: id }: { workspace: string; instrument: string | null }) {
  const { timeframe, set } = usePreferences();
  const [averages, setAverages] = useState(true);
  const instrument = useInstrument(workspace, id);
  const quote = useQuote(workspace, id);
  const { data, error, refetch, isPlaceholderData } = useQuery({ ...barsQuery(workspace, id ?? "", timeframe), enabled: id !== null });
  const { data: fills } = useInfiniteQuery(fillsQuery(workspace));
  const { data: orders } = useQuery(openOrdersQuery(workspace));

  const bars = useMemo(() => chartBars(data ?? []), [data]);
  const live = useLiveBars(bars, isPlaceholderData ? undefined : quote, timeframe);
  const marks = useMemo(
    () => fillMarks(fills?.pages.flatMap((page) => page.items).filter((fill) => fill.instrument === id) ?? [], bars, timeframe),
    [fills, bars, id, timeframe],
  );
  const lines = useMemo(
    () => workingLines(orders?.filter((order) => order.instrument === id) ?? []),
    [orders, id],
  );
  const places = placesOf(instrument?.tick_size) ?? 2;
  const last = parseDecimal(quote?.last);
  const before = parseDecimal(quote?.previous_close);
  const change = last && before && !before.isZero() ? last.minus(before).div(before) : null;

  return (
    <section aria-label="Chart" className="flex h-full min-h-0 min-w-0 flex-col bg-panel">
      <div className="flex min-h-9 shrink-0 items-center gap-x-3 border-b max-sm:flex-wrap border-line px-3.5 py-1">
        <h2 className="shrink-0 whitespace-nowrap text-16 font-semibold">{instrument?.symbol ?? "–"}</h2>
        <span className="min-w-0 truncate text-text-2 max-xl:hidden" title={instrument?.name}>{instrument && `${instrument.name} · ${instrument.venue}`}</span>
        <Figure value={quote?.last} places={places} className="shrink-0 text-14 font-semibold" flash why="No quote has come yet" />
        <Figure value={change} percent tone="change" className="shrink-0 whitespace-nowrap" why="The previous close is not known" />
        <span className="min-w-0 flex-1 truncate text-12 text-text-3" title={instrument?.label}>
          {instrument?.label}
        </span>
        <Segmented
          label="Timeframe"
          size="small"
          value={TIMEFRAMES.find(([, seconds]) => seconds === timeframe)?.[0] ?? ""}
          choices={TIMEFRAME_CHOICES}
          onChange={(chosen) => set({ timeframe: TIMEFRAMES.find(([label]) => label === chosen)?.[1] ?? 300 })}
        />
        <button
          type="button"
          aria-pressed={averages}
          title="Simple moving averages of 10 and 30 bars"
          className="shrink-0 rounded-sm bg-raised px-1.5 text-11 font-medium text-text-2 hover:text-text aria-[pressed=false]:opacity-60"
          onClick={() => setAverages(!averages)}
        >
          SMA 10 · 30
        </button>
      </div>
      <div className="relative min-h-0 flex-1">
        {error ? (
          <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />
        ) : data?.length === 0 ? (
          <Empty>No bars are stored for {instrument?.symbol ?? "this instrument"} at this timeframe yet.</Empty>
        ) : (
          <Suspense fallback={<Skeleton className="absolute inset-3" />}>
            {data && (
              <ChartCanvas
                bars={bars}
                live={live}
                marks={marks}
                lines={lines}
                places={places}
                zone={zoneOf(instrument?.calendar).zone}
                seconds={timeframe}
                averages={averages}
                label={`Price chart of ${instrument?.symbol ?? "the instrument"}`}
              />
            )}
            <Attribution />
          </Suspense>
        )}
      </div>
    </section>
  );
}
