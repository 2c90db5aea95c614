import { termsText } from "~/api/checks";
import type { OrderInDoubt } from "~/api/reconciliation";
import { formatAny } from "~/lib/format";
import { dateTime } from "~/lib/time";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";

/** "buy 10 ACME, limit 90" */
export const orderText = (order: Pick<OrderInDoubt, "side" | "quantity" | "symbol" | "terms">): string =>
  `${order.side === "BUY" ? "buy" : "sell"} ${formatAny(order.quantity)} ${order.symbol}, ${termsText(order.terms)}`;

interface InDoubtProps {
  label: string;
  rows: readonly OrderInDoubt[];
  onResolve: ((order: OrderInDoubt) => void) | undefined;
}

/** Orders whose answer was lost: what each is, and how a person resolves it, or why nobody can yet. */
export function InDoubt({ label, rows, onResolve }: InDoubtProps) {
  return (
    <ul aria-label={label} className="grid grid-cols-1 gap-1.5 whitespace-normal py-1 text-12">
      {rows.map((row) => (
        <li key={row.client_order_id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Badge tone={row.obstacle ? "warn" : "danger"}>In doubt</Badge>
          <span>
            {orderText(row)}, sent {dateTime(row.sent_at)} <code className="break-all font-mono text-text-2">{row.client_order_id}</code>
          </span>
          {row.obstacle ? (
            <span className="text-text-2">Nobody has to act yet: {row.obstacle}.</span>
          ) : (
            onResolve && (
              <Button
                size="small"
                onClick={(event) => {
                  event.stopPropagation();
                  onResolve(row);
                }}
              >
                Resolve…
              </Button>
            )
          )}
        </li>
      ))}
    </ul>
  );
}
