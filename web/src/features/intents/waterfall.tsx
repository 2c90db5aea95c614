import type { Stage } from "~/api/types";
import { cx } from "~/lib/cx";
import { millis } from "~/lib/time";
import { layOut } from "./axis";

const TONES: Readonly<Record<string, string>> = {
  received: "bg-text-3",
  durable: "bg-second",
  allocated: "bg-text-2",
  rules: "bg-accent",
  outbox: "bg-second",
  sent: "bg-gain",
  acknowledged: "bg-gain",
  filled: "bg-gain",
};

/** Stages as bars on a millisecond axis: one glance says where the time went. */
export function Waterfall({ stages }: { stages: readonly Stage[] }) {
  const { bars, ticks } = layOut(stages);
  return (
    <div role="img" aria-label={bars.map(({ label, duration }) => `${label} ${millis(duration)} ms`).join(", ")} className="text-12">
      {bars.map(({ name, label, start, duration, left, width, clipped }) => (
        <div key={name} className="grid grid-cols-[104px_1fr_72px] items-center gap-x-2 py-px" title={`${label}: from ${millis(start)} ms, for ${millis(duration)} ms`}>
          <span className="truncate text-text-2">{label}</span>
          <span className="relative h-4">
            {ticks.map((tick) => (
              <span key={tick.at} className="absolute inset-y-0 w-px bg-faint" style={{ left: `${tick.left * 100}%` }} />
            ))}
            <span
              className={cx("absolute inset-y-[3px] rounded-sm", TONES[name] ?? "bg-text-3", clipped && "clipped-bar")}
              style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
            />
          </span>
          <span className="text-right tabular-nums">{millis(duration)}</span>
        </div>
      ))}
      <div className="grid grid-cols-[104px_1fr_72px] gap-x-2 text-11 text-text-3">
        <span />
        <span className="relative h-4">
          {ticks.map((tick, index) => (
            <span
              key={tick.at}
              className={cx("absolute tabular-nums", index % 2 === 1 && "max-sm:hidden", tick.left > 0.97 ? "-translate-x-full" : tick.left > 0 && "-translate-x-1/2")}
              style={{ left: `${tick.left * 100}%` }}
            >
              {Number(tick.at.toPrecision(3)).toLocaleString("en-US")}
            </span>
          ))}
        </span>
        <span className="text-right">ms</span>
      </div>
    </div>
  );
}
