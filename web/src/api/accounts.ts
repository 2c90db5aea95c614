import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";
import type { AccountDetail, AccountSummary, HaltRequest, Limits, NewAccount, Scope } from "./types";

export const accountsQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.accounts(workspace),
    queryFn: async (): Promise<AccountSummary[]> =>
      (await body(api.GET("/api/v1/w/{workspace}/accounts", { params: { path: { workspace } } }))).items,
  });

export const accountQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: keys.account(workspace, id),
    refetchInterval: 5_000,
    queryFn: (): Promise<AccountDetail> =>
      body(api.GET("/api/v1/w/{workspace}/accounts/{id}", { params: { path: { workspace, id } } })),
  });

export async function createAccount(workspace: string, account: NewAccount): Promise<AccountSummary> {
  return body(api.POST("/api/v1/w/{workspace}/accounts", { params: { path: { workspace } }, body: account }));
}

export async function editAccount(workspace: string, id: string, change: { name?: string; enabled?: boolean }): Promise<void> {
  await api.PATCH("/api/v1/w/{workspace}/accounts/{id}", { params: { path: { workspace, id } }, body: change });
}

/** An account's own limits as a whole. Needs a fresh step-up. */
export async function setLimits(workspace: string, account: string, limits: Limits): Promise<void> {
  await api.PUT("/api/v1/w/{workspace}/limits/{scope_type}/{id}", {
    params: { path: { workspace, scope_type: "account", id: account } },
    body: limits,
  });
}

export async function halt(workspace: string, request: HaltRequest): Promise<void> {
  await api.POST("/api/v1/w/{workspace}/halt", { params: { path: { workspace } }, body: request });
}

export async function release(workspace: string, scope: Scope, password: string): Promise<void> {
  await api.POST("/api/v1/w/{workspace}/release", { params: { path: { workspace } }, body: { scope, password } });
}
