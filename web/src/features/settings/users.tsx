import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { addUser, removeUser, setRole, usersQuery } from "~/api/session";
import type { Role } from "~/api/types";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Empty } from "~/ui/empty";
import { Field, Input, Select } from "~/ui/field";
import { HoldButton } from "~/ui/hold-button";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Table } from "~/ui/table";

const ROLES: readonly { value: Role; label: string }[] = [
  { value: "viewer", label: "Viewer: looks" },
  { value: "trader", label: "Trader: trades" },
  { value: "admin", label: "Admin: also sets limits and users" },
  { value: "owner", label: "Owner: everything" },
];

const BLANK = { name: "", email: "", password: "", role: "viewer" as Role };

function NewUser({ workspace, onClose }: { workspace: string; onClose: () => void }) {
  const client = useQueryClient();
  const [user, setUser] = useState(BLANK);
  const add = useMutation({
    mutationFn: () => addUser(workspace, user),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.users(workspace) });
      onClose();
    },
  });
  const problem = add.error ? Problem.from(add.error) : null;
  const fields = [
    ["name", "Name", "text", "off"],
    ["email", "E-mail", "email", "off"],
    ["password", "First password (at least 12 characters)", "password", "new-password"],
  ] as const;
  return (
    <Dialog title="New user" open width="small" onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        {fields.map(([name, label, type, complete]) => (
          <Field key={name} label={label} problem={problem?.fields.get(name)}>
            {({ id, describedBy, invalid }) => (
              <Input id={id} describedBy={describedBy} invalid={invalid} type={type} autoComplete={complete} value={user[name]} onChange={(event) => setUser({ ...user, [name]: event.target.value })} />
            )}
          </Field>
        ))}
        <Field label="Role">{({ id }) => <Select id={id} value={user.role} choices={ROLES} onChange={(role) => setUser({ ...user, role })} />}</Field>
        {problem && <ProblemBox problem={problem} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={user.name === "" || user.email === "" || user.password.length < 12} busy={add.isPending}>
            Add user
          </Button>
        </span>
      </form>
    </Dialog>
  );
}

/** Who may do what in this workspace. */
export function Users({ workspace, self }: { workspace: string; self: string }) {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(usersQuery(workspace));
  const [adding, setAdding] = useState(false);
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: keys.users(workspace) });
  const change = useMutation({ mutationFn: ({ id, role }: { id: string; role: Role }) => setRole(workspace, id, role), onSuccess: refresh });
  const remove = useMutation({ mutationFn: (id: string) => removeUser(workspace, id), onSuccess: refresh });
  const failure = error ?? change.error ?? remove.error;
  return (
    <Card
      title="Users"
      flush
      aside={
        <Button size="small" onClick={() => setAdding(true)}>
          Add user…
        </Button>
      }
    >
      {failure && <ProblemBox problem={Problem.from(failure)} onRetry={() => void refetch()} />}
      <Table
        label="Users"
        rows={data}
        rowKey={({ id }) => id}
        columns={[
          { id: "name", header: "Name", align: "left", cell: ({ name }) => name },
          { id: "email", header: "E-mail", align: "left", from: "sm", cell: ({ email }) => <span className="text-text-2">{email}</span> },
          {
            id: "role",
            header: "Role",
            align: "left",
            cell: ({ id, name, role }) =>
              id === self ? role : <Select aria-label={`Role of ${name}`} className="max-w-56" value={role} choices={ROLES} onChange={(next) => change.mutate({ id, role: next })} />,
          },
          {
            id: "remove",
            header: "Actions",
            cell: ({ id, name }) =>
              id !== self && (
                <HoldButton size="small" effect={`Removes ${name} from this workspace and ends their sessions.`} onConfirm={() => remove.mutate(id)}>
                  Hold to remove
                </HoldButton>
              ),
          },
        ]}
        empty={<Empty>Nobody else is here yet.</Empty>}
      />
      {adding && <NewUser workspace={workspace} onClose={() => setAdding(false)} />}
    </Card>
  );
}
