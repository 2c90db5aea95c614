import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useBrokerTitle } from "~/api/brokers";
import { Problem } from "~/api/problem";
import { type AccountReconciliation, type OrderInDoubt, reconcileNow, reconciliationKey, reconciliationQuery } from "~/api/reconciliation";
import { mayTrade } from "~/api/session";
import type { Workspace } from "~/api/types";
import { age, dateTime } from "~/lib/time";
import { useNow } from "~/lib/use-now";
import { capital, count } from "~/lib/words";
import { UNKNOWN } from "~/lib/format";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { type Column, Table } from "~/ui/table";
import { toast } from "~/ui/toast";
import { Differences } from "./differences";
import { History } from "./history";
import { InDoubt } from "./in-doubt";
import { ResolveDialog } from "./resolve-dialog";
import { STANDINGS } from "./words";

interface ReconciliationPageProps {
  workspace: Workspace;
  onOpen: (account: string) => void;
}

/** How long ago, or how soon. */
function Moment({ at, now, ahead = false }: { at: string | null; now: number; ahead?: boolean }) {
  if (!at) {
    return <span className="text-text-3">{UNKNOWN}</span>;
  }
  const apart = ahead ? Date.parse(at) - now : now - Date.parse(at);
  return (
    <span className="tabular-nums text-text-2" title={dateTime(at)}>
      {ahead ? (apart > 0 ? `in ${age(apart)}` : "now") : `${age(apart)} ago`}
    </span>
  );
}

/** Our book against every broker's: when they were compared, whether they agree, what differed and what was done. */
export function ReconciliationPage({ workspace, onOpen }: ReconciliationPageProps) {
  const client = useQueryClient();
  const now = useNow();
  const [doubted, setDoubted] = useState<{ order: OrderInDoubt; account: string } | null>(null);
  const titleOf = useBrokerTitle(workspace.id);
  const { data, error, refetch } = useQuery(reconciliationQuery(workspace.id));
  const ask = useMutation({
    mutationFn: (account: string | null) => reconcileNow(workspace.id, account),
    onSuccess: async (requested) => {
      toast(requested ? `Comparing ${count(requested, "account")}` : "No account is connected");
      await client.invalidateQueries({ queryKey: reconciliationKey(workspace.id) });
    },
    onError: (failure) => toast(Problem.from(failure).title, { tone: "danger" }),
  });
  const trades = mayTrade(workspace.role);
  const columns = useMemo(
    (): Column<AccountReconciliation>[] => [
      { id: "account", header: "Account", align: "left", sort: (row) => row.account_name, cell: (row) => <span className="font-semibold">{row.account_name}</span> },
      { id: "broker", header: "Broker", align: "left", from: "md", cell: (row) => <span className="text-text-2">{titleOf(row.broker)}</span> },
      {
        id: "book",
        header: "Book",
        align: "left",
        cell: (row) => (
          <span className="inline-flex items-center gap-1.5">
            <Badge tone={STANDINGS[row.standing].tone} title={row.detail}>
              {STANDINGS[row.standing].label}
            </Badge>
            {row.needs_person > 0 && <Badge tone="danger">{row.needs_person} for a person</Badge>}
            {row.external_orders > 0 && <Badge tone="warn">{row.external_orders} EXTERNAL open</Badge>}
          </span>
        ),
      },
      { id: "compared", header: "Compared", from: "sm", cell: (row) => <Moment at={row.passed_at} now={now} /> },
      { id: "next", header: "Next", from: "md", cell: (row) => <Moment at={row.next_at} now={now} ahead /> },
      { id: "changed", header: "Last news", from: "lg", cell: (row) => <Moment at={row.changed_at} now={now} /> },
      {
        id: "now",
        header: "Ask",
        cell: (row) =>
          trades && (
            <Button
              size="small"
              tone="quiet"
              aria-label={`Reconcile ${row.account_name} now`}
              disabled={row.standing === "off" || row.standing === "disconnected"}
              onClick={(event) => {
                event.stopPropagation();
                ask.mutate(row.account);
              }}
            >
              Reconcile
            </Button>
          ),
      },
    ],
    [now, trades, ask, titleOf],
  );
  return (
    <Page
      wide
      title="Reconciliation"
      actions={
        trades && (
          <Button tone="primary" busy={ask.isPending} disabled={!data?.accounts} onClick={() => ask.mutate(null)}>
            Reconcile all now
          </Button>
        )
      }
    >
      {error ? (
        <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />
      ) : (
        <Card title={data ? `${data.agreeing} of ${count(data.accounts, "account")} ${data.agreeing === 1 ? "agrees" : "agree"} with ${data.accounts === 1 ? "its broker" : "their brokers"}` : "Accounts"} flush>
          <Table
            label="Reconciliation by account"
            columns={columns}
            rows={data?.items}
            rowKey={({ account }) => account}
            onOpen={({ account }) => onOpen(account)}
            detail={(row) =>
              (row.differences.length > 0 || row.in_doubt.length > 0 || (row.standing !== "agrees" && row.detail)) && (
                <>
                  {row.standing !== "agrees" && <p className="whitespace-normal pt-1 text-12 text-text-2">{capital(row.detail)}.</p>}
                  {row.in_doubt.length > 0 && (
                    <InDoubt
                      label={`In doubt in ${row.account_name}`}
                      rows={row.in_doubt}
                      onResolve={trades ? (order) => setDoubted({ order, account: row.account_name }) : undefined}
                    />
                  )}
                  {row.differences.length > 0 && <Differences label={`Differences of ${row.account_name}`} rows={row.differences} />}
                </>
              )
            }
            empty={<Empty>There is no account yet. Open one under Accounts; it is compared with its broker before anything trades in it.</Empty>}
          />
        </Card>
      )}
      {doubted && <ResolveDialog workspace={workspace.id} order={doubted.order} account={doubted.account} onClose={() => setDoubted(null)} />}
      <History workspace={workspace.id} accounts={data?.items.map(({ account, account_name }) => ({ value: account, label: account_name })) ?? []} />
    </Page>
  );
}
