import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";

export type StrategyRun = components["schemas"]["StrategyRunView"];
export type NewStrategyRun = components["schemas"]["NewStrategyRun"];
export type RunLine = components["schemas"]["RunLineView"];

const BASE = "/api/v1/w/{workspace}/strategy-runs";
const OFTEN_MS = 2_000;

export const strategyRunsKey = (workspace: string) => ["w", workspace, "strategy-runs"] as const;

/** Strategies at work, and those that were; no topic of the stream tells of them. */
export const strategyRunsQuery = (workspace: string) =>
  queryOptions({
    queryKey: strategyRunsKey(workspace),
    refetchInterval: OFTEN_MS,
    queryFn: async (): Promise<StrategyRun[]> => (await body(api.GET(BASE, { params: { path: { workspace } } }))).items,
  });

/** The newest lines of a run's log, oldest first. */
export const strategyRunLogQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: [...strategyRunsKey(workspace), id, "log"] as const,
    refetchInterval: OFTEN_MS,
    queryFn: async (): Promise<RunLine[]> => (await body(api.GET(`${BASE}/{id}/log`, { params: { path: { workspace, id } } }))).items,
  });

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
