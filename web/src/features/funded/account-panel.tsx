import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { detachRulebook, fundedDetailQuery, recordPayout } from "~/api/funded";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { squareOff } from "~/api/risk";
import { mayAdminister, mayTrade, stepUp } from "~/api/session";
import type { Funded, FundedDetail, Workspace } from "~/api/types";
import { decimalText, parseDecimal } from "~/lib/decimal";
import { formatFigure } from "~/lib/format";
import { dateText, dateTime, timeOfDay } from "~/lib/time";
import { sentence } from "~/lib/words";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Empty } from "~/ui/empty";
import { DecimalInput, Field, Input } from "~/ui/field";
import { HoldButton } from "~/ui/hold-button";
import { Meter } from "~/ui/meter";
import { Figure } from "~/ui/number";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { Table } from "~/ui/table";
import { toast } from "~/ui/toast";
import { DrawdownChart } from "./drawdown-chart";
import { RuleList, Source } from "./rule-list";

const STAGE_TONES = { evaluation: "plain", passed: "gain", funded: "gain", payout: "gain", failed: "danger" } as const;

export function StageBadge({ stage }: { stage: Funded["stage"] }) {
  return <Badge tone={STAGE_TONES[stage]}>{stage}</Badge>;
}

/** How much of the way from the basis to a floor is used, with the distance as the figure. */
function Distance({ label, left, amount, currency }: { label: string; left: string | null; amount: string; currency: string }) {
  const used = left === null ? 0 : 1 - Number(left) / Number(amount);
  return (
    <div className="grid gap-1">
      <span className="flex justify-between gap-2">
        <span className="text-text-2">{label}</span>
        <span>
          <b className="font-semibold">
            <Figure value={left} currency={currency} why="There is no price for something that is held" />
          </b>{" "}
          <span className="text-12 text-text-3">of {formatFigure(amount)}</span>
        </span>
      </span>
      <Meter label={label} used={Math.max(0, used)} warnAt={0.75} distance={`${formatFigure(left)} of ${formatFigure(amount)} ${currency} left`} />
    </div>
  );
}

