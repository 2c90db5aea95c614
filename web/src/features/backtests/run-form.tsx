import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { runSettingsQuery, seriesQuery, startRun } from "~/api/backtests";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { strategyFileQuery, strategyFilesQuery, strategyVersionQuery, strategyVersionsQuery } from "~/api/strategy-files";
import type { Parameter, RunRequest, Workspace } from "~/api/types";
import { count } from "~/lib/words";
import { Button } from "~/ui/button";
import { Check, DecimalInput, Field, Input, Select } from "~/ui/field";
import { Card, Page } from "~/ui/panel";
import { ParameterFields } from "~/ui/parameters";
import { ProblemBox } from "~/ui/problem";
import { Segmented } from "~/ui/segmented";
import { DataChoice } from "./data-choice";
import { usualValues } from "./grid";
import { Group, MoreConditions } from "./more-conditions";
import { PERCENT, type RunDraft, combinations, problemsOf, requestOf } from "./run-draft";

const FEES = [
  { value: PERCENT, label: "Percent of the notional" },
  { value: "none", label: "None" },
  { value: "ibkr_fixed", label: "Interactive Brokers, fixed" },
  { value: "ibkr_tiered", label: "Interactive Brokers, tiered" },
  { value: "cme_es", label: "CME, E-mini S&P 500" },
  { value: "cme_nq", label: "CME, E-mini Nasdaq-100" },
  { value: "cme_mes", label: "CME, Micro E-mini S&P 500" },
  { value: "cme_mnq", label: "CME, Micro E-mini Nasdaq-100" },
  { value: "crypto_binance", label: "Binance" },
  { value: "crypto_coinbase", label: "Coinbase" },
  { value: "crypto_kraken", label: "Kraken" },
  { value: "india_delivery", label: "India, delivery" },
  { value: "india_intraday", label: "India, intraday" },
  { value: "india_futures", label: "India, futures" },
  { value: "india_options", label: "India, options" },
] as const;
const FILLS = [
  { value: "next_open", label: "At the next bar's open" },
  { value: "close", label: "At the close that was decided on" },
  { value: "quote", label: "At the quote that was decided on" },
] as const;
const MODES = [
  { value: "one", label: "One run" },
  { value: "sweep", label: "Sweep" },
] as const;
const ADJUSTING = [
  { value: "usual", label: "As is usual" },
  { value: "split", label: "Splits out of prices, dividends paid" },
  { value: "raw", label: "Prices as traded, both booked" },
  { value: "total", label: "Both out of prices" },
] as const;
const COMPILING = [
  { value: "auto", label: "Where it pays" },
  { value: "always", label: "Always" },
  { value: "never", label: "Never" },
] as const;

interface RunFormProps {
  workspace: Workspace;
  initial: RunDraft;
  onStarted: (id: string) => void;
  onStrategies: () => void;
}

/** The strategies of a file's version and what they declare. */
function useOutlines(workspace: string, draft: RunDraft) {
  const newest = useQuery({ ...strategyFileQuery(workspace, draft.strategy), enabled: draft.strategy !== "" && draft.version === null });
  const named = useQuery({ ...strategyVersionQuery(workspace, draft.strategy, draft.version ?? 1), enabled: draft.strategy !== "" && draft.version !== null });
  const { data, error } = draft.version === null ? newest : named;
  const strategies = data?.validation.strategies ?? [];
  const outline = strategies.find(({ name }) => name === draft.className) ?? strategies[0];
  return { detail: data, error, strategies, outline };
}

