import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type Schemas = components["schemas"];

export type Reconciliation = Schemas["ReconciliationList"];
export type AccountReconciliation = Schemas["AccountReconciliation"];
export type OrderInDoubt = Schemas["OrderInDoubt"];
export type Difference = Schemas["Difference"];
export type ReconciliationPass = Schemas["Pass"];
export type BreakType = Schemas["BreakType"];
export type Handling = Schemas["Handling"];

export const reconciliationKey = (workspace: string) => ["w", workspace, "reconciliation"] as const;

/** How each account's book stands to its broker's; the stream says when it differs, this says when it was compared. */
export const reconciliationQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...reconciliationKey(workspace), "now"] as const,
    refetchInterval: 2_000,
    queryFn: (): Promise<Reconciliation> => body(api.GET("/api/v1/w/{workspace}/reconciliation", { params: { path: { workspace } } })),
  });

export interface PassFilter {
  account: string;
  type: BreakType | "";
  handling: Handling | "";
}

/** Comparisons that said something new, newest first. */
export const passesQuery = (workspace: string, { account, type, handling }: PassFilter) =>
  infiniteQueryOptions({
    queryKey: [...reconciliationKey(workspace), "history", account, type, handling] as const,
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<ReconciliationPass>) => page.next_cursor,
    queryFn: ({ pageParam }): Promise<Page<ReconciliationPass>> =>
      body(
        api.GET("/api/v1/w/{workspace}/reconciliation/history", {
          params: {
            path: { workspace },
            query: {
              limit: 50,
              ...(pageParam ? { cursor: pageParam } : {}),
              ...(account ? { account } : {}),
              ...(type ? { type } : {}),
              ...(handling ? { handling } : {}),
            },
          },
        }),
      ),
  });

export async function reconcileNow(workspace: string, account: string | null): Promise<number> {
  const asked = await body(
    api.POST("/api/v1/w/{workspace}/reconciliation/now", { params: { path: { workspace } }, body: account ? { account } : {} }),
  );
  return asked.requested;
}
