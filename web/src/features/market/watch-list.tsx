import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { instrumentsQuery, quotesQuery } from "~/api/market";
import type { Instrument, Quote } from "~/api/types";
import { type Decimal, parseDecimal, placesOf } from "~/lib/decimal";
import { age } from "~/lib/time";
import { useNow } from "~/lib/use-now";
import { Empty } from "~/ui/empty";
import { Figure } from "~/ui/number";
import { ProblemBox } from "~/ui/problem";
import { type Column, Table } from "~/ui/table";
import { Problem } from "~/api/problem";

const STALE_MS = 15_000;

interface Watched {
  instrument: Instrument;
  quote: Quote | undefined;
  change: Decimal | null;
  ageMs: number | null;
}

/** Change since the previous close as a part of one, or null where one of both is not known. */
function dayChange(quote: Quote | undefined): Decimal | null {
  const last = parseDecimal(quote?.last);
  const before = parseDecimal(quote?.previous_close);
  return last && before && !before.isZero() ? last.minus(before).div(before) : null;
}

const COLUMNS: readonly Column<Watched>[] = [
  {
    id: "symbol",
    header: "Symbol",
    align: "left",
    sort: ({ instrument }) => instrument.symbol,
    cell: ({ instrument }) => <span title={`${instrument.name}${instrument.label ? `, ${instrument.label}` : ""}`}>{instrument.symbol}</span>,
  },
  {
    id: "last",
    header: "Last",
    sort: ({ quote }) => quote?.last,
    cell: ({ instrument, quote }) => <Figure value={quote?.last} places={placesOf(instrument.tick_size)} flash why="No quote has come yet" />,
  },
  {
    id: "day",
    header: "Day %",
    sort: ({ change }) => change,
    cell: ({ change, ageMs }) =>
      ageMs !== null && ageMs > STALE_MS ? (
        <span className="text-12 text-warn" title="How old this price is">
          {age(ageMs)} old
        </span>
      ) : (
        <Figure value={change} percent tone="change" why="The previous close is not known" />
      ),
  },
];

interface WatchListProps {
  workspace: string;
  selected: string | null;
  onSelect: (instrument: string) => void;
}

/** Every instrument with its live price; old prices are dimmed and say how old they are. */
export function WatchList({ workspace, selected, onSelect }: WatchListProps) {
  const instruments = useQuery(instrumentsQuery(workspace));
  const { data: quotes } = useQuery(quotesQuery(workspace));
  const now = useNow(2_000);
  const rows = useMemo(
    () =>
      instruments.data?.map((instrument): Watched => {
        const quote = quotes?.[instrument.id];
        return { instrument, quote, change: dayChange(quote), ageMs: quote ? now - Date.parse(quote.received_at) : null };
      }),
    [instruments.data, quotes, now],
  );
  if (instruments.error) {
    return <ProblemBox problem={Problem.from(instruments.error)} onRetry={() => void instruments.refetch()} />;
  }
  return (
    <Table
      label="Watch list"
      columns={COLUMNS}
      rows={rows}
      rowKey={({ instrument }) => instrument.id}
      selected={selected ?? undefined}
      onOpen={({ instrument }) => onSelect(instrument.id)}
      dimmed={({ ageMs }) => ageMs !== null && ageMs > STALE_MS}
      empty={<Empty>No instruments yet. Import bars with “bidwell import FILE”.</Empty>}
    />
  );
}
