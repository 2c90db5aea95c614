import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ComponentType, useState } from "react";
import { accountsQuery } from "~/api/accounts";
import { idempotencyKey } from "~/api/client";
import { replayIntent, replayPreviewQuery } from "~/api/convergence";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import type { IntentDetail, Preview } from "~/api/types";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Select } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";

interface ReplayDialogProps {
  workspace: string;
  intent: IntentDetail;
  PreviewBox: ComponentType<{ preview: Preview; stale?: boolean }>;
  onClose: () => void;
  onSent: (id: string) => void;
}

/** Asks for a recorded intent again in a paper account, after showing what it would become there. */
export function ReplayDialog({ workspace, intent, PreviewBox, onClose, onSent }: ReplayDialogProps) {
  const client = useQueryClient();
  const { data: accounts } = useQuery(accountsQuery(workspace));
  const paper = accounts?.filter(({ mode, enabled }) => mode === "paper" && enabled) ?? [];
  const [chosen, setChosen] = useState("");
  const [key] = useState(idempotencyKey);
  const account = chosen || paper[0]?.id || "";
  const preview = useQuery(replayPreviewQuery(workspace, intent.id, account));
  const send = useMutation({
    mutationFn: () => replayIntent(workspace, `${key}-${account}`, intent.id, account),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: keys.intents(workspace) });
      onSent(id);
    },
  });
  const problem = send.error ?? preview.error;
  return (
    <Dialog
      open
      title="Replay on paper"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" wrap disabled={!preview.data?.allowed} busy={send.isPending} onClick={() => send.mutate()}>
            {preview.data ? `${preview.data.button}, on paper` : "Reckoning…"}
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-1 gap-3">
        <p className="text-text-2">The same wish, now, as a new intent in a paper account. It is marked as a replay of {intent.id}.</p>
        {accounts && paper.length === 0 ? (
          <p>There is no paper account to replay it in. Open one under Accounts.</p>
        ) : (
          <Field label="Paper account">
            {({ id }) => <Select id={id} value={account} choices={paper.map((each) => ({ value: each.id, label: each.name }))} onChange={setChosen} />}
          </Field>
        )}
        {problem && <ProblemBox problem={Problem.from(problem)} />}
        {preview.isLoading && <Skeleton className="h-16 w-full" />}
        {preview.data && !preview.error && <PreviewBox preview={preview.data} stale={preview.isFetching} />}
      </div>
    </Dialog>
  );
}
