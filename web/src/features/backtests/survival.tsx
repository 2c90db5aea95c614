import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { survivalQuery } from "~/api/backtests";
import { rulebooksQuery } from "~/api/funded";
import { Problem } from "~/api/problem";
import type { Rulebook, SurvivalOdds, SurvivalShare } from "~/api/types";
import { cx } from "~/lib/cx";
import { dateText } from "~/lib/time";
import { Drawing, type Frame, linePath, rangeOf } from "~/ui/drawing";
import { Field, Select } from "~/ui/field";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { Statistic } from "~/ui/statistic";
import { compactText, numberText, percentText } from "./wording";

const FACTORS = ["0.25", "0.5", "1", "2", "4"] as const;

/** How often a run's days pass a funded account's plan or fail it, when they are drawn again and again. */
export function Survival({ workspace, run }: { workspace: string; run: string }) {
  const { data: books } = useQuery(rulebooksQuery(workspace));
  const [plan, setPlan] = useState("");
  const [factor, setFactor] = useState<(typeof FACTORS)[number]>("1");
  const { data, error, refetch, isPlaceholderData } = useQuery(survivalQuery(workspace, run, plan, factor));
  const items = books?.items ?? [];
  const book = items.find(({ id }) => id === plan);
  const firms = [...new Set(items.map(({ firm }) => firm))];
  return (
    <Card title="Survival odds">
      <div className="grid gap-3 pb-3 sm:grid-cols-2">
        <Field label="Plan">
          {({ id }) => (
            <Select
              id={id}
              value={plan}
              choices={[
                { value: "", label: "Choose a funded account’s plan" },
                ...firms.map((firm) => ({ group: firm, choices: items.filter((one) => one.firm === firm).map((one) => ({ value: one.id, label: one.id })) })),
              ]}
              onChange={setPlan}
            />
          )}
        </Field>
        <Field label="Traded">
          {({ id }) => (
            <Select
              id={id}
              value={factor}
              choices={FACTORS.map((value) => ({ value, label: value === "1" ? "as the run, at the plan’s size" : `${value} times that` }))}
              onChange={setFactor}
            />
          )}
        </Field>
      </div>
      {error ? (
        <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />
      ) : !book ? (
        <p className="text-text-2">How often would this run’s days pass the plan, and how often fail it? Choose one to see.</p>
      ) : data ? (
        <Odds odds={data} book={book} stale={isPlaceholderData} />
      ) : (
        <Skeleton className="h-72" />
      )}
    </Card>
  );
}

function Share({ name, share, note, className }: { name: string; share: SurvivalShare; note: string; className: string }) {
  return (
    <div className="bg-panel px-3 py-2.5">
      <dt className="text-12 text-text-2">{name}</dt>
      <dd className={cx("text-16 font-semibold", className)}>
        <Statistic value={share.share} unit="fraction" places={1} />
      </dd>
      <dd className="text-12 text-text-3">
        {percentText(share.low)} to {percentText(share.high)}
      </dd>
      <dd className="text-12 text-text-2">{note}</dd>
    </div>
  );
}

