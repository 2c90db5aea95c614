import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Problem } from "~/api/problem";
import { squareOff } from "~/api/risk";
import type { AccountRisk } from "~/api/types";
import { dateTime } from "~/lib/time";
import { count } from "~/lib/words";
import { Badge } from "~/ui/badge";
import { HoldButton } from "~/ui/hold-button";
import { Figure } from "~/ui/number";
import { Card } from "~/ui/panel";
import { toast } from "~/ui/toast";
import { MeterRow } from "./meter-row";

const UNTIL = { next_session: "until the next session", released: "until somebody releases it" } as const;

function Figures({ account }: { account: AccountRisk }) {
  const figures = [
    ["Equity", account.equity, "plain"],
    ["Day", account.day_pnl, "change"],
    ["Realized today", account.realized_today, "change"],
    ["Free margin", account.free_margin, "plain"],
  ] as const;
  return (
    <dl className="mb-2 grid grid-cols-2 gap-x-4 gap-y-1 sm:grid-cols-4">
      {figures.map(([name, value, tone]) => (
        <div key={name}>
          <dt className="text-12 text-text-2">{name}</dt>
          <dd>
            <Figure value={value} currency={account.currency} tone={tone} why="The session has not opened, or a rate is unknown" />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Closes everything that an account holds, by holding the button. */
function SquareOff({ workspace, account }: { workspace: string; account: AccountRisk }) {
  const closing = useMutation({
    mutationFn: () => squareOff(workspace, { account: account.account, reason: "squared off by hand" }),
    onSuccess: () => toast(`Closing everything in ${account.name}`, { tone: "warn" }),
    onError: (error) => toast(`NOT closed. ${Problem.from(error).detail}`, { tone: "danger" }),
  });
  return (
    <HoldButton
      disabled={account.positions === 0 || closing.isPending}
      effect={`Cancels what could open more in ${account.name} and closes ${count(account.positions, "position")} at the market.`}
      onConfirm={() => closing.mutate()}
    >
      Hold to square off
    </HoldButton>
  );
}

/** One account's limits as meters, what locks it, and the two brakes. */
export function AccountRiskCard({ workspace, account, actions, mayAct }: { workspace: string; account: AccountRisk; actions: ReactNode; mayAct: boolean }) {
  const { state } = account;
  return (
    <Card
      title={
        <span className="inline-flex flex-wrap items-center gap-2">
          {account.name}
          {account.program && <Badge>{account.program}</Badge>}
          {state.state !== "active" && (
            <Badge tone={state.state === "halted" ? "danger" : "warn"} title={state.reason ?? ""}>
              {state.state === "halted" ? "halted" : "reduce only"}
            </Badge>
          )}
          {account.open_violations > 0 && <Badge tone="warn">{count(account.open_violations, "violation")}</Badge>}
        </span>
      }
      aside={
        mayAct && (
          <span className="flex flex-wrap justify-end gap-2">
            <SquareOff workspace={workspace} account={account} />
            {actions}
          </span>
        )
      }
    >
      <Figures account={account} />
      {account.locks.map((lock) => (
        <p key={lock.rule} role="status" className="mb-1 rounded-md border border-danger px-2.5 py-1 text-danger">
          <b className="font-semibold">{lock.reduce_only ? "Reduce only" : "Locked"}</b> {UNTIL[lock.until]}, since {dateTime(lock.since)}: {lock.reason}
        </p>
      ))}
      {account.meters.map((meter) => (
        <MeterRow key={`${meter.rule} ${meter.origin} ${meter.limit}`} meter={meter} />
      ))}
      {account.meters.length === 0 && <p className="text-text-2">No limit with a meter reaches this account.</p>}
    </Card>
  );
}
