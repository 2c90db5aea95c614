import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ComponentType, useState } from "react";
import { accountsQuery } from "~/api/accounts";
import { groupStandingsQuery } from "~/api/convergence";
import { removeGroup, saveGroup } from "~/api/groups";
import { keys } from "~/api/keys";
import { instrumentsQuery } from "~/api/market";
import { Problem } from "~/api/problem";
import { mayTrade } from "~/api/session";
import type { Group, GroupRequest, Preview, Workspace } from "~/api/types";
import { Button } from "~/ui/button";
import { Field, Input, Select } from "~/ui/field";
import { HoldButton } from "~/ui/hold-button";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { toast } from "~/ui/toast";
import { Followers } from "./followers";
import { Members } from "./members";
import { COPIED, type GroupForm, POLICIES, POLICY_CHOICES, formOf, readGroup } from "./policies";
import { Trial } from "./trial";

interface GroupEditorProps {
  workspace: Workspace;
  /** Null makes a new group. */
  group: Group | null;
  onDone: () => void;
  PreviewBox: ComponentType<{ preview: Preview; stale?: boolean }>;
}

const FAILURES = [
  { value: "continue", label: "Go on with the others" },
  { value: "unwind", label: "Unwind what went out" },
  { value: "repair", label: "Send what is missing again" },
] as const;

/** Makes or changes an execution group, with a trial of what it would do. */
export function GroupEditor({ workspace, group, onDone, PreviewBox }: GroupEditorProps) {
  const client = useQueryClient();
  const { data: accounts = [] } = useQuery(accountsQuery(workspace.id));
  const { data: instruments = [] } = useQuery(instrumentsQuery(workspace.id));
  const { data: standings } = useQuery({ ...groupStandingsQuery(workspace.id), enabled: Boolean(group?.leader) });
  const [draft, setDraft] = useState<GroupForm>(() => formOf(group));
  const edit = (change: Partial<GroupForm>): void => setDraft({ ...draft, ...change });
  const done = async (text: string): Promise<void> => {
    toast(text);
    await client.invalidateQueries({ queryKey: keys.groups(workspace.id) });
    onDone();
  };
  const save = useMutation({ mutationFn: (request: GroupRequest) => saveGroup(workspace.id, group?.id ?? null, request), onSuccess: () => done(`Saved “${draft.name}”`) });
  const remove = useMutation({
    mutationFn: (id: string) => removeGroup(workspace.id, id),
    onSuccess: () => done(`Removed “${draft.name}”`),
  });
  const { group: request, problem } = readGroup(draft);
  const editable = mayTrade(workspace.role);
  const failure = save.error ?? remove.error;
  return (
    <Page
      title={group ? group.name : "New group"}
      actions={
        editable && (
          <>
            {group && (
              <HoldButton effect={`Removes the group “${group.name}”. Its accounts and their orders stay.`} onConfirm={() => remove.mutate(group.id)}>
                Hold to remove
              </HoldButton>
            )}
            <Button onClick={onDone}>Back</Button>
            <Button tone="primary" disabled={problem !== null} title={problem ?? undefined} busy={save.isPending} onClick={() => request && save.mutate(request)}>
              {group ? "Save changes" : "Create group"}
            </Button>
          </>
        )
      }
    >
      {failure && <ProblemBox problem={Problem.from(failure)} />}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card title="The group">
          <div className="grid grid-cols-1 gap-3">
            <Field label="Name">
              {({ id }) => <Input id={id} value={draft.name} maxLength={60} disabled={!editable} onChange={(event) => edit({ name: event.target.value })} />}
            </Field>
            <Field label="Policy" hint={POLICIES[draft.policy].does}>
              {({ id, describedBy }) => (
                <Select id={id} describedBy={describedBy} value={draft.policy} choices={POLICY_CHOICES} disabled={!editable} onChange={(policy) => edit({ policy })} />
              )}
            </Field>
            <Field label="Follows" hint={draft.leader ? "The members copy this account’s fills. Entries only in time, exits always." : "Orders are sent to the group and split over its members."}>
              {({ id, describedBy }) => (
                <Select
                  id={id}
                  describedBy={describedBy}
                  value={draft.leader}
                  choices={[{ value: "", label: "Nobody: it is sent orders" }, ...accounts.map((account) => ({ value: account.id, label: account.name }))]}
                  disabled={!editable}
                  onChange={(leader) => edit({ leader, ...(leader && (!draft.leader || !COPIED.has(draft.policy)) ? { policy: "ratio" } : {}) })}
                />
              )}
            </Field>
            {draft.leader ? (
              <Field label="Copy entries for" hint="An entry that is older than this is denied, and shown as drift.">
                {({ id, describedBy }) => <Input id={id} describedBy={describedBy} inputMode="numeric" suffix="seconds" value={draft.lag} disabled={!editable} onChange={(event) => edit({ lag: event.target.value })} />}
              </Field>
            ) : (
              <Field label="When an account cannot take part">
                {({ id }) => <Select id={id} value={draft.on_failure} choices={FAILURES} disabled={!editable} onChange={(on_failure) => edit({ on_failure })} />}
              </Field>
            )}
            {!draft.leader && draft.on_failure === "repair" && (
              <Field label="Repair for" hint="So long after its receipt an intent is still brought to its target, three tries an account.">
                {({ id, describedBy }) => <Input id={id} describedBy={describedBy} inputMode="numeric" suffix="seconds" value={draft.repair} disabled={!editable} onChange={(event) => edit({ repair: event.target.value })} />}
              </Field>
            )}
            <Members accounts={accounts} instruments={instruments} group={draft} onChange={(members) => edit({ members })} />
          </div>
        </Card>
        <Trial workspace={workspace.id} form={draft} PreviewBox={PreviewBox} />
      </div>
      {group?.leader && <Followers standing={standings?.find((each) => each.group === group.id)} leader={group.leader_name} />}
    </Page>
  );
}
