import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type ReadinessBoard = Schemas["Board"];
export type AccountReadiness = Schemas["AccountReadiness"];
export type ReadinessCheck = Schemas["ReadinessCheck"];
export type Guardian = Schemas["GuardianView"];

/** GO or NO-GO for every account; the stream keeps it fresh. */
export const readinessQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.readiness(workspace),
    queryFn: (): Promise<ReadinessBoard> => body(api.GET("/api/v1/w/{workspace}/readiness", { params: { path: { workspace } } })),
  });

/** What watches over the desk; the stream keeps it fresh. */
export const guardianQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.guardian(workspace),
    queryFn: (): Promise<Guardian> => body(api.GET("/api/v1/w/{workspace}/guardian", { params: { path: { workspace } } })),
  });

/** Mends one check as far as the desk can, and gives the board as it stands then. */
export function repairCheck(workspace: string, account: string, check: string): Promise<ReadinessBoard> {
  return body(api.POST("/api/v1/w/{workspace}/readiness/{id}/repair", { params: { path: { workspace, id: account } }, body: { check } }));
}
