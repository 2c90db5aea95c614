import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { brokersQuery, connectAccount, probeBroker } from "~/api/brokers";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { stepUp } from "~/api/session";
import type { Broker, ProbedAccount } from "~/api/types";
import { decimalText, parseDecimal } from "~/lib/decimal";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Check, DecimalInput, Field, Input, Select } from "~/ui/field";
import { Figure } from "~/ui/number";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { CredentialFields, type Entered, complete, requestOf } from "./credential-form";

const NOTHING: Entered = { environment: "", fields: {}, twin: "", proxy: "" };

function Found({ account, name }: { account: ProbedAccount; name: string }) {
  const figures = [
    ["Cash", account.cash],
    ["Equity", account.equity],
    ["Buying power", account.buying_power],
  ] as const;
  return (
    <section aria-label="The account" className="grid gap-2 rounded-md border border-line p-3">
      <p className="flex flex-wrap items-center gap-2">
        <b className="font-semibold">{name}</b>
        <span className="font-mono text-12">{account.number}</span>
        <Badge tone={account.live ? "live" : "paper"}>{account.live ? "LIVE" : "PAPER"}</Badge>
        <span className="text-12 text-text-2">{account.status}</span>
      </p>
      <dl className="grid grid-cols-3 gap-2">
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt className="text-12 text-text-2">{label}</dt>
            <dd>
              <Figure value={value} currency={account.currency} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="text-12 text-text-2">
        {account.live
          ? "Real money. The account is connected and watched at once, and takes no order before you arm it on its page."
          : "The desk read this account just now. Nothing has been kept yet."}
      </p>
    </section>
  );
}

function Wizard({ workspace, brokers, onClose }: { workspace: string; brokers: readonly Broker[]; onClose: (id?: string) => void }) {
  const client = useQueryClient();
  const first = brokers[0];
  const [chosen, setChosen] = useState(first?.broker ?? "");
  const [entered, setEntered] = useState<Entered>({ ...NOTHING, environment: first?.environments[0]?.name ?? "" });
  const [name, setName] = useState("");
  const [fractional, setFractional] = useState(false);
  const [password, setPassword] = useState("");
  const [leverage, setLeverage] = useState<string>();
  const broker = brokers.find((each) => each.broker === chosen);
  const given = parseDecimal(leverage ?? broker?.leverage ?? "1");
  const asked = given?.gte(1) && given.lte(100) ? given : undefined;
  const probing = useMutation({
    mutationFn: async () => {
      await stepUp(password);
      return probeBroker(workspace, chosen, requestOf(entered));
    },
  });
  const connecting = useMutation({
    mutationFn: () => connectAccount(workspace, chosen, { ...requestOf(entered), name: name.trim(), fractional, leverage: asked ? decimalText(asked) : null }),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: keys.workspace(workspace) });
      onClose(made.id);
    },
  });
  if (!broker) {
    return <p className="text-text-2">This desk knows no broker.</p>;
  }
  const failed = probing.error ?? connecting.error;
  const problem = failed ? Problem.from(failed) : null;
  const found = probing.data;
  const edit = (change: Entered): void => {
    probing.reset();
    connecting.reset();
    setEntered(change);
  };
  const ready = complete(broker, entered) && name.trim() !== "" && password !== "" && asked !== undefined;
  return (
    <form
      className="grid grid-cols-1 gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (found) {
          connecting.mutate();
        } else {
          probing.mutate();
        }
      }}
    >
      <span className="grid grid-cols-1 gap-3 sm:grid-cols-2">
        <Field label="Broker">
          {({ id }) => (
            <Select
              id={id}
              value={chosen}
              choices={brokers.map((each) => ({ value: each.broker, label: each.title }))}
              onChange={(next) => {
                setChosen(next);
                setLeverage(undefined);
                edit({ ...NOTHING, environment: brokers.find((each) => each.broker === next)?.environments[0]?.name ?? "" });
              }}
            />
          )}
        </Field>
        <Field label="Where" problem={problem?.fields.get("environment")}>
          {({ id, describedBy, invalid }) => (
            <Select
              id={id}
              describedBy={describedBy}
              invalid={invalid}
              value={entered.environment}
              choices={broker.environments.map((each) => ({ value: each.name, label: each.title }))}
              onChange={(environment) => edit({ ...entered, environment })}
            />
          )}
        </Field>
      </span>
      <ol className="grid list-decimal gap-1 pl-5 text-12 text-text-2">
        {broker.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <CredentialFields broker={broker} entered={entered} problems={problem?.fields ?? new Map()} onChange={edit} />
      <Field label="Name of the account here" problem={problem?.fields.get("name")}>
        {({ id, describedBy, invalid }) => (
          <Input id={id} describedBy={describedBy} invalid={invalid} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <Field label="Leverage" hint="Exposure per equity; 1 is a cash account" problem={asked ? problem?.fields.get("leverage") : "A number from 1 to 100"}>
        {({ id, describedBy, invalid }) => (
          <DecimalInput id={id} describedBy={describedBy} invalid={invalid} value={leverage ?? broker.leverage} onChange={(event) => setLeverage(event.target.value)} />
        )}
      </Field>
      <Check label="Trade fractions of a share" checked={fractional} onChange={setFractional} />
      {!found && (
        <Field label="Your password" hint="Credentials are changed by a person who is there">
          {({ id, describedBy }) => (
            <Input
              id={id}
              describedBy={describedBy}
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
      )}
      {found && <Found account={found} name={name} />}
      {problem && <ProblemBox problem={problem} />}
      <span className="flex justify-end gap-2">
        <Button onClick={() => onClose()}>Cancel</Button>
        <Button type="submit" tone="primary" disabled={!ready} busy={probing.isPending || connecting.isPending}>
          {found ? `Connect ${found.number}` : "Look at the account"}
        </Button>
      </span>
    </form>
  );
}

/** Connects an account at a broker: enter, look, keep. */
export function ConnectAccountDialog({ workspace, onClose }: { workspace: string; onClose: (id?: string) => void }) {
  const { data, error, refetch } = useQuery(brokersQuery(workspace));
  return (
    <Dialog title="Connect an account" open onClose={() => onClose()}>
      {error ? (
        <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />
      ) : data ? (
        <Wizard workspace={workspace} brokers={data} onClose={onClose} />
      ) : (
        <Skeleton className="h-64 w-full" />
      )}
    </Dialog>
  );
}
