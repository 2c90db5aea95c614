import type { ReactNode } from "react";
import { cx } from "~/lib/cx";

const TONES = {
  plain: "bg-raised text-text-2",
  gain: "bg-raised text-gain",
  buy: "bg-raised text-buy",
  sell: "bg-raised text-sell",
  warn: "bg-raised text-warn",
  danger: "border border-danger text-danger",
  paper: "border border-paper text-paper",
  live: "bg-live text-on-live",
} as const;

export type BadgeTone = keyof typeof TONES;

export function Badge({ tone = "plain", title, children }: { tone?: BadgeTone; title?: string; children: ReactNode }) {
  return (
    <span
      title={title}
      className={cx("inline-flex h-[18px] items-center whitespace-nowrap rounded-sm px-1.5 text-11 font-semibold", TONES[tone])}
    >
      {children}
    </span>
  );
}
