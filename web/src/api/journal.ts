import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";
import type { JournalEntry, Page } from "./types";

export interface JournalFilter {
  kind?: string | undefined;
  intent?: string | undefined;
}

/** Newest first. */
export const journalQuery = (workspace: string, { kind, intent }: JournalFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.journal(workspace), kind ?? "", intent ?? ""] as const,
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<JournalEntry>) => page.next_cursor,
    queryFn: ({ pageParam }): Promise<Page<JournalEntry>> =>
      body(
        api.GET("/api/v1/w/{workspace}/journal", {
          params: {
            path: { workspace },
            query: {
              order: "desc",
              limit: 100,
              ...(pageParam ? { cursor: pageParam } : {}),
              ...(kind ? { kind } : {}),
              ...(intent ? { intent } : {}),
            },
          },
        }),
      ),
  });
