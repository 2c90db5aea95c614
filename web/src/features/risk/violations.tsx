import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "~/api/problem";
import { answerViolation, violationsQuery } from "~/api/risk";
import type { Violation } from "~/api/types";
import { dateTime, timeOfDay } from "~/lib/time";
import { sentence } from "~/lib/words";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Empty } from "~/ui/empty";
import { Field, TextArea } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";
import { Segmented } from "~/ui/segmented";
import { Table } from "~/ui/table";

/** What was done: a warning does nothing but tell, unless a plan cannot be read. */
const done = ({ rule, severity, action }: Violation): string => (rule === "rulebook_fault" ? "locked" : severity === "warning" ? "told" : ACTIONS[action]);

const ACTIONS = { deny: "entries denied", reduce_only: "reduce only", flatten_and_lock: "flattened and locked" } as const;

function AnswerDialog({ workspace, violation, onClose }: { workspace: string; violation: Violation; onClose: () => void }) {
  const client = useQueryClient();
  const [note, setNote] = useState("");
  const answering = useMutation({
    mutationFn: (answer: "acknowledge" | "resolve") => answerViolation(workspace, violation.id, answer, note),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["w", workspace, "violations"] });
      onClose();
    },
  });
  return (
    <Dialog title={`${sentence(violation.severity)} in ${violation.account_name}`} open width="small" onClose={onClose}>
      <div className="grid gap-3">
        <p>{violation.message}.</p>
        <p className="text-12 text-text-2">
          {dateTime(violation.opened_at)} · {done(violation)}
          {violation.acknowledged_by && ` · seen by ${violation.acknowledged_by}`}
          {violation.note && ` · ${violation.note}`}
        </p>
        <Field label="Note" hint="Kept in the journal with your name.">
          {({ id }) => <TextArea id={id} value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />}
        </Field>
        {answering.error && <ProblemBox problem={Problem.from(answering.error)} />}
        <span className="flex justify-end gap-2">
          {violation.state === "open" && (
            <Button busy={answering.isPending} onClick={() => answering.mutate("acknowledge")}>
              Acknowledge
            </Button>
          )}
          <Button tone="primary" busy={answering.isPending} onClick={() => answering.mutate("resolve")}>
            Resolve
          </Button>
        </span>
      </div>
    </Dialog>
  );
}

/** What was neared or reached, what was done about it, and by whom it was seen. */
export function Violations({ workspace, mayAct }: { workspace: string; mayAct: boolean }) {
  const [state, setState] = useState<"open" | "all">("open");
  const [chosen, setChosen] = useState<Violation | null>(null);
  const { data, error, refetch } = useQuery(violationsQuery(workspace, state));
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  return (
    <>
      <div className="flex justify-end px-3.5 pb-1">
        <span className="w-40">
          <Segmented
            label="Which violations"
            value={state}
            choices={[
              { value: "open", label: "Open" },
              { value: "all", label: "All" },
            ]}
            onChange={setState}
          />
        </span>
      </div>
      <Table
        label="Violations"
        rows={data}
        rowKey={({ id }) => id}
        onOpen={mayAct ? (row) => row.state !== "resolved" && setChosen(row) : undefined}
        dimmed={(row) => row.state === "resolved"}
        empty={<Empty>{state === "open" ? "No limit was neared or reached that nobody has dealt with." : "No limit was ever neared or reached."}</Empty>}
        columns={[
          { id: "at", header: "When", align: "left", sort: ({ opened_at }) => opened_at, cell: ({ opened_at }) => <span title={dateTime(opened_at)}>{timeOfDay(opened_at)}</span> },
          { id: "severity", header: "What", align: "left", cell: ({ severity }) => <Badge tone={severity === "breach" ? "danger" : "warn"}>{severity === "breach" ? "■ breach" : "▲ warning"}</Badge> },
          { id: "account", header: "Account", align: "left", sort: ({ account_name }) => account_name, cell: ({ account_name }) => account_name },
          { id: "message", header: "Said", align: "left", from: "md", className: "max-w-[420px] truncate", cell: ({ message }) => <span title={message}>{message}</span> },
          { id: "action", header: "Done", align: "left", from: "lg", cell: done },
          { id: "state", header: "State", cell: ({ state: now, acknowledged_by, resolved_by }) => <span title={resolved_by || acknowledged_by}>{now}</span> },
        ]}
      />
      {chosen && <AnswerDialog workspace={workspace} violation={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}
