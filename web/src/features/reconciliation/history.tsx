import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Problem } from "~/api/problem";
import { type PassFilter, type ReconciliationPass, passesQuery } from "~/api/reconciliation";
import { dateTime, timeOfDay } from "~/lib/time";
import { count } from "~/lib/words";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Field, Select } from "~/ui/field";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { type Column, Table } from "~/ui/table";
import { Differences } from "./differences";
import { HANDLING_CHOICES, TYPE_CHOICES } from "./words";

const ANY = { value: "" as const, label: "any" };

const COLUMNS: readonly Column<ReconciliationPass>[] = [
  {
    id: "at",
    header: "When",
    align: "left",
    cell: ({ at }) => (
      <span className="tabular-nums text-text-2" title={dateTime(at)}>
        {timeOfDay(at)}
      </span>
    ),
  },
  { id: "account", header: "Account", align: "left", cell: ({ account_name }) => account_name },
  {
    id: "outcome",
    header: "Outcome",
    align: "left",
    cell: ({ clean }) => <Badge tone={clean ? "gain" : "warn"}>{clean ? "✓ agreed" : "≠ left open"}</Badge>,
  },
  { id: "differences", header: "Differences", cell: ({ differences }) => (differences.length ? count(differences.length, "difference") : "none") },
];

/** Every comparison that said something new, newest first, with what differed and what was done about it. */
export function History({ workspace, accounts }: { workspace: string; accounts: readonly { value: string; label: string }[] }) {
  const [filter, setFilter] = useState<PassFilter>({ account: "", type: "", handling: "" });
  const passes = useInfiniteQuery(passesQuery(workspace, filter));
  const rows = useMemo(() => passes.data?.pages.flatMap((page) => page.items), [passes.data]);
  const filtered = Object.values(filter).some(Boolean);
  return (
    <Card title="History" flush>
      <form aria-label="Filter" className="flex flex-wrap gap-3 px-4 pb-3" onSubmit={(event) => event.preventDefault()}>
        <span className="w-44">
          <Field label="Account">{({ id }) => <Select id={id} value={filter.account} choices={[ANY, ...accounts]} onChange={(account) => setFilter({ ...filter, account })} />}</Field>
        </span>
        <span className="w-52">
          <Field label="What differed">{({ id }) => <Select id={id} value={filter.type} choices={[ANY, ...TYPE_CHOICES]} onChange={(type) => setFilter({ ...filter, type })} />}</Field>
        </span>
        <span className="w-44">
          <Field label="What was done">
            {({ id }) => <Select id={id} value={filter.handling} choices={[ANY, ...HANDLING_CHOICES]} onChange={(handling) => setFilter({ ...filter, handling })} />}
          </Field>
        </span>
      </form>
      {passes.error ? (
        <ProblemBox problem={Problem.from(passes.error)} onRetry={() => void passes.refetch()} />
      ) : (
        <Table
          label="Reconciliation history"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ seq }) => String(seq)}
          detail={({ seq, differences }) => differences.length > 0 && <Differences label={`Differences of no. ${seq}`} rows={differences} />}
          empty={
            <Empty
              action={
                filtered && (
                  <Button size="small" onClick={() => setFilter({ account: "", type: "", handling: "" })}>
                    Show all
                  </Button>
                )
              }
            >
              {filtered ? "No comparison matches." : "Nothing has differed yet: the first comparison of each account will stand here."}
            </Empty>
          }
          footer={
            passes.hasNextPage && (
              <div className="p-2 text-center">
                <Button size="small" busy={passes.isFetchingNextPage} onClick={() => void passes.fetchNextPage()}>
                  Older comparisons
                </Button>
              </div>
            )
          }
        />
      )}
    </Card>
  );
}