export function RunForm({ workspace, initial, onStarted, onStrategies }: RunFormProps) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(initial);
  const [tried, setTried] = useState(false);
  const edit = (change: Partial<RunDraft>): void => setDraft((present) => ({ ...present, ...change }));
  const files = useQuery(strategyFilesQuery(workspace.id));
  const series = useQuery(seriesQuery(workspace.id));
  const settings = useQuery(runSettingsQuery(workspace.id));
  const { detail, error, strategies, outline } = useOutlines(workspace.id, draft);
  const parameters: readonly Parameter[] = outline?.parameters ?? [];
  const problems = problemsOf(draft, parameters);
  const start = useMutation({
    mutationFn: (request: RunRequest) => startRun(workspace.id, request),
    onSuccess: async (run) => {
      await client.invalidateQueries({ queryKey: keys.runs(workspace.id) });
      onStarted(run.id);
    },
  });
  const problem = (name: string): string | undefined => (tried || name.startsWith("value.") || name.startsWith("grid.") ? problems.get(name) : undefined);
  const submit = (): void => {
    setTried(true);
    if (problems.size === 0) {
      start.mutate(requestOf({ ...draft, className: strategies.length > 1 ? (outline?.name ?? null) : null }, parameters));
    }
  };
  const broken = detail && !detail.validation.runs;
  const failure = start.error ?? error ?? files.error ?? series.error;
  return (
    <Page wide title={draft.sweeping ? "New sweep" : "New backtest"}>
      {settings.data?.allowed === false && <ProblemBox problem={{ title: "You may not run strategy code here", detail: `An owner asks for the role ${settings.data.run_role} or above.`, code: "role.insufficient" }} />}
      <form
        className="grid items-start gap-4 lg:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div className="grid grid-cols-1 gap-4">
          <Card title="Strategy">
            <StrategyChoice workspace={workspace.id} draft={draft} edit={edit} names={files.data ?? []} problem={problem("strategy")} onStrategies={onStrategies} loaded={files.data !== undefined} />
            {strategies.length > 1 && (
              <div className="pt-3">
                <Field label="Class">
                  {({ id }) => <Select id={id} value={outline?.name ?? ""} choices={strategies.map(({ name }) => ({ value: name, label: name }))} onChange={(className) => edit({ className, values: {}, grid: {} })} />}
                </Field>
              </div>
            )}
            {broken && <ProblemBox problem={{ title: "This version cannot run", detail: detail.validation.findings[0] ? `Line ${detail.validation.findings[0].line}: ${detail.validation.findings[0].message}` : "", code: detail.validation.findings[0]?.code ?? "strategy.invalid" }} />}
          </Card>
          <Card title="Data">
            <DataChoice series={series.data} chosen={draft.data} problem={problem("data")} onChange={(data) => edit({ data })} />
            <div className="grid grid-cols-2 gap-3 pt-3">
              <Field label="From">{({ id }) => <Input id={id} type="date" value={draft.start} onChange={(event) => edit({ start: event.target.value })} />}</Field>
              <Field label="To (excluded)" problem={problem("end")}>
                {({ id, describedBy, invalid }) => <Input id={id} type="date" describedBy={describedBy} invalid={invalid} value={draft.end} onChange={(event) => edit({ end: event.target.value })} />}
              </Field>
            </div>
          </Card>
        </div>
        <div className="grid grid-cols-1 gap-4">
          <Card title="Parameters" aside={<div className="w-44"><Segmented label="Kind of run" value={draft.sweeping ? "sweep" : "one"} choices={MODES} onChange={(mode) => edit({ sweeping: mode === "sweep" })} /></div>}>
            {parameters.length === 0 ? (
              <p className="text-text-2">{outline ? `${outline.name} declares no Param.` : "Choose a strategy first."}</p>
            ) : draft.sweeping ? (
              <SweepFields parameters={parameters} draft={draft} edit={edit} problem={problem} />
            ) : (
              <ParameterFields fields={parameters} values={draft.values} onChange={(name, text) => edit({ values: { ...draft.values, [name]: text } })} />
            )}
          </Card>
          <Card title="Money and fills">
            <Conditions draft={draft} edit={edit} problem={problem} />
          </Card>
          {failure && <ProblemBox problem={Problem.from(failure)} />}
          <div className="flex flex-wrap items-center justify-end gap-3">
            {tried && problems.size > 0 && (
              <p role="alert" className="flex-1 text-danger">
                {[...problems.values()][0]}
              </p>
            )}
            <Button type="submit" tone="primary" size="large" busy={start.isPending} disabled={broken === true || settings.data?.allowed === false}>
              {draft.sweeping ? `Sweep ${count(combinations(draft), "combination")}` : "Run the backtest"}
            </Button>
          </div>
        </div>
      </form>
    </Page>
  );
}

interface PartProps {
  draft: RunDraft;
  edit: (change: Partial<RunDraft>) => void;
  problem: (name: string) => string | undefined;
}

interface StrategyChoiceProps extends Omit<PartProps, "problem"> {
  workspace: string;
  names: readonly { id: string; name: string; latest: number }[];
  loaded: boolean;
  problem: string | undefined;
  onStrategies: () => void;
}

