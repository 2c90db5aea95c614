import { useMutation, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Problem } from "~/api/problem";
import { riskQuery, squareOff, stopSquareOff, violationsQuery } from "~/api/risk";
import { mayAdminister, mayTrade } from "~/api/session";
import type { AccountRisk, SquareOff, Workspace } from "~/api/types";
import { timeOfDay } from "~/lib/time";
import { sentence } from "~/lib/words";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Select } from "~/ui/field";
import { HoldButton } from "~/ui/hold-button";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { LoadingTitle, Skeleton } from "~/ui/skeleton";
import { Segmented } from "~/ui/segmented";
import { toast } from "~/ui/toast";
import { AccountRiskCard } from "./account-risk";
import { CalendarPart } from "./calendar";
import { EdgeCard } from "./edge-card";
import { GuardianCard } from "./guardian-card";
import { LimitsEditor } from "./limits-editor";
import { PortfolioPart } from "./portfolio";
import { Violations } from "./violations";

export const RISK_PARTS = ["meters", "violations", "portfolio", "calculator", "limits", "calendar"] as const;
export type RiskPart = (typeof RISK_PARTS)[number];

interface RiskPageProps {
  workspace: Workspace;
  part: RiskPart;
  onPart: (part: RiskPart) => void;
  /** The brake of the whole workspace, and that of one account. */
  halt: ReactNode;
  haltOf: (account: AccountRisk) => ReactNode;
}

/** Locked accounts first, each rank in the order of the Accounts page; figures that move do not move the cards. */
const rank = (account: AccountRisk): number => (account.locks.length > 0 ? 0 : account.open_violations > 0 ? 1 : 2);

function SquareOffs({ workspace, items }: { workspace: string; items: readonly SquareOff[] }) {
  const stopping = useMutation({
    mutationFn: (id: string) => stopSquareOff(workspace, id),
    onError: (error) => toast(Problem.from(error).title, { tone: "danger" }),
  });
  if (items.length === 0) {
    return null;
  }
  return (
    <Card title="Being closed">
      <ul className="grid gap-1">
        {items.map((one) => (
          <li key={one.id} className="flex flex-wrap items-center gap-2">
            <b className="font-semibold">{one.account}</b>
            <span>{one.instrument ?? "everything"}</span>
            <span className="text-text-2">
              since {timeOfDay(one.since)}, {one.reason}
            </span>
            <span className="flex-1" />
            <Button size="small" busy={stopping.isPending} onClick={() => stopping.mutate(one.id)}>
              Call off
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function CloseAll({ workspace, open }: { workspace: Workspace; open: number }) {
  const closing = useMutation({
    mutationFn: () => squareOff(workspace.id, { reason: "squared off by hand, the whole workspace" }),
    onSuccess: () => toast("Closing every position", { tone: "warn" }),
    onError: (error) => toast(`NOT closed. ${Problem.from(error).detail}`, { tone: "danger" }),
  });
  return (
    <HoldButton disabled={open === 0 || closing.isPending} effect={`Closes all ${open} positions of ${workspace.name} at the market.`} onConfirm={() => closing.mutate()}>
      Hold to close everything
    </HoldButton>
  );
}

/** Every limit as a meter, what was violated, and the rules themselves. */
export function RiskPage({ workspace, part, onPart, halt, haltOf }: RiskPageProps) {
  const { data, error, refetch } = useQuery(riskQuery(workspace.id));
  const { data: open } = useQuery(violationsQuery(workspace.id, "open"));
  const acts = mayTrade(workspace.role);
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  if (!data) {
    return (
      <Page title={<LoadingTitle className="h-5 w-32" />} wide>
        <Skeleton className="h-48 w-full" />
      </Page>
    );
  }
  const positions = data.accounts.reduce((sum, { positions: held }) => sum + held, 0);
  const parts = RISK_PARTS.map((value) => ({ value, label: value === "violations" && open && open.length > 0 ? `Violations ${open.length}` : sentence(value) }));
  return (
    <Page
      wide
      title="Risk"
      actions={
        acts && (
          <>
            <CloseAll workspace={workspace} open={positions} />
            {halt}
          </>
        )
      }
    >
      <div className="max-w-xl max-sm:hidden">
        <Segmented label="Part of the page" value={part} choices={parts} onChange={onPart} />
      </div>
      <Select className="sm:hidden" aria-label="Part of the page" value={part} choices={parts} onChange={onPart} />
      {part === "meters" && (
        <>
          <SquareOffs workspace={workspace.id} items={data.square_offs} />
          <GuardianCard workspace={workspace.id} />
          {data.accounts.length === 0 && <Empty>There is no account yet.</Empty>}
          <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
            {data.accounts
              .toSorted((one, two) => rank(one) - rank(two))
              .map((account) => (
                <AccountRiskCard key={account.account} workspace={workspace.id} account={account} mayAct={acts} actions={haltOf(account)} />
              ))}
          </div>
        </>
      )}
      {part === "violations" && (
        <Card title="Violations" flush>
          <Violations workspace={workspace.id} mayAct={acts} />
        </Card>
      )}
      {part === "portfolio" && <PortfolioPart workspace={workspace.id} />}
      {part === "calculator" && <EdgeCard workspace={workspace.id} />}
      {part === "calendar" && <CalendarPart workspace={workspace.id} editable={mayAdminister(workspace.role)} />}
      {part === "limits" && <LimitsEditor workspace={workspace.id} editable={mayAdminister(workspace.role)} />}
    </Page>
  );
}
