import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { sentence } from "~/lib/words";
import { api, body } from "./client";
import { keys } from "./keys";
import type { AccountDetail, Broker, ConnectRequest, Connection, CredentialRequest, InstrumentSearch, ProbedAccount } from "./types";

export const brokersQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...keys.workspace(workspace), "brokers"] as const,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async (): Promise<Broker[]> => (await body(api.GET("/api/v1/w/{workspace}/brokers", { params: { path: { workspace } } }))).items,
  });

/** What a broker calls itself: "Angel One" for "angelone". */
export function useBrokerTitle(workspace: string): (broker: string) => string {
  const { data } = useQuery(brokersQuery(workspace));
  return useCallback((broker) => data?.find((each) => each.broker === broker)?.title ?? sentence(broker), [data]);
}

export const connectionQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: [...keys.account(workspace, id), "connection"] as const,
    refetchInterval: 3_000,
    queryFn: (): Promise<Connection> => body(api.GET("/api/v1/w/{workspace}/accounts/{id}/connection", { params: { path: { workspace, id } } })),
  });

/** Looks at the account behind a credential; the desk keeps nothing. Needs a fresh step-up. */
export async function probeBroker(workspace: string, broker: string, request: CredentialRequest): Promise<ProbedAccount> {
  return body(api.POST("/api/v1/w/{workspace}/brokers/{broker}/probe", { params: { path: { workspace, broker } }, body: request }));
}

/** Needs a fresh step-up. */
export async function connectAccount(workspace: string, broker: string, request: ConnectRequest): Promise<AccountDetail> {
  return body(api.POST("/api/v1/w/{workspace}/brokers/{broker}/accounts", { params: { path: { workspace, broker } }, body: request }));
}

export async function reconnect(workspace: string, id: string): Promise<Connection> {
  return body(api.POST("/api/v1/w/{workspace}/accounts/{id}/connection/reconnect", { params: { path: { workspace, id } } }));
}

/** Another credential for the same account at the broker. Needs a fresh step-up. */
export async function changeCredential(workspace: string, id: string, request: CredentialRequest): Promise<Connection> {
  return body(api.PUT("/api/v1/w/{workspace}/accounts/{id}/connection", { params: { path: { workspace, id } }, body: request }));
}

/** Removes the credential: the session ends and the account is switched off. Needs a fresh step-up. */
export async function forgetCredential(workspace: string, id: string): Promise<void> {
  await api.DELETE("/api/v1/w/{workspace}/accounts/{id}/connection", { params: { path: { workspace, id } } });
}

/** Lets a live account trade. Needs a fresh step-up. */
export async function armAccount(workspace: string, id: string, number: string): Promise<AccountDetail> {
  return body(api.POST("/api/v1/w/{workspace}/accounts/{id}/arm", { params: { path: { workspace, id } }, body: { number } }));
}

export async function listInstruments(workspace: string, id: string, symbols: string[]): Promise<string[]> {
  const listed = await body(api.POST("/api/v1/w/{workspace}/accounts/{id}/instruments", { params: { path: { workspace, id } }, body: { symbols } }));
  return listed.instruments;
}

/** What the broker's whole list has of a text; asked again while the list is being read. */
export const searchQuery = (workspace: string, id: string, text: string) =>
  queryOptions({
    queryKey: [...keys.account(workspace, id), "instrument-search", text] as const,
    queryFn: ({ signal }): Promise<InstrumentSearch> =>
      body(api.GET("/api/v1/w/{workspace}/accounts/{id}/instruments/search", { params: { path: { workspace, id }, query: { q: text, limit: 20 } }, signal })),
    refetchInterval: (query): number | false => (query.state.data?.state === "loading" ? 1_000 : false),
  });
