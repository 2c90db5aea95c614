import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { editAccount } from "~/api/accounts";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import type { AccountDetail } from "~/api/types";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Check, Field, Input } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";

/** An account's name, and whether orders may go to it at all. */
export function EditAccountDialog({ workspace, account, onClose }: { workspace: string; account: AccountDetail; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(account.name);
  const [enabled, setEnabled] = useState(account.enabled);
  const save = useMutation({
    mutationFn: () => editAccount(workspace, account.id, { name, enabled }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.workspace(workspace) });
      onClose();
    },
  });
  const problem = save.error ? Problem.from(save.error) : null;
  return (
    <Dialog title={`Edit ${account.name}`} open width="small" onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label="Name" problem={problem?.fields.get("name")}>
          {({ id, describedBy, invalid }) => (
            <Input id={id} describedBy={describedBy} invalid={invalid} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Check label="Orders may go to this account" checked={enabled} onChange={setEnabled} />
        {problem && <ProblemBox problem={problem} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={name.trim() === ""} busy={save.isPending}>
            Save
          </Button>
        </span>
      </form>
    </Dialog>
  );
}
