import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "~/api/keys";
import { confirmDead } from "~/api/orders";
import { Problem } from "~/api/problem";
import { stepUp } from "~/api/session";
import type { Order } from "~/api/types";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";

/** A person's word that an order which was looked for and not found is not at the broker: it frees what it reserved. */
export function ConfirmDeadDialog({ workspace, order, onClose }: { workspace: string; order: Order; onClose: () => void }) {
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const confirm = useMutation({
    mutationFn: async () => {
      await stepUp(password);
      await confirmDead(workspace, order.client_order_id);
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.orders(workspace, "open") });
      onClose();
    },
  });
  return (
    <Dialog title={`Is ${order.client_order_id} dead?`} open width="small" onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          confirm.mutate();
        }}
      >
        <p className="text-text-2">
          {order.account_name}: {order.side === "BUY" ? "buy" : "sell"} {order.quantity} {order.symbol}. The broker was asked and did not know it. Look at the
          broker’s own screen first: if it is there after all, it comes back here by itself. Confirming frees what it reserves.
        </p>
        <Field label="Your password">
          {({ id }) => <Input id={id} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
        </Field>
        {confirm.error && <ProblemBox problem={Problem.from(confirm.error)} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Keep it reserved</Button>
          <Button type="submit" tone="danger" disabled={password === ""} busy={confirm.isPending}>
            It is dead
          </Button>
        </span>
      </form>
    </Dialog>
  );
}
