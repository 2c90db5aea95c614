import type { FundedDetail } from "~/api/types";
import { formatFigure } from "~/lib/format";
import { dateText, timeOfDay } from "~/lib/time";
import { Drawing, type Frame, linePath, rangeOf } from "~/ui/drawing";

interface Step {
  at: number;
  equity: number;
  floor: number;
  label: string;
}

/** Closed days first, then the last hours: equity and the floor that stood under it. */
function stepsOf(account: FundedDetail): Step[] {
  const days = account.closed_days.slice(-60).map((day) => ({ equity: Number(day.balance), floor: Number(day.floor), label: dateText(day.day) }));
  const path = account.path.map((point) => ({ equity: Number(point.equity), floor: Number(point.floor ?? account.floor), label: timeOfDay(point.at) }));
  const now = account.equity === null ? [] : [{ equity: Number(account.equity), floor: Number(account.floor), label: "now" }];
  return [...days, ...path, ...now].map((step, at) => ({ ...step, at }));
}

/** The area between equity and the floor: what is left. */
function gapPath(steps: readonly Step[], frame: Frame): string {
  const over = steps.map(({ at, equity }, place) => `${place === 0 ? "M" : "L"}${frame.across(at).toFixed(1)} ${frame.down(equity).toFixed(1)}`);
  const under = steps.toReversed().map(({ at, floor }) => `L${frame.across(at).toFixed(1)} ${frame.down(floor).toFixed(1)}`);
  return `${over.join("")}${under.join("")}Z`;
}

/** Equity above the moving limit, with the gap between as what one sees. */
export function DrawdownChart({ account }: { account: FundedDetail }) {
  const steps = stepsOf(account);
  const target = account.target_left === null ? null : Number(account.rulebook.balance) + Number(account.rulebook.profit_target);
  const highest = Math.max(...steps.map(({ equity }) => equity));
  const shown = target !== null && target - highest < (highest - Number(account.floor)) * 1.5 ? target : null;
  const range = rangeOf([...steps.flatMap(({ equity, floor }) => [equity, floor]), shown], false);
  const pad = (range[1] - range[0]) * 0.08;
  const every = Math.max(1, Math.floor(steps.length / 6));
  const label = `Equity ${formatFigure(account.equity)} above the maximum loss level of ${formatFigure(account.floor)} ${account.rulebook.currency}: ${formatFigure(account.distance)} left`;
  return (
    <Drawing
      label={label}
      height={220}
      x={[0, Math.max(1, steps.length - 1)]}
      y={[range[0] - pad, range[1] + pad]}
      write={(value) => `${Number((value / 1000).toFixed(2))}k`}
      below={steps.filter((_, place) => place % every === 0).map(({ at, label: text }) => ({ at, text }))}
    >
      {(frame) => (
        <>
          <path d={gapPath(steps, frame)} className="fill-raised" />
          <path d={linePath(steps.map(({ at }) => at), steps.map(({ floor }) => floor), frame)} fill="none" strokeWidth={2} className="stroke-danger" />
          <path d={linePath(steps.map(({ at }) => at), steps.map(({ equity }) => equity), frame)} fill="none" strokeWidth={2} className="stroke-accent" />
          {shown !== null && <line x1={frame.left} x2={frame.left + frame.width} y1={frame.down(shown)} y2={frame.down(shown)} strokeDasharray="4 4" className="stroke-gain" />}
          <text x={frame.left + frame.width - 4} y={frame.down(Number(account.floor)) + 14} textAnchor="end" className="fill-danger text-11">
            maximum loss {formatFigure(account.floor)}
          </text>
          {shown !== null && (
            <text x={frame.left + frame.width - 4} y={frame.down(shown) - 4} textAnchor="end" className="fill-gain text-11">
              target {formatFigure(String(shown))}
            </text>
          )}
        </>
      )}
    </Drawing>
  );
}
