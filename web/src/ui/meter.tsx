import type { ReactNode } from "react";
import { cx } from "~/lib/cx";

interface MeterProps {
  label: string;
  /** Used part of the limit, 0 to 1. */
  used: number;
  /** Where a warning begins, 0 to 1. */
  warnAt?: number;
  /** The distance in words, read aloud with the bar. */
  distance: string;
  size?: "thin" | "full";
}

const tone = (used: number, warnAt: number): string => (used >= 1 ? "bg-danger" : used >= warnAt ? "bg-warn" : "bg-text-3");

/** The bar of one limit: used part, warning as a tick, the limit as a line at its end. */
export function Meter({ label, used, warnAt = 0.8, distance, size = "full" }: MeterProps) {
  const thin = size === "thin";
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuenow={Math.round(used * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={distance}
      title={`${label}: ${distance}`}
      className={cx("relative rounded-full bg-raised", thin ? "h-1" : "h-2")}
    >
      <span
        className={cx("meter-fill absolute inset-y-0 left-0 rounded-full", tone(used, warnAt))}
        style={{ width: `${Math.min(100, used * 100)}%` }}
      />
      <span className="absolute -inset-y-0.5 w-px bg-warn" style={{ left: `${warnAt * 100}%` }} />
      {!thin && <span className="absolute -inset-y-[3px] right-0 w-0.5 bg-danger" />}
    </div>
  );
}

/** A limit on a line: name, meter, what is left. */
export function LimitLine({ children, ...meter }: MeterProps & { children: ReactNode }) {
  return (
    <div className="grid grid-cols-[1fr_auto] items-center gap-x-3 gap-y-1 py-1 sm:grid-cols-[132px_1fr_192px]">
      <span>{meter.label}</span>
      <span className="max-sm:order-last max-sm:col-span-2">
        <Meter {...meter} />
      </span>
      <span className="text-right">{children}</span>
    </div>
  );
}
