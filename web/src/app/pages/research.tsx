import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { runQuery } from "~/api/backtests";
import { Problem } from "~/api/problem";
import { useWorkspace } from "~/api/session";
import { BacktestsPage } from "~/features/backtests/backtests-page";
import { ComparePage } from "~/features/backtests/compare-page";
import { EMPTY_RUN, draftOf } from "~/features/backtests/run-draft";
import { RunForm } from "~/features/backtests/run-form";
import { RunPage } from "~/features/backtests/run-page";
import { StrategiesPage } from "~/features/strategies/strategies-page";
import { StrategyFilePage } from "~/features/strategies/strategy-page";
import { usePageTitle } from "~/lib/use-page-title";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";

type Texts = Readonly<Record<string, string>>;

/** What a new run begins with: a strategy's version, or an earlier run, and parameters on top. */
export interface NewRunSearch {
  strategy?: string | undefined;
  version?: number | undefined;
  again?: string | undefined;
  set?: Texts | undefined;
}

export function readNewRun(search: Record<string, unknown>): NewRunSearch {
  const text = (value: unknown): string | undefined => (typeof value === "string" && value ? value : undefined);
  const set = search["set"];
  const texts = typeof set === "object" && set !== null ? Object.fromEntries(Object.entries(set).filter((pair): pair is [string, string] => typeof pair[1] === "string")) : undefined;
  const version = Number(search["version"]);
  return {
    ...(text(search["strategy"]) ? { strategy: text(search["strategy"]) } : {}),
    ...(Number.isInteger(version) && version > 0 ? { version } : {}),
    ...(text(search["again"]) ? { again: text(search["again"]) } : {}),
    ...(texts ? { set: texts } : {}),
  };
}

export function StrategiesRoute() {
  usePageTitle("Strategies");
  const navigate = useNavigate();
  return <StrategiesPage workspace={useWorkspace()} onOpen={(id) => void navigate({ to: "/strategies/$id", params: { id } })} />;
}

export function StrategyFileRoute() {
  usePageTitle("Strategy");
  const { id } = useParams({ from: "/inside/strategies/$id" });
  const { line } = useSearch({ from: "/inside/strategies/$id" });
  const navigate = useNavigate();
  return (
    <StrategyFilePage
      workspace={useWorkspace()}
      id={id}
      line={line ?? null}
      onRemoved={() => void navigate({ to: "/strategies" })}
      onBacktest={(version, set) => void navigate({ to: "/backtests/new", search: { strategy: id, version, set } })}
    />
  );
}

export function BacktestsRoute() {
  usePageTitle("Backtests");
  const navigate = useNavigate();
  return (
    <BacktestsPage
      workspace={useWorkspace()}
      onOpen={(id) => void navigate({ to: "/backtests/$id", params: { id } })}
      onNew={() => void navigate({ to: "/backtests/new", search: {} })}
      onCompare={(ids) => void navigate({ to: "/backtests/compare", search: { runs: ids.join(",") } })}
    />
  );
}

export function NewRunRoute() {
  usePageTitle("New backtest");
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const { strategy, version, again, set } = useSearch({ from: "/inside/backtests/new" });
  const earlier = useQuery({ ...runQuery(workspace.id, again ?? ""), enabled: again !== undefined });
  if (earlier.error) {
    return <ProblemBox problem={Problem.from(earlier.error)} onRetry={() => void earlier.refetch()} />;
  }
  if (again && !earlier.data) {
    return <Skeleton className="m-4 h-96" />;
  }
  const begun = earlier.data ? draftOf(earlier.data) : { ...EMPTY_RUN, strategy: strategy ?? "", version: version ?? null };
  const initial = set ? { ...begun, values: { ...begun.values, ...set }, ...(earlier.data ? { sweeping: false, grid: {} } : {}) } : begun;
  return (
    <RunForm
      key={JSON.stringify([again, strategy, version, set])}
      workspace={workspace}
      initial={initial}
      onStarted={(id) => void navigate({ to: "/backtests/$id", params: { id } })}
      onStrategies={() => void navigate({ to: "/strategies" })}
    />
  );
}

export function RunRoute() {
  usePageTitle("Backtest");
  const { id } = useParams({ from: "/inside/backtests/$id" });
  const navigate = useNavigate();
  return (
    <RunPage
      key={id}
      workspace={useWorkspace()}
      id={id}
      onAgain={(run, set) => void navigate({ to: "/backtests/new", search: { again: run.id, ...(set ? { set } : {}) } })}
      onStrategy={(strategy, line) => void navigate({ to: "/strategies/$id", params: { id: strategy }, search: line === null ? {} : { line } })}
      onRemoved={() => void navigate({ to: "/backtests" })}
    />
  );
}

export function CompareRoute() {
  usePageTitle("Compare backtests");
  const { runs } = useSearch({ from: "/inside/backtests/compare" });
  const navigate = useNavigate();
  return <ComparePage workspace={useWorkspace()} ids={(runs ?? "").split(",").filter(Boolean).slice(0, 6)} onOpen={(id) => void navigate({ to: "/backtests/$id", params: { id } })} />;
}
