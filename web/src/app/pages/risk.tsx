import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { overviewQuery } from "~/api/market";
import { mayAdminister, useWorkspace } from "~/api/session";
import { HaltControl } from "~/features/accounts/halt-controls";
import { FundedPage } from "~/features/funded/funded-page";
import { ReadinessPage } from "~/features/readiness/readiness-page";
import { CalendarPart } from "~/features/risk/calendar";
import { RISK_PARTS, RiskPage, type RiskPart } from "~/features/risk/risk-page";
import { usePageTitle } from "~/lib/use-page-title";

/** Which part of the page an address names: the first where it names none. */
export function readRiskPart(search: Record<string, unknown>): { part?: RiskPart | undefined } {
  const part = RISK_PARTS.find((one) => one === search["part"]);
  return part ? { part } : {};
}

export function RiskRoute() {
  usePageTitle("Risk");
  const navigate = useNavigate();
  const { part } = useSearch({ from: "/inside/risk" });
  const workspace = useWorkspace();
  const { data } = useQuery(overviewQuery(workspace.id));
  return (
    <RiskPage
      workspace={workspace}
      part={part ?? "meters"}
      onPart={(next) => void navigate({ to: "/risk", search: next === "meters" ? {} : { part: next }, replace: true })}
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
