import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { accountsQuery } from "~/api/accounts";
import { createStrategy } from "~/api/alerts";
import { receivingGroupsQuery } from "~/api/groups";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import type { IssuedStrategy } from "~/api/types";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input, Select } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";

interface StrategyDialogProps {
  workspace: string;
  onClose: () => void;
  onCreated: (strategy: IssuedStrategy) => void;
}

/** Makes a sender of alerts: a name, where its orders go, how long a signal stays good. */
export function StrategyDialog({ workspace, onClose, onCreated }: StrategyDialogProps) {
  const client = useQueryClient();
  const { data: groups = [] } = useQuery(receivingGroupsQuery(workspace));
  const { data: accounts = [] } = useQuery(accountsQuery(workspace));
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState("");
  const [seconds, setSeconds] = useState("30");
  const receiver = chosen || (groups[0] ? `group:${groups[0].id}` : accounts[0] ? `account:${accounts[0].id}` : "");
  const [type, id] = receiver.split(/:(.*)/s, 2);
  const valid = /^\d{1,5}$/.test(seconds) && Number(seconds) > 0;
  const create = useMutation({
    mutationFn: () =>
      createStrategy(workspace, {
        name,
        group: type === "group" ? (id ?? null) : null,
        account: type === "account" ? (id ?? null) : null,
        instruments: [],
        valid_seconds: Number(seconds),
      }),
    onSuccess: async (strategy) => {
      await client.invalidateQueries({ queryKey: keys.strategies(workspace) });
      onCreated(strategy);
    },
  });
  const problem = create.error ? Problem.from(create.error) : null;
  return (
    <Dialog title="New alert strategy" open width="small" onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Field label="Name" problem={problem?.fields.get("name")}>
          {({ id: field, describedBy, invalid }) => (
            <Input id={field} describedBy={describedBy} invalid={invalid} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Field label="Its orders go to">
          {({ id: field }) => (
            <Select
              id={field}
              value={receiver}
              choices={[
                { group: "Groups", choices: groups.map((group) => ({ value: `group:${group.id}`, label: group.name })) },
                { group: "Accounts", choices: accounts.map((account) => ({ value: `account:${account.id}`, label: account.name })) },
              ]}
              onChange={setChosen}
            />
          )}
        </Field>
        <Field label="A signal stays good for" hint="Nothing leaves later than this." problem={valid ? undefined : "A whole number of seconds"}>
          {({ id: field, describedBy, invalid }) => (
            <Input id={field} describedBy={describedBy} invalid={invalid} inputMode="numeric" suffix="seconds" value={seconds} onChange={(event) => setSeconds(event.target.value)} />
          )}
        </Field>
        {problem && <ProblemBox problem={problem} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={name.trim() === "" || !id || !valid} busy={create.isPending}>
            Create
          </Button>
        </span>
      </form>
    </Dialog>
  );
}
