import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { accountsQuery } from "~/api/accounts";
import { useBrokerTitle } from "~/api/brokers";
import { loginsQuery } from "~/api/logins";
import { Problem } from "~/api/problem";
import { mayAdminister } from "~/api/session";
import type { AccountSummary, Workspace } from "~/api/types";
import { distance, warnAt } from "~/lib/limits";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Icon } from "~/ui/icon";
import { Meter } from "~/ui/meter";
import { Figure } from "~/ui/number";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { type Column, Table } from "~/ui/table";
import { ConnectAccountDialog } from "./connect-account";
import { NewAccountDialog } from "./new-account";
import { nearest, readiness } from "./states";

const TONES = { plain: "text-text-2", warn: "text-warn", danger: "text-danger" } as const;

function NearestLimit({ account }: { account: AccountSummary }) {
  const meter = nearest(account.limits);
  return meter ? (
    <span className="ml-auto grid w-48 grid-cols-[1fr_80px] items-center gap-2">
      <span className="truncate text-12 text-text-2">{meter.label}</span>
      <Meter size="thin" label={meter.label} used={Number(meter.fraction)} warnAt={warnAt(meter)} distance={distance(meter)} />
    </span>
  ) : (
    <span className="text-text-3">none set</span>
  );
}

const columnsOf = (titleOf: (broker: string) => string): readonly Column<AccountSummary>[] => [
  {
    id: "name",
    header: "Account",
    align: "left",
    sort: ({ name }) => name,
    cell: ({ name, program, fractional }) => (
      <span className="inline-flex items-center gap-1.5">
        <span className="font-semibold">{name}</span>
        <span className="contents @max-[480px]:hidden">
          {program && <Badge>{program}</Badge>}
          {fractional && <Badge>fractions</Badge>}
        </span>
      </span>
    ),
  },
  { id: "mode", header: "Mode", align: "left", from: "sm", cell: ({ mode }) => <Badge tone={mode === "live" ? "live" : "paper"}>{mode.toUpperCase()}</Badge> },
  { id: "broker", header: "Broker", align: "left", from: "md", cell: ({ broker }) => <span className="text-text-2">{titleOf(broker)}</span> },
  {
    id: "equity",
    header: "Equity",
    sort: ({ equity }) => equity,
    cell: ({ equity, currency }) => <Figure value={equity} currency={currency} why="There is no price for something it holds" />,
  },
  { id: "day", header: "Day", from: "sm", sort: ({ day_pnl }) => day_pnl, cell: ({ day_pnl, currency }) => <Figure value={day_pnl} currency={currency} tone="change" /> },
  { id: "buying", header: "Buying power", from: "md", cell: ({ buying_power, currency }) => <Figure value={buying_power} currency={currency} /> },
  { id: "open", header: "Open orders", from: "lg", sort: ({ open_orders }) => open_orders, cell: ({ open_orders }) => <Figure value={String(open_orders)} /> },
  { id: "limit", header: "Nearest limit", from: "lg", cell: (account) => <NearestLimit account={account} /> },
  {
    id: "state",
    header: "State",
    cell: (account) => {
      const { text, tone } = readiness(account);
      return (
        <span className={TONES[tone]} title={account.state.reason}>
          {text}
        </span>
      );
    },
  },
];

interface AccountsPageProps {
  workspace: Workspace;
  onOpen: (id: string) => void;
  onLogins: () => void;
}

export function AccountsPage({ workspace, onOpen, onLogins }: AccountsPageProps) {
  const { data: logins } = useQuery(loginsQuery(workspace.id));
  const waiting = logins?.filter(({ life }) => life !== "active").length ?? 0;
  const { data, error, refetch } = useQuery(accountsQuery(workspace.id));
  const titleOf = useBrokerTitle(workspace.id);
  const columns = useMemo(() => columnsOf(titleOf), [titleOf]);
  const [adding, setAdding] = useState(false);
  const [connecting, setConnecting] = useState(false);
  const add = mayAdminister(workspace.role) && (
    <span className="flex flex-wrap gap-2">
      {logins && logins.length > 0 && <Button onClick={onLogins}>{waiting > 0 ? `Daily login (${waiting})…` : "Daily login…"}</Button>}
      <Button onClick={() => setConnecting(true)}>Connect an account…</Button>
      <Button tone="primary" onClick={() => setAdding(true)}>
        <Icon name="plus" size={16} /> New paper account
      </Button>
    </span>
  );
  return (
    <Page title="Accounts" wide actions={add}>
      <Card flush>
        {error ? (
          <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />
        ) : (
          <Table
            label="Accounts"
            columns={columns}
            rows={data}
            rowKey={({ id }) => id}
            onOpen={({ id }) => onOpen(id)}
            empty={<Empty action={add}>There is no account yet.</Empty>}
          />
        )}
      </Card>
      {adding && <NewAccountDialog workspace={workspace.id} onClose={() => setAdding(false)} />}
      {connecting && (
        <ConnectAccountDialog
          workspace={workspace.id}
          onClose={(id) => {
            setConnecting(false);
            if (id) {
              onOpen(id);
            }
          }}
        />
      )}
    </Page>
  );
}
