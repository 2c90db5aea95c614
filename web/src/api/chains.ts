import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";
import { Problem } from "./problem";
import type { OptionChain, OptionExpiries } from "./types";

const STRIKES = 20;
const RENEWED_MS = 5_000;
const READING_MS = 1_000;

/** The broker's list is being read for the first time: asked again, it answers. */
export const isReading = (error: unknown): boolean => error !== null && Problem.from(error).code === "options_reading";

/** What was refused stays so until something else is asked; what could not be read is asked for again. */
function again(error: unknown, otherwise: number | false): number | false {
  if (error === null) {
    return otherwise;
  }
  return isReading(error) ? READING_MS : Problem.from(error).status >= 500 ? RENEWED_MS : false;
}

/** When options of an underlying expire at the account's broker, the nearest first. */
export const expiriesQuery = (workspace: string, account: string, underlying: string) =>
  queryOptions({
    queryKey: [...keys.account(workspace, account), "option-expiries", underlying] as const,
    enabled: underlying !== "",
    queryFn: ({ signal }): Promise<OptionExpiries> =>
      body(api.GET("/api/v1/w/{workspace}/accounts/{id}/options/expiries", { params: { path: { workspace, id: account }, query: { underlying } }, signal })),
    refetchInterval: (query): number | false => again(query.state.error, false),
  });

/** The strikes of an expiry nearest to the money, with their prices, renewed every few seconds. */
export const chainQuery = (workspace: string, account: string, underlying: string, expiry: string | undefined) =>
  queryOptions({
    queryKey: [...keys.account(workspace, account), "option-chain", underlying, expiry] as const,
    enabled: underlying !== "" && expiry !== undefined,
    queryFn: ({ signal }): Promise<OptionChain> =>
      body(
        api.GET("/api/v1/w/{workspace}/accounts/{id}/options/chain", {
          params: { path: { workspace, id: account }, query: { underlying, expiry: expiry ?? null, strikes: STRIKES } },
          signal,
        }),
      ),
    refetchInterval: (query): number | false => again(query.state.error, RENEWED_MS),
  });
