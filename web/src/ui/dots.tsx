import { cx } from "~/lib/cx";

const TONES = { good: "text-gain", busy: "text-text-2", doubt: "text-warn", bad: "text-danger", off: "text-text-3" } as const;

export interface Dot {
  key: string;
  /** Who it stands for. */
  label: string;
  /** What it says, in words. */
  says: string;
  /** A sign that says it without colour. */
  sign: string;
  tone: keyof typeof TONES;
}

/** A dot for each of several: where everyone stands, at one glance. Names stand beside the dots while there are few. */
export function Dots({ label, dots, names = dots.length <= 8 }: { label: string; dots: readonly Dot[]; names?: boolean }) {
  return (
    <ul aria-label={label} className="flex flex-wrap gap-x-3 gap-y-1">
      {dots.map((dot) => (
        <li key={dot.key} title={`${dot.label}: ${dot.says}`} className="inline-flex items-center gap-1 text-12">
          <span aria-hidden="true" className={cx("w-3 text-center font-semibold", TONES[dot.tone])}>
            {dot.sign}
          </span>
          <span className={names ? undefined : "sr-only"}>{dot.label}</span>
          <span className="sr-only">: {dot.says}</span>
        </li>
      ))}
    </ul>
  );
}
