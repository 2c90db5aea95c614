import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { keys } from "./keys";
import type { QuoteBook } from "./market";
import type { Guardian, ReadinessBoard } from "./readiness";
import { refresh } from "./refresh";
import { continued, type RunLine, type StrategyRun, type StrategyRunNews, strategyRunLogKey, strategyRunsKey } from "./strategy-runs";
import type { AccountSummary, Feed, Fill, Funded, IntentSummary, Order, Overview, Page, Position, Quote, RiskStatus, Run, RunDetail } from "./types";

const CLOSED: ReadonlySet<Order["status"]> = new Set(["DENIED", "REJECTED", "CANCELED", "EXPIRED", "FILLED"]);

/** `whole` says that the data is all there is now, not only what changed. */
type Patch = (client: QueryClient, workspace: string, data: unknown, whole: boolean) => void;

/** Replaces rows of the same identity and puts new ones first. */
export function upsert<Row>(rows: readonly Row[], changed: readonly Row[], identity: (row: Row) => string): Row[] {
  const byId = new Map(changed.map((row) => [identity(row), row]));
  const kept = rows.map((row) => {
    const replacement = byId.get(identity(row));
    byId.delete(identity(row));
    return replacement ?? row;
  });
  return [...byId.values(), ...kept];
}

function upsertFirstPage<Row>(
  pages: InfiniteData<Page<Row>, string | null> | undefined,
  row: Row,
  identity: (row: Row) => string,
): InfiniteData<Page<Row>, string | null> | undefined {
  const [first, ...rest] = pages?.pages ?? [];
  if (!pages || !first) {
    return pages;
  }
  const id = identity(row);
  if (rest.some((page) => page.items.some((item) => identity(item) === id))) {
    return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.map((item) => (identity(item) === id ? row : item)) })) };
  }
  return { ...pages, pages: [{ ...first, items: upsert(first.items, [row], identity) }, ...rest] };
}

const newestFirst = (one: Order, two: Order): number => two.created_at.localeCompare(one.created_at);

const list = <Row>(data: unknown): Row[] => (Array.isArray(data) ? (data as Row[]) : [data as Row]);

function patchAccounts(client: QueryClient, workspace: string, data: unknown): void {
  const changed = list<AccountSummary>(data);
  const identity = (account: AccountSummary): string => account.id;
  const merge = (accounts: AccountSummary[]): AccountSummary[] =>
    accounts.map((account) => changed.find(({ id }) => id === account.id) ?? account);
  client.setQueryData<AccountSummary[]>(keys.accounts(workspace), (accounts) => accounts && upsert(accounts, changed, identity));
  client.setQueryData<Overview>(keys.overview(workspace), (overview) => overview && { ...overview, accounts: merge(overview.accounts) });
}

function patchOrders(client: QueryClient, workspace: string, data: unknown, whole: boolean): void {
  const changed = list<Order>(data);
  if (whole) {
    client.setQueryData<Order[]>(keys.orders(workspace, "open"), changed.toSorted(newestFirst));
    return;
  }
  const closed = new Set(changed.filter(({ status }) => CLOSED.has(status)).map(({ client_order_id }) => client_order_id));
  client.setQueryData<Order[]>(
    keys.orders(workspace, "open"),
    (orders) => orders && upsert(orders, changed, (order) => order.client_order_id).filter((order) => !closed.has(order.client_order_id)),
  );
  for (const { intent } of changed) {
    if (intent) {
      void refresh(client, keys.intent(workspace, intent));
    }
  }
}

function patchIntents(client: QueryClient, workspace: string, data: unknown): void {
  for (const intent of list<IntentSummary>(data)) {
    client.setQueryData<InfiniteData<Page<IntentSummary>, string | null>>(keys.intents(workspace), (pages) =>
      upsertFirstPage(pages, intent, ({ id }) => id),
    );
    void refresh(client, keys.intent(workspace, intent.id));
  }
}

function patchRuns(client: QueryClient, workspace: string, data: unknown): void {
  for (const run of list<Run>(data)) {
    client.setQueryData<InfiniteData<Page<Run>, string | null>>(keys.runs(workspace), (pages) => upsertFirstPage(pages, run, ({ id }) => id));
    client.setQueryData<RunDetail>(keys.run(workspace, run.id), (known) => known && { ...known, ...run });
    if (run.progress === null) {
      // What a strategy printed comes with the run itself, not over the stream.
      void refresh(client, keys.run(workspace, run.id));
    }
  }
}

