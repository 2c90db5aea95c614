import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";
import type { Candidate, Fill, Order, Page, Position, Replacement } from "./types";

export const openOrdersQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.orders(workspace, "open"),
    queryFn: async (): Promise<Order[]> =>
      (
        await body(
          api.GET("/api/v1/w/{workspace}/orders", { params: { path: { workspace }, query: { state: "open", limit: 200 } } }),
        )
      ).items,
  });

export const fillsQuery = (workspace: string) =>
  infiniteQueryOptions({
    queryKey: keys.fills(workspace),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<Fill>) => page.next_cursor,
    queryFn: ({ pageParam }): Promise<Page<Fill>> =>
      body(
        api.GET("/api/v1/w/{workspace}/fills", {
          params: { path: { workspace }, query: { limit: 200, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
  });

export const positionsQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.positions(workspace),
    queryFn: async (): Promise<Position[]> =>
      (await body(api.GET("/api/v1/w/{workspace}/positions", { params: { path: { workspace } } }))).items,
  });

export async function cancelOrder(workspace: string, id: string): Promise<void> {
  await api.POST("/api/v1/w/{workspace}/orders/{id}/cancel", { params: { path: { workspace, id } } });
}

export async function replaceOrder(workspace: string, id: string, change: Replacement): Promise<void> {
  await api.POST("/api/v1/w/{workspace}/orders/{id}/replace", { params: { path: { workspace, id } }, body: change });
}

export async function cancelAll(workspace: string, scope: { account?: string; group?: string } = {}): Promise<number> {
  const answer = await body(
    api.POST("/api/v1/w/{workspace}/orders/cancel-all", { params: { path: { workspace } }, body: scope }),
  );
  return answer.requested;
}

/** What an order in doubt may be, read at the broker at this moment: it is asked anew each time. */
export const candidatesQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: ["w", workspace, "candidates", id] as const,
    gcTime: 0,
    retry: false,
    queryFn: async (): Promise<Candidate[]> =>
      (await body(api.GET("/api/v1/w/{workspace}/orders/{id}/candidates", { params: { path: { workspace, id } } }))).items,
  });

export async function identifyOrder(workspace: string, id: string, number: string, reason: string): Promise<void> {
  await api.POST("/api/v1/w/{workspace}/orders/{id}/identify", {
    params: { path: { workspace, id } },
    body: { broker_order_id: number, reason },
  });
}

export async function confirmDead(workspace: string, id: string, reason: string): Promise<void> {
  await api.POST("/api/v1/w/{workspace}/orders/{id}/confirm-dead", { params: { path: { workspace, id } }, body: { reason } });
}
