import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { sweepQuery } from "~/api/backtests";
import { Problem } from "~/api/problem";
import type { RunDetail, SweepResult } from "~/api/types";
import { sentence } from "~/lib/words";
import { Button } from "~/ui/button";
import { Field, Select } from "~/ui/field";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { Statistic } from "~/ui/statistic";
import { Table } from "~/ui/table";
import { HeatMap, type HeatCell } from "./heat-map";
import { compactText, percentText } from "./wording";

const SHOWN = 50;
const SHARES: ReadonlySet<string> = new Set(["max_drawdown", "total_return", "annual_return", "volatility", "cagr", "annual_volatility", "win_rate"]);

type Row = Readonly<Record<string, number | string | boolean | null>>;

export function rowsOf(sweep: SweepResult): Row[] {
  const names = Object.keys(sweep.columns);
  const length = Math.max(0, ...names.map((name) => sweep.columns[name]?.length ?? 0));
  return Array.from({ length }, (_, place) => Object.fromEntries(names.map((name) => [name, sweep.columns[name]?.[place] ?? null])));
}

/** For each pair of values the best row over all other parameters. */
export function cellsOf(rows: readonly Row[], across: string, down: string | null, metric: string): HeatCell[] {
  const best = new Map<string, HeatCell>();
  rows.forEach((row, place) => {
    const value = row[metric];
    const x = String(row[across]);
    const y = down === null ? "" : String(row[down]);
    const known = best.get(`${x}\n${y}`);
    if (typeof value === "number" && (!known || value > known.value)) {
      best.set(`${x}\n${y}`, { x, y, value, row: place });
    }
  });
  return [...best.values()];
}

/** A sweep's heat map and its best rows; any of them can be run on its own. */
export function Sweep({ workspace, run, onTry }: { workspace: string; run: RunDetail; onTry: (parameters: Readonly<Record<string, string>>) => void }) {
  const { data, error, refetch } = useQuery(sweepQuery(workspace, run.id));
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  return data ? <Shown sweep={data} fixed={run.asked.parameters} onTry={onTry} /> : <Skeleton className="h-96" />;
}

const write = (metric: string, value: number): string => (SHARES.has(metric) ? percentText(value) : Math.abs(value) >= 1000 ? compactText(value) : String(Number(value.toPrecision(3))).replace("-", "\u2212"));

/** What so many trials do to the worth of the best one. */
function Trust({ sweep }: { sweep: SweepResult }) {
  const said = [
    sweep.deflated_sharpe !== null && `The best Sharpe ratio is more than luck over ${sweep.rows.toLocaleString("en-US")} trials with a probability of ${percentText(sweep.deflated_sharpe)} (deflated Sharpe).`,
    sweep.probability_of_overfitting !== null && `What is best in one half of the time is below the middle in the other with a probability of ${percentText(sweep.probability_of_overfitting)} (overfitting).`,
  ].filter(Boolean);
  return said.length > 0 ? <p className="pt-3 text-text-2">{said.join(" ")}</p> : null;
}

function Shown({ sweep, fixed, onTry }: { sweep: SweepResult; fixed: Readonly<Record<string, string>>; onTry: (parameters: Readonly<Record<string, string>>) => void }) {
  const rows = rowsOf(sweep);
  const metrics = Object.keys(sweep.columns).filter((name) => !sweep.parameters.includes(name) && sweep.columns[name]?.some((value) => typeof value === "number"));
  const [metric, setMetric] = useState(metrics.includes("sharpe") ? "sharpe" : (metrics[0] ?? ""));
  const [across, setAcross] = useState(sweep.parameters[0] ?? "");
  const [down, setDown] = useState(sweep.parameters[1] ?? null);
  const [chosen, setChosen] = useState<number | null>(null);
  const cells = cellsOf(rows, across, down, metric);
  const ranked = rows
    .map((row, place) => ({ row, place }))
    .filter(({ row }) => typeof row[metric] === "number")
    .toSorted((one, two) => Number(two.row[metric]) - Number(one.row[metric]))
    .slice(0, SHOWN);
  const others = sweep.parameters.filter((name) => name !== across && name !== down);
  const parametersOf = (row: Row): Record<string, string> => ({ ...fixed, ...Object.fromEntries(sweep.parameters.map((name) => [name, String(row[name])])) });
  const choices = sweep.parameters.map((name) => ({ value: name, label: name }));
  return (
    <>
      <Card title="Heat map">
        <div className="grid grid-cols-2 gap-3 pb-3 sm:grid-cols-4">
          <Field label="Figure">{({ id }) => <Select id={id} value={metric} choices={metrics.map((name) => ({ value: name, label: sentence(name) }))} onChange={setMetric} />}</Field>
          <Field label="Across">{({ id }) => <Select id={id} value={across} choices={choices} onChange={(name) => (name === down && setDown(across), setAcross(name))} />}</Field>
          {down !== null && <Field label="Down">{({ id }) => <Select id={id} value={down} choices={choices} onChange={(name) => (name === across && setAcross(down), setDown(name))} />}</Field>}
        </div>
        <HeatMap cells={cells} across={across} down={down} label={`${sentence(metric)} by ${[across, down].filter(Boolean).join(" and ")}`} write={(value) => write(metric, value)} chosen={chosen} onChoose={setChosen} />
        {others.length > 0 && <p className="pt-2 text-12 text-text-3">Each cell is the best over {others.join(", ")}.</p>}
        <Trust sweep={sweep} />
        {chosen !== null && rows[chosen] && (
          <div className="flex flex-wrap items-center gap-3 pt-3">
            <p role="status" className="flex-1">
              {sweep.parameters.map((name) => `${name} ${String(rows[chosen]?.[name])}`).join(", ")}: {sentence(metric)} {write(metric, Number(rows[chosen]?.[metric]))}
            </p>
            <Button tone="primary" onClick={() => rows[chosen] && onTry(parametersOf(rows[chosen]))}>
              Run these …
            </Button>
          </div>
        )}
      </Card>
      <Card title={`Best combinations: ${sentence(metric)}`} flush aside={<span className="text-12 text-text-3">{ranked.length} of {sweep.rows.toLocaleString("en-US")} combinations. The best of many is lucky too.</span>}>
        <Table
          label="Best combinations"
          rows={ranked}
          rowKey={({ place }) => String(place)}
          selected={chosen === null ? undefined : String(chosen)}
          onOpen={({ place }) => setChosen(place)}
          columns={[
            ...sweep.parameters.map((name) => ({ id: `p-${name}`, header: name, align: "left" as const, cell: ({ row }: { row: Row }) => <span className="tabular-nums">{String(row[name])}</span> })),
            ...[metric, ...metrics.filter((name) => name !== metric)].slice(0, 6).map((name, place) => ({
              id: name,
              header: sentence(name),
              ...(place > 1 ? { from: "md" as const } : {}),
              sort: ({ row }: { row: Row }) => (typeof row[name] === "number" ? (row[name] as number) : null),
              cell: ({ row }: { row: Row }) => <Statistic value={typeof row[name] === "number" ? (row[name] as number) : null} unit={SHARES.has(name) ? "fraction" : "number"} />,
            })),
          ]}
        />
      </Card>
    </>
  );
}