/** The plan's own clock: all of it in the firm's zone. */
function Windows({ account }: { account: FundedDetail }) {
  const { rulebook: book } = account;
  const rows = [
    ["Trading day", `${dateText(account.day)}, until ${timeOfDay(account.day_ends_at, book.zone)}`],
    ...(account.flat_at ? [["Flat by", timeOfDay(account.flat_at, book.zone)] as const] : []),
    ...book.hours.map((window) => ["Entries", `${window.start.slice(0, 5)}–${window.end.slice(0, 5)}`] as const),
    ["Zone", book.zone],
  ];
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-1 sm:grid-cols-4">
      {rows.map(([name, text]) => (
        <div key={`${name} ${text}`}>
          <dt className="text-12 text-text-3">{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function PlanDialog({ workspace, account, what, onClose }: { workspace: string; account: FundedDetail; what: "detach" | "payout"; onClose: () => void }) {
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const [amount, setAmount] = useState(account.payable);
  const figure = parseDecimal(amount);
  const acting = useMutation({
    mutationFn: async () => {
      await stepUp(password);
      if (what === "detach") {
        await detachRulebook(workspace, account.account);
      } else if (figure) {
        await recordPayout(workspace, account.account, decimalText(figure));
      }
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.workspace(workspace) });
      onClose();
    },
  });
  return (
    <Dialog title={what === "detach" ? `Let ${account.name} go from its plan` : `Record a payout of ${account.name}`} open width="small" onClose={onClose}>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          acting.mutate();
        }}
      >
        <p className="text-text-2">
          {what === "detach" ? "The account is no longer guarded by this plan; its own limits go on." : "The desk moves no money: it keeps what the firm paid, and lowers the plan's balance by it."}
        </p>
        {what === "payout" && (
          <Field label="Amount">{({ id }) => <DecimalInput id={id} suffix={account.rulebook.currency} value={amount} onChange={(event) => setAmount(event.target.value as typeof amount)} />}</Field>
        )}
        <Field label="Your password">
          {({ id }) => <Input id={id} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
        </Field>
        {acting.error && <ProblemBox problem={Problem.from(acting.error)} />}
        <span className="flex justify-end">
          <Button type="submit" tone="primary" disabled={password === "" || (what === "payout" && !figure)} busy={acting.isPending}>
            {what === "detach" ? "Let it go" : "Record the payout"}
          </Button>
        </span>
      </form>
    </Dialog>
  );
}

function Actions({ workspace, account, halt }: { workspace: Workspace; account: FundedDetail; halt: ReactNode }) {
  const [asking, setAsking] = useState<"detach" | "payout" | null>(null);
  const closing = useMutation({
    mutationFn: () => squareOff(workspace.id, { account: account.account, reason: "squared off by hand" }),
    onSuccess: () => toast(`Closing everything in ${account.name}`, { tone: "warn" }),
    onError: (error) => toast(`NOT closed. ${Problem.from(error).detail}`, { tone: "danger" }),
  });
  return (
    <span className="flex flex-wrap justify-end gap-2">
      {mayTrade(workspace.role) && (
        <>
          <HoldButton effect={`Closes everything in ${account.name} at the market.`} onConfirm={() => closing.mutate()}>
            Hold to square off
          </HoldButton>
          {halt}
        </>
      )}
      {mayAdminister(workspace.role) && (
        <>
          {account.payable_missing.length === 0 && <Button onClick={() => setAsking("payout")}>Record payout…</Button>}
          <Button onClick={() => setAsking("detach")}>Detach…</Button>
        </>
      )}
      {asking && <PlanDialog workspace={workspace.id} account={account} what={asking} onClose={() => setAsking(null)} />}
    </span>
  );
}

function Days({ account }: { account: FundedDetail }) {
  return (
    <Table
      label="Trading days"
      rows={account.closed_days.toReversed()}
      rowKey={({ day }) => day}
      empty={<Empty>No trading day has closed under this plan yet.</Empty>}
      columns={[
        { id: "day", header: "Day", align: "left", cell: ({ day }) => dateText(day) },
        { id: "profit", header: "Profit", cell: ({ profit }) => <Figure value={profit} tone="change" places={2} /> },
        { id: "balance", header: "Balance", cell: ({ balance }) => <Figure value={balance} places={2} /> },
        { id: "floor", header: "Floor after", from: "sm", cell: ({ floor }) => <Figure value={floor} places={2} /> },
        { id: "traded", header: "Traded", from: "sm", cell: ({ traded }) => (traded ? "yes" : "no") },
      ]}
    />
  );
}

/** One account under its plan: distance, chart, rules, windows, and what can be done at once. */
export function FundedAccountPanel({ workspace, id, halt }: { workspace: Workspace; id: string; halt: ReactNode }) {
  const { data: account, error, refetch } = useQuery(fundedDetailQuery(workspace.id, id));
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  if (!account) {
    return <Skeleton className="h-96 w-full" />;
  }
  const { rulebook: book } = account;
  return (
    <div className="grid min-w-0 grid-cols-1 gap-4">
      <Card
        title={
          <span className="inline-flex flex-wrap items-center gap-2">
            {account.name} <StageBadge stage={account.stage} /> <span className="font-normal text-text-2">{book.id}</span>
          </span>
        }
        aside={<Actions workspace={workspace} account={account} halt={halt} />}
      >
        {(account.fault || account.locked) && (
          <p role="status" className="mb-2 rounded-md border border-danger px-2.5 py-1 text-danger">
            <b className="font-semibold">Locked</b> {account.fault || account.locked}
          </p>
        )}
        <div className="mb-3 grid gap-x-6 gap-y-2 sm:grid-cols-2">
          <Distance label="To the maximum loss" left={account.distance} amount={book.maximum_loss} currency={book.currency} />
          {book.daily_loss && <Distance label="To the daily loss limit" left={account.day_distance} amount={book.daily_loss} currency={book.currency} />}
        </div>
        <DrawdownChart account={account} />
        <dl className="mt-2 grid grid-cols-2 gap-x-4 gap-y-1 sm:grid-cols-5">
          {(
            [
              ["Equity", account.equity, "plain"],
              ["Today", account.day_pnl, "change"],
              ["Profit", account.profit, "change"],
              ["Best day", account.best_day, "change"],
              ["To the target", account.target_left, "plain"],
            ] as const
          ).map(([name, value, tone]) => (
            <div key={name}>
              <dt className="text-12 text-text-2">{name}</dt>
              <dd>
                <Figure value={value} tone={tone} places={2} why="Not known, or not asked for by this plan" />
              </dd>
            </div>
          ))}
        </dl>
      </Card>
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <Card title="Rules">
          <RuleList book={book} />
          <div className="pt-2">
            <Source book={book} />
          </div>
        </Card>
        <Card title="Windows and progress">
          <Windows account={account} />
          {account.missing.length > 0 && <p className="pt-3 text-text-2">To pass: {account.missing.join("; ")}.</p>}
          {account.stage === "funded" && account.payable_missing.length > 0 && <p className="pt-3 text-text-2">To a payout: {account.payable_missing.join("; ")}.</p>}
          <p className="pt-3 text-12 text-text-3">
            {account.days} traded days, {account.winning_days} winning; contracts today {account.contracts_allowed ?? "unlimited"}; attached {dateTime(account.attached_at)}.
          </p>
          {account.stages.map((stage) => (
            <p key={`${stage.at} ${stage.stage}`} className="pt-1 text-12">
              {dateTime(stage.at)} <b className="font-semibold">{sentence(stage.stage)}</b> {stage.reason}
            </p>
          ))}
        </Card>
      </div>
      <Card title="Trading days" flush>
        <Days account={account} />
      </Card>
    </div>
  );
}
