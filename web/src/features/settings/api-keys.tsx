import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { apiKeysQuery, createApiKey, revokeApiKey, stepUp } from "~/api/session";
import type { ApiKeyScope } from "~/api/types";
import { dateText } from "~/lib/time";
import { Button } from "~/ui/button";
import { CodeBlock } from "~/ui/copy";
import { Dialog } from "~/ui/dialog";
import { Empty } from "~/ui/empty";
import { Check, Field, Input } from "~/ui/field";
import { HoldButton } from "~/ui/hold-button";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Table } from "~/ui/table";

const SCOPES = [
  ["read", "Read"],
  ["trade", "Trade"],
  ["admin", "Administer"],
] as const;

function NewKey({ onClose, onCreated }: { onClose: () => void; onCreated: (key: string) => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly ApiKeyScope[]>(["read"]);
  const [password, setPassword] = useState("");
  const create = useMutation({
    mutationFn: async () => {
      await stepUp(password);
      return createApiKey({ name, scopes: [...scopes] });
    },
    onSuccess: async ({ key }) => {
      await client.invalidateQueries({ queryKey: keys.apiKeys });
      onCreated(key);
    },
  });
  return (
    <Dialog title="New API key" open width="small" onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Field label="Name">{({ id }) => <Input id={id} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />}</Field>
        <fieldset className="flex gap-4">
          <legend className="pb-1 text-text-2">May</legend>
          {SCOPES.map(([scope, label]) => (
            <Check
              key={scope}
              label={label}
              checked={scopes.includes(scope)}
              onChange={(on) => setScopes(on ? [...scopes, scope] : scopes.filter((each) => each !== scope))}
            />
          ))}
        </fieldset>
        <Field label="Your password">
          {({ id }) => <Input id={id} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
        </Field>
        {create.error && <ProblemBox problem={Problem.from(create.error)} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={name.trim() === "" || scopes.length === 0 || password === ""} busy={create.isPending}>
            Create
          </Button>
        </span>
      </form>
    </Dialog>
  );
}

/** Keys for programs that speak to the desk. */
export function ApiKeys() {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(apiKeysQuery);
  const [creating, setCreating] = useState(false);
  const [key, setKey] = useState<string | null>(null);
  const revoke = useMutation({ mutationFn: revokeApiKey, onSuccess: () => client.invalidateQueries({ queryKey: keys.apiKeys }) });
  const failure = error ?? revoke.error;
  const add = (
    <Button size="small" onClick={() => setCreating(true)}>
      New key…
    </Button>
  );
  return (
    <Card title="API keys" flush aside={add}>
      {failure && <ProblemBox problem={Problem.from(failure)} onRetry={() => void refetch()} />}
      <Table
        label="API keys"
        rows={data}
        rowKey={({ id }) => id}
        columns={[
          { id: "name", header: "Name", align: "left", cell: ({ name }) => name },
          { id: "prefix", header: "Key", align: "left", cell: ({ prefix }) => <code className="font-mono text-12 text-text-2">{prefix}…</code> },
          { id: "scopes", header: "May", align: "left", from: "sm", cell: ({ scopes }) => scopes.join(", ") },
          { id: "created", header: "Made", from: "md", cell: ({ created_at }) => <span className="text-text-2">{dateText(created_at)}</span> },
          {
            id: "revoke",
            header: "Actions",
            cell: ({ id, name }) => (
              <HoldButton size="small" effect={`Revokes “${name}”: programs that use it are refused at once.`} onConfirm={() => revoke.mutate(id)}>
                Hold to revoke
              </HoldButton>
            ),
          },
        ]}
        empty={<Empty>No program has a key.</Empty>}
      />
      {creating && (
        <NewKey
          onClose={() => setCreating(false)}
          onCreated={(fresh) => {
            setCreating(false);
            setKey(fresh);
          }}
        />
      )}
      {key && (
        <Dialog title="The key, shown this once" open onClose={() => setKey(null)}>
          <CodeBlock label="API key" text={key} />
        </Dialog>
      )}
    </Card>
  );
}
