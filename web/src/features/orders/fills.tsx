import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { instrumentsQuery } from "~/api/market";
import { fillsQuery } from "~/api/orders";
import { Problem } from "~/api/problem";
import type { Fill } from "~/api/types";
import { placesOf } from "~/lib/decimal";
import { dateTime, timeOfDay } from "~/lib/time";
import { shortId } from "~/lib/words";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Figure } from "~/ui/number";
import { ProblemBox } from "~/ui/problem";
import { type Column, Table } from "~/ui/table";

type Row = Fill & { places: number | undefined };

const COLUMNS: readonly Column<Row>[] = [
  {
    id: "time",
    header: "Time",
    align: "left",
    sort: (fill) => Date.parse(fill.received_at),
    cell: (fill) => (
      <span className="tabular-nums text-text-2" title={`At the market: ${dateTime(fill.occurred_at)}`}>
        {timeOfDay(fill.received_at)}
      </span>
    ),
  },
  { id: "account", header: "Account", align: "left", sort: (fill) => fill.account_name, cell: (fill) => fill.account_name },
  { id: "symbol", header: "Symbol", align: "left", sort: (fill) => fill.symbol, cell: (fill) => fill.symbol },
  {
    id: "side",
    header: "Side",
    align: "left",
    cell: ({ side }) => <span className={side === "BUY" ? "text-buy" : "text-sell"}>{side === "BUY" ? "Buy" : "Sell"}</span>,
  },
  { id: "quantity", header: "Quantity", sort: (fill) => fill.quantity, cell: (fill) => <Figure value={fill.quantity} /> },
  { id: "price", header: "Price", sort: (fill) => fill.price, cell: (fill) => <Figure value={fill.price} places={fill.places} /> },
  { id: "fee", header: "Fee", from: "md", cell: (fill) => <Figure value={fill.fee} currency={fill.fee_currency} /> },
  {
    id: "execution",
    header: "Execution",
    from: "lg",
    cell: (fill) => (
      <span className="font-mono text-12 text-text-2" title={fill.execution_id}>
        {shortId(fill.execution_id, 6, 4)}
      </span>
    ),
  },
];

/** What has been bought and sold, newest first. */
export function Fills({ workspace, account }: { workspace: string; account?: string }) {
  const fills = useInfiniteQuery(fillsQuery(workspace));
  const { data: instruments } = useQuery(instrumentsQuery(workspace));
  const rows = useMemo(
    () =>
      fills.data?.pages
        .flatMap((page) => page.items)
        .filter((fill) => !account || fill.account === account)
        .map((fill): Row => ({ ...fill, places: placesOf(instruments?.find(({ id }) => id === fill.instrument)?.tick_size) })),
    [fills.data, instruments, account],
  );
  if (fills.error) {
    return <ProblemBox problem={Problem.from(fills.error)} onRetry={() => void fills.refetch()} />;
  }
  return (
    <Table
      label="Fills"
      columns={COLUMNS}
      rows={rows}
      rowKey={(fill) => `${fill.account} ${fill.execution_id}`}
      empty={<Empty>No fill yet.</Empty>}
      footer={
        fills.hasNextPage && (
          <div className="p-2 text-center">
            <Button size="small" busy={fills.isFetchingNextPage} onClick={() => void fills.fetchNextPage()}>
              Older fills
            </Button>
          </div>
        )
      }
    />
  );
}
