import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { type JournalFilter, journalQuery } from "~/api/journal";
import { Problem } from "~/api/problem";
import type { JournalEntry } from "~/api/types";
import { dateTime, timeWithMillis } from "~/lib/time";
import { Button } from "~/ui/button";
import { CodeBlock } from "~/ui/copy";
import { Dialog } from "~/ui/dialog";
import { Empty } from "~/ui/empty";
import { ProblemBox } from "~/ui/problem";
import { type Column, Table } from "~/ui/table";

/** The event without its time, which has a column of its own. */
const said = (body: JournalEntry["body"]): string => JSON.stringify({ ...body, at: undefined });

const COLUMNS: readonly Column<JournalEntry>[] = [
  { id: "seq", header: "No.", align: "left", cell: ({ seq }) => <span className="tabular-nums text-text-3">{seq}</span> },
  {
    id: "at",
    header: "Time",
    align: "left",
    cell: ({ occurred_at }) => (
      <span className="tabular-nums text-text-2" title={dateTime(occurred_at)}>
        {timeWithMillis(occurred_at)}
      </span>
    ),
  },
  { id: "kind", header: "Event", align: "left", cell: ({ kind }) => kind },
  {
    id: "body",
    header: "What it says",
    align: "left",
    className: "max-w-0 w-full truncate",
    cell: ({ body }) => <span className="font-mono text-12 text-text-2">{said(body)}</span>,
  },
];

/** The desk's durable events, newest first; Enter opens one whole. */
export function JournalTable({ workspace, filter }: { workspace: string; filter: JournalFilter }) {
  const journal = useInfiniteQuery(journalQuery(workspace, filter));
  const [open, setOpen] = useState<JournalEntry | null>(null);
  const rows = useMemo(() => journal.data?.pages.flatMap((page) => page.items), [journal.data]);
  if (journal.error) {
    return <ProblemBox problem={Problem.from(journal.error)} onRetry={() => void journal.refetch()} />;
  }
  return (
    <>
      <Table
        label="Journal"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ seq }) => String(seq)}
        onOpen={setOpen}
        empty={<Empty>No event matches.</Empty>}
        footer={
          journal.hasNextPage && (
            <div className="p-2 text-center">
              <Button size="small" busy={journal.isFetchingNextPage} onClick={() => void journal.fetchNextPage()}>
                Older events
              </Button>
            </div>
          )
        }
      />
      {open && (
        <Dialog title={`${open.kind} · no. ${open.seq}`} open width="large" onClose={() => setOpen(null)}>
          <div className="grid grid-cols-1 gap-3">
            <p className="text-text-2">{dateTime(open.occurred_at)}</p>
            <CodeBlock label="event" text={JSON.stringify(open.body, null, 2)} />
            <p className="break-all font-mono text-12 text-text-3">{open.hash}</p>
          </div>
        </Dialog>
      )}
    </>
  );
}
