import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { accountsQuery } from "~/api/accounts";
import { attachRulebook } from "~/api/funded";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { stepUp } from "~/api/session";
import type { Rulebook } from "~/api/types";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input, Select } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";
import { RuleList, Source } from "./rule-list";

/** Holds an account to a plan: which account, which plan with all its rules, and who says so. */
export function AttachDialog({ workspace, books, onClose }: { workspace: string; books: readonly Rulebook[]; onClose: (attached?: string) => void }) {
  const client = useQueryClient();
  const { data: accounts } = useQuery(accountsQuery(workspace));
  const [account, setAccount] = useState("");
  const [plan, setPlan] = useState("");
  const [password, setPassword] = useState("");
  const book = books.find(({ id }) => id === plan);
  const firms = [...new Set(books.map(({ firm }) => firm))];
  const attaching = useMutation({
    mutationFn: async () => {
      await stepUp(password);
      await attachRulebook(workspace, account, plan);
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.workspace(workspace) });
      onClose(account);
    },
  });
  return (
    <Dialog title="Hold an account to a plan" open width="large" onClose={() => onClose()}>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          attaching.mutate();
        }}
      >
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Account" hint="Flat, without open orders, in the plan's currency.">
            {({ id, describedBy }) => (
              <Select
                id={id}
                describedBy={describedBy}
                value={account}
                choices={[{ value: "", label: "Choose an account" }, ...(accounts ?? []).map((one) => ({ value: one.id, label: `${one.name} (${one.currency})` }))]}
                onChange={setAccount}
              />
            )}
          </Field>
          <Field label="Plan">
            {({ id }) => (
              <Select
                id={id}
                value={plan}
                choices={[
                  { value: "", label: "Choose a plan" },
                  ...firms.map((firm) => ({ group: firm, choices: books.filter((one) => one.firm === firm).map((one) => ({ value: one.id, label: one.id })) })),
                ]}
                onChange={setPlan}
              />
            )}
          </Field>
        </div>
        {book && (
          <>
            <RuleList book={book} />
            <Source book={book} />
          </>
        )}
        <Field label="Your password">
          {({ id }) => <Input id={id} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
        </Field>
        {attaching.error && <ProblemBox problem={Problem.from(attaching.error)} />}
        <span className="flex justify-end gap-2">
          <Button onClick={() => onClose()}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={!account || !plan || password === ""} busy={attaching.isPending}>
            Begin the plan
          </Button>
        </span>
      </form>
    </Dialog>
  );
}