function patchStrategyRuns(client: QueryClient, workspace: string, data: unknown): void {
  for (const news of list<StrategyRunNews>(data)) {
    const { id, removed, run, lines } = news;
    const key = strategyRunsKey(workspace);
    if (removed) {
      client.setQueryData<StrategyRun[]>(key, (known) => known?.filter((each) => each.id !== id));
      client.removeQueries({ queryKey: strategyRunLogKey(workspace, id) });
      continue;
    }
    if (run) {
      client.setQueryData<StrategyRun[]>(key, (known) => known && upsert(known, [run], (each) => each.id));
    } else {
      void refresh(client, key);
    }
    const log = client.getQueryData<RunLine[]>(strategyRunLogKey(workspace, id));
    const longer = log && continued(log, lines);
    if (longer) {
      client.setQueryData<RunLine[]>(strategyRunLogKey(workspace, id), longer);
    } else if (log) {
      void refresh(client, strategyRunLogKey(workspace, id));
    }
  }
}

/** What each topic changes in the query cache. */
export const PATCHES: Readonly<Record<string, Patch>> = {
  quotes: (client, workspace, data) => {
    const fresh = Object.fromEntries(list<Quote>(data).map((quote) => [quote.instrument, quote]));
    client.setQueryData<QuoteBook>(keys.quotes(workspace), (book) => ({ ...book, ...fresh }));
  },
  orders: patchOrders,
  fills: (client, workspace, data) => {
    for (const fill of list<Fill>(data)) {
      client.setQueryData<InfiniteData<Page<Fill>, string | null>>(keys.fills(workspace), (pages) =>
        upsertFirstPage(pages, fill, ({ account, execution_id }) => `${account} ${execution_id}`),
      );
    }
  },
  positions: (client, workspace, data, whole) => {
    client.setQueryData<Position[]>(keys.positions(workspace), (positions) =>
      whole ? list<Position>(data) : positions && upsert(positions, list<Position>(data), ({ account, instrument }) => `${account} ${instrument}`),
    );
  },
  accounts: patchAccounts,
  intents: patchIntents,
  feed: (client, workspace, data) => {
    client.setQueryData<Overview>(keys.overview(workspace), (overview) => overview && { ...overview, feed: data as Feed });
  },
  state: (client, workspace) => {
    void refresh(client, keys.overview(workspace));
    void refresh(client, keys.accounts(workspace));
    void refresh(client, ["w", workspace, "account"]);
  },
  risk: (client, workspace, data, whole) => {
    const fresh = data as RiskStatus;
    client.setQueryData<RiskStatus>(keys.risk(workspace), (known) =>
      whole ? fresh : known && { accounts: upsert(known.accounts, fresh.accounts, ({ account }) => account), square_offs: fresh.square_offs },
    );
  },
  funded: (client, workspace, data, whole) => {
    const changed = list<Funded>(data);
    client.setQueryData<Funded[]>(keys.funded(workspace), (known) => (whole ? changed : known && upsert(known, changed, ({ account }) => account)));
  },
  readiness: (client, workspace, data) => {
    client.setQueryData<ReadinessBoard>(keys.readiness(workspace), data as ReadinessBoard);
  },
  guardian: (client, workspace, data) => {
    if (!Array.isArray(data)) {
      client.setQueryData<Guardian>(keys.guardian(workspace), data as Guardian);
    }
  },
  violations: (client, workspace) => {
    void refresh(client, ["w", workspace, "violations"]);
    void refresh(client, keys.risk(workspace));
  },
  breaks: (client, workspace) => {
    void refresh(client, ["w", workspace, "account"]);
    void refresh(client, ["w", workspace, "reconciliation"]);
  },
  backtests: patchRuns,
  strategy_runs: patchStrategyRuns,
};

const REFETCHED: Readonly<Record<string, (workspace: string) => readonly unknown[]>> = {
  quotes: keys.quotes,
  orders: (workspace) => ["w", workspace, "orders"],
  fills: keys.fills,
  positions: keys.positions,
  accounts: keys.accounts,
  intents: keys.intents,
  feed: keys.overview,
  state: keys.overview,
  breaks: (workspace) => ["w", workspace, "account"],
  backtests: keys.runs,
  strategy_runs: strategyRunsKey,
  risk: keys.risk,
  readiness: keys.readiness,
  guardian: keys.guardian,
  funded: keys.funded,
  violations: (workspace) => ["w", workspace, "violations"],
};

export const TOPICS = Object.keys(PATCHES);

/** Whether an HTTP answer is on its way that a patch of this topic would race with. Quotes come again at once. */
export function isFetching(client: QueryClient, workspace: string, topic: string): boolean {
  const key = REFETCHED[topic];
  return key !== undefined && topic !== "quotes" && topic !== "feed" && client.isFetching({ queryKey: key(workspace) }) > 0;
}

/** Fetches by HTTP what a topic could not tell without a hole. */
export function refetchTopic(client: QueryClient, workspace: string, topic: string): void {
  const key = REFETCHED[topic];
  if (key) {
    void refresh(client, key(workspace));
  }
}
