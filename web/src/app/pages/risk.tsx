import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { overviewQuery } from "~/api/market";
import { mayAdminister, useWorkspace } from "~/api/session";
import { HaltControl } from "~/features/accounts/halt-controls";
import { FundedPage } from "~/features/funded/funded-page";
import { ReadinessPage } from "~/features/readiness/readiness-page";
import { CalendarPart } from "~/features/risk/calendar";
import { RiskPage } from "~/features/risk/risk-page";
import { usePageTitle } from "~/lib/use-page-title";

export function RiskRoute() {
  usePageTitle("Risk");
  const workspace = useWorkspace();
  const { data } = useQuery(overviewQuery(workspace.id));
  return (
    <RiskPage
      workspace={workspace}
      halt={data && <HaltControl workspace={workspace.id} scope={{ type: "workspace" }} name={workspace.name} state={data.state} size="medium" />}
      haltOf={({ account, name, state }) => <HaltControl workspace={workspace.id} scope={{ type: "account", id: account }} name={name} state={state} size="medium" />}
    />
  );
}

export function ReadinessRoute() {
  usePageTitle("Readiness");
  return (
    <ReadinessPage
      workspace={useWorkspace()}
      link={(to, label) => (
        <Link to={to} className="text-accent underline">
          {label}
        </Link>
      )}
    />
  );
}

export function FundedRoute() {
  usePageTitle("Funded accounts");
  const workspace = useWorkspace();
  const { data } = useQuery(overviewQuery(workspace.id));
  return (
    <FundedPage
      workspace={workspace}
      calendar={<CalendarPart workspace={workspace.id} editable={mayAdminister(workspace.role)} />}
      haltOf={({ account, name }) => {
        const state = data?.accounts.find(({ id }) => id === account)?.state;
        return state && <HaltControl workspace={workspace.id} scope={{ type: "account", id: account }} name={name} state={state} size="medium" />;
      }}
    />
  );
}
