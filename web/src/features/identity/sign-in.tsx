import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { needsOwnerQuery, signIn } from "~/api/session";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";
import { IdentityFrame } from "./frame";

export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const client = useQueryClient();
  const { data: needsOwner } = useQuery(needsOwnerQuery);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const enter = useMutation({
    mutationFn: () => signIn({ email, password }),
    onSuccess: (session) => {
      client.setQueryData(keys.session, session);
      onSignedIn();
    },
  });
  return (
    <IdentityFrame title="Sign in">
      {needsOwner && (
        <p className="pb-4 text-text-2">
          This desk has no owner yet. Open the one-time set-up link that <code className="font-mono text-12">./bidwell up</code> printed on its console.
        </p>
      )}
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate();
        }}
      >
        <Field label="E-mail">
          {({ id }) => <Input id={id} type="email" autoComplete="username" value={email} onChange={(event) => setEmail(event.target.value)} />}
        </Field>
        <Field label="Password">
          {({ id }) => <Input id={id} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
        </Field>
        {enter.error && (
          <div className="-mx-3.5">
            <ProblemBox problem={Problem.from(enter.error)} />
          </div>
        )}
        <Button type="submit" tone="primary" size="large" disabled={email === "" || password === ""} busy={enter.isPending}>
          Sign in
        </Button>
      </form>
    </IdentityFrame>
  );
}
