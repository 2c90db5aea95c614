import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { changePassword, endSession, sessionsQuery } from "~/api/session";
import { dateTime } from "~/lib/time";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Table } from "~/ui/table";
import { toast } from "~/ui/toast";

function Password() {
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const change = useMutation({
    mutationFn: () => changePassword({ current, new: fresh }),
    onSuccess: () => {
      setCurrent("");
      setFresh("");
      toast("Password changed");
    },
  });
  const problem = change.error ? Problem.from(change.error) : null;
  return (
    <Card title="Password">
      <form
        className="grid max-w-80 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Field label="Present password">
          {({ id }) => <Input id={id} type="password" autoComplete="current-password" value={current} onChange={(event) => setCurrent(event.target.value)} />}
        </Field>
        <Field label="New password" hint="At least 12 characters" problem={problem?.fields.get("new")}>
          {({ id, describedBy, invalid }) => (
            <Input id={id} describedBy={describedBy} invalid={invalid} type="password" autoComplete="new-password" value={fresh} onChange={(event) => setFresh(event.target.value)} />
          )}
        </Field>
        {problem && <ProblemBox problem={problem} />}
        <span>
          <Button type="submit" tone="primary" disabled={current === "" || fresh.length < 12} busy={change.isPending}>
            Change password
          </Button>
        </span>
      </form>
    </Card>
  );
}

function Sessions() {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(sessionsQuery);
  const end = useMutation({ mutationFn: endSession, onSuccess: () => client.invalidateQueries({ queryKey: keys.sessions }) });
  const failure = error ?? end.error;
  return (
    <Card title="Sessions" flush>
      {failure && <ProblemBox problem={Problem.from(failure)} onRetry={() => void refetch()} />}
      <Table
        label="Sessions"
        rows={data}
        rowKey={({ id }) => id}
        columns={[
          {
            id: "agent",
            header: "Browser",
            align: "left",
            className: "max-w-64 truncate",
            cell: ({ agent, current }) => (
              <span title={agent}>
                {current && <Badge tone="gain">this one</Badge>} {agent}
              </span>
            ),
          },
          { id: "address", header: "Address", align: "left", from: "sm", cell: ({ address }) => address },
          { id: "seen", header: "Last seen", from: "md", cell: ({ last_seen_at }) => <span className="tabular-nums text-text-2">{dateTime(last_seen_at)}</span> },
          {
            id: "end",
            header: "Actions",
            cell: ({ id, current }) =>
              !current && (
                <Button size="small" tone="quiet" onClick={() => end.mutate(id)}>
                  End
                </Button>
              ),
          },
        ]}
      />
    </Card>
  );
}

export function Security() {
  return (
    <>
      <Password />
      <Sessions />
    </>
  );
}
