import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { setUp } from "~/api/session";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";
import { IdentityFrame } from "./frame";

const LEAST_PASSWORD = 12;

/** The owner's form behind the one-time link. */
export function SetUp({ token, onDone }: { token: string; onDone: () => void }) {
  const client = useQueryClient();
  const [owner, setOwner] = useState({ name: "", email: "", password: "" });
  const begin = useMutation({
    mutationFn: () => setUp({ token, ...owner }),
    onSuccess: (session) => {
      client.setQueryData(keys.session, session);
      client.setQueryData(keys.needsOwner, false);
      onDone();
    },
  });
  const problem = begin.error ? Problem.from(begin.error) : null;
  const fields = [
    ["name", "Your name", "text", "name", undefined],
    ["email", "E-mail", "email", "username", "Only for signing in on this machine; nothing is sent anywhere."],
    ["password", "Password", "password", "new-password", `At least ${LEAST_PASSWORD} characters`],
  ] as const;
  if (token === "") {
    return (
      <IdentityFrame title="Set up this desk">
        <p className="text-text-2">
          This page needs the one-time link that <code className="font-mono text-12">./bidwell up</code> printed on its console.
        </p>
      </IdentityFrame>
    );
  }
  return (
    <IdentityFrame title="Make yourself the owner">
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          begin.mutate();
        }}
      >
        {fields.map(([name, label, type, complete, hint]) => (
          <Field key={name} label={label} hint={hint} problem={problem?.fields.get(name)}>
            {({ id, describedBy, invalid }) => (
              <Input
                id={id}
                name={name}
                describedBy={describedBy}
                invalid={invalid}
                type={type}
                autoComplete={complete}
                value={owner[name]}
                onChange={(event) => setOwner({ ...owner, [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
        {problem && (
          <div className="-mx-3.5">
            <ProblemBox problem={problem} />
          </div>
        )}
        <Button
          type="submit"
          tone="primary"
          size="large"
          disabled={owner.name.trim() === "" || owner.email === "" || owner.password.length < LEAST_PASSWORD}
          busy={begin.isPending}
        >
          Open the desk
        </Button>
      </form>
    </IdentityFrame>
  );
}
