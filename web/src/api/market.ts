import { keepPreviousData, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { DecimalText } from "~/lib/decimal";
import { api, body } from "./client";
import { keys } from "./keys";
import type { Bar, BarSeconds, Instrument, Overview, Quote } from "./types";

const OVERVIEW_EVERY_MS = 2_000;

/** Fetches what no topic of the stream tells: equity and the day of the whole workspace, and the order path. */
export function useFreshOverview(workspace: string): void {
  const client = useQueryClient();
  useEffect(() => {
    // A query's own interval begins anew with each patch that the stream makes, and would never run out.
    const timer = setInterval(
      () => void client.refetchQueries({ queryKey: keys.overview(workspace), exact: true }, { cancelRefetch: false }),
      OVERVIEW_EVERY_MS,
    );
    return () => clearInterval(timer);
  }, [client, workspace]);
}

export const overviewQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.overview(workspace),
    queryFn: (): Promise<Overview> => body(api.GET("/api/v1/w/{workspace}/overview", { params: { path: { workspace } } })),
  });

export const instrumentsQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.instruments(workspace),
    staleTime: 300_000,
    queryFn: async (): Promise<Instrument[]> =>
      (await body(api.GET("/api/v1/w/{workspace}/instruments", { params: { path: { workspace } } }))).items,
  });

/** Market seconds per second from now on, zero pauses; gives the speed in force. */
export async function setMarketSpeed(workspace: string, speed: number): Promise<DecimalText> {
  return (await body(api.POST("/api/v1/w/{workspace}/market/speed", { params: { path: { workspace } }, body: { speed: String(speed) as DecimalText } }))).speed;
}

export type QuoteBook = Readonly<Record<string, Quote>>;

export const quotesQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.quotes(workspace),
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async (): Promise<QuoteBook> => {
      const page = await body(api.GET("/api/v1/w/{workspace}/quotes", { params: { path: { workspace } } }));
      return Object.fromEntries(page.items.map((quote) => [quote.instrument, quote]));
    },
  });

/** Bars oldest first. */
export const barsQuery = (workspace: string, instrument: string, seconds: BarSeconds) =>
  queryOptions({
    queryKey: keys.bars(workspace, instrument, seconds),
    staleTime: 10_000,
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
    queryFn: async (): Promise<Bar[]> =>
      (
        await body(
          api.GET("/api/v1/w/{workspace}/instruments/{id}/bars", {
            params: { path: { workspace, id: instrument }, query: { seconds, count: 500 } },
          }),
        )
      ).items,
  });

export function useInstrument(workspace: string, id: string | null | undefined): Instrument | undefined {
  const { data } = useQuery(instrumentsQuery(workspace));
  return data?.find((instrument) => instrument.id === id);
}

export function useQuote(workspace: string, instrument: string | null | undefined): Quote | undefined {
  const { data } = useQuery({ ...quotesQuery(workspace), select: (book) => (instrument ? book[instrument] : undefined) });
  return data;
}
