import { useQuery } from "@tanstack/react-query";
import { type ReactNode, Suspense, lazy, useMemo, useState } from "react";
import { runResultQuery } from "~/api/backtests";
import { Problem } from "~/api/problem";
import type { ResultFigure, RunDetail, RunResult } from "~/api/types";
import { part } from "~/lib/part";
import { count } from "~/lib/words";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Segmented } from "~/ui/segmented";
import { Skeleton } from "~/ui/skeleton";
import { Statistic, type StatisticUnit } from "~/ui/statistic";
import { Distribution, MonthlyHeat, TimeLine, YearlyBars } from "./charts";
import type { CanvasLine } from "./line-canvas";
import { Survival } from "./survival";
import { Trips } from "./trips";
import { dayOf, numberText, percentText } from "./wording";

const LineCanvas = lazy(async () => ({ default: (await part(() => import("./line-canvas"))).LineCanvas }));
const KEY = ["total_return", "cagr", "sharpe_ratio", "max_drawdown", "annual_volatility", "win_rate"] as const;

const unitOf = (figure: ResultFigure): StatisticUnit => (figure.unit === "fraction" || figure.unit === "count" ? figure.unit : "number");

/** Everything that a finished backtest tells. */
export function Result({ workspace, run }: { workspace: string; run: RunDetail }) {
  const { data, error, refetch } = useQuery(runResultQuery(workspace, run.id));
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  if (!data) {
    return <Skeleton className="h-96" />;
  }
  return (
    <>
      <KeyFigures result={data} />
      <EquityCard result={data} />
      <Card title="Monthly returns">
        <MonthlyHeat months={data.months} />
      </Card>
      <Pair>
        <Card title="Return by year">
          <YearlyBars years={data.years} benchmark={data.benchmark_name} />
        </Card>
        <Card title="Rolling Sharpe ratio" aside={<Note>{count(data.rolling.window, "period")}</Note>}>
          {data.rolling.at.length > 0 ? (
            <TimeLine label={`Rolling Sharpe ratio over ${data.rolling.window} periods`} at={data.rolling.at} value={data.rolling.value} write={(value) => numberText(value, 1)} />
          ) : (
            <Short>The run is too short for a rolling figure.</Short>
          )}
        </Card>
        <Card title="Distribution of returns" aside={data.distribution.outside > 0 && <Note>{data.distribution.outside} beyond the edges</Note>}>
          {data.distribution.counts.length > 0 ? <Distribution distribution={data.distribution} /> : <Short>No period had a return.</Short>}
        </Card>
        <Card title="Gross exposure" aside={<Note>of equity</Note>}>
          <TimeLine label="Gross exposure per equity" at={data.exposure.at} value={data.exposure.value} write={(value) => percentText(value, 0)} filled />
        </Card>
        <Card title="Worst drawdowns">
          <Drawdowns result={data} />
        </Card>
        <Card title="Costs">
          <Costs result={data} />
        </Card>
      </Pair>
      <Survival workspace={workspace} run={run.id} />
      <Trips workspace={workspace} run={run.id} symbols={data.symbols} />
      <Figures result={data} />
      <Details result={data} />
    </>
  );
}

const Pair = ({ children }: { children: ReactNode }) => <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">{children}</div>;
const Note = ({ children }: { children: ReactNode }) => <span className="text-12 text-text-3">{children}</span>;
const Short = ({ children }: { children: ReactNode }) => <p className="py-8 text-center text-text-2">{children}</p>;

