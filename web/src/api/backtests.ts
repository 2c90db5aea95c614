import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";
import type { Comparison, Page, RoundTrips, Run, RunBars, RunDetail, RunRequest, RunResult, RunSettings, Series, SurvivalOdds, SweepResult } from "./types";

const BASE = "/api/v1/w/{workspace}/backtests";
const FOREVER = Number.POSITIVE_INFINITY;

/** Newest first; the stream puts changes into the first page. */
export const runsQuery = (workspace: string) =>
  infiniteQueryOptions({
    queryKey: keys.runs(workspace),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<Run>) => page.next_cursor,
    queryFn: ({ pageParam }): Promise<Page<Run>> =>
      body(api.GET(BASE, { params: { path: { workspace }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } } })),
  });

export const isOpen = (run: Pick<Run, "status">): boolean => run.status === "queued" || run.status === "running";

/** A run; while it has not ended it is asked for again now and then, should the stream be away. */
export const runQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: keys.run(workspace, id),
    refetchInterval: (query) => (query.state.data && isOpen(query.state.data) ? 3_000 : false),
    queryFn: (): Promise<RunDetail> => body(api.GET(`${BASE}/{id}`, { params: { path: { workspace, id } } })),
  });

export const runResultQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: keys.runPart(workspace, id, "result"),
    staleTime: FOREVER,
    queryFn: (): Promise<RunResult> => body(api.GET(`${BASE}/{id}/result`, { params: { path: { workspace, id } } })),
  });

export const sweepQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: keys.runPart(workspace, id, "sweep"),
    staleTime: FOREVER,
    queryFn: (): Promise<SweepResult> => body(api.GET(`${BASE}/{id}/sweep`, { params: { path: { workspace, id } } })),
  });

export const roundTripsQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: keys.runPart(workspace, id, "round-trips"),
    staleTime: FOREVER,
    queryFn: (): Promise<RoundTrips> => body(api.GET(`${BASE}/{id}/round-trips`, { params: { path: { workspace, id } } })),
  });

/** The bars that the run saw between two instants in seconds, put together where there are too many. */
export const runBarsQuery = (workspace: string, id: string, symbol: string, start: number | null, end: number | null) =>
  queryOptions({
    queryKey: keys.runPart(workspace, id, "bars", symbol, start, end),
    staleTime: FOREVER,
    queryFn: (): Promise<RunBars> =>
      body(
        api.GET(`${BASE}/{id}/bars`, {
          params: { path: { workspace, id }, query: { symbol, ...(start === null ? {} : { start }), ...(end === null ? {} : { end }) } },
        }),
      ),
  });

/** Survival odds of a run under a plan; the same question has the same answer. */
export const survivalQuery = (workspace: string, id: string, plan: string, factor: string) =>
  queryOptions({
    queryKey: keys.runPart(workspace, id, "survival", plan, factor),
    enabled: plan !== "",
    placeholderData: keepPreviousData,
    staleTime: FOREVER,
    retry: false,
    queryFn: (): Promise<SurvivalOdds> =>
      body(api.GET(`${BASE}/{id}/survival`, { params: { path: { workspace, id }, query: { plan, factor: Number(factor) } } })),
  });

export const comparisonQuery = (workspace: string, ids: readonly string[]) =>
  queryOptions({
    queryKey: keys.comparison(workspace, ids),
    staleTime: FOREVER,
    queryFn: (): Promise<Comparison> =>
      body(api.GET(`${BASE}/compare`, { params: { path: { workspace }, query: { run: [...ids] } } })),
  });

export const seriesQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.series(workspace),
    queryFn: async (): Promise<Series[]> => (await body(api.GET(`${BASE}/data`, { params: { path: { workspace } } }))).items,
  });

export const runSettingsQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.runSettings(workspace),
    queryFn: (): Promise<RunSettings> => body(api.GET(`${BASE}/settings`, { params: { path: { workspace } } })),
  });

export async function changeRunSettings(workspace: string, run_role: RunSettings["run_role"]): Promise<RunSettings> {
  return body(api.PUT(`${BASE}/settings`, { params: { path: { workspace } }, body: { run_role } }));
}

export async function startRun(workspace: string, request: RunRequest): Promise<Run> {
  return body(api.POST(BASE, { params: { path: { workspace } }, body: request }));
}

export async function cancelRun(workspace: string, id: string): Promise<Run> {
  return body(api.POST(`${BASE}/{id}/cancel`, { params: { path: { workspace, id } } }));
}

export async function removeRun(workspace: string, id: string): Promise<void> {
  await api.DELETE(`${BASE}/{id}`, { params: { path: { workspace, id } } });
}

/** The files of a finished run, by the names that the desk hands them out under. */
export const RUN_FILES = [
  { file: "tear-sheet.html", label: "Tear sheet (HTML)", kinds: ["backtest"] },
  { file: "heat-map.html", label: "Heat map (HTML)", kinds: ["sweep"] },
  { file: "result.json", label: "Result (JSON)", kinds: ["backtest", "sweep"] },
  { file: "tables.csv.zip", label: "Tables (CSV)", kinds: ["backtest", "sweep"] },
  { file: "tables.parquet.zip", label: "Tables (Parquet)", kinds: ["backtest", "sweep"] },
  { file: "strategy.py", label: "Strategy (Python)", kinds: ["backtest", "sweep"] },
] as const;

export const runFileAddress = (workspace: string, id: string, file: string): string =>
  `/api/v1/w/${encodeURIComponent(workspace)}/backtests/${encodeURIComponent(id)}/files/${file}`;
