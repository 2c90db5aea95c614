import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { type LimitScope, limitsCatalogQuery, limitsOfQuery, setLimitsOf } from "~/api/risk";
import { stepUp } from "~/api/session";
import type { CatalogEntry, Limits, LimitsCatalog } from "~/api/types";
import { Button } from "~/ui/button";
import { Field, Input, Select } from "~/ui/field";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { toast } from "~/ui/toast";
import { LimitField } from "./limit-field";
import { type Values, limitsFrom, problemOf, valuesOf } from "./limit-values";
import { LimitsHistoryList } from "./limits-history";

const scopeKey = ({ type, id }: LimitScope): string => `${type} ${id}`;

interface FormProps {
  workspace: string;
  scope: LimitScope;
  catalog: LimitsCatalog;
  limits: Limits;
  editable: boolean;
}

const sections = (entries: readonly CatalogEntry[]): readonly (readonly [string, readonly CatalogEntry[]])[] => {
  const names = [...new Set(entries.map(({ section }) => section))];
  return names.map((name) => [name, entries.filter(({ section }) => section === name)] as const);
};

function LimitsForm({ workspace, scope, catalog, limits, editable }: FormProps) {
  const client = useQueryClient();
  const [changes, setChanges] = useState<Values>({});
  const [profile, setProfile] = useState("");
  const [from, setFrom] = useState("");
  const [note, setNote] = useState("");
  const [password, setPassword] = useState("");
  const values: Values = { ...valuesOf(limits, catalog.entries), ...changes };
  const wrong = catalog.entries.some((entry) => problemOf(values[entry.name] ?? "", entry));
  const save = useMutation({
    mutationFn: async () => {
      await stepUp(password);
      const wanted = limitsFrom(values, catalog.entries, limits);
      await setLimitsOf(workspace, scope, { ...wanted, note, ...(profile ? { profile } : {}), ...(from ? { effective_from: new Date(from).toISOString() } : {}) });
    },
    onSuccess: async () => {
      toast(from ? "The change is planned" : "The limits are set");
      setChanges({});
      setPassword("");
      await client.invalidateQueries({ queryKey: keys.workspace(workspace) });
    },
  });
  const problem = save.error ? Problem.from(save.error) : null;
  const choose = (name: string): void => {
    setProfile(name);
    const preset = catalog.profiles.find((one) => one.name === name);
    setChanges(preset ? valuesOf(preset.limits, catalog.entries) : {});
  };
  return (
    <form
      className="grid grid-cols-1 gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <p className="text-text-2">An empty field sets no limit here. Of workspace, group, account, strategy and rulebook the tightest holds.</p>
      {editable && (
        <Field label="Start from a profile" hint={catalog.profiles.find((one) => one.name === profile)?.description ?? "Fills the fields; nothing is set before you save."}>
          {({ id, describedBy }) => (
            <Select
              id={id}
              describedBy={describedBy}
              value={profile}
              choices={[{ value: "", label: "No profile" }, ...catalog.profiles.map(({ name, title }) => ({ value: name, label: title }))]}
              onChange={choose}
            />
          )}
        </Field>
      )}
      {sections(catalog.entries).map(([name, entries]) => (
        <fieldset key={name} className="grid items-start gap-3 border-t border-faint pt-3 sm:grid-cols-2 lg:grid-cols-3" disabled={!editable}>
          <legend className="float-left w-full pb-1 font-semibold sm:col-span-2 lg:col-span-3">{name}</legend>
          {entries.map((entry) => (
            <LimitField
              key={entry.name}
              entry={entry}
              value={values[entry.name] ?? ""}
              problem={problemOf(values[entry.name] ?? "", entry) ?? problem?.fields.get(entry.name)}
              onChange={(text) => setChanges({ ...changes, [entry.name]: text })}
            />
          ))}
        </fieldset>
      ))}
      {editable && (
        <div className="grid items-start gap-3 border-t border-faint pt-3 sm:grid-cols-3">
          <Field label="From" hint="Empty: at once. In your own time zone." problem={problem?.fields.get("effective_from")}>
            {({ id, describedBy, invalid }) => (
              <Input id={id} describedBy={describedBy} invalid={invalid} type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />
            )}
          </Field>
          <Field label="Why" hint="Kept with the change.">
            {({ id, describedBy }) => <Input id={id} describedBy={describedBy} value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />}
          </Field>
          <Field label="Your password">
            {({ id }) => <Input id={id} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
          </Field>
        </div>
      )}
      {problem && <ProblemBox problem={problem} />}
      {editable && (
        <span className="flex justify-end">
          <Button type="submit" tone="primary" disabled={wrong || password === ""} busy={save.isPending}>
            {from ? "Plan the change" : "Set limits"}
          </Button>
        </span>
      )}
    </form>
  );
}

/** Every limit of one scope, with presets, a date from which it holds, and what it was before. */
export function LimitsEditor({ workspace, editable }: { workspace: string; editable: boolean }) {
  const [scope, setScope] = useState<LimitScope>({ type: "workspace", id: "" });
  const catalog = useQuery(limitsCatalogQuery(workspace, scope.type === "account" ? scope.id : undefined));
  const limits = useQuery(limitsOfQuery(workspace, scope));
  const error = catalog.error ?? limits.error;
  if (error) {
    return <ProblemBox problem={Problem.from(error)} />;
  }
  const scopes = catalog.data?.scopes ?? [];
  const choices = (["workspace", "group", "account", "strategy"] as const)
    .map((type) => ({ group: type, choices: scopes.filter((one) => one.type === type).map((one) => ({ value: scopeKey(one), label: one.sets ? `${one.name} · ${one.sets} set` : one.name })) }))
    .filter((group) => group.choices.length > 0);
  return (
    <div className="grid gap-4">
      <Card>
        <Field label="Scope">
          {({ id }) => (
            <Select
              id={id}
              value={scopeKey(scope)}
              choices={choices}
              onChange={(key) => {
                const found = scopes.find((one) => scopeKey(one) === key);
                if (found) {
                  setScope({ type: found.type, id: found.id });
                }
              }}
            />
          )}
        </Field>
        <div className="pt-4">
          {catalog.data && limits.data ? (
            <LimitsForm key={scopeKey(scope)} workspace={workspace} scope={scope} catalog={catalog.data} limits={limits.data} editable={editable} />
          ) : (
            <Skeleton className="h-64 w-full" />
          )}
        </div>
      </Card>
      {catalog.data && <LimitsHistoryList workspace={workspace} scope={scope} entries={catalog.data.entries} editable={editable} />}
    </div>
  );
}
