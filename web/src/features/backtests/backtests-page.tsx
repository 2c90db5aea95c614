import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeRunSettings, isOpen, runSettingsQuery, runsQuery } from "~/api/backtests";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { mayTrade } from "~/api/session";
import type { Run, RunSettings, Workspace } from "~/api/types";
import { dateTime } from "~/lib/time";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Select } from "~/ui/field";
import { Icon } from "~/ui/icon";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Statistic } from "~/ui/statistic";
import { Table } from "~/ui/table";
import { STATUS_TONES, dataText, percentText, summaryNumber } from "./wording";

const MOST_COMPARED = 6;
const ROLES = [
  { value: "trader", label: "traders and above" },
  { value: "admin", label: "admins and owners" },
  { value: "owner", label: "owners alone" },
] as const;

interface BacktestsPageProps {
  workspace: Workspace;
  onOpen: (id: string) => void;
  onNew: () => void;
  onCompare: (ids: readonly string[]) => void;
}

/** The workspace's runs, newest first; finished ones can be compared. */
export function BacktestsPage({ workspace, onOpen, onNew, onCompare }: BacktestsPageProps) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(runsQuery(workspace.id));
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const rows = data?.pages.flatMap(({ items }) => items);
  const toggle = (id: string): void => setChosen(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id].slice(-MOST_COMPARED));
  const add = mayTrade(workspace.role) && (
    <Button tone="primary" onClick={onNew}>
      <Icon name="plus" size={16} /> New backtest
    </Button>
  );
  return (
    <Page
      wide
      title="Backtests"
      actions={
        <>
          {chosen.length > 0 && (
            <Button disabled={chosen.length < 2} title={chosen.length < 2 ? "Choose a second run" : undefined} onClick={() => onCompare(chosen)}>
              Compare {chosen.length}
            </Button>
          )}
          {add}
        </>
      }
    >
      <Card flush>
        {error ? (
          <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />
        ) : (
          <Table
            label="Backtests"
            rows={rows}
            rowKey={({ id }) => id}
            onOpen={({ id }) => onOpen(id)}
            columns={[
              { id: "choose", header: "Compare", align: "left", cell: (run) => <Chooser run={run} chosen={chosen.includes(run.id)} onToggle={() => toggle(run.id)} /> },
              { id: "strategy", header: "Strategy", align: "left", className: "max-w-44 truncate", cell: (run) => <StrategyName run={run} /> },
              { id: "data", header: "Data", align: "left", from: "md", cell: ({ asked }) => <span className="text-text-2">{dataText(asked.data)}</span> },
              { id: "status", header: "Status", align: "left", cell: (run) => <StatusBadge run={run} /> },
              { id: "return", header: "Return", sort: (run) => summaryNumber(run, "total_return"), cell: (run) => <Statistic value={summaryNumber(run, "total_return")} unit="fraction" places={1} toned /> },
              { id: "sharpe", header: "Sharpe", from: "sm", sort: sharpeOf, cell: (run) => <Statistic value={sharpeOf(run)} /> },
              { id: "drawdown", header: "Drawdown", from: "sm", sort: drawdownOf, cell: (run) => <Statistic value={drawdownOf(run)} unit="fraction" places={1} /> },
              { id: "trips", header: "Trips", from: "lg", sort: (run) => summaryNumber(run, "round_trips"), cell: (run) => <Statistic value={summaryNumber(run, "round_trips")} unit="count" /> },
              { id: "at", header: "Asked", from: "md", sort: ({ created_at }) => created_at, cell: ({ created_at }) => <span className="tabular-nums text-text-2">{dateTime(created_at)}</span> },
            ]}
            empty={<Empty action={add}>A backtest runs one version of a strategy over bars of the catalog, in a process of its own.</Empty>}
            footer={
              hasNextPage && (
                <div className="flex justify-center p-2">
                  <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                    Older runs
                  </Button>
                </div>
              )
            }
          />
        )}
      </Card>
      <WhoMayRun workspace={workspace} />
    </Page>
  );
}

const sharpeOf = (run: Run): number | null => summaryNumber(run, "sharpe_ratio") ?? summaryNumber(run, "best_sharpe");
const drawdownOf = (run: Run): number | null => summaryNumber(run, "max_drawdown") ?? summaryNumber(run, "best_max_drawdown");

function Chooser({ run, chosen, onToggle }: { run: Run; chosen: boolean; onToggle: () => void }) {
  const usable = run.status === "done" && run.kind === "backtest";
  return (
    <label className="flex size-6 items-center justify-center">
      <input
        type="checkbox"
        aria-label={`Compare ${run.strategy_name} v${run.asked.version}, ${dataText(run.asked.data)}`}
        className="size-4 accent-accent"
        disabled={!usable}
        checked={chosen}
        onClick={(event) => event.stopPropagation()}
        onChange={onToggle}
      />
    </label>
  );
}

function StrategyName({ run }: { run: Run }) {
  return (
    <>
      <span className="font-semibold">{run.strategy_name}</span> <span className="font-mono text-12 text-text-3">v{run.asked.version}</span>
    </>
  );
}

function StatusBadge({ run }: { run: Run }) {
  const { progress } = run;
  const share = isOpen(run) && progress && progress.total > 0 ? ` ${percentText(progress.done / progress.total, 0)}` : "";
  return (
    <Badge tone={STATUS_TONES[run.status] ?? "plain"} {...(run.reason ? { title: run.reason } : {})}>
      {run.kind === "sweep" && run.status === "done" ? "sweep done" : `${run.status}${share}`}
    </Badge>
  );
}

/** Whose word runs code on this machine; only an owner changes it. */
function WhoMayRun({ workspace }: { workspace: Workspace }) {
  const client = useQueryClient();
  const { data } = useQuery(runSettingsQuery(workspace.id));
  const change = useMutation({
    mutationFn: (role: RunSettings["run_role"]) => changeRunSettings(workspace.id, role),
    onSuccess: (settings) => client.setQueryData(keys.runSettings(workspace.id), settings),
  });
  if (!data) {
    return null;
  }
  const label = ROLES.find(({ value }) => value === data.run_role)?.label ?? data.run_role;
  return (
    <div className="grid gap-1 text-12 text-text-3">
      {workspace.role === "owner" ? (
        <p className="flex flex-wrap items-center gap-2">
          Strategy code may be run by
          <span className="w-48">
            <Select aria-label="Who may run strategy code" value={data.run_role === "viewer" ? "trader" : data.run_role} choices={ROLES} disabled={change.isPending} onChange={(role) => change.mutate(role)} />
          </span>
        </p>
      ) : (
        <p>Strategy code may be run by {label}.</p>
      )}
      <p>A strategy is code: it runs with the rights of the desk's own user, without its secrets. Run only what you trust.</p>
      {change.error && <ProblemBox problem={Problem.from(change.error)} />}
    </div>
  );
}
