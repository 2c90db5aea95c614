import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { instrumentsQuery, overviewQuery, useInstrument } from "~/api/market";
import { intentsQuery } from "~/api/intents";
import { fillsQuery, openOrdersQuery, positionsQuery } from "~/api/orders";
import { mayTrade, useWorkspace } from "~/api/session";
import type { Position } from "~/api/types";
import { AccountStrip } from "~/features/accounts/strip";
import { ChartPanel } from "~/features/chart/chart-panel";
import { IntentsTable } from "~/features/intents/intents-table";
import { JournalTable } from "~/features/journal/journal-table";
import { WatchList } from "~/features/market/watch-list";
import { Fills } from "~/features/orders/fills";
import { WorkingOrders } from "~/features/orders/working-orders";
import { Positions } from "~/features/positions/positions";
import { EMPTY_DRAFT, useDraft } from "~/features/ticket/draft";
import { Ticket } from "~/features/ticket/ticket";
import { parseDecimal } from "~/lib/decimal";
import { usePreferences } from "~/lib/preferences";
import { useWide } from "~/lib/use-wide";
import { Figure } from "~/ui/number";
import { Panel } from "~/ui/panel";
import { Segmented } from "~/ui/segmented";
import { Splitter } from "~/ui/splitter";
import { Tabs } from "~/ui/tabs";

function useTableTabs(onClosePosition: (position: Position) => void) {
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const { data: orders } = useQuery(openOrdersQuery(workspace.id));
  const { data: positions } = useQuery(positionsQuery(workspace.id));
  const { data: fills } = useInfiniteQuery(fillsQuery(workspace.id));
  const { data: intents } = useInfiniteQuery(intentsQuery(workspace.id));
  const trades = mayTrade(workspace.role);
  const loaded = (pages: { items: unknown[] }[] | undefined): number | undefined => pages?.reduce((total, page) => total + page.items.length, 0);
  const held = positions?.filter(({ quantity }) => !parseDecimal(quantity)?.isZero()).length;
  return [
    { id: "working", label: "Working", count: orders?.length, content: <WorkingOrders workspace={workspace.id} mayTrade={trades} /> },
    { id: "fills", label: "Fills", count: loaded(fills?.pages), content: <Fills workspace={workspace.id} /> },
    {
      id: "positions",
      label: "Positions",
      count: held,
      content: <Positions workspace={workspace.id} onClose={trades ? onClosePosition : undefined} />,
    },
    {
      id: "intents",
      label: "Intents",
      count: loaded(intents?.pages),
      content: <IntentsTable workspace={workspace.id} onOpen={(id) => void navigate({ to: "/intents/$id", params: { id } })} />,
    },
    { id: "journal", label: "Journal", content: <JournalTable workspace={workspace.id} filter={{}} /> },
  ];
}

interface Regions {
  /** What everything is worth, where the top bar has no room for it. */
  worth: ReactNode;
  strip: ReactNode;
  watch: ReactNode;
  chart: ReactNode;
  tables: ReactNode;
  ticket: ReactNode;
}

/** Watch list, chart over tables, ticket: every edge moves and stays where it was put. */
function WideDesk({ strip, watch, chart, tables, ticket }: Omit<Regions, "worth">) {
  const { layout, set } = usePreferences();
  const edit = (change: Partial<typeof layout>): void => set({ layout: { ...layout, ...change } });
  return (
    <div className="flex h-full flex-col">
      <div className="shrink-0 border-b border-line">{strip}</div>
      <div className="flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col">
          <div className="flex min-h-0 flex-1">
            <div className="min-h-0 shrink-0" style={{ width: layout.watch }}>
              {watch}
            </div>
            <Splitter label="Width of the watch list" orientation="vertical" sense={1} min={180} max={420} value={layout.watch} onChange={(width) => edit({ watch: width })} />
            <div className="min-h-0 min-w-0 flex-1">{chart}</div>
          </div>
          <Splitter label="Height of the tables" orientation="horizontal" sense={-1} min={120} max={560} value={layout.tables} onChange={(height) => edit({ tables: height })} />
          <div className="min-h-0 shrink-0 bg-panel" style={{ height: layout.tables }}>
            {tables}
          </div>
        </div>
        <Splitter label="Width of the ticket" orientation="vertical" sense={-1} min={280} max={480} value={layout.ticket} onChange={(width) => edit({ ticket: width })} />
        <div className="min-h-0 shrink-0" style={{ width: layout.ticket }}>
          {ticket}
        </div>
      </div>
    </div>
  );
}

