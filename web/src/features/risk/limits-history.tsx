import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { type LimitScope, dropPlan, limitsHistoryQuery } from "~/api/risk";
import { stepUp } from "~/api/session";
import type { CatalogEntry, LimitsEntry } from "~/api/types";
import { dateTime } from "~/lib/time";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Empty } from "~/ui/empty";
import { Field, Input } from "~/ui/field";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { valuesOf } from "./limit-values";

/** What changed against the entry before, in words. */
function difference(now: LimitsEntry, before: LimitsEntry | undefined, entries: readonly CatalogEntry[]): string {
  const current = valuesOf(now.limits, entries);
  const earlier: Readonly<Record<string, string>> = before ? valuesOf(before.limits, entries) : {};
  const changed = entries.filter(({ name }) => (current[name] ?? "") !== (earlier[name] ?? ""));
  if (changed.length === 0) {
    return "nothing changed";
  }
  return changed.map(({ name, label }) => `${label} ${earlier[name] || "none"} → ${current[name] || "none"}`).join(" · ");
}

function DropDialog({ workspace, scope, entry, onClose }: { workspace: string; scope: LimitScope; entry: LimitsEntry; onClose: () => void }) {
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const dropping = useMutation({
    mutationFn: async () => {
      await stepUp(password);
      await dropPlan(workspace, scope, entry.effective_from);
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.workspace(workspace) });
      onClose();
    },
  });
  return (
    <Dialog title="Take the planned change back" open width="small" onClose={onClose}>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          dropping.mutate();
        }}
      >
        <Field label="Your password">
          {({ id }) => <Input id={id} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
        </Field>
        {dropping.error && <ProblemBox problem={Problem.from(dropping.error)} />}
        <span className="flex justify-end">
          <Button type="submit" tone="primary" disabled={password === ""} busy={dropping.isPending}>
            Take it back
          </Button>
        </span>
      </form>
    </Dialog>
  );
}

/** Every change of a scope's limits, newest first, with who made it and why. */
export function LimitsHistoryList({ workspace, scope, entries, editable }: { workspace: string; scope: LimitScope; entries: readonly CatalogEntry[]; editable: boolean }) {
  const { data } = useQuery(limitsHistoryQuery(workspace, scope));
  const [dropping, setDropping] = useState<LimitsEntry | null>(null);
  return (
    <Card title="History">
      {data?.length === 0 && <Empty>Nothing was ever set here.</Empty>}
      <ol className="grid gap-2">
        {data?.map((entry, place) => (
          <li key={`${entry.at} ${entry.effective_from}`} className="border-t border-faint pt-2 first:border-t-0">
            <span className="flex flex-wrap items-center gap-2">
              <b className="font-semibold">{dateTime(entry.effective_from)}</b>
              {entry.current && <Badge>in force</Badge>}
              {entry.planned && <Badge tone="warn">planned</Badge>}
              {entry.profile && <Badge>{entry.profile}</Badge>}
              <span className="text-text-2">{entry.actor || "the desk"}</span>
              {entry.note && <span className="text-text-2">“{entry.note}”</span>}
              {entry.planned && editable && (
                <Button size="small" onClick={() => setDropping(entry)}>
                  Take back…
                </Button>
              )}
            </span>
            <p className="text-12 text-text-2">{difference(entry, data[place + 1], entries)}</p>
          </li>
        ))}
      </ol>
      {dropping && <DropDialog workspace={workspace} scope={scope} entry={dropping} onClose={() => setDropping(null)} />}
    </Card>
  );
}
