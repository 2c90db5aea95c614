import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "~/api/problem";
import { removeStrategyRun, resumeStrategyRun, stopStrategyRun, type StrategyRun, strategyRunLogQuery, strategyRunsKey, strategyRunsQuery } from "~/api/strategy-runs";
import { strategyVersionsQuery } from "~/api/strategy-files";
import { cx } from "~/lib/cx";
import { dateTime, timeOfDay } from "~/lib/time";
import { Badge, type BadgeTone } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { HoldButton } from "~/ui/hold-button";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";

const TONES: Readonly<Record<string, BadgeTone>> = { running: "gain", stopped: "plain", failed: "danger" };
const LEVELS: Readonly<Record<string, string>> = { info: "text-text-2", order: "text-accent", fill: "text-gain", error: "text-danger" };

interface AtWorkProps {
  workspace: string;
  /** The file whose versions are looked for among the runs. */
  file: string;
  editable: boolean;
}

/** Where this file's versions are at work: what they hold, their log, and how to stop them. */
export function AtWork({ workspace, file, editable }: AtWorkProps) {
  const { data: versions } = useQuery(strategyVersionsQuery(workspace, file));
  const { data: runs, error, refetch } = useQuery(strategyRunsQuery(workspace));
  const [opened, setOpened] = useState<string | null>(null);
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  if (!runs || !versions) {
    return <Skeleton className="h-12" />;
  }
  const byHash = new Map(versions.map(({ hash, version }) => [hash, version]));
  const own = runs.filter(({ hash }) => byHash.has(hash));
  const shown = own.find(({ id }) => id === opened);
  return (
    <>
      {own.length === 0 ? (
        <p className="text-text-2">No version is at work. Its orders would take the same path as any others, through every rule.</p>
      ) : (
        <ul aria-label="Runs of this strategy">
          {own.map((run) => (
            <li key={run.id} className="flex items-baseline gap-2 border-b border-faint py-1.5 last:border-b-0">
              <span className="min-w-0 flex-1">
                <span className="flex flex-wrap items-center gap-1.5">
                  <span className="font-mono text-12 text-text-2">v{byHash.get(run.hash)}</span>
                  <Badge tone={TONES[run.status] ?? "plain"}>{run.status}</Badge>
                  <span className="truncate">{run.receiver_name}</span>
                </span>
                <span className="block truncate text-12 text-text-3">
                  {run.instruments.join(", ")} · {holding(run)}
                </span>
              </span>
              <Button size="small" tone="quiet" aria-label={`Open the run on ${run.receiver_name}`} onClick={() => setOpened(run.id)}>
                Open
              </Button>
            </li>
          ))}
        </ul>
      )}
      {shown && <RunDialog workspace={workspace} run={shown} editable={editable} onClose={() => setOpened(null)} />}
    </>
  );
}

function holding(run: StrategyRun): string {
  const held = Object.entries(run.positions).filter(([, quantity]) => Number(quantity) !== 0);
  return held.length === 0 ? "flat" : held.map(([symbol, quantity]) => `${quantity} ${symbol}`).join(", ");
}

function RunDialog({ workspace, run, editable, onClose }: { workspace: string; run: StrategyRun; editable: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const { data: lines, error } = useQuery(strategyRunLogQuery(workspace, run.id));
  const act = useMutation({
    mutationFn: async (deed: () => Promise<unknown>) => deed(),
    // The stream tells the log, and a removed run has none any more.
    onSettled: () => client.invalidateQueries({ queryKey: strategyRunsKey(workspace), exact: true }),
  });
  const working = run.status === "running";
  return (
    <Dialog
      title={`${run.name} on ${run.receiver_name}`}
      open
      width="large"
      onClose={onClose}
      footer={
        editable &&
        (working ? (
          <>
            <HoldButton effect="Stops the run, cancels its working orders and closes what it holds." onConfirm={() => act.mutate(() => stopStrategyRun(workspace, run.id, true))}>
              Hold to stop and flatten
            </HoldButton>
            <Button busy={act.isPending} onClick={() => act.mutate(() => stopStrategyRun(workspace, run.id, false))}>
              Stop
            </Button>
          </>
        ) : (
          <>
            <HoldButton
              effect="Forgets the run with its log; its orders stay in the journal."
              onConfirm={() =>
                act.mutate(async () => {
                  await client.cancelQueries({ queryKey: strategyRunLogQuery(workspace, run.id).queryKey });
                  onClose();
                  await removeStrategyRun(workspace, run.id);
                })
              }
            >
              Hold to remove
            </HoldButton>
            <Button tone="primary" busy={act.isPending} onClick={() => act.mutate(() => resumeStrategyRun(workspace, run.id))}>
              Resume
            </Button>
          </>
        ))
      }
    >
      <div className="grid grid-cols-1 gap-3">
        <p className="flex flex-wrap items-center gap-2 text-text-2">
          <Badge tone={TONES[run.status] ?? "plain"}>{run.status}</Badge>
          {[run.class_name, run.instruments.join(", "), ...Object.entries(run.parameters).map(([name, value]) => `${name} ${String(value)}`), `since ${dateTime(run.created_at)}`, holding(run)].join(" · ")}
        </p>
        {run.reason && <ProblemBox problem={{ title: run.reason, code: run.code, ...(run.line === null ? {} : { detail: `Line ${run.line} of the strategy` }) }} />}
        {(act.error ?? error) && <ProblemBox problem={Problem.from(act.error ?? error)} />}
        {!lines && !error && <Skeleton className="h-40" />}
        {lines && (
          <div
            role="log"
            aria-label="Log of the run"
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
            tabIndex={0}
            className="max-h-[45dvh] min-h-24 overflow-auto rounded-md border border-line bg-ground p-2 font-mono text-12"
          >
            {lines.length === 0 && <p className="text-text-3">Nothing was said yet.</p>}
            {lines.map((line) => (
              <p key={line.number} className="grid grid-cols-[max-content_52px_1fr] gap-x-2">
                <span className="text-text-3">{timeOfDay(line.at)}</span>
                <span className={cx(LEVELS[line.level])}>{line.level}</span>
                <span className="min-w-0 whitespace-pre-wrap break-words">{line.text}</span>
              </p>
            ))}
          </div>
        )}
      </div>
    </Dialog>
  );
}
