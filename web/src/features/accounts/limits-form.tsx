import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { setLimits } from "~/api/accounts";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { stepUp } from "~/api/session";
import type { AccountDetail } from "~/api/types";
import { decimalText, parseDecimal } from "~/lib/decimal";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { DecimalInput, Field, Input } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";

type Figures =
  | "max_order_quantity"
  | "max_order_notional"
  | "max_position"
  | "max_position_notional"
  | "max_gross_exposure"
  | "max_open_orders"
  | "max_daily_loss"
  | "price_collar"
  | "max_data_age"
  | "duplicate_window"
  | "max_order_rate";

const LIMIT_FIELDS: readonly { name: Figures; label: string; unit: string; whole?: boolean }[] = [
  { name: "max_order_quantity", label: "Order quantity", unit: "units" },
  { name: "max_order_notional", label: "Order notional", unit: "money" },
  { name: "max_position", label: "Position", unit: "units" },
  { name: "max_position_notional", label: "Position notional", unit: "money" },
  { name: "max_gross_exposure", label: "Gross exposure", unit: "money" },
  { name: "max_open_orders", label: "Open orders", unit: "orders", whole: true },
  { name: "max_daily_loss", label: "Daily loss", unit: "money" },
  { name: "price_collar", label: "Price collar", unit: "part of one" },
  { name: "max_data_age", label: "Data age", unit: "seconds" },
  { name: "duplicate_window", label: "Duplicate window", unit: "seconds" },
  { name: "max_order_rate", label: "Order rate", unit: "per minute", whole: true },
];

const asText = (value: string | number | null | undefined): string => (value === null || value === undefined ? "" : String(value));

/** Sets an account's own limits. Tightest wins: an empty field leaves what the workspace and its groups set. */
export function LimitsDialog({ workspace, account, onClose }: { workspace: string; account: AccountDetail; onClose: () => void }) {
  const client = useQueryClient();
  const [values, setValues] = useState<Partial<Record<Figures, string>>>({});
  const [password, setPassword] = useState("");
  const typed = (name: Figures): string => values[name] ?? asText(account.limits_set[name]);
  const problemOf = (name: Figures, whole: boolean): string | undefined => {
    const text = typed(name).trim();
    const value = parseDecimal(text);
    if (text === "") {
      return undefined;
    }
    if (!value || value.isNegative() || (value.isZero() && name !== "duplicate_window")) {
      return "A number above zero";
    }
    return whole && !value.eq(value.toFixed(0)) ? "A whole number" : undefined;
  };
  const ready = password !== "" && LIMIT_FIELDS.every(({ name, whole = false }) => !problemOf(name, whole));
  const save = useMutation({
    mutationFn: async () => {
      const figures = LIMIT_FIELDS.map(({ name, whole }) => {
        const value = parseDecimal(typed(name));
        return [name, value && (whole ? Number(value.toString()) : decimalText(value))] as const;
      });
      await stepUp(password);
      await setLimits(workspace, account.id, { ...account.limits_set, ...Object.fromEntries(figures) });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.workspace(workspace) });
      onClose();
    },
  });
  const problem = save.error ? Problem.from(save.error) : null;
  return (
    <Dialog title={`Limits of ${account.name}`} open width="large" onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <p className="text-text-2">Money is in {account.currency}. An empty field sets no limit here; the tightest of account, group and workspace holds.</p>
        <div className="grid gap-3 sm:grid-cols-2">
          {LIMIT_FIELDS.map(({ name, label, unit, whole = false }) => (
            <Field key={name} label={label} problem={problemOf(name, whole) ?? problem?.fields.get(name)}>
              {({ id, describedBy, invalid }) => (
                <DecimalInput
                  id={id}
                  describedBy={describedBy}
                  invalid={invalid}
                  suffix={unit === "money" ? account.currency : unit}
                  value={typed(name)}
                  onChange={(event) => setValues({ ...values, [name]: event.target.value })}
                />
              )}
            </Field>
          ))}
        </div>
        <Field label="Your password" hint="Limits are changed only by somebody who confirms who they are.">
          {({ id, describedBy }) => (
            <Input id={id} describedBy={describedBy} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />
          )}
        </Field>
        {problem && <ProblemBox problem={problem} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={!ready} busy={save.isPending}>
            Set limits
          </Button>
        </span>
      </form>
    </Dialog>
  );
}
