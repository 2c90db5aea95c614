import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { termsText } from "~/api/checks";
import { intentTitle, sourceName } from "~/api/intent-text";
import { intentsQuery } from "~/api/intents";
import { Problem } from "~/api/problem";
import type { IntentSummary } from "~/api/types";
import { dateTime, timeOfDay } from "~/lib/time";
import { shortId } from "~/lib/words";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { ProblemBox } from "~/ui/problem";
import { type Column, Table } from "~/ui/table";
import { Outcome } from "./outcome";

const COLUMNS: readonly Column<IntentSummary>[] = [
  {
    id: "time",
    header: "Received",
    align: "left",
    sort: (intent) => Date.parse(intent.received_at),
    cell: ({ received_at }) => (
      <span className="tabular-nums text-text-2" title={dateTime(received_at)}>
        {timeOfDay(received_at)}
      </span>
    ),
  },
  { id: "intent", header: "Intent", align: "left", sort: (intent) => intent.symbol, cell: (intent) => intentTitle(intent) },
  { id: "to", header: "Sent to", align: "left", from: "sm", sort: (intent) => intent.receiver_name, cell: (intent) => intent.receiver_name },
  { id: "terms", header: "Terms", align: "left", from: "md", cell: (intent) => <span className="text-text-2">{termsText(intent.terms)}</span> },
  { id: "source", header: "From", align: "left", from: "md", sort: (intent) => intent.source, cell: (intent) => <span className="text-text-2">{sourceName(intent.source)}</span> },
  {
    id: "id",
    header: "Id",
    align: "left",
    from: "lg",
    cell: ({ id }) => (
      <span className="font-mono text-12 text-text-2" title={id}>
        {shortId(id, 8, 4)}
      </span>
    ),
  },
  { id: "outcome", header: "Outcome", cell: (intent) => <Outcome intent={intent} /> },
];

/** Every intent, newest first; Enter opens its flight recorder. */
export function IntentsTable({ workspace, onOpen }: { workspace: string; onOpen: (id: string) => void }) {
  const intents = useInfiniteQuery(intentsQuery(workspace));
  const rows = useMemo(() => intents.data?.pages.flatMap((page) => page.items), [intents.data]);
  if (intents.error) {
    return <ProblemBox problem={Problem.from(intents.error)} onRetry={() => void intents.refetch()} />;
  }
  return (
    <Table
      label="Intents"
      columns={COLUMNS}
      rows={rows}
      rowKey={({ id }) => id}
      onOpen={({ id }) => onOpen(id)}
      empty={<Empty>No intent yet. Send one from the ticket, or post an alert.</Empty>}
      footer={
        intents.hasNextPage && (
          <div className="p-2 text-center">
            <Button size="small" busy={intents.isFetchingNextPage} onClick={() => void intents.fetchNextPage()}>
              Older intents
            </Button>
          </div>
        )
      }
    />
  );
}
