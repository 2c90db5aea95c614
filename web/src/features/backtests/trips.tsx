import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Suspense, lazy, useState } from "react";
import { roundTripsQuery, runBarsQuery } from "~/api/backtests";
import { Problem } from "~/api/problem";
import type { RoundTrip } from "~/api/types";
import { part } from "~/lib/part";
import { count } from "~/lib/words";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Select } from "~/ui/field";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { Statistic } from "~/ui/statistic";
import { Table } from "~/ui/table";
import { dayOf } from "./wording";

const TripCanvas = lazy(async () => ({ default: (await part(() => import("./trip-canvas"))).TripCanvas }));
const DAY = 86_400;

/** Room before and after a round trip: as long as it lasted, and no less than some days. */
function windowOf(trip: RoundTrip): [number, number] {
  const room = Math.max(trip.exit_at - trip.entry_at, 20 * Math.max(DAY / 24, Math.min(DAY, (trip.exit_at - trip.entry_at) / Math.max(1, trip.bars))));
  return [Math.max(0, Math.floor(trip.entry_at - room)), Math.ceil(trip.exit_at + room)];
}

interface TripsProps {
  workspace: string;
  run: string;
  symbols: readonly string[];
}

/** The price with the run's fills, and its round trips: opening one leads the chart to it. */
export function Trips({ workspace, run, symbols }: TripsProps) {
  const { data: trips, error } = useQuery(roundTripsQuery(workspace, run));
  const [symbol, setSymbol] = useState(symbols[0] ?? "");
  const [chosen, setChosen] = useState<RoundTrip | null>(null);
  const [start, end] = chosen ? windowOf(chosen) : [null, null];
  const shown = chosen?.symbol ?? symbol;
  const bars = useQuery({ ...runBarsQuery(workspace, run, shown, start, end), placeholderData: keepPreviousData, retry: false });
  const step = (by: number): void => {
    const items = trips?.items ?? [];
    setChosen((present) => items[(present ? items.findIndex(({ number }) => number === present.number) : -1) + by] ?? present);
  };
  return (
    <>
      <Card
        title={chosen ? `Round trip ${chosen.number} of ${trips?.total ?? 0}: ${chosen.side} ${chosen.symbol}` : `Price of ${shown} with fills`}
        aside={
          chosen ? (
            <span className="flex gap-1">
              <Button size="small" disabled={chosen.number <= 1} onClick={() => step(-1)}>
                Earlier
              </Button>
              <Button size="small" disabled={chosen.number >= (trips?.items.length ?? 0)} onClick={() => step(1)}>
                Later
              </Button>
              <Button size="small" onClick={() => setChosen(null)}>
                Whole run
              </Button>
            </span>
          ) : (
            symbols.length > 1 && (
              <span className="w-40">
                <Select aria-label="Instrument" value={symbol} choices={symbols.map((each) => ({ value: each, label: each }))} onChange={setSymbol} />
              </span>
            )
          )
        }
      >
        <div className="relative h-72">
          {bars.error ? (
            <Empty>{Problem.from(bars.error).code === "backtest.file_missing" ? "The run has too many bars to keep them beside the result." : Problem.from(bars.error).title}</Empty>
          ) : (
            <Suspense fallback={<Skeleton className="h-full" />}>
              {bars.data ? <TripCanvas label={`Price of ${shown} with the run's fills`} bars={bars.data} trip={chosen} /> : <Skeleton className="h-full" />}
            </Suspense>
          )}
        </div>
        {bars.data && bars.data.merged > 1 && <p className="pt-1 text-12 text-text-3">Each candle is {bars.data.merged} bars; a round trip is shown bar by bar.</p>}
      </Card>
      <Card title="Round trips" flush aside={trips && trips.total > trips.items.length && <span className="text-12 text-text-3">the first {count(trips.items.length, "round trip")} of {trips.total.toLocaleString("en-US")}</span>}>
        {error ? (
          <ProblemBox problem={Problem.from(error)} />
        ) : (
          <div className="max-h-[420px] overflow-auto">
            <TripTable trips={trips?.items} chosen={chosen} onOpen={setChosen} />
          </div>
        )}
      </Card>
    </>
  );
}

function TripTable({ trips, chosen, onOpen }: { trips: readonly RoundTrip[] | undefined; chosen: RoundTrip | null; onOpen: (trip: RoundTrip) => void }) {
  return (
    <div className={trips && trips.length > 12 ? "h-[420px]" : undefined}>
      <Table
        label="Round trips"
        rows={trips}
        rowKey={({ number }) => String(number)}
        selected={chosen ? String(chosen.number) : undefined}
        onOpen={onOpen}
        columns={[
          { id: "number", header: "#", align: "left", sort: ({ number }) => number, cell: ({ number }) => <span className="tabular-nums text-text-3">{number}</span> },
          { id: "symbol", header: "Instrument", align: "left", from: "sm", sort: ({ symbol }) => symbol, cell: ({ symbol, side }) => `${symbol} ${side}` },
          { id: "entry", header: "Opened", sort: ({ entry_at }) => entry_at, cell: ({ entry_at }) => <span className="tabular-nums">{dayOf(entry_at)}</span> },
          { id: "exit", header: "Closed", from: "md", sort: ({ exit_at }) => exit_at, cell: ({ exit_at }) => <span className="tabular-nums">{dayOf(exit_at)}</span> },
          { id: "bars", header: "Bars", from: "md", sort: ({ bars }) => bars, cell: ({ bars }) => <Statistic value={bars} unit="count" /> },
          { id: "prices", header: "Entry → exit", from: "lg", cell: ({ entry_price, exit_price }) => <span className="tabular-nums">{`${entry_price.toPrecision(6)} → ${exit_price.toPrecision(6)}`}</span> },
          { id: "mae", header: "MAE", from: "lg", sort: ({ mae_share }) => mae_share, cell: ({ mae_share }) => <Statistic value={mae_share} unit="fraction" places={1} /> },
          { id: "mfe", header: "MFE", from: "lg", sort: ({ mfe_share }) => mfe_share, cell: ({ mfe_share }) => <Statistic value={mfe_share} unit="fraction" places={1} /> },
          { id: "return", header: "Return", sort: ({ return_on_entry }) => return_on_entry, cell: ({ return_on_entry }) => <Statistic value={return_on_entry} unit="fraction" toned /> },
          { id: "profit", header: "Profit", sort: ({ profit }) => profit, cell: ({ profit }) => <Statistic value={profit} unit="money" toned places={0} /> },
        ]}
        empty={<Empty>The run opened no position that it closed again.</Empty>}
      />
    </div>
  );
}
