import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { termsText } from "~/api/checks";
import { keys } from "~/api/keys";
import { candidatesQuery, confirmDead, identifyOrder } from "~/api/orders";
import { Problem } from "~/api/problem";
import { type OrderInDoubt, reconciliationKey } from "~/api/reconciliation";
import { stepUp } from "~/api/session";
import type { Candidate } from "~/api/types";
import { formatAny } from "~/lib/format";
import { dateTime } from "~/lib/time";
import { sentence } from "~/lib/words";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";
import { toast } from "~/ui/toast";
import { orderText } from "./in-doubt";

/** What no number of the broker's can be. */
const ABSENT = " ";
const SHORTEST_REASON = 3;

interface ResolveDialogProps {
  workspace: string;
  order: OrderInDoubt;
  account: string;
  onClose: () => void;
}

function Choice({ checked, label, onChoose, children }: { checked: boolean; label: string; onChoose: () => void; children: React.ReactNode }) {
  return (
    <label className="flex cursor-pointer items-start gap-2.5 rounded-md border border-line px-3 py-2 hover:border-text-3">
      <input type="radio" name="which" aria-label={label} className="mt-0.5 size-4 accent-accent" checked={checked} onChange={onChoose} />
      <span className="grid gap-0.5">{children}</span>
    </label>
  );
}

function Described({ one }: { one: Candidate }) {
  return (
    <>
      <span>
        <code className="font-mono">{one.broker_order_id}</code> {one.side === "BUY" ? "buy" : "sell"} <b className="tabular-nums">{formatAny(one.quantity)}</b>, {termsText(one.terms)},{" "}
        {one.terms.time_in_force} {one.external && <Badge tone="warn">Adopted as EXTERNAL</Badge>}
      </span>
      <span className="text-12 text-text-2 tabular-nums">
        {one.created_at ? `Taken in ${dateTime(one.created_at)}` : "The broker does not say when"}, {sentence(one.status).toLowerCase()}, filled {formatAny(one.filled_quantity)}
        {one.average_price && ` at ${formatAny(one.average_price)}`}
      </span>
    </>
  );
}

/** A person's word on an order in doubt: which of the broker's it is, or, with the password, that it never got there. */
export function ResolveDialog({ workspace, order, account, onClose }: ResolveDialogProps) {
  const client = useQueryClient();
  const candidates = useQuery(candidatesQuery(workspace, order.client_order_id));
  const [chosen, setChosen] = useState("");
  const [reason, setReason] = useState("");
  const [password, setPassword] = useState("");
  const absent = chosen === ABSENT;
  const resolve = useMutation({
    mutationFn: async () => {
      if (absent) {
        await stepUp(password);
        await confirmDead(workspace, order.client_order_id, reason.trim());
      } else {
        await identifyOrder(workspace, order.client_order_id, chosen, reason.trim());
      }
    },
    onSuccess: async () => {
      toast(absent ? "The order is over; what it reserved is free" : `It is the broker’s order ${chosen}`);
      await client.invalidateQueries({ queryKey: reconciliationKey(workspace) });
      await client.invalidateQueries({ queryKey: keys.orders(workspace, "open") });
      onClose();
    },
  });
  const ready = chosen !== "" && reason.trim().length >= SHORTEST_REASON && (!absent || password !== "");
  return (
    <Dialog title="Which order is it?" open width="medium" onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          resolve.mutate();
        }}
      >
        <p className="text-text-2">
          {account}: {orderText(order)}, sent {dateTime(order.sent_at)}. Its answer was lost, and looking it up leaves a choice. Look at the broker’s own screen, then say which it is.
        </p>
        {candidates.error && <ProblemBox problem={Problem.from(candidates.error)} onRetry={() => void candidates.refetch()} />}
        {candidates.isPending && <p className="text-text-2">Asking the broker…</p>}
        {candidates.data && (
          <fieldset className="grid grid-cols-1 gap-2">
            <legend className="sr-only">The broker’s orders that it may be</legend>
            {candidates.data.map((one) => (
              <Choice key={one.broker_order_id} label={`It is ${one.broker_order_id}`} checked={chosen === one.broker_order_id} onChoose={() => setChosen(one.broker_order_id)}>
                <Described one={one} />
              </Choice>
            ))}
            <Choice label="The broker never got it" checked={absent} onChoose={() => setChosen(ABSENT)}>
              <span>{candidates.data.length ? "None of these: the broker never got it" : "The broker shows none that fits: it never got it"}</span>
              <span className="text-12 text-text-2">Frees what it reserves. If it is there after all, the account may hold twice what was asked.</span>
            </Choice>
          </fieldset>
        )}
        <Field label="How do you know?">
          {({ id }) => <Input id={id} value={reason} maxLength={500} placeholder="Seen on the broker’s own screen" onChange={(event) => setReason(event.target.value)} />}
        </Field>
        {absent && (
          <Field label="Your password">
            {({ id }) => <Input id={id} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
          </Field>
        )}
        {resolve.error && <ProblemBox problem={Problem.from(resolve.error)} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it in doubt</Button>
          <Button type="submit" tone={absent ? "danger" : "primary"} disabled={!ready} busy={resolve.isPending}>
            {absent ? "It never got there" : "It is this one"}
          </Button>
        </span>
      </form>
    </Dialog>
  );
}
