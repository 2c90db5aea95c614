import { useMemo, useState } from "react";
import { useBrokerTitle } from "~/api/brokers";
import { failed, orderState, ruleName } from "~/api/checks";
import type { Check, ChildOrder } from "~/api/types";
import { cx } from "~/lib/cx";
import { parseDecimal } from "~/lib/decimal";
import { UNKNOWN, formatAny } from "~/lib/format";
import { millis } from "~/lib/time";
import { Badge } from "~/ui/badge";
import { Empty } from "~/ui/empty";
import { Figure } from "~/ui/number";
import { type Column, Table } from "~/ui/table";

const milliseconds = (value: number | string | null): string => (value === null ? UNKNOWN : millis(Number(value)));

function Rules({ checks }: { checks: readonly Check[] }) {
  return (
    <ul aria-label="Rules" className="grid gap-x-6 gap-y-0.5 py-1 text-12 @min-[760px]:grid-cols-2">
      {checks.map((check) => (
        <li key={check.rule} className="grid grid-cols-[16px_140px_1fr] items-baseline gap-x-1.5" title={check.message}>
          <span className={check.passed ? "text-gain" : "text-danger"}>{check.passed ? "✓" : "✕"}</span>
          <span className={check.passed ? "text-text-2" : "font-semibold"}>{ruleName(check.rule)}</span>
          <span className="tabular-nums text-text-2">
            {check.limit ? (
              <>
                {formatAny(check.current)} of {formatAny(check.limit)} {check.unit}
                {!check.passed && check.would_pass && <b className="text-text"> · {formatAny(check.would_pass)} would pass</b>}
              </>
            ) : (
              (!check.passed && check.message) || "no limit set"
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

const stateTone = (order: ChildOrder): string => {
  if (order.denial || order.status === "REJECTED") {
    return "text-danger";
  }
  return order.in_doubt ? "text-warn" : order.status === "FILLED" ? "text-gain" : "text-text-2";
};

/** One row per account: broker times, fills, and each rule's answer. */
export function ChildrenTable({ workspace, orders, places }: { workspace: string; orders: readonly ChildOrder[]; places: number | undefined }) {
  const titleOf = useBrokerTitle(workspace);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set());
  const columns = useMemo((): Column<ChildOrder>[] => {
    const toggle = (id: string): void =>
      setOpen((before) => {
        const after = new Set(before);
        if (!after.delete(id)) {
          after.add(id);
        }
        return after;
      });
    return [
      {
        id: "account",
        header: "Account",
        align: "left",
        sort: (order) => order.account_name,
        cell: (order) => (
          <span className="inline-flex items-center gap-1.5">
            {order.account_name}
            {order.leg > 0 && <Badge>{order.terms.order_type === "LIMIT" ? "target" : "stop"}</Badge>}
          </span>
        ),
      },
      { id: "broker", header: "Broker", align: "left", from: "md", cell: (order) => <span className="text-text-2">{titleOf(order.broker)}</span> },
      { id: "quantity", header: "Quantity", cell: (order) => <Figure value={order.quantity} /> },
      { id: "sent", header: "Sent", from: "sm", cell: (order) => <span className="tabular-nums">{milliseconds(order.sent_ms)}</span> },
      { id: "ack", header: "Ack", from: "sm", cell: (order) => <span className="tabular-nums">{milliseconds(order.ack_ms)}</span> },
      { id: "filled", header: "Filled", from: "sm", cell: (order) => <span className="tabular-nums">{milliseconds(order.filled_ms)}</span> },
      { id: "average", header: "Average", from: "sm", cell: (order) => <Figure value={order.average_price} places={places} why="Nothing has filled" /> },
      { id: "slippage", header: "Slippage", from: "md", cell: (order) => <Figure value={parseDecimal(order.slippage)?.negated()} places={places} tone="sign" why="Nothing has filled" /> },
      {
        id: "rules",
        header: "Rules",
        cell: ({ client_order_id, account_name, checks, denial }) => {
          const words = denial ? ruleName(denial.rule) : `${checks.length - failed(checks).length} passed`;
          return checks.length === 0 ? (
            UNKNOWN
          ) : (
            <button
              type="button"
              aria-expanded={open.has(client_order_id)}
              aria-label={`${words}: rules for ${account_name}`}
              onClick={(event) => {
                event.stopPropagation();
                toggle(client_order_id);
              }}
            >
              <Badge tone={denial ? "danger" : "gain"}>{words}</Badge>
            </button>
          );
        },
      },
      {
        id: "state",
        header: "State",
        cell: (order) => (
          <span className={cx(stateTone(order))} title={order.reason}>
            {orderState(order)}
          </span>
        ),
      },
    ];
  }, [open, places, titleOf]);
  return (
    <Table
      label="Accounts"
      columns={columns}
      rows={orders}
      rowKey={(order) => order.client_order_id}
      detail={(order) => open.has(order.client_order_id) && <Rules checks={order.checks} />}
      empty={<Empty>The intent has made no order.</Empty>}
    />
  );
}
