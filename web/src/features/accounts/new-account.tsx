import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createAccount } from "~/api/accounts";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import type { NewAccount } from "~/api/types";
import { decimalText, parseDecimal } from "~/lib/decimal";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Check, DecimalInput, Field, Input, Select } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";

const CURRENCIES = ["USD", "INR"].map((value) => ({ value, label: value }));

/** Opens a paper account at the paper venue. */
export function NewAccountDialog({ workspace, onClose }: { workspace: string; onClose: () => void }) {
  const client = useQueryClient();
  const [account, setAccount] = useState({ name: "", currency: "USD", cash: "100000", fractional: false, leverage: "1" });
  const edit = (change: Partial<typeof account>): void => setAccount({ ...account, ...change });
  const create = useMutation({
    mutationFn: (request: NewAccount) => createAccount(workspace, request),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.workspace(workspace) });
      onClose();
    },
  });
  const problem = create.error ? Problem.from(create.error) : null;
  const wrong = (text: string): string | undefined => (parseDecimal(text)?.gt(0) ? undefined : "A number above zero");
  const cash = parseDecimal(account.cash);
  const leverage = parseDecimal(account.leverage);
  const request: NewAccount | null =
    account.name.trim() !== "" && cash?.gt(0) && leverage?.gte(1)
      ? { name: account.name, currency: account.currency, fractional: account.fractional, cash: decimalText(cash), leverage: decimalText(leverage) }
      : null;
  return (
    <Dialog title="New paper account" open width="small" onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (request) {
            create.mutate(request);
          }
        }}
      >
        <Field label="Name" problem={problem?.fields.get("name")}>
          {({ id, describedBy, invalid }) => (
            <Input id={id} describedBy={describedBy} invalid={invalid} value={account.name} maxLength={60} onChange={(event) => edit({ name: event.target.value })} />
          )}
        </Field>
        <span className="grid grid-cols-2 gap-3">
          <Field label="Currency">{({ id }) => <Select id={id} value={account.currency} choices={CURRENCIES} onChange={(currency) => edit({ currency })} />}</Field>
          <Field label="Cash to begin with" problem={wrong(account.cash)}>
            {({ id, describedBy, invalid }) => (
              <DecimalInput id={id} describedBy={describedBy} invalid={invalid} value={account.cash} onChange={(event) => edit({ cash: event.target.value })} />
            )}
          </Field>
        </span>
        <Field label="Leverage" hint="1 is a cash account" problem={wrong(account.leverage)}>
          {({ id, describedBy, invalid }) => (
            <DecimalInput id={id} describedBy={describedBy} invalid={invalid} value={account.leverage} onChange={(event) => edit({ leverage: event.target.value })} />
          )}
        </Field>
        <Check label="Takes fractions of a share" checked={account.fractional} onChange={(fractional) => edit({ fractional })} />
        {problem && <ProblemBox problem={problem} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={!request} busy={create.isPending}>
            Open account
          </Button>
        </span>
      </form>
    </Dialog>
  );
}
