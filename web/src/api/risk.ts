import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";
import type { EdgeAnswer, EdgeRequest, GreeksOfOptions, Limits, LimitsCatalog, LimitsChange, LimitsHistory, PortfolioRisk, ReleaseCalendar, ReleaseText, RiskStatus, Scenario, ScopeType, SizeAnswer, SizeRequest, SquareOffRequest, StressRequest, Violation } from "./types";

export const riskQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.risk(workspace),
    queryFn: (): Promise<RiskStatus> => body(api.GET("/api/v1/w/{workspace}/risk", { params: { path: { workspace } } })),
  });

export const violationsQuery = (workspace: string, state: "open" | "all") =>
  queryOptions({
    queryKey: keys.violations(workspace, state),
    queryFn: async (): Promise<Violation[]> =>
      (await body(api.GET("/api/v1/w/{workspace}/risk/violations", { params: { path: { workspace }, query: { state } } }))).items,
  });

/** Says that a violation was seen, or that it is dealt with. */
export async function answerViolation(workspace: string, id: string, answer: "acknowledge" | "resolve", note: string): Promise<void> {
  const params = { path: { workspace, id } };
  if (answer === "acknowledge") {
    await api.POST("/api/v1/w/{workspace}/risk/violations/{id}/acknowledge", { params, body: { note } });
  } else {
    await api.POST("/api/v1/w/{workspace}/risk/violations/{id}/resolve", { params, body: { note } });
  }
}

export async function squareOff(workspace: string, request: SquareOffRequest): Promise<void> {
  await api.POST("/api/v1/w/{workspace}/risk/square-off", { params: { path: { workspace } }, body: request });
}

export async function stopSquareOff(workspace: string, id: string): Promise<void> {
  await api.POST("/api/v1/w/{workspace}/risk/square-off/{id}/stop", { params: { path: { workspace, id } } });
}

export const limitsCatalogQuery = (workspace: string, account?: string) =>
  queryOptions({
    queryKey: keys.limitsCatalog(workspace, account),
    queryFn: (): Promise<LimitsCatalog> =>
      body(api.GET("/api/v1/w/{workspace}/limits/catalog", { params: { path: { workspace }, query: account ? { account } : {} } })),
  });

export interface LimitScope {
  type: ScopeType;
  id: string;
}

export const limitsOfQuery = (workspace: string, scope: LimitScope) =>
  queryOptions({
    queryKey: keys.limitsOf(workspace, scope.type, scope.id),
    queryFn: (): Promise<Limits> =>
      scope.type === "workspace"
        ? body(api.GET("/api/v1/w/{workspace}/limits/workspace", { params: { path: { workspace } } }))
        : body(api.GET("/api/v1/w/{workspace}/limits/{scope_type}/{id}", { params: { path: { workspace, scope_type: scope.type, id: scope.id } } })),
  });

export const limitsHistoryQuery = (workspace: string, scope: LimitScope) =>
  queryOptions({
    queryKey: keys.limitsHistory(workspace, scope.type, scope.id),
    queryFn: async (): Promise<LimitsHistory["items"]> =>
      (
        await (scope.type === "workspace"
          ? body(api.GET("/api/v1/w/{workspace}/limits/workspace/history", { params: { path: { workspace } } }))
          : body(api.GET("/api/v1/w/{workspace}/limits/{scope_type}/{id}/history", { params: { path: { workspace, scope_type: scope.type, id: scope.id } } })))
      ).items,
  });

/** Replaces the limits of a scope, now or from a date on. Needs a fresh step-up. */
export async function setLimitsOf(workspace: string, scope: LimitScope, limits: LimitsChange): Promise<void> {
  if (scope.type === "workspace") {
    await api.PUT("/api/v1/w/{workspace}/limits/workspace", { params: { path: { workspace } }, body: limits });
  } else {
    await api.PUT("/api/v1/w/{workspace}/limits/{scope_type}/{id}", { params: { path: { workspace, scope_type: scope.type, id: scope.id } }, body: limits });
  }
}

