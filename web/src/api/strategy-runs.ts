import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type StrategyRun = components["schemas"]["StrategyRunView"];
export type NewStrategyRun = components["schemas"]["NewStrategyRun"];
export type RunLine = components["schemas"]["RunLineView"];

const BASE = "/api/v1/w/{workspace}/strategy-runs";

export const strategyRunsKey = (workspace: string) => ["w", workspace, "strategy-runs"] as const;

const MOST_LINES = 1_000;

export const strategyRunLogKey = (workspace: string, id: string) => [...strategyRunsKey(workspace), id, "log"] as const;

/** What the stream's topic `strategy_runs` says of a run. */
export interface StrategyRunNews {
  id: string;
  removed: boolean;
  /** How it stands; null where it is removed, or to be fetched. */
  run: StrategyRun | null;
  lines: RunLine[];
}

/** Strategies at work, and those that were; the stream keeps them as they are. */
export const strategyRunsQuery = (workspace: string) =>
  queryOptions({
    queryKey: strategyRunsKey(workspace),
    queryFn: async (): Promise<StrategyRun[]> => (await body(api.GET(BASE, { params: { path: { workspace } } }))).items,
  });

/** The newest lines of a run's log, oldest first. */
export const strategyRunLogQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: strategyRunLogKey(workspace, id),
    queryFn: async (): Promise<RunLine[]> => (await body(api.GET(`${BASE}/{id}/log`, { params: { path: { workspace, id } } }))).items,
  });

/** A log with the lines that are new to it; null where some between are missing. */
export function continued(known: readonly RunLine[], lines: readonly RunLine[]): RunLine[] | null {
  const last = known.at(-1)?.number ?? -1;
  const fresh = lines.filter(({ number }) => number > last);
  if (fresh[0] && fresh[0].number !== last + 1) {
    return null;
  }
  return [...known, ...fresh].slice(-MOST_LINES);
}

export async function startStrategyRun(workspace: string, request: NewStrategyRun): Promise<StrategyRun> {
  return body(api.POST(BASE, { params: { path: { workspace } }, body: request }));
}

export async function stopStrategyRun(workspace: string, id: string, flatten: boolean): Promise<StrategyRun> {
  return body(api.POST(`${BASE}/{id}/stop`, { params: { path: { workspace, id } }, body: { flatten } }));
}

export async function resumeStrategyRun(workspace: string, id: string): Promise<StrategyRun> {
  return body(api.POST(`${BASE}/{id}/resume`, { params: { path: { workspace, id } } }));
}

export async function removeStrategyRun(workspace: string, id: string): Promise<void> {
  await api.DELETE(`${BASE}/{id}`, { params: { path: { workspace, id } } });
}
