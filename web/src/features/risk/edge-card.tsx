import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountsQuery } from "~/api/accounts";
import { runsQuery } from "~/api/backtests";
import { Problem } from "~/api/problem";
import { edgeQuery } from "~/api/risk";
import type { EdgeAnswer } from "~/api/types";
import { decimalText, parseDecimal } from "~/lib/decimal";
import { dateText } from "~/lib/time";
import { type RiskBy, useTicketRisk } from "~/lib/ticket-risk";
import { useDebounced } from "~/lib/use-debounced";
import { count } from "~/lib/words";
import { Button } from "~/ui/button";
import { Field, Select, TextArea } from "~/ui/field";
import { Figure } from "~/ui/number";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { toast } from "~/ui/toast";
import { readResults } from "./results";

const DEBOUNCE_MS = 250;
const FEW = 30;
const WRITTEN = "written";

/** Puts a part of the capital on the ticket as what may be lost at the stop. */
function Use({ label, part }: { label: string; part: string }) {
  const change = useTicketRisk((risk) => risk.change);
  const percent = parseDecimal(part)?.times(100).toFixed(2) ?? "0";
  const by: RiskBy = "risk_percent";
  return (
    <Button
      size="small"
      onClick={() => {
        change({ open: true, by, risk: percent });
        toast(`The ticket sizes orders to lose ${percent} % of equity at their stop`);
      }}
    >
      {label}: {percent} %
    </Button>
  );
}

function Judged({ edge }: { edge: EdgeAnswer }) {
  if (edge.count === 0) {
    return <p className="text-text-2">No trade has been closed yet.</p>;
  }
  const { currency, kelly } = edge;
  const half = kelly ? decimalText(parseDecimal(kelly)?.div(2) ?? parseDecimal("0")!) : null;
  const money = currency ? { currency } : { places: 2 };
  const figures = [
    ["Closed trades", <Figure key="count" value={String(edge.count)} />],
    ["Won", <Figure key="wins" value={edge.wins} percent places={1} />],
    ["Payoff", <Figure key="payoff" value={edge.payoff} places={2} why="There must be wins and losses" />],
    ["Expectancy", <Figure key="expectancy" value={edge.expectancy} tone="change" {...money} />],
    ["Its standard error", <Figure key="error" value={edge.error} why="One result has none" {...money} />],
    ["Kelly’s fraction", <Figure key="kelly" value={kelly} percent places={1} why="There must be wins and losses" />],
  ] as const;
  return (
    <div role="status" aria-label="Edge" className="grid gap-3">
      <dl className="grid grid-cols-2 gap-x-4 gap-y-1 sm:grid-cols-3 lg:grid-cols-6">
        {figures.map(([name, figure]) => (
          <div key={name}>
            <dt className="text-12 text-text-2">{name}</dt>
            <dd>{figure}</dd>
          </div>
        ))}
      </dl>
      {kelly === "0" && <p className="text-text-2">Kelly’s fraction is zero: by these results nothing should be risked.</p>}
      {half && kelly !== "0" && (
        <p className="flex flex-wrap items-center gap-2 text-text-2">
          <span>Risk on the ticket, of equity at the stop:</span>
          <Use label="Half of Kelly" part={half} />
          <Use label="Kelly" part={kelly!} />
        </p>
      )}
      <p className="text-12 text-text-3">
        {edge.count < FEW && `${count(edge.count, "trade")} say little: ${FEW} are a beginning. `}
        An expectancy within two standard errors of zero may be luck. Kelly’s fraction grows capital fastest where the next trades are drawn as these were, and falls deep on the way: half of it or
        less is usual.
      </p>
    </div>
  );
}

/** Expectancy and Kelly's fraction of closed trades: an account's, a backtest's, or results that are written down. */
export function EdgeCard({ workspace }: { workspace: string }) {
  const [source, setSource] = useState(WRITTEN);
  const [text, setText] = useState("");
  const { data: accounts } = useQuery(accountsQuery(workspace));
  const { data: runs } = useInfiniteQuery(runsQuery(workspace));
  const settled = useDebounced(text, DEBOUNCE_MS);
  const written = readResults(settled);
  const [kind, id] = source.split(/ (.*)/) as [string, string | undefined];
  const asked = kind === WRITTEN ? (written.results.length > 0 ? { results: written.results } : null) : { [kind]: id ?? "" };
  const { data, error, refetch } = useQuery(edgeQuery(workspace, asked));
  const finished = (runs?.pages.flatMap(({ items }) => items) ?? []).filter((run) => run.kind === "backtest" && run.status === "done");
  return (
    <Card title="Expectancy and Kelly’s fraction">
      <div className="grid gap-3">
        <Field label="Closed trades of">
          {({ id: field }) => (
            <Select
              id={field}
              className="max-w-md"
              value={source}
              choices={[
                { value: WRITTEN, label: "results written down" },
                { group: "An account", choices: (accounts ?? []).map((one) => ({ value: `account ${one.id}`, label: one.name })) },
                { group: "A backtest", choices: finished.map((run) => ({ value: `run ${run.id}`, label: `${run.strategy_name}, ${dateText(run.created_at)}` })) },
              ]}
              onChange={setSource}
            />
          )}
        </Field>
        {kind === WRITTEN && (
          <Field label="Results" hint="In money or in R, such as 2, 2, -1." problem={written.problem}>
            {({ id: field, describedBy, invalid }) => (
              <TextArea id={field} aria-describedby={describedBy} aria-invalid={invalid} rows={3} value={text} onChange={(event) => setText(event.target.value)} />
            )}
          </Field>
        )}
        {error ? (
          <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />
        ) : !asked ? null : data ? (
          <Judged edge={data} />
        ) : (
          <Skeleton className="h-16 w-full" />
        )}
      </div>
    </Card>
  );
}
