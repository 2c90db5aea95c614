import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";
import type { AlertRecord, AlertTest, IssuedStrategy, IssuedToken, NewStrategy, Page, Strategy, StrategyChange } from "./types";

export const strategiesQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.strategies(workspace),
    queryFn: async (): Promise<Strategy[]> =>
      (await body(api.GET("/api/v1/w/{workspace}/strategies", { params: { path: { workspace } } }))).items,
  });

export const strategyQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: keys.strategy(workspace, id),
    queryFn: (): Promise<Strategy> =>
      body(api.GET("/api/v1/w/{workspace}/strategies/{id}", { params: { path: { workspace, id } } })),
  });

export async function createStrategy(workspace: string, request: NewStrategy): Promise<IssuedStrategy> {
  return body(api.POST("/api/v1/w/{workspace}/strategies", { params: { path: { workspace } }, body: request }));
}

export async function editStrategy(
  workspace: string,
  id: string,
  change: StrategyChange,
): Promise<void> {
  await api.PATCH("/api/v1/w/{workspace}/strategies/{id}", { params: { path: { workspace, id } }, body: change });
}

export async function removeStrategy(workspace: string, id: string): Promise<void> {
  await api.DELETE("/api/v1/w/{workspace}/strategies/{id}", { params: { path: { workspace, id } } });
}

export async function rotateToken(workspace: string, id: string): Promise<IssuedToken> {
  return body(api.POST("/api/v1/w/{workspace}/strategies/{id}/rotate", { params: { path: { workspace, id } } }));
}

export const alertsQuery = (workspace: string, strategy: string) =>
  infiniteQueryOptions({
    queryKey: keys.alerts(workspace, strategy),
    refetchInterval: 5_000,
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<AlertRecord>) => page.next_cursor,
    queryFn: ({ pageParam }): Promise<Page<AlertRecord>> =>
      body(
        api.GET("/api/v1/w/{workspace}/strategies/{id}/alerts", {
          params: { path: { workspace, id: strategy }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
  });

/** What an alert would do, without sending anything. */
export async function testAlert(workspace: string, strategy: string, text: string): Promise<AlertTest> {
  return body(
    api.POST("/api/v1/w/{workspace}/alerts/test", { params: { path: { workspace } }, body: { strategy, body: text } }),
  );
}