function KeyFigures({ result }: { result: RunResult }) {
  const byName = new Map(result.figures.map((figure) => [figure.name, figure]));
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-md border border-line bg-line sm:grid-cols-3 lg:grid-cols-7">
      <div className="bg-panel px-3 py-2.5">
        <dt className="text-12 text-text-2">Final equity</dt>
        <dd className="text-16 font-semibold">
          <Statistic value={result.equity.value.at(-1)} unit="money" currency={result.currency} places={0} />
        </dd>
        <dd className="text-12 text-text-3">
          from <Statistic value={result.first_equity} unit="money" currency={result.currency} places={0} />
        </dd>
      </div>
      {KEY.map((name) => {
        const figure = byName.get(name);
        return (
          <div key={name} className="bg-panel px-3 py-2.5 last:max-lg:col-span-full lg:last:col-span-1 sm:last:col-span-1">
            <dt className="text-12 text-text-2">{figure?.label ?? "Won round trips"}</dt>
            <dd className="text-16 font-semibold">
              <Statistic value={figure?.value} unit={figure ? unitOf(figure) : "number"} toned={name === "total_return" || name === "cagr"} />
            </dd>
            <dd className="text-12 text-text-3">
              {figure?.benchmark !== null && figure?.benchmark !== undefined ? (
                <>
                  held <Statistic value={figure.benchmark} unit={unitOf(figure)} />
                </>
              ) : (
                " "
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

const SCALES = [
  { value: "linear", label: "Linear" },
  { value: "log", label: "Log" },
] as const;

function EquityCard({ result }: { result: RunResult }) {
  const [scale, setScale] = useState<"linear" | "log">("linear");
  const { at, value, benchmark, drawdown } = result.equity;
  const lines = useMemo<CanvasLine[]>(
    () => [
      ...(benchmark ? [{ name: result.benchmark_name ?? "", at, value: benchmark, color: "text-3" as const, dashed: true }] : []),
      { name: "Equity", at, value, color: "accent" as const },
    ],
    [at, value, benchmark, result.benchmark_name],
  );
  const below = useMemo<CanvasLine[]>(() => [{ name: "Drawdown", at, value: drawdown, color: "loss" }], [at, drawdown]);
  return (
    <Card title="Equity and drawdown" aside={<Segmented label="Scale" size="small" value={scale} choices={SCALES} onChange={setScale} />}>
      <Legend
        entries={[
          { name: "Equity", className: "bg-accent" },
          ...(benchmark ? [{ name: result.benchmark_name ?? "Benchmark", className: "bg-text-3" }] : []),
          { name: "Drawdown", className: "bg-loss" },
        ]}
      />
      <div className="relative h-80">
        <Suspense fallback={<Skeleton className="h-full" />}>
          <LineCanvas label={`Equity from ${dayOf(at[0] ?? 0)} to ${dayOf(at.at(-1) ?? 0)} with its drawdown below`} lines={lines} below={below} unit="money" logarithmic={scale === "log"} />
        </Suspense>
      </div>
      <p className="pt-1 text-11">
        <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer" className="py-1.5 text-text-3 hover:text-text">
          Charts by TradingView
        </a>
      </p>
    </Card>
  );
}

export function Legend({ entries }: { entries: readonly { name: string; className: string }[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 pb-1 text-12 text-text-2">
      {entries.map(({ name, className }) => (
        <li key={name} className="flex items-center gap-1.5">
          <span aria-hidden="true" className={`h-0.5 w-4 ${className}`} />
          {name}
        </li>
      ))}
    </ul>
  );
}

const CELL = "border-b border-faint py-1 text-right tabular-nums first:text-left last:pr-0";

function Drawdowns({ result }: { result: RunResult }) {
  if (result.drawdowns.length === 0) {
    return <Short>The equity never fell below its peak.</Short>;
  }
  return (
    <table className="w-full border-collapse" aria-label="Worst drawdowns">
      <thead>
        <tr className="text-11 text-text-3">
          {["Peak", "Recovered", "Periods", "Depth"].map((head) => (
            <th key={head} scope="col" className={`${CELL} font-medium`}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {result.drawdowns.map((each) => (
          <tr key={each.begun}>
            <td className={CELL}>{dayOf(each.begun)}</td>
            <td className={CELL}>{each.to === null ? <span className="text-warn">not yet</span> : dayOf(each.to)}</td>
            <td className={CELL}>{each.periods}</td>
            <td className={`${CELL} text-loss`}>{percentText(each.depth)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Costs({ result }: { result: RunResult }) {
  const paid = result.costs.reduce((sum, { amount }) => sum + amount, 0);
  const profit = (result.equity.value.at(-1) ?? result.first_equity) - result.first_equity;
  const row = (name: string, amount: number, strong = false): ReactNode => (
    <tr key={name} className={strong ? "font-semibold" : undefined}>
      <td className={CELL}>{name}</td>
      <td className={CELL}>
        <Statistic value={amount} unit="money" currency={result.currency} />
      </td>
    </tr>
  );
  return (
    <table className="w-full border-collapse" aria-label="Costs">
      <tbody>
        {row("Profit before costs", profit + paid)}
        {result.costs.map(({ name, amount }) => row(name, -amount))}
        {row("Profit", profit, true)}
      </tbody>
    </table>
  );
}

function Figures({ result }: { result: RunResult }) {
  const groups = [...new Set(result.figures.map(({ group }) => group))];
  return (
    <Card title="Figures" aside={<Note>{`${result.periods.toLocaleString("en-US")} periods, ${result.periods_per_year} in a year; no risk-free rate`}</Note>}>
      <div className="grid grid-cols-1 gap-x-8 gap-y-4 sm:grid-cols-2 lg:grid-cols-3">
        {groups.map((group) => {
          const own = result.figures.filter((figure) => figure.group === group);
          const compared = own.some(({ benchmark }) => benchmark !== null);
          return (
            <table key={group} className="w-full border-collapse self-start" aria-label={group}>
              <thead>
                <tr>
                  <th scope="col" className={`${CELL} text-13 font-semibold`}>
                    {group}
                  </th>
                  <th scope="col" className={`${CELL} text-11 font-medium text-text-3`}>
                    Run
                  </th>
                  {compared && (
                    <th scope="col" className={`${CELL} text-11 font-medium text-text-3`}>
                      Held
                    </th>
                  )}
                </tr>
              </thead>
              <tbody>
                {own.map((figure) => (
                  <tr key={figure.name}>
                    <td className={`${CELL} text-text-2`}>{figure.label}</td>
                    <td className={CELL}>
                      <Statistic value={figure.value} unit={unitOf(figure)} />
                    </td>
                    {compared && (
                      <td className={`${CELL} text-text-3`}>
                        <Statistic value={figure.benchmark} unit={unitOf(figure)} />
                      </td>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          );
        })}
      </div>
    </Card>
  );
}

function Details({ result }: { result: RunResult }) {
  const entries = [...result.details, { name: "Speed", value: result.why ? `${result.speed}: ${result.why}` : result.speed }];
  return (
    <Card title="What was run">
      <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1">
        {entries.map(({ name, value }) => (
          <div key={name} className="contents">
            <dt className="text-text-2">{name}</dt>
            <dd className="min-w-0 break-words font-mono text-12">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="pt-3 text-12 text-text-3">Past results, and simulated ones all the more, say little about future ones.</p>
    </Card>
  );
}