function StrategyChoice({ workspace, draft, edit, names, loaded, problem, onStrategies }: StrategyChoiceProps) {
  const versions = useQuery({ ...strategyVersionsQuery(workspace, draft.strategy), enabled: draft.strategy !== "" });
  if (loaded && names.length === 0) {
    return (
      <div className="flex flex-wrap items-center gap-3">
        <p className="flex-1 text-text-2">There is no strategy yet. Start one from a template.</p>
        <Button tone="primary" onClick={onStrategies}>
          To the strategies
        </Button>
      </div>
    );
  }
  return (
    <div className="grid grid-cols-[1fr_112px] gap-3">
      <Field label="File" problem={problem}>
        {({ id, describedBy, invalid }) => (
          <Select
            id={id}
            describedBy={describedBy}
            invalid={invalid}
            value={draft.strategy}
            choices={[...(draft.strategy ? [] : [{ value: "", label: "Choose …" }]), ...names.map((each) => ({ value: each.id, label: each.name }))]}
            onChange={(strategy) => edit({ strategy, version: null, className: null, values: {}, grid: {} })}
          />
        )}
      </Field>
      <Field label="Version">
        {({ id }) => (
          <Select
            id={id}
            value={String(draft.version ?? "")}
            disabled={draft.strategy === ""}
            choices={[{ value: "", label: "Newest" }, ...(versions.data ?? []).map(({ version }) => ({ value: String(version), label: `v${version}` }))]}
            onChange={(version) => edit({ version: version ? Number(version) : null })}
          />
        )}
      </Field>
    </div>
  );
}

function SweepFields({ parameters, draft, edit, problem }: PartProps & { parameters: readonly Parameter[] }) {
  return (
    <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
      {parameters.map((field) => {
        const text = draft.grid[field.name] ?? "";
        return (
          <Field key={field.name} label={field.name} hint={text ? field.about : `one value: ${draft.values[field.name] ?? String(field.default)}`} problem={problem(`grid.${field.name}`)}>
            {({ id, describedBy, invalid }) => (
              <span className="flex gap-1.5">
                <Input id={id} describedBy={describedBy} invalid={invalid} placeholder="5, 10 or 5:50:5" value={text} maxLength={400} onChange={(event) => edit({ grid: { ...draft.grid, [field.name]: event.target.value } })} />
                <Button aria-label={`Its own range for ${field.name}`} title="Its own range" onClick={() => edit({ grid: { ...draft.grid, [field.name]: text ? "" : usualValues(field) } })}>
                  {text ? "Clear" : "Range"}
                </Button>
              </span>
            )}
          </Field>
        );
      })}
      {problem("grid") && <p className="text-12 text-danger sm:col-span-2">{problem("grid")}</p>}
    </div>
  );
}

function Conditions({ draft, edit, problem }: PartProps) {
  const amount = (name: "cash" | "percent" | "slippage" | "leverage" | "participation" | "lotSize" | "seed" | "timeLimit" | "memory", label: string, suffix?: string, hint?: ReactNode) => (
    <Field label={label} problem={problem(name)} hint={hint}>
      {({ id, describedBy, invalid }) => <DecimalInput id={id} describedBy={describedBy} invalid={invalid} suffix={suffix} value={draft[name]} maxLength={24} onChange={(event) => edit({ [name]: event.target.value })} />}
    </Field>
  );
  return (
    <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
      {amount("cash", "Starting cash")}
      <Field label="Market orders fill">{({ id }) => <Select id={id} value={draft.fill} choices={FILLS} onChange={(fill) => edit({ fill })} />}</Field>
      <Field label="Fees">{({ id }) => <Select id={id} value={draft.fee} choices={FEES} onChange={(fee) => edit({ fee })} />}</Field>
      {draft.fee === PERCENT ? amount("percent", "Fee", "%") : <span className="max-sm:hidden" />}
      {amount("slippage", "Slippage", "% of the price")}
      {amount("leverage", "Leverage", "× equity")}
      <details className="sm:col-span-2">
        <summary className="cursor-pointer py-2 text-text-2">More conditions</summary>
        <div className="grid grid-cols-1 gap-4 pt-1">
        <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
          {amount("participation", "Participation", undefined, "Share of a bar's volume that may fill; empty is all of it.")}
          {amount("lotSize", "Lot size", undefined, "0 allows any fraction.")}
          <Field label="Splits and dividends" hint="Usual: dividends are paid; a sweep takes both out of the prices.">{({ id }) => <Select id={id} value={draft.adjust} choices={ADJUSTING} onChange={(adjust) => edit({ adjust })} />}</Field>
          <Check label="Short positions allowed" checked={draft.shorting} onChange={(shorting) => edit({ shorting })} />
        </div>
        <MoreConditions draft={draft.further} data={draft.data} problem={problem} edit={(change) => edit({ further: { ...draft.further, ...change } })} />
        <Group title="How it runs">
          <Field label="Compile">{({ id }) => <Select id={id} value={draft.compile} choices={COMPILING} onChange={(compile) => edit({ compile })} />}</Field>
          {amount("seed", "Seed")}
          {amount("timeLimit", "Time limit", "seconds")}
          {amount("memory", "Memory limit", "GB")}
        </Group>
        </div>
      </details>
    </div>
  );
}
