import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { fundedQuery, rulebooksQuery } from "~/api/funded";
import { Problem } from "~/api/problem";
import { mayAdminister } from "~/api/session";
import type { Funded, Workspace } from "~/api/types";
import { cx } from "~/lib/cx";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Figure } from "~/ui/number";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { LoadingTitle, Skeleton } from "~/ui/skeleton";
import { FundedAccountPanel, StageBadge } from "./account-panel";
import { AttachDialog } from "./attach-dialog";
import { OwnPlanDialog } from "./own-plan-dialog";

interface FundedPageProps {
  workspace: Workspace;
  haltOf: (account: Funded) => ReactNode;
  /** The releases around which plans bar entries. */
  calendar: ReactNode;
}

/** Accounts by firm and phase; each with its distance to the maximum loss. */
function Selector({ accounts, chosen, onChoose }: { accounts: readonly Funded[]; chosen: string; onChoose: (account: string) => void }) {
  const groups = [...new Set(accounts.map(({ rulebook }) => `${rulebook.firm} · ${rulebook.phase}`))].toSorted();
  return (
    <nav aria-label="Funded accounts" className="grid content-start gap-3">
      {groups.map((group) => (
        <section key={group} aria-label={group}>
          <h2 className="pb-1 text-11 font-semibold uppercase tracking-wide text-text-2">{group}</h2>
          {accounts
            .filter(({ rulebook }) => `${rulebook.firm} · ${rulebook.phase}` === group)
            .map((account) => (
              <button
                key={account.account}
                type="button"
                aria-current={account.account === chosen}
                className={cx(
                  "mb-1 grid min-h-11 w-full gap-0.5 rounded-md border px-2.5 py-1.5 text-left hover:border-text-3",
                  account.account === chosen ? "border-accent bg-raised" : "border-line bg-panel",
                )}
                onClick={() => onChoose(account.account)}
              >
                <span className="flex items-center gap-2">
                  <b className="min-w-0 truncate font-semibold">{account.name}</b>
                  <StageBadge stage={account.stage} />
                  {account.locked && <span className="text-12 text-danger">locked</span>}
                </span>
                <span className="flex justify-between gap-2 text-12 text-text-2">
                  <span className="truncate">{account.rulebook.id}</span>
                  <span className="whitespace-nowrap">
                    <Figure value={account.distance} places={2} /> left
                  </span>
                </span>
              </button>
            ))}
        </section>
      ))}
    </nav>
  );
}

/** Accounts under a firm's rules: how near each is to its limits, and what to do about it. */
export function FundedPage({ workspace, haltOf, calendar }: FundedPageProps) {
  const { data: accounts, error, refetch } = useQuery(fundedQuery(workspace.id));
  const { data: library } = useQuery(rulebooksQuery(workspace.id));
  const [chosen, setChosen] = useState("");
  const [dialog, setDialog] = useState<"attach" | "own" | null>(null);
  const editable = mayAdminister(workspace.role);
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  if (!accounts) {
    return (
      <Page title={<LoadingTitle className="h-5 w-40" />} wide>
        <Skeleton className="h-64 w-full" />
      </Page>
    );
  }
  const current = accounts.find(({ account }) => account === chosen) ?? accounts[0];
  const attach = editable && library && (
    <Button tone="primary" onClick={() => setDialog("attach")}>
      Attach a plan…
    </Button>
  );
  return (
    <Page
      wide
      title="Funded accounts"
      actions={
        <>
          {editable && library && <Button onClick={() => setDialog("own")}>Your own plan…</Button>}
          {attach}
        </>
      }
    >
      {library?.faults.map(({ file, problem }) => (
        <p key={file} role="status" className="rounded-md border border-danger px-2.5 py-1 text-danger">
          <b className="font-semibold">A rulebook cannot be read</b> {problem}
        </p>
      ))}
      {current ? (
        <div className="grid grid-cols-1 gap-4 lg:grid-cols-[240px_1fr]">
          <Selector accounts={accounts} chosen={current.account} onChoose={setChosen} />
          <FundedAccountPanel key={current.account} workspace={workspace} id={current.account} halt={haltOf(current)} />
        </div>
      ) : (
        <Card>
          <Empty action={attach}>No account is held to a plan yet. Attach one, and the gate denies by its rules.</Empty>
        </Card>
      )}
      {current && calendar}
      {dialog === "attach" && library && (
        <AttachDialog
          workspace={workspace.id}
          books={library.items}
          onClose={(attached) => {
            setDialog(null);
            setChosen(attached ?? chosen);
          }}
        />
      )}
      {dialog === "own" && library && <OwnPlanDialog workspace={workspace.id} files={library.files} onClose={() => setDialog(null)} />}
    </Page>
  );
}
