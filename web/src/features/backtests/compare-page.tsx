import { useQuery } from "@tanstack/react-query";
import { Suspense, lazy, useMemo } from "react";
import { comparisonQuery } from "~/api/backtests";
import { Problem } from "~/api/problem";
import type { Comparison, ResultFigure, Workspace } from "~/api/types";
import type { RoleColors } from "~/design/theme";
import { part } from "~/lib/part";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { Statistic } from "~/ui/statistic";
import { furtherWords, modelWords } from "./further-words";
import type { CanvasLine } from "./line-canvas";
import { Legend } from "./result";
import { dataText } from "./wording";

const LineCanvas = lazy(async () => ({ default: (await part(() => import("./line-canvas"))).LineCanvas }));
// Told apart by colour and, from the fourth on, by dashes.
const LOOKS: readonly { color: keyof RoleColors; className: string; dashed: boolean }[] = [
  { color: "accent", className: "bg-accent", dashed: false },
  { color: "second", className: "bg-second", dashed: false },
  { color: "gain", className: "bg-gain", dashed: false },
  { color: "loss", className: "bg-loss", dashed: true },
  { color: "text-3", className: "bg-text-3", dashed: true },
  { color: "accent", className: "bg-accent", dashed: true },
];

interface ComparePageProps {
  workspace: Workspace;
  ids: readonly string[];
  onOpen: (id: string) => void;
}

/** Finished runs beside each other: growth on one scale, figures in one table. */
export function ComparePage({ workspace, ids, onOpen }: ComparePageProps) {
  const { data, error, refetch } = useQuery({ ...comparisonQuery(workspace.id, ids), enabled: ids.length > 0 });
  return (
    <Page wide title="Compare backtests">
      {ids.length === 0 && <Empty>Choose two or more finished runs in the list of backtests.</Empty>}
      {error && <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />}
      {!data && !error && ids.length > 0 && <Skeleton className="h-96" />}
      {data && <Shown items={data.items} onOpen={onOpen} />}
    </Page>
  );
}

const nameOf = (item: Comparison["items"][number], place: number): string => `${place + 1} ${item.run.strategy_name} v${item.run.asked.version}`;

function Shown({ items, onOpen }: { items: Comparison["items"]; onOpen: (id: string) => void }) {
  const lines = useMemo<CanvasLine[]>(
    () => items.map((item, place) => ({ name: nameOf(item, place), at: item.at, value: item.value, color: LOOKS[place]?.color ?? "accent", dashed: LOOKS[place]?.dashed ?? false })),
    [items],
  );
  return (
    <>
      <Card title="Growth">
        <Legend entries={items.map((item, place) => ({ name: `${nameOf(item, place)} · ${dataText(item.run.asked.data)}`, className: LOOKS[place]?.className ?? "bg-accent" }))} />
        <div className="relative h-80">
          <Suspense fallback={<Skeleton className="h-full" />}>
            <LineCanvas label={`Growth of ${items.length} runs`} lines={lines} unit="fraction" />
          </Suspense>
        </div>
        <p className="pt-1 text-11">
          <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer" className="py-1.5 text-text-3 hover:text-text">
            Charts by TradingView
          </a>
        </p>
      </Card>
      <Card title="What differs">
        <Differences items={items} onOpen={onOpen} />
      </Card>
      <Card title="Figures">
        <FigureTable items={items} />
      </Card>
    </>
  );
}

const CELL = "border-b border-faint px-2 py-1 text-right tabular-nums first:pl-0 first:text-left last:pr-0";

function Differences({ items, onOpen }: { items: Comparison["items"]; onOpen: (id: string) => void }) {
  return (
    <ul className="grid gap-2">
      {items.map((item, place) => {
        const { asked } = item.run;
        const said = [dataText(asked.data, 3), asked.start && `from ${asked.start}`, asked.end && `to ${asked.end}`, `fee ${modelWords(asked.fee_model) ?? asked.fee}`, `slippage ${modelWords(asked.slippage_model) ?? `${asked.slippage} %`}`, ...furtherWords(asked), ...Object.entries(asked.parameters).map(([name, text]) => `${name} ${text}`)];
        return (
          <li key={item.run.id} className="flex flex-wrap items-baseline gap-x-3">
            <Button size="small" tone="quiet" onClick={() => onOpen(item.run.id)}>
              {nameOf(item, place)}
            </Button>
            <span className="text-text-2">{said.filter(Boolean).join(" · ")}</span>
          </li>
        );
      })}
    </ul>
  );
}

function FigureTable({ items }: { items: Comparison["items"] }) {
  const first = items[0]?.figures ?? [];
  const valueOf = (item: Comparison["items"][number], name: string): number | null => item.figures.find((figure) => figure.name === name)?.value ?? null;
  return (
    <div className="overflow-x-auto">
      <table className="w-full border-collapse" aria-label="Figures of the compared runs">
        <thead>
          <tr className="text-11 text-text-3">
            <th scope="col" className={`${CELL} font-medium`}>
              Figure
            </th>
            {items.map((item, place) => (
              <th key={item.run.id} scope="col" className={`${CELL} font-medium`} title={nameOf(item, place)}>
                {place + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first.map((figure: ResultFigure) => (
            <tr key={figure.name}>
              <td className={`${CELL} text-text-2`}>{figure.label}</td>
              {items.map((item) => (
                <td key={item.run.id} className={CELL}>
                  <Statistic value={valueOf(item, figure.name)} unit={figure.unit === "fraction" || figure.unit === "count" ? figure.unit : "number"} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
