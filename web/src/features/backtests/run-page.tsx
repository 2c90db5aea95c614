import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RUN_FILES, cancelRun, isOpen, removeRun, runFileAddress, runQuery } from "~/api/backtests";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { mayTrade } from "~/api/session";
import type { RunDetail, Workspace } from "~/api/types";
import { dateTime, elapsed } from "~/lib/time";
import { useNow } from "~/lib/use-now";
import { capital } from "~/lib/words";
import { Badge } from "~/ui/badge";
import { Button, buttonClass } from "~/ui/button";
import { CodeBlock } from "~/ui/copy";
import { HoldButton } from "~/ui/hold-button";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { LoadingTitle, Skeleton } from "~/ui/skeleton";
import { toast } from "~/ui/toast";
import { furtherWords, modelWords } from "./further-words";
import { Result } from "./result";
import { Sweep } from "./sweep";
import { STATUS_TONES, dataText } from "./wording";

interface RunPageProps {
  workspace: Workspace;
  id: string;
  onAgain: (run: RunDetail, parameters?: Readonly<Record<string, string>>) => void;
  onStrategy: (id: string, line: number | null) => void;
  onRemoved: () => void;
}

/** One run: how far it is, why it failed, or everything that it found. */
export function RunPage(props: RunPageProps) {
  const { workspace, id } = props;
  const { data: run, error, refetch } = useQuery(runQuery(workspace.id, id));
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  if (!run) {
    return (
      <Page title={<LoadingTitle className="h-4 w-40" />} wide>
        <Skeleton className="h-96" />
      </Page>
    );
  }
  return <Shown {...props} run={run} />;
}

function Shown({ workspace, run, onAgain, onStrategy, onRemoved }: RunPageProps & { run: RunDetail }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => removeRun(workspace.id, run.id),
    onSuccess: async () => {
      toast("Removed the run");
      onRemoved();
      await client.invalidateQueries({ queryKey: keys.runs(workspace.id) });
    },
  });
  const editable = mayTrade(workspace.role);
  return (
    <Page
      wide
      title={
        <span className="flex flex-wrap items-center gap-2">
          <button type="button" className="break-all text-left underline decoration-line underline-offset-4 hover:decoration-accent" onClick={() => onStrategy(run.strategy, null)}>
            {run.strategy_name}
          </button>
          <Badge>v{run.asked.version}</Badge>
          <Badge tone={STATUS_TONES[run.status] ?? "plain"}>{run.status}</Badge>
          {run.kind === "sweep" && <Badge>sweep</Badge>}
        </span>
      }
      actions={
        editable && (
          <>
            {!isOpen(run) && (
              <HoldButton effect="Removes the run with its result." onConfirm={() => remove.mutate()}>
                Hold to remove
              </HoldButton>
            )}
            <Button onClick={() => onAgain(run)}>Run again …</Button>
          </>
        )
      }
    >
      {remove.error && <ProblemBox problem={Problem.from(remove.error)} />}
      <Asked run={run} />
      {isOpen(run) && <Underway workspace={workspace} run={run} editable={editable} />}
      {!isOpen(run) && run.status !== "done" && <Ended run={run} onStrategy={onStrategy} />}
      {run.status === "done" && <Downloads workspace={workspace.id} run={run} />}
      {run.status === "done" && (run.kind === "sweep" ? <Sweep workspace={workspace.id} run={run} onTry={(parameters) => onAgain(run, parameters)} /> : <Result workspace={workspace.id} run={run} />)}
      {run.output && (
        <Card title="What the strategy printed">
          <CodeBlock label="output" text={run.output} />
        </Card>
      )}
    </Page>
  );
}

function Asked({ run }: { run: RunDetail }) {
  const { asked } = run;
  const fee = /^\d/.test(asked.fee) ? `${asked.fee} %` : asked.fee;
  const parts = [
    dataText(asked.data, 4),
    [asked.start, asked.end].some(Boolean) && `${asked.start ?? "first bar"} to ${asked.end ?? "last bar"}`,
    `cash ${asked.cash.toLocaleString("en-US")}`,
    `fee ${modelWords(asked.fee_model) ?? fee}`,
    `slippage ${modelWords(asked.slippage_model) ?? `${asked.slippage} %`}`,
    `fills at ${asked.fill.replace("_", " ")}`,
    ...furtherWords(asked),
    ...Object.entries(asked.parameters).map(([name, text]) => `${name} ${text}`),
    ...Object.entries(asked.grid).map(([name, values]) => `${name} × ${values.length}`),
  ].filter(Boolean);
  return (
    <p className="text-12 text-text-2">
      {parts.join(" · ")}
      <span className="text-text-3"> · asked {dateTime(run.created_at)}</span>
    </p>
  );
}

function Underway({ workspace, run, editable }: { workspace: Workspace; run: RunDetail; editable: boolean }) {
  const client = useQueryClient();
  const now = useNow(500);
  const cancel = useMutation({
    mutationFn: () => cancelRun(workspace.id, run.id),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.run(workspace.id, run.id) }),
  });
  const { done, total } = run.progress ?? { done: 0, total: 0 };
  const share = total > 0 ? Math.min(1, done / total) : null;
  const passed = run.started_at ? elapsed(now - Date.parse(run.started_at)) : null;
  const words = run.status === "queued" ? "Waiting for a worker" : share === null ? "Starting, loading data" : `${done.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} ${run.kind === "sweep" ? "combinations" : "bars"}`;
  return (
    <Card title={run.status === "queued" ? "Queued" : "Running"} aside={passed && <span className="tabular-nums text-text-2">{passed}</span>}>
      <div
        role="progressbar"
        aria-label="Progress of the run"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuetext={words}
        {...(share === null ? {} : { "aria-valuenow": Math.round(share * 100) })}
        className="h-2 overflow-hidden rounded-full bg-raised"
      >
        <span className={share === null ? "block h-full w-1/4 animate-pulse rounded-full bg-accent" : "meter-fill block h-full rounded-full bg-accent"} style={share === null ? undefined : { width: `${share * 100}%` }} />
      </div>
      <div className="flex flex-wrap items-center gap-3 pt-3">
        <p role="status" className="flex-1 tabular-nums text-text-2">
          {words}. It is stopped after {elapsed(run.asked.time_limit * 1000)}.
        </p>
        {editable && (
          <Button busy={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel the run
          </Button>
        )}
      </div>
      {cancel.error && <ProblemBox problem={Problem.from(cancel.error)} />}
    </Card>
  );
}

function Ended({ run, onStrategy }: { run: RunDetail; onStrategy: (id: string, line: number | null) => void }) {
  const [reason = "", ...hints] = run.reason.split("\n");
  return (
    <>
      <ProblemBox problem={{ title: run.status === "canceled" ? "The run was canceled" : capital(reason), detail: [run.status === "canceled" ? reason : "", ...hints].filter(Boolean).join("\n"), code: run.code }} />
      {run.line !== null && (
        <p className="px-3.5">
          <Button onClick={() => onStrategy(run.strategy, run.line)}>Open line {run.line} of the strategy</Button>
        </p>
      )}
    </>
  );
}

function Downloads({ workspace, run }: { workspace: string; run: RunDetail }) {
  return (
    <div className="flex flex-wrap gap-2" role="group" aria-label="Downloads">
      {RUN_FILES.filter(({ kinds }) => (kinds as readonly string[]).includes(run.kind)).map(({ file, label }) => (
        <a key={file} className={buttonClass("plain", "medium")} href={runFileAddress(workspace, run.id, file)} download>
          {label}
        </a>
      ))}
    </div>
  );
}
