import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { type AccountReadiness, type ReadinessCheck, readinessQuery, repairCheck } from "~/api/readiness";
import { mayTrade } from "~/api/session";
import type { Workspace } from "~/api/types";
import { dateTime } from "~/lib/time";
import { count } from "~/lib/words";
import { Badge, type BadgeTone } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { LoadingTitle, Skeleton } from "~/ui/skeleton";
import { toast } from "~/ui/toast";

interface ReadinessPageProps {
  workspace: Workspace;
  /** A link to a page of the screen. */
  link: (to: string, label: string) => ReactNode;
}

const VERDICTS: Readonly<Record<ReadinessCheck["verdict"], { label: string; tone: BadgeTone }>> = {
  pass: { label: "✓ pass", tone: "gain" },
  warn: { label: "! warning", tone: "warn" },
  fail: { label: "✕ fail", tone: "danger" },
};

function Mend({ workspace, account, check, link }: { workspace: string; account: AccountReadiness; check: ReadinessCheck; link: ReadinessPageProps["link"] }) {
  const client = useQueryClient();
  const mending = useMutation({
    mutationFn: () => repairCheck(workspace, account.account, check.id),
    onSuccess: (board) => client.setQueryData(keys.readiness(workspace), board),
    onError: (error) => toast(`Not mended. ${Problem.from(error).detail}`, { tone: "danger" }),
  });
  const { repair } = check;
  if (!repair || check.verdict === "pass") {
    return null;
  }
  if (repair.by === "page") {
    return link(repair.to, repair.label);
  }
  if (repair.by === "login") {
    return (
      <a href={repair.to} target="_blank" rel="noreferrer" className="text-accent underline">
        {repair.label}
      </a>
    );
  }
  return (
    <Button size="small" busy={mending.isPending} onClick={() => mending.mutate()}>
      {repair.label}
    </Button>
  );
}

function AccountCard({ workspace, account, link, mayMend }: { workspace: string; account: AccountReadiness; link: ReadinessPageProps["link"]; mayMend: boolean }) {
  const { scheduled } = account;
  return (
    <Card
      title={
        <span className="inline-flex flex-wrap items-center gap-2">
          <Badge tone={account.go ? "gain" : "danger"}>{account.go ? "✓ GO" : "✕ NO-GO"}</Badge>
          {account.name}
          <Badge tone={account.mode === "live" ? "live" : "paper"}>{account.mode}</Badge>
        </span>
      }
      aside={<span className="text-12 text-text-2">{account.opens_at ? `session opens ${dateTime(account.opens_at)}` : "the market is open"}</span>}
    >
      <ul aria-label={`Checks of ${account.name}`} className="grid gap-1.5">
        {account.checks.map((check) => (
          <li key={check.id} className="grid grid-cols-[5.5rem_minmax(0,1fr)] items-baseline gap-x-3 gap-y-0.5 sm:grid-cols-[5.5rem_7rem_minmax(0,1fr)_auto]">
            <span>
              <Badge tone={VERDICTS[check.verdict].tone}>{VERDICTS[check.verdict].label}</Badge>
            </span>
            <b className="font-semibold">{check.label}</b>
            <span className="col-start-2 break-words text-text-2 sm:col-start-3">{check.said}</span>
            <span className="col-start-2 sm:col-start-4">{mayMend && <Mend workspace={workspace} account={account} check={check} link={link} />}</span>
          </li>
        ))}
      </ul>
      {scheduled && (
        <p className="mt-3 border-t border-line pt-2 text-12 text-text-2">
          Before the session of {scheduled.session}, {dateTime(scheduled.at)}: {scheduled.go ? "GO" : `NO-GO by ${scheduled.failed.join(", ")}`}.
        </p>
      )}
    </Card>
  );
}

/** Whether each account is ready for its session, check by check, and what mends each. */
export function ReadinessPage({ workspace, link }: ReadinessPageProps) {
  const { data, error, refetch } = useQuery(readinessQuery(workspace.id));
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
  return (
    <Page
      wide
      title="Readiness"
      actions={
        <span className="flex items-center gap-2" role="status">
          <Badge tone="gain">{data.go} GO</Badge>
          <Badge tone={data.no_go > 0 ? "danger" : "plain"}>{data.no_go} NO-GO</Badge>
        </span>
      }
    >
      {data.items.length === 0 && <Empty>There is no account yet.</Empty>}
      {data.no_go > 0 && <p className="text-text-2">Not ready: {count(data.no_go, "account")}. Mend what fails first.</p>}
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
        {data.items.map((account) => (
          <AccountCard key={account.account} workspace={workspace.id} account={account} link={link} mayMend={mayTrade(workspace.role)} />
        ))}
      </div>
    </Page>
  );
}
