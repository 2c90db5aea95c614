import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { accountsQuery } from "~/api/accounts";
import { receivingGroupsQuery } from "~/api/groups";
import { instrumentsQuery } from "~/api/market";
import { Problem } from "~/api/problem";
import { startStrategyRun, strategyRunsKey } from "~/api/strategy-runs";
import type { StrategyDetail } from "~/api/types";
import { cx } from "~/lib/cx";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Select } from "~/ui/field";
import type { ParameterTexts } from "~/ui/parameters";
import { ProblemBox } from "~/ui/problem";
import { toast } from "~/ui/toast";

const TIMEFRAMES = [
  { value: "1m", label: "1 minute" },
  { value: "5m", label: "5 minutes" },
  { value: "15m", label: "15 minutes" },
  { value: "1h", label: "1 hour" },
  { value: "1D", label: "1 day" },
] as const;

interface PutToWorkProps {
  workspace: string;
  file: StrategyDetail;
  className: string | null;
  values: ParameterTexts;
  onClose: () => void;
}

/** Starts a version on an account or a group: a process of its own, whose signals go through the intake. */
export function PutToWork({ workspace, file, className, values, onClose }: PutToWorkProps) {
  const client = useQueryClient();
  const { data: groups = [] } = useQuery(receivingGroupsQuery(workspace));
  const { data: accounts = [] } = useQuery(accountsQuery(workspace));
  const { data: instruments = [] } = useQuery(instrumentsQuery(workspace));
  const [chosen, setChosen] = useState("");
  const [symbols, setSymbols] = useState<readonly string[]>([]);
  const [timeframe, setTimeframe] = useState<(typeof TIMEFRAMES)[number]["value"]>("5m");
  const receiver = chosen || (accounts[0] ? `account:${accounts[0].id}` : groups[0] ? `group:${groups[0].id}` : "");
  const [type, id] = receiver.split(/:(.*)/s, 2);
  const start = useMutation({
    mutationFn: () =>
      startStrategyRun(workspace, {
        strategy: file.id,
        version: file.latest,
        class_name: className,
        instruments: [...symbols],
        timeframe,
        group: type === "group" ? (id ?? null) : null,
        account: type === "account" ? (id ?? null) : null,
        parameters: { ...values },
      }),
    onSuccess: async (run) => {
      toast(`“${run.name}” is at work on ${run.receiver_name}`);
      onClose();
      await client.invalidateQueries({ queryKey: strategyRunsKey(workspace) });
    },
  });
  const toggle = (each: string): void => setSymbols(symbols.includes(each) ? symbols.filter((one) => one !== each) : [...symbols, each]);
  const set = Object.entries(values);
  return (
    <Dialog title={`Put version ${file.latest} to work`} open width="small" onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate();
        }}
      >
        <Field label="Its orders go to">
          {({ id: field }) => (
            <Select
              id={field}
              value={receiver}
              choices={[
                { group: "Accounts", choices: accounts.map((account) => ({ value: `account:${account.id}`, label: account.name })) },
                { group: "Groups", choices: groups.map((group) => ({ value: `group:${group.id}`, label: group.name })) },
              ]}
              onChange={setChosen}
            />
          )}
        </Field>
        <Field label="Bars of">{({ id: field }) => <Select id={field} value={timeframe} choices={TIMEFRAMES} onChange={setTimeframe} />}</Field>
        <fieldset>
          <legend className="pb-1 text-text-2">Instruments</legend>
          <div className="max-h-44 overflow-auto rounded-md border border-line">
            {instruments.map(({ id: each, symbol, name }) => (
              <label key={each} className={cx("flex min-h-9 cursor-pointer items-center gap-2.5 border-b border-faint px-2.5 last:border-b-0 hover:bg-hover", symbols.includes(each) && "bg-raised")}>
                <input type="checkbox" aria-label={each} className="size-4 accent-accent" checked={symbols.includes(each)} onChange={() => toggle(each)} />
                <span className="font-semibold">{symbol}</span>
                <span className="min-w-0 flex-1 truncate text-right text-12 text-text-3">{name}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <p className="text-12 text-text-3">{set.length > 0 ? `With ${set.map(([name, text]) => `${name} ${text}`).join(", ")} from the panel.` : "With the parameters' own defaults."}</p>
        {start.error && <ProblemBox problem={Problem.from(start.error)} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={symbols.length === 0 || !id} busy={start.isPending}>
            Start
          </Button>
        </span>
      </form>
    </Dialog>
  );
}
