import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { overviewQuery } from "~/api/market";
import { groupsQuery } from "~/api/groups";
import { Problem } from "~/api/problem";
import { mayTrade, signOut, useWorkspace } from "~/api/session";
import { AccountPage } from "~/features/accounts/account-page";
import { AccountsPage } from "~/features/accounts/accounts-page";
import { DailyLoginPage } from "~/features/accounts/daily-login";
import { HaltControl } from "~/features/accounts/halt-controls";
import { AlertsPage } from "~/features/alerts/alerts-page";
import { StrategyPage } from "~/features/alerts/strategy-page";
import { GroupEditor } from "~/features/groups/group-editor";
import { GroupsPage } from "~/features/groups/groups-page";
import { IntentPage } from "~/features/intents/intent-page";
import { IntentsTable } from "~/features/intents/intents-table";
import { JournalPage } from "~/features/journal/journal-page";
import { WorkingOrders } from "~/features/orders/working-orders";
import { Positions } from "~/features/positions/positions";
import { ReconciliationPage } from "~/features/reconciliation/reconciliation-page";
import { SettingsPage } from "~/features/settings/settings-page";
import { PreviewBox } from "~/features/ticket/preview-box";
import { usePageTitle } from "~/lib/use-page-title";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { toast } from "~/ui/toast";

export function IntentsRoute() {
  usePageTitle("Intents");
  const workspace = useWorkspace();
  const navigate = useNavigate();
  return (
    <Page title="Intents" wide>
      <Card flush>
        <IntentsTable workspace={workspace.id} onOpen={(id) => void navigate({ to: "/intents/$id", params: { id } })} />
      </Card>
    </Page>
  );
}

export function IntentRoute() {
  usePageTitle("Intent");
  const { id } = useParams({ from: "/inside/intents/$id" });
  const workspace = useWorkspace();
  const navigate = useNavigate();
  return (
    <IntentPage
      key={id}
      workspace={workspace.id}
      id={id}
      trades={mayTrade(workspace.role)}
      onOpen={(other) => void navigate({ to: "/intents/$id", params: { id: other } })}
      PreviewBox={PreviewBox}
    />
  );
}

export function GroupsRoute() {
  usePageTitle("Groups");
  const navigate = useNavigate();
  return <GroupsPage workspace={useWorkspace()} onOpen={(id) => void navigate({ to: "/groups/$id", params: { id: id ?? "new" } })} />;
}

export function GroupRoute() {
  usePageTitle("Group");
  const { id } = useParams({ from: "/inside/groups/$id" });
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(groupsQuery(workspace.id));
  const onDone = (): void => void navigate({ to: "/groups" });
  if (id === "new") {
    return <GroupEditor workspace={workspace} group={null} onDone={onDone} PreviewBox={PreviewBox} />;
  }
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  if (!data) {
    return <Skeleton className="m-4 h-64" />;
  }
  const group = data.find((each) => each.id === id);
  return group ? (
    <GroupEditor key={group.id} workspace={workspace} group={group} onDone={onDone} PreviewBox={PreviewBox} />
  ) : (
    <ProblemBox problem={{ title: "There is no such group", code: "group.unknown", detail: "It may have been removed. Go back to the list of groups." }} />
  );
}

export function AlertsRoute() {
  usePageTitle("Alerts");
  const navigate = useNavigate();
  return <AlertsPage workspace={useWorkspace()} onOpen={(id) => void navigate({ to: "/alerts/$id", params: { id } })} />;
}

export function StrategyRoute() {
  usePageTitle("Alert strategy");
  const { id } = useParams({ from: "/inside/alerts/$id" });
  const navigate = useNavigate();
  return <StrategyPage workspace={useWorkspace()} id={id} onRemoved={() => void navigate({ to: "/alerts" })} PreviewBox={PreviewBox} />;
}

export function AccountsRoute() {
  usePageTitle("Accounts");
  const navigate = useNavigate();
  return <AccountsPage workspace={useWorkspace()} onOpen={(id) => void navigate({ to: "/accounts/$id", params: { id } })} onLogins={() => void navigate({ to: "/logins" })} />;
}

export function LoginsRoute() {
  usePageTitle("Daily login");
  return <DailyLoginPage workspace={useWorkspace()} />;
}

export function AccountRoute() {
  usePageTitle("Account");
  const { id } = useParams({ from: "/inside/accounts/$id" });
  const workspace = useWorkspace();
  return (
    <AccountPage
      workspace={workspace}
      id={id}
      positions={<Positions workspace={workspace.id} account={id} />}
      orders={<WorkingOrders workspace={workspace.id} account={id} mayTrade={mayTrade(workspace.role)} />}
    />
  );
}

export function ReconciliationRoute() {
  usePageTitle("Reconciliation");
  const navigate = useNavigate();
  return <ReconciliationPage workspace={useWorkspace()} onOpen={(id) => void navigate({ to: "/accounts/$id", params: { id } })} />;
}

export function JournalRoute() {
  usePageTitle("Journal");
  const filter = useSearch({ from: "/inside/journal" });
  const navigate = useNavigate();
  return <JournalPage key={JSON.stringify(filter)} workspace={useWorkspace().id} filter={filter} onFilter={(search) => void navigate({ to: "/journal", search })} />;
}

export function SettingsRoute() {
  usePageTitle("Settings");
  const workspace = useWorkspace();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data } = useQuery(overviewQuery(workspace.id));
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      await navigate({ to: "/sign-in" });
      client.clear();
    },
    onError: (error) => toast(Problem.from(error).title, { tone: "danger" }),
  });
  return (
    <SettingsPage
      workspace={workspace}
      onSignOut={() => leave.mutate()}
      halt={
        data && mayTrade(workspace.role) && <HaltControl workspace={workspace.id} scope={{ type: "workspace" }} name={workspace.name} state={data.state} size="medium" />
      }
    />
  );
}