/** Takes back a planned change of limits. Needs a fresh step-up. */
export async function dropPlan(workspace: string, scope: LimitScope, effectiveFrom: string): Promise<void> {
  const change = { effective_from: effectiveFrom };
  if (scope.type === "workspace") {
    await api.POST("/api/v1/w/{workspace}/limits/workspace/drop-plan", { params: { path: { workspace } }, body: change });
  } else {
    await api.POST("/api/v1/w/{workspace}/limits/{scope_type}/{id}/drop-plan", { params: { path: { workspace, scope_type: scope.type, id: scope.id } }, body: change });
  }
}

/** The largest quantity that keeps to a risk and to every rule, as things stand. */
export const sizeQuery = (workspace: string, asked: SizeRequest) =>
  queryOptions({
    queryKey: keys.size(workspace, asked),
    placeholderData: keepPreviousData,
    refetchInterval: 3_000,
    gcTime: 30_000,
    retry: false,
    queryFn: ({ signal }): Promise<SizeAnswer> =>
      body(api.POST("/api/v1/w/{workspace}/risk/size", { params: { path: { workspace } }, body: asked, signal })),
  });

/** What closed trades say of an edge; nothing is asked for without a source. */
export const edgeQuery = (workspace: string, asked: EdgeRequest | null) =>
  queryOptions({
    queryKey: keys.edge(workspace, asked),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    gcTime: 30_000,
    retry: false,
    queryFn: ({ signal }): Promise<EdgeAnswer> => body(api.POST("/api/v1/w/{workspace}/risk/edge", { params: { path: { workspace } }, body: asked ?? {}, signal })),
  });

/** What a scenario of one's own would bring to what is held. */
export const scenarioQuery = (workspace: string, asked: StressRequest) =>
  queryOptions({
    queryKey: keys.scenario(workspace, asked),
    refetchInterval: 30_000,
    gcTime: 30_000,
    queryFn: (): Promise<Scenario> => body(api.POST("/api/v1/w/{workspace}/risk/stress", { params: { path: { workspace } }, body: asked })),
  });

/** Greeks of the options that an account holds, or all of them (an empty text), at a rate a year. */
export const greeksQuery = (workspace: string, account: string, rate: string) =>
  queryOptions({
    queryKey: keys.greeks(workspace, account, rate),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
    queryFn: (): Promise<GreeksOfOptions> =>
      body(api.GET("/api/v1/w/{workspace}/risk/greeks", { params: { path: { workspace }, query: { rate, ...(account ? { account } : {}) } } })),
  });

/** The scheduled releases and the windows around them. */
export const releasesQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.releases(workspace),
    refetchInterval: 15_000,
    queryFn: (): Promise<ReleaseCalendar> => body(api.GET("/api/v1/w/{workspace}/risk/releases", { params: { path: { workspace } } })),
  });

/** Replaces the calendar by a file's text. Needs a fresh step-up. */
export async function writeReleases(workspace: string, text: ReleaseText): Promise<void> {
  await api.PUT("/api/v1/w/{workspace}/risk/releases/text", { params: { path: { workspace } }, body: text });
}

/** What is held, judged by its daily past; empty texts leave a choice open. */
export const portfolioRiskQuery = (workspace: string, asked: { account: string; benchmark: string; confidence: string }) =>
  queryOptions({
    queryKey: keys.portfolioRisk(workspace, asked),
    refetchInterval: 30_000,
    queryFn: (): Promise<PortfolioRisk> => {
      const query = { confidence: asked.confidence, ...(asked.account ? { account: asked.account } : {}), ...(asked.benchmark ? { benchmark: asked.benchmark } : {}) };
      return body(api.GET("/api/v1/w/{workspace}/risk/portfolio", { params: { path: { workspace }, query } }));
    },
  });
