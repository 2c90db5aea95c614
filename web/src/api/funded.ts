import { queryOptions } from "@tanstack/react-query";
import type { DecimalText } from "~/lib/decimal";
import { api, body } from "./client";
import { keys } from "./keys";
import type { Funded, FundedDetail, RulebookList } from "./types";

export const fundedQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.funded(workspace),
    queryFn: async (): Promise<Funded[]> => (await body(api.GET("/api/v1/w/{workspace}/funded", { params: { path: { workspace } } }))).items,
  });

export const fundedDetailQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: keys.fundedDetail(workspace, id),
    refetchInterval: 5_000,
    queryFn: (): Promise<FundedDetail> => body(api.GET("/api/v1/w/{workspace}/funded/{id}", { params: { path: { workspace, id } } })),
  });

export const rulebooksQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.rulebooks(workspace),
    queryFn: (): Promise<RulebookList> => body(api.GET("/api/v1/w/{workspace}/funded/rulebooks", { params: { path: { workspace } } })),
  });

export const rulebookFileQuery = (workspace: string, name: string) =>
  queryOptions({
    queryKey: keys.rulebookFile(workspace, name),
    queryFn: async (): Promise<string> =>
      (await body(api.GET("/api/v1/w/{workspace}/funded/rulebooks/{id}", { params: { path: { workspace, id: name } } }))).text,
  });

/** Keeps a rulebook file of one's own. Needs a fresh step-up. */
export async function writeRulebook(workspace: string, name: string, text: string): Promise<void> {
  await api.PUT("/api/v1/w/{workspace}/funded/rulebooks", { params: { path: { workspace } }, body: { name, text } });
}

/** Holds an account to a rulebook. Needs a fresh step-up. */
export async function attachRulebook(workspace: string, id: string, rulebook: string): Promise<void> {
  await api.POST("/api/v1/w/{workspace}/funded/{id}/attach", { params: { path: { workspace, id } }, body: { rulebook } });
}

export async function detachRulebook(workspace: string, id: string): Promise<void> {
  await api.POST("/api/v1/w/{workspace}/funded/{id}/detach", { params: { path: { workspace, id } } });
}

export async function recordPayout(workspace: string, id: string, amount: DecimalText): Promise<void> {
  await api.POST("/api/v1/w/{workspace}/funded/{id}/payout", { params: { path: { workspace, id } }, body: { amount } });
}
