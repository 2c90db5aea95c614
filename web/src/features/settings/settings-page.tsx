import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { mayAdminister, sessionQuery } from "~/api/session";
import type { Workspace } from "~/api/types";
import { Button } from "~/ui/button";
import { Card, Page } from "~/ui/panel";
import { ApiKeys } from "./api-keys";
import { Appearance } from "./appearance";
import { Security } from "./security";
import { Users } from "./users";

/** How the desk looks to this person, who they are, and who else may come in. `halt` is the workspace's brake. */
export function SettingsPage({ workspace, halt, onSignOut }: { workspace: Workspace; halt: ReactNode; onSignOut: () => void }) {
  const { data: session } = useQuery(sessionQuery);
  return (
    <Page
      title="Settings"
      actions={
        <>
          <span className="text-text-2">
            {session?.user.name} · {session?.user.email}
          </span>
          <Button onClick={onSignOut}>Sign out</Button>
        </>
      }
    >
      <Appearance />
      {halt && (
        <Card title="Workspace" aside={halt}>
          <p className="text-text-2">
            {workspace.name}, in {workspace.currency}. A halt stops everything that adds risk and cancels what works; it survives restarts and is released with your password.
          </p>
        </Card>
      )}
      <Security />
      <ApiKeys />
      {mayAdminister(workspace.role) && session && <Users workspace={workspace.id} self={session.user.id} />}
    </Page>
  );
}