const PARTS = [
  { value: "watch", label: "Prices" },
  { value: "chart", label: "Chart" },
  { value: "ticket", label: "Order" },
  { value: "tables", label: "Book" },
] as const;

type Part = (typeof PARTS)[number]["value"];

/** One part at a time, with the accounts above it. */
function NarrowDesk({ regions, part, onPart }: { regions: Regions; part: Part; onPart: (part: Part) => void }) {
  return (
    <div className="flex h-full flex-col">
      <div className="shrink-0 bg-panel md:hidden">{regions.worth}</div>
      <div className="shrink-0 border-b border-line">{regions.strip}</div>
      <div className="shrink-0 border-b border-line bg-panel p-2">
        <Segmented label="Part of the desk" value={part} choices={PARTS} onChange={onPart} />
      </div>
      <div className="min-h-0 flex-1 bg-panel">{regions[part]}</div>
    </div>
  );
}

/** The desk: what one watches, holds, and sends. */
export function DeskPage() {
  const workspace = useWorkspace();
  const { symbol, tab, set } = usePreferences();
  const edit = useDraft((draft) => draft.edit);
  const { data: instruments } = useQuery(instrumentsQuery(workspace.id));
  const { data: overview } = useQuery(overviewQuery(workspace.id));
  const known = instruments?.some(({ id }) => id === symbol);
  const chosen = known ? symbol : (instruments?.find(({ tradable }) => tradable)?.id ?? null);
  const instrument = useInstrument(workspace.id, chosen);
  const [part, setPart] = useState<Part>("chart");
  const wide = useWide();
  useEffect(() => {
    document.title = `${instrument?.symbol ?? "Desk"} · Bidwell`;
  }, [instrument?.symbol]);
  const tabs = useTableTabs((position) => {
    set({ symbol: position.instrument });
    edit({ ...EMPTY_DRAFT, receiver: `account:${position.account}`, sizingBy: "close", size: "100" });
    setPart("ticket");
  });
  const select = (id: string): void => {
    set({ symbol: id });
    setPart("chart");
  };
  const regions: Regions = {
    worth: (
      <p className="flex items-baseline gap-2 border-b border-line px-3.5 py-1.5">
        <Figure value={overview?.equity} currency={workspace.currency} className="text-20 font-semibold" why="There is no price or rate for something that is held" />
        <Figure value={overview?.day_pnl} currency={workspace.currency} tone="change" why="The session has no opening equity yet" />
        <span className="text-text-3">today</span>
      </p>
    ),
    strip: <AccountStrip workspace={workspace.id} />,
    watch: (
      <Panel title="Watch list" className="h-full">
        <WatchList workspace={workspace.id} selected={chosen} onSelect={select} />
      </Panel>
    ),
    chart: <ChartPanel workspace={workspace.id} instrument={chosen} />,
    tables: <Tabs label="Book" tabs={tabs} value={tab} onChange={(id) => set({ tab: id })} />,
    ticket: (
      <Panel title="Order" aside={<span className="text-12 text-text-3">{instrument?.symbol}</span>} className="h-full">
        <Ticket workspace={workspace} instrument={chosen} live={overview?.workspace.mode === "live"} mayTrade={mayTrade(workspace.role)} />
      </Panel>
    ),
  };
  return (
    <>
      <h1 className="sr-only">Desk</h1>
      {wide ? <WideDesk {...regions} /> : <NarrowDesk regions={regions} part={part} onPart={setPart} />}
    </>
  );
}