function Odds({ odds, book, stale }: { odds: SurvivalOdds; book: Rulebook; stale: boolean }) {
  const reasons = Object.entries(odds.reasons)
    .filter(([, share]) => share > 0)
    .map(([rule, share]) => `${percentText(share, 0)} by ${rule.replaceAll("_", " ")}`);
  const onAverage = (days: number | null, end: string): string => (days === null ? `never ${end}` : `after ${numberText(days, 0)} days on average`);
  return (
    <div className={cx("grid gap-3", stale && "opacity-60")} aria-busy={stale}>
      <dl className="grid grid-cols-1 gap-px overflow-hidden rounded-md border border-line bg-line sm:grid-cols-3">
        {odds.target !== null && <Share name="Passed" share={odds.passed} note={onAverage(odds.days_to_pass, "passed")} className="text-gain" />}
        <Share
          name="Failed"
          share={odds.failed}
          note={reasons.length > 0 ? `${onAverage(odds.days_to_fail, "failed")}, ${reasons.join(", ")}` : onAverage(odds.days_to_fail, "failed")}
          className="text-loss"
        />
        <Share name={odds.target === null ? "Alive" : "Still open"} share={odds.open} note={`after ${odds.longest} days`} className="text-text" />
      </dl>
      <PathChart odds={odds} currency={book.currency} />
      <p className="text-12 text-text-3">
        {odds.paths.toLocaleString("en-US")} paths of {odds.days.toLocaleString("en-US")} days of the run in blocks, its money times {numberText(odds.scale, 3)}; ranges are 95 % intervals.
        {odds.bars_per_day < 2 && " Bars of a whole day know no path within it, and flatter."} Contracts, hours and releases are not part of it.{" "}
        A run that reinvests weighs its later, larger days more. {book.id} was read on {dateText(book.read_on)}: {book.source}. {book.disclaimer}
      </p>
    </div>
  );
}

/** The area between two rows of quantiles. */
function bandPath(over: readonly number[], under: readonly number[], frame: Frame): string {
  const there = over.map((value, day) => `${day === 0 ? "M" : "L"}${frame.across(day).toFixed(1)} ${frame.down(value).toFixed(1)}`);
  const back = under.map((value, day) => `L${frame.across(day).toFixed(1)} ${frame.down(value).toFixed(1)}`).toReversed();
  return `${there.join("")}${back.join("")}Z`;
}

/** The balance of the paths day by day: the middle one, and the bands that hold half and nine tenths of them. */
function PathChart({ odds, currency }: { odds: SurvivalOdds; currency: string }) {
  const { balances, floor, target, longest } = odds;
  const level = (place: number): number[] => balances.map((row) => row[place] ?? odds.start);
  const [lowest, low, middle, high, highest] = [level(0), level(1), level(2), level(3), level(4)];
  const range = rangeOf([...lowest, ...highest, floor, target], false);
  const pad = (range[1] - range[0]) * 0.06;
  const days = middle.map((_, day) => day);
  const end = middle.at(-1) ?? odds.start;
  const line = (at: number, text: string, tone: "danger" | "gain", frame: Frame) => (
    <>
      <line x1={frame.left} x2={frame.left + frame.width} y1={frame.down(at)} y2={frame.down(at)} strokeDasharray="4 4" className={tone === "danger" ? "stroke-danger" : "stroke-gain"} />
      <text x={frame.left + frame.width - 4} y={frame.down(at) + (tone === "danger" ? 13 : -4)} textAnchor="end" className={cx("text-11", tone === "danger" ? "fill-danger" : "fill-gain")}>
        {text}
      </text>
    </>
  );
  return (
    <Drawing
      label={`Balance over ${longest} days under the plan: half of the paths end at ${numberText(end, 0)} ${currency} or above, one in twenty at ${numberText(lowest.at(-1), 0)} or below`}
      height={260}
      x={[0, Math.max(1, balances.length - 1)]}
      y={[range[0] - pad, range[1] + pad]}
      write={compactText}
      below={[0, 0.2, 0.4, 0.6, 0.8].map((part) => ({ at: part * longest, text: part === 0 ? "start" : `day ${Math.round(part * longest)}` }))}
    >
      {(frame) => (
        <>
          <path d={bandPath(highest, lowest, frame)} className="fill-second opacity-15" />
          <path d={bandPath(high, low, frame)} className="fill-second opacity-25" />
          <path d={linePath(days, middle, frame)} fill="none" strokeWidth={2} className="stroke-second" />
          {line(floor, "maximum loss at the start", "danger", frame)}
          {target !== null && line(target, "profit target", "gain", frame)}
        </>
      )}
    </Drawing>
  );
}
