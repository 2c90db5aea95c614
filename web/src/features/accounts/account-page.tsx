import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { accountQuery } from "~/api/accounts";
import { Problem } from "~/api/problem";
import { mayAdminister, mayTrade } from "~/api/session";
import type { AccountDetail, Workspace } from "~/api/types";
import { UNKNOWN, currencyOf, formatAmount, formatAny } from "~/lib/format";
import { distance, warnAt } from "~/lib/limits";
import { dateTime } from "~/lib/time";
import { capital, sentence } from "~/lib/words";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { LimitLine } from "~/ui/meter";
import { Figure } from "~/ui/number";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { LoadingTitle, Skeleton } from "~/ui/skeleton";
import { Table } from "~/ui/table";
import { ConnectionCard } from "./connection-card";
import { EditAccountDialog } from "./edit-account";
import { HaltControl } from "./halt-controls";
import { LimitsDialog } from "./limits-form";
import { StateBadge, readiness } from "./states";

interface AccountPageProps {
  workspace: Workspace;
  id: string;
  positions: ReactNode;
  orders: ReactNode;
}

function Figures({ account }: { account: AccountDetail }) {
  const figures = [
    ["Equity", account.equity, "plain"],
    ["Day", account.day_pnl, "change"],
    ["Unrealized", account.unrealized_pnl, "change"],
    ["Cash", account.cash, "plain"],
    ["Buying power", account.buying_power, "plain"],
    ["Gross exposure", account.gross_exposure, "plain"],
  ] as const;
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-md border border-line bg-line sm:grid-cols-3 lg:grid-cols-6">
      {figures.map(([name, value, tone]) => (
        <div key={name} className="bg-panel px-3.5 py-2.5">
          <dt className="text-12 text-text-2">{name}</dt>
          <dd className="text-16 font-semibold">
            <Figure value={value} currency={account.currency} tone={tone} why="There is no price for something it holds" />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function LimitsCard({ account, editable }: { account: AccountDetail; editable: ReactNode }) {
  const listed = account.limits_effective.filter(({ value }) => value !== "");
  return (
    <Card title="Limits" aside={editable}>
      {account.limits.map((meter) => (
        <LimitLine key={meter.rule} label={meter.label} used={Number(meter.fraction)} warnAt={warnAt(meter)} distance={distance(meter)}>
          <b className="font-semibold">
            <Figure value={meter.left} currency={currencyOf(meter.unit)} />
          </b>{" "}
          <span className="text-text-3">
            of {formatAmount(meter.limit, meter.unit)} left
          </span>
        </LimitLine>
      ))}
      {account.limits.length === 0 && <p className="text-text-2">No limit with a meter is set.</p>}
      {listed.length > 0 && (
        <dl className="mt-3 grid gap-x-6 gap-y-1 border-t border-faint pt-3 text-12 sm:grid-cols-2">
          {listed.map(({ field, value, origin }) => (
            <div key={field} className="flex justify-between gap-2">
              <dt className="text-text-2">{sentence(field)}</dt>
              <dd className="tabular-nums">
                {formatAny(value)}
                <span className="text-text-3"> · {origin.replace(/^account:.*/s, "account")}</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  );
}

function Balances({ account }: { account: AccountDetail }) {
  return (
    <Card title="Balances" flush>
      <Table
        label="Balances"
        rows={account.balances}
        rowKey={({ currency }) => currency}
        columns={[
          { id: "currency", header: "Currency", align: "left", cell: ({ currency }) => currency },
          { id: "amount", header: "Amount", cell: ({ amount, currency }) => <Figure value={amount} currency={currency} /> },
          { id: "rate", header: `Rate to ${account.currency}`, cell: ({ rate }) => <Figure value={rate} why="There is no rate for this day" /> },
          { id: "value", header: `In ${account.currency}`, cell: ({ value }) => <Figure value={value} currency={account.currency} why="There is no rate for this day" /> },
        ]}
        empty={<Empty>No cash has been booked.</Empty>}
      />
    </Card>
  );
}

/** One account: what it has, what it may, and the brake. */
export function AccountPage({ workspace, id, positions, orders }: AccountPageProps) {
  const { data: account, error, refetch } = useQuery(accountQuery(workspace.id, id));
  const [editing, setEditing] = useState(false);
  const [renaming, setRenaming] = useState(false);
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  if (!account) {
    return (
      <Page title={<LoadingTitle className="h-5 w-48" />} wide>
        <Skeleton className="h-16 w-full" />
        <Skeleton className="h-48 w-full" />
      </Page>
    );
  }
  const ready = readiness(account);
  return (
    <Page
      wide
      title={
        <span className="flex flex-wrap items-center gap-2">
          {account.name}
          <Badge tone={account.mode === "live" ? "live" : "paper"}>{account.mode.toUpperCase()}</Badge>
          {account.program && <Badge>{account.program}</Badge>}
          {account.state.state === "active" ? <Badge tone={ready.tone}>{ready.text}</Badge> : <StateBadge state={account.state} />}
        </span>
      }
      actions={
        <>
          {mayAdminister(workspace.role) && <Button onClick={() => setRenaming(true)}>Edit…</Button>}
          {mayTrade(workspace.role) && (
            <HaltControl workspace={workspace.id} scope={{ type: "account", id: account.id }} name={account.name} state={account.state} size="medium" />
          )}
        </>
      }
    >
      {account.state.state !== "active" && account.state.reason && <p className="text-warn">{capital(account.state.reason)}.</p>}
      <Figures account={account} />
      <div className="grid gap-4 lg:grid-cols-2">
        <LimitsCard
          account={account}
          editable={
            mayAdminister(workspace.role) && (
              <Button size="small" onClick={() => setEditing(true)}>
                Edit limits…
              </Button>
            )
          }
        />
        <Balances account={account} />
      </div>
      <Card title="Positions" flush>
        {positions}
      </Card>
      <Card title="Working orders" flush>
        {orders}
      </Card>
      {account.broker !== "paper" && <ConnectionCard workspace={workspace} account={account} />}
      <Card
        title="Reconciliation"
        aside={<span className="text-12 text-text-3">{account.last_reconciled_at ? `last ${dateTime(account.last_reconciled_at)}` : "not yet"}</span>}
      >
        {account.breaks.length === 0 ? (
          <p className="text-text-2">Our orders, positions and cash equal the broker’s.</p>
        ) : (
          <ul className="grid grid-cols-1 gap-1">
            {account.breaks.map((entry) => (
              <li key={`${entry.type} ${entry.subject}`}>
                <b className="font-semibold text-warn">{sentence(entry.type)}</b> {entry.subject}
                <span className="text-text-2">
                  {" "}
                  · ours {entry.ours || UNKNOWN}, theirs {entry.theirs || UNKNOWN} · {entry.repair}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Card>
      {renaming && <EditAccountDialog workspace={workspace.id} account={account} onClose={() => setRenaming(false)} />}
      {editing && <LimitsDialog workspace={workspace.id} account={account} onClose={() => setEditing(false)} />}
    </Page>
  );
}
