import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";
import type { IntentDetail, IntentReceipt, IntentRequest, IntentSummary, MarginAnswer, Page, Preview } from "./types";

/** What the desk would do with a request, by the code that would do it. */
export const previewQuery = (workspace: string, request: IntentRequest | null) =>
  queryOptions({
    queryKey: [...keys.preview(workspace), request] as const,
    enabled: request !== null,
    placeholderData: keepPreviousData,
    refetchInterval: 3_000,
    gcTime: 30_000,
    retry: false,
    queryFn: ({ signal }): Promise<Preview> =>
      body(api.POST("/api/v1/w/{workspace}/preview", { params: { path: { workspace } }, body: request as IntentRequest, signal })),
  });

/** What the brokers would block for a request; they are asked once for as long as it stands so. */
export const marginQuery = (workspace: string, request: IntentRequest | null) =>
  queryOptions({
    queryKey: [...keys.margin(workspace), request] as const,
    enabled: request !== null,
    staleTime: 30_000,
    gcTime: 30_000,
    retry: false,
    queryFn: ({ signal }): Promise<MarginAnswer> =>
      body(
        api.POST("/api/v1/w/{workspace}/preview/margin", {
          params: { path: { workspace } },
          body: { intents: [request as IntentRequest] },
          signal,
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.accounts.some(({ told }) => told === "not_told") ? 10_000 : 60_000),
  });

export async function submitIntent(workspace: string, key: string, request: IntentRequest): Promise<IntentReceipt> {
  return body(
    api.POST("/api/v1/w/{workspace}/intents", {
      params: { path: { workspace }, header: { "Idempotency-Key": key } },
      body: request,
    }),
  );
}

export const intentsQuery = (workspace: string) =>
  infiniteQueryOptions({
    queryKey: keys.intents(workspace),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<IntentSummary>) => page.next_cursor,
    queryFn: ({ pageParam }): Promise<Page<IntentSummary>> =>
      body(
        api.GET("/api/v1/w/{workspace}/intents", {
          params: { path: { workspace }, query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
  });

export const intentQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: keys.intent(workspace, id),
    queryFn: (): Promise<IntentDetail> =>
      body(api.GET("/api/v1/w/{workspace}/intents/{id}", { params: { path: { workspace, id } } })),
  });
