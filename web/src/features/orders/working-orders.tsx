import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { orderState, orderTerms, workedHere } from "~/api/checks";
import { keys } from "~/api/keys";
import { instrumentsQuery, quotesQuery } from "~/api/market";
import { cancelAll, cancelOrder, openOrdersQuery } from "~/api/orders";
import { Problem } from "~/api/problem";
import type { Order } from "~/api/types";
import { placesOf } from "~/lib/decimal";
import { elapsed } from "~/lib/time";
import { useNow } from "~/lib/use-now";
import { sentence, shortId } from "~/lib/words";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { HoldButton } from "~/ui/hold-button";
import { Figure } from "~/ui/number";
import { ProblemBox } from "~/ui/problem";
import { type Column, Table } from "~/ui/table";
import { toast } from "~/ui/toast";
import { ReplaceDialog } from "./replace-dialog";

const HELD = "This machine watches for it and sends it when it is due: while the machine is down, it is not sent.";
const FOR_THE_BROKER = "The broker lacks a part of what was asked; this machine does it, or has done it.";

interface WorkingOrdersProps {
  workspace: string;
  account?: string;
  mayTrade: boolean;
}

interface Row extends Order {
  last: string | null;
  places: number | undefined;
  ageMs: number;
}

interface Actions {
  onReplace: (order: Order) => void;
  onCancel: (order: Order) => void;
}

function RowActions({ order, onReplace, onCancel }: Actions & { order: Order }) {
  const button = { size: "small", tone: "quiet" } as const;
  return (
    <span className="inline-flex gap-1">
      {order.in_doubt && (
        <Link to="/reconciliation" className="self-center text-12 text-warn underline decoration-line hover:text-text">
          Resolve…
        </Link>
      )}
      <Button {...button} className="max-sm:hidden" disabled={order.pending !== "none"} aria-label={`Replace the order in ${order.account_name}`} onClick={() => onReplace(order)}>
        Replace
      </Button>
      <Button {...button} disabled={order.pending === "cancel"} aria-label={`Cancel the order in ${order.account_name}`} onClick={() => onCancel(order)}>
        Cancel
      </Button>
    </span>
  );
}

function columns(mayTrade: boolean, actions: Actions): Column<Row>[] {
  const base: Column<Row>[] = [
    {
      id: "order",
      header: "Order",
      align: "left",
      cell: (order) => (
        <span className="font-mono text-12" title={order.client_order_id}>
          {shortId(order.client_order_id)}
        </span>
      ),
      from: "md",
    },
    { id: "account", header: "Account", align: "left", sort: (order) => order.account_name, cell: (order) => order.account_name },
    { id: "symbol", header: "Symbol", align: "left", sort: (order) => order.symbol, cell: (order) => order.symbol },
    {
      id: "side",
      header: "Side",
      align: "left",
      cell: ({ side }) => <span className={side === "BUY" ? "text-buy" : "text-sell"}>{side === "BUY" ? "Buy" : "Sell"}</span>,
    },
    {
      id: "filled",
      header: "Filled",
      cell: (order) => (
        <>
          <Figure value={order.filled_quantity} /> / <Figure value={order.quantity} />
        </>
      ),
    },
    { id: "terms", header: "Terms", align: "left", cell: orderTerms, from: "sm" },
    { id: "last", header: "Last", cell: (order) => <Figure value={order.last} places={order.places} why="No quote has come yet" />, from: "md" },
    { id: "age", header: "Age", sort: (order) => order.ageMs, cell: (order) => <span className="tabular-nums text-text-2">{elapsed(order.ageMs)}</span>, from: "lg" },
    {
      id: "source",
      header: "From",
      align: "left",
      from: "lg",
      cell: (order) =>
        order.intent ? (
          <Link to="/intents/$id" params={{ id: order.intent }} className="text-text-2 underline decoration-line hover:text-text">
            {sentence(order.source)}
          </Link>
        ) : (
          <span className="text-text-2">{order.external ? "Outside Bidwell" : sentence(order.source)}</span>
        ),
    },
    {
      id: "state",
      header: "State",
      cell: (order) => (
        <span className={order.in_doubt ? "text-warn" : undefined} title={order.status === "HELD" ? HELD : order.reason}>
          {orderState(order)}
          {workedHere(order) && (
            <>
              {" "}
              <Badge title={FOR_THE_BROKER}>by desk</Badge>
            </>
          )}
        </span>
      ),
    },
  ];
  return mayTrade ? [...base, { id: "actions", header: "Actions", cell: (order) => <RowActions order={order} {...actions} /> }] : base;
}

/** Orders that may still fill, with what can be done about them. */
export function WorkingOrders({ workspace, account, mayTrade }: WorkingOrdersProps) {
  const client = useQueryClient();
  const orders = useQuery(openOrdersQuery(workspace));
  const { data: quotes } = useQuery(quotesQuery(workspace));
  const { data: instruments } = useQuery(instrumentsQuery(workspace));
  const now = useNow();
  const [replacing, setReplacing] = useState<Order | null>(null);
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: keys.orders(workspace, "open") });
  const onError = (error: unknown): void => {
    const { title, detail, code } = Problem.from(error);
    toast([title, detail, code].filter(Boolean).join(" · "), { tone: "danger" });
  };
  const cancel = useMutation({ mutationFn: (id: string) => cancelOrder(workspace, id), onSuccess: refresh, onError });
  const cancelEvery = useMutation({
    mutationFn: () => cancelAll(workspace, account ? { account } : {}),
    onSuccess: async (requested) => {
      toast(`Asked to cancel ${requested} orders`);
      await refresh();
    },
    onError,
  });
  const rows = useMemo(
    () =>
      orders.data
        ?.filter((order) => !account || order.account === account)
        .map((order): Row => ({
          ...order,
          last: quotes?.[order.instrument]?.last ?? null,
          places: placesOf(instruments?.find(({ id }) => id === order.instrument)?.tick_size),
          ageMs: now - Date.parse(order.created_at),
        })),
    [orders.data, quotes, instruments, now, account],
  );
  const { mutate: cancelOne } = cancel;
  const shape = useMemo(
    () =>
      columns(mayTrade, {
        onReplace: setReplacing,
        onCancel: (order) => cancelOne(order.client_order_id),
      }),
    [mayTrade, cancelOne],
  );
  if (orders.error) {
    return <ProblemBox problem={Problem.from(orders.error)} onRetry={() => void orders.refetch()} />;
  }
  return (
    <>
      <Table
        label="Working orders"
        columns={shape}
        rows={rows}
        rowKey={(order) => order.client_order_id}
        empty={<Empty>No order is working.</Empty>}
        footer={
          mayTrade &&
          rows &&
          rows.length > 1 && (
            <div className="p-2 text-right">
              <HoldButton size="small" effect={`Asks to cancel all ${rows.length} working orders.`} onConfirm={() => cancelEvery.mutate()}>
                Hold to cancel all {rows.length}
              </HoldButton>
            </div>
          )
        }
      />
      {replacing && <ReplaceDialog workspace={workspace} order={replacing} onClose={() => setReplacing(null)} />}
    </>
  );
}
