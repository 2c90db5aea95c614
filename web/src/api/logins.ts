import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";
import type { Login } from "./types";

/** The accounts whose brokers want a login each day, those that need one now first. */
export const loginsQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...keys.workspace(workspace), "logins"] as const,
    refetchInterval: 5_000,
    queryFn: async (): Promise<Login[]> => (await body(api.GET("/api/v1/w/{workspace}/logins", { params: { path: { workspace } } }))).items,
  });

/** Brings back what a login at the broker gave. Needs a fresh step-up. */
export async function logIn(workspace: string, id: string, fields: Record<string, string>): Promise<Login> {
  return body(api.POST("/api/v1/w/{workspace}/logins/{id}", { params: { path: { workspace, id } }, body: { fields } }));
}
