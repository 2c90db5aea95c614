import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { halt, release } from "~/api/accounts";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import type { Scope, ScopeState } from "~/api/types";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { HoldButton } from "~/ui/hold-button";
import { ProblemBox } from "~/ui/problem";
import { toast } from "~/ui/toast";

interface HaltProps {
  workspace: string;
  scope: Scope;
  /** "the workspace" or the account's name, for the sentence that says what happens. */
  name: string;
  state: ScopeState;
  size?: "small" | "medium";
}

function useRefresh(workspace: string): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: keys.workspace(workspace) });
}

function ReleaseDialog({ workspace, scope, name, onClose }: Omit<HaltProps, "state" | "size"> & { onClose: () => void }) {
  const refresh = useRefresh(workspace);
  const [password, setPassword] = useState("");
  const releasing = useMutation({
    mutationFn: () => release(workspace, scope, password),
    onSuccess: async () => {
      toast(`Released ${name}`);
      await refresh();
      onClose();
    },
  });
  return (
    <Dialog title={`Release ${name}`} open width="small" onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          releasing.mutate();
        }}
      >
        <p className="text-text-2">Orders may leave again as soon as it is released. Your password confirms that it is you.</p>
        <Field label="Password">
          {({ id }) => (
            <Input id={id} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />
          )}
        </Field>
        {releasing.error && <ProblemBox problem={Problem.from(releasing.error)} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it halted</Button>
          <Button type="submit" tone="primary" disabled={password === ""} busy={releasing.isPending}>
            Release
          </Button>
        </span>
      </form>
    </Dialog>
  );
}

/** Stops a workspace or an account by holding, releases it with the password. */
export function HaltControl({ workspace, scope, name, state, size = "small" }: HaltProps) {
  const refresh = useRefresh(workspace);
  const [asking, setAsking] = useState(false);
  const halting = useMutation({
    mutationFn: () => halt(workspace, { scope, state: "halted", reason: "halted by hand", cancel_working: true }),
    onSuccess: async () => {
      toast(`Halted ${name}: working orders are being canceled`, { tone: "warn" });
      await refresh();
    },
    onError: (error) => {
      const problem = Problem.from(error);
      toast(`NOT halted. ${problem.title}. ${problem.detail} (${problem.code})`, { tone: "danger" });
    },
  });
  if (state.state !== "active" && state.scope && state.scope.type !== scope.type) {
    return <span className="text-12 text-text-2">{state.state === "halted" ? "Halted" : "Reduce only"} with the whole {state.scope.type}</span>;
  }
  if (state.state !== "active") {
    return (
      <>
        <Button tone="primary" size={size} title={state.reason} onClick={() => setAsking(true)}>
          Release…
        </Button>
        {asking && <ReleaseDialog workspace={workspace} scope={scope} name={name} onClose={() => setAsking(false)} />}
      </>
    );
  }
  return (
    <HoldButton
      size={size}
      disabled={halting.isPending}
      effect={`Halts ${name}: nothing that adds risk leaves, working orders are canceled.`}
      onConfirm={() => halting.mutate()}
    >
      Hold to halt
    </HoldButton>
  );
}
