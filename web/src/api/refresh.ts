import type { QueryClient, QueryKey } from "@tanstack/react-query";

const running = new WeakMap<QueryClient, Map<string, boolean>>();

/**
 * Fetches what the pages show under a key, and makes sure that the answer was put together after this call: an
 * answer already on its way may be older, so it is awaited and asked for once more. Calls in between count as one.
 */
export async function refresh(client: QueryClient, queryKey: QueryKey): Promise<void> {
  const wanted = running.get(client) ?? new Map<string, boolean>();
  running.set(client, wanted);
  const name = JSON.stringify(queryKey);
  if (wanted.has(name)) {
    wanted.set(name, true);
    return;
  }
  wanted.set(name, client.isFetching({ queryKey }) > 0);
  try {
    await client.invalidateQueries({ queryKey });
    while (wanted.get(name)) {
      wanted.set(name, false);
      await client.invalidateQueries({ queryKey });
    }
  } finally {
    wanted.delete(name);
  }
}
