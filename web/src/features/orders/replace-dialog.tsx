import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "~/api/keys";
import { replaceOrder } from "~/api/orders";
import { Problem } from "~/api/problem";
import type { Order, Replacement } from "~/api/types";
import { parseDecimal } from "~/lib/decimal";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { DecimalInput, Field } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";

const FIELDS = [
  ["quantity", "Quantity"],
  ["limit_price", "Limit price"],
  ["stop_price", "Stop price"],
  ["trail_amount", "Trail"],
  ["trail_percent", "Trail (%)"],
] as const;

type FieldName = (typeof FIELDS)[number][0];

/** Changes quantity or prices of a working order; only what was changed is sent. */
export function ReplaceDialog({ workspace, order, onClose }: { workspace: string; order: Order; onClose: () => void }) {
  const client = useQueryClient();
  const present: Record<FieldName, string | null | undefined> = {
    // An exit that the desk works is as large as what its entry filled.
    quantity: order.asked && order.entry ? null : order.quantity,
    limit_price: order.terms.limit_price,
    stop_price: order.terms.stop_price,
    trail_amount: order.terms.trail_amount,
    trail_percent: order.terms.trail_percent,
  };
  const [values, setValues] = useState<Partial<Record<FieldName, string>>>({});
  const replace = useMutation({
    mutationFn: (change: Replacement) => replaceOrder(workspace, order.client_order_id, change),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.orders(workspace, "open") });
      onClose();
    },
  });
  const shown = FIELDS.filter(([name]) => present[name]);
  const typed = (name: FieldName): string => values[name] ?? present[name] ?? "";
  const wrong = (name: FieldName): boolean => !parseDecimal(typed(name))?.gt(0);
  const change = Object.fromEntries(
    shown.filter(([name]) => !wrong(name) && !parseDecimal(typed(name))?.eq(present[name] ?? "0")).map(([name]) => [name, typed(name)]),
  ) as Replacement;
  const ready = Object.keys(change).length > 0 && !shown.some(([name]) => wrong(name));
  return (
    <Dialog
      title={`Replace ${order.side === "BUY" ? "buy" : "sell"} ${order.symbol} in ${order.account_name}`}
      open
      width="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep as it is</Button>
          <Button tone="primary" disabled={!ready} busy={replace.isPending} onClick={() => replace.mutate(change)}>
            Replace
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-1 gap-3">
        {shown.map(([name, label]) => (
          <Field key={name} label={label} layout="row" problem={wrong(name) ? "A number above zero" : undefined}>
            {({ id, describedBy, invalid }) => (
              <DecimalInput
                id={id}
                describedBy={describedBy}
                invalid={invalid}
                value={typed(name)}
                onChange={(event) => setValues({ ...values, [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
        {replace.error && <ProblemBox problem={Problem.from(replace.error)} />}
      </div>
    </Dialog>
  );
}
