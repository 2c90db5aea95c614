import type { RiskMeter } from "~/api/types";
import { currencyOf, formatAmount } from "~/lib/format";
import { distance, warnAt } from "~/lib/limits";
import { Meter } from "~/ui/meter";
import { Figure } from "~/ui/number";
import { Trend } from "./trend";

const STATES = { over: "reached", near: "near", calm: "" } as const;

/** How far a limit is used up, in a word: severity is never told by colour alone. */
export function standing(meter: RiskMeter): keyof typeof STATES {
  const used = Number(meter.fraction);
  return used >= 1 ? "over" : used >= warnAt(meter) ? "near" : "calm";
}

const TONES = { over: "text-danger", near: "text-warn", calm: "text-text-3" } as const;

/** "account:growth" as "account", "rulebook:topstep-combine-50k" as the plan's id. */
const originWords = (origin: string): string => (origin.startsWith("rulebook:") ? origin.slice("rulebook:".length) : origin.split(":")[0] || "by itself");

/** One limit on a line: name, meter with its thresholds, how it went, what is left. */
export function MeterRow({ meter }: { meter: RiskMeter }) {
  const state = standing(meter);
  return (
    <div className="grid grid-cols-[1fr_auto] items-center gap-x-3 gap-y-1 py-1 sm:grid-cols-[150px_1fr_64px_190px]">
      <span className="min-w-0 truncate" title={`Set by ${meter.origin || "the account"}`}>
        {meter.label} <span className="text-12 text-text-3">{originWords(meter.origin)}</span>
      </span>
      <span className="max-sm:order-last max-sm:col-span-2">
        <Meter label={meter.label} used={Number(meter.fraction)} warnAt={warnAt(meter)} distance={distance(meter)} />
      </span>
      <span className="max-sm:hidden">
        <Trend label={`${meter.label} over the last minutes`} values={meter.trend} />
      </span>
      <span className="text-right">
        {STATES[state] && <b className={`mr-1.5 text-12 font-semibold ${TONES[state]}`}>{STATES[state]}</b>}
        <b className="font-semibold">
          <Figure value={meter.left} currency={currencyOf(meter.unit)} />
        </b>{" "}
        <span className="text-12 text-text-3">of {formatAmount(meter.limit, meter.unit)}</span>
      </span>
    </div>
  );
}
