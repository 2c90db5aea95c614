import { useEffect, useRef, useState } from "react";
import { cx } from "~/lib/cx";
import { type Decimal, parseDecimal } from "~/lib/decimal";
import { UNKNOWN, direction, formatFigure } from "~/lib/format";

interface FigureProps {
  value: string | Decimal | null | undefined;
  /** Decimal places: the instrument's tick for prices, its lot for quantities. */
  places?: number | undefined;
  signed?: boolean;
  currency?: string | undefined;
  unit?: string;
  /** `change`: gain or loss colour with an arrow; `sign`: colour and sign, no arrow. */
  tone?: "plain" | "change" | "sign";
  /** Marks a change of value for 300 ms. */
  flash?: boolean;
  /** Why the value is not known, shown on hover of the dash. */
  why?: string;
  /** A share of one, shown as per cent. */
  percent?: boolean;
  className?: string;
}

const TONES = { "-1": "text-loss", "0": "text-text-2", "1": "text-gain" } as const;
const ARROWS = { "-1": "▼", "0": "", "1": "▲" } as const;

function useFlash(value: string | undefined, enabled: boolean): string | undefined {
  const previous = useRef(value);
  const [flash, setFlash] = useState<string | undefined>(undefined);
  useEffect(() => {
    const before = parseDecimal(previous.current);
    const now = parseDecimal(value);
    previous.current = value;
    if (!enabled || !before || !now || before.eq(now)) {
      return undefined;
    }
    setFlash(now.gt(before) ? "flash-up" : "flash-down");
    const timer = setTimeout(() => setFlash(undefined), 300);
    return () => clearTimeout(timer);
  }, [value, enabled]);
  return flash;
}

/** The one component that shows a figure: tabular, at the tick's precision, its whole value on hover. */
export function Figure(props: FigureProps) {
  const { value, signed = false, currency, unit, tone = "plain", flash = false, why, percent = false, className } = props;
  const parsed = typeof value === "string" ? parseDecimal(value) : (value ?? null);
  const flashing = useFlash(parsed?.toString(), flash);
  if (!parsed) {
    return (
      <span className={cx("text-text-3", className)} title={why ?? "Not known"}>
        {UNKNOWN}
      </span>
    );
  }
  const places = props.places ?? (percent ? 2 : undefined);
  const shown = percent ? parsed.times(100) : parsed;
  const way = direction(shown, places);
  const text = formatFigure(shown, { places, signed: signed || tone !== "plain", currency });
  const suffix = percent ? "%" : unit;
  return (
    <span
      className={cx("tabular-nums", tone !== "plain" && TONES[way], flashing, "rounded-sm", className)}
      title={`${parsed.toString()}${currency ? ` ${currency}` : ""}`}
    >
      {tone === "change" && way !== 0 && (
        <span aria-hidden="true" className="mr-1 text-[0.8em]">
          {ARROWS[way]}
        </span>
      )}
      {text}
      {suffix && <span className={tone === "plain" ? "text-text-3" : undefined}> {suffix}</span>}
    </span>
  );
}
