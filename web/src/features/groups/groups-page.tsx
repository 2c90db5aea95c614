import { useQuery } from "@tanstack/react-query";
import { accountsQuery } from "~/api/accounts";
import { groupStandingsQuery } from "~/api/convergence";
import { groupsQuery } from "~/api/groups";
import { Problem } from "~/api/problem";
import { mayTrade } from "~/api/session";
import type { Group, Workspace } from "~/api/types";
import { count } from "~/lib/words";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Icon } from "~/ui/icon";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Table } from "~/ui/table";
import { StandingStrip } from "./followers";
import { POLICIES } from "./policies";

const ON_FAILURE = { continue: "goes on", unwind: "unwinds", repair: "repairs" } as const;

interface GroupsPageProps {
  workspace: Workspace;
  /** Null opens a new one. */
  onOpen: (id: string | null) => void;
}

export function GroupsPage({ workspace, onOpen }: GroupsPageProps) {
  const { data, error, refetch } = useQuery(groupsQuery(workspace.id));
  const { data: accounts = [] } = useQuery(accountsQuery(workspace.id));
  const { data: standings } = useQuery(groupStandingsQuery(workspace.id));
  const name = (id: string): string => accounts.find((account) => account.id === id)?.name ?? id;
  const members = (group: Group): string => group.members.map(({ account }) => name(account)).join(", ");
  const add = mayTrade(workspace.role) && (
    <Button tone="primary" onClick={() => onOpen(null)}>
      <Icon name="plus" size={16} /> New group
    </Button>
  );
  return (
    <Page title="Groups" actions={add}>
      <Card flush>
        {error ? (
          <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />
        ) : (
          <Table
            label="Groups"
            rows={data}
            rowKey={({ id }) => id}
            onOpen={({ id }) => onOpen(id)}
            columns={[
              { id: "name", header: "Group", align: "left", cell: (group) => <span className="font-semibold">{group.name}</span> },
              { id: "policy", header: "Policy", align: "left", cell: (group) => POLICIES[group.policy].label },
              {
                id: "members",
                header: "Members",
                align: "left",
                cell: (group) => (
                  <span className="text-text-2" title={members(group)}>
                    {count(group.members.length, "account")}
                    <span className="text-text-3 max-md:hidden"> · {members(group)}</span>
                  </span>
                ),
              },
              {
                id: "failure",
                header: "How",
                align: "left",
                from: "md",
                cell: (group) => <span className="text-text-2">{group.leader ? `follows ${group.leader_name}` : ON_FAILURE[group.on_failure]}</span>,
              },
              { id: "stands", header: "Stands", align: "left", from: "sm", cell: (group) => <StandingStrip standing={standings?.find((each) => each.group === group.id)} /> },
            ]}
            empty={<Empty action={add}>A group sends one order to many accounts.</Empty>}
          />
        )}
      </Card>
    </Page>
  );
}
