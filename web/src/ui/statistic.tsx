import { Figure } from "./number";

export type StatisticUnit = "fraction" | "number" | "count" | "money";

const PLACES: Readonly<Record<StatisticUnit, number>> = { fraction: 2, number: 2, count: 0, money: 2 };
const DIGITS = 10;

interface StatisticProps {
  value: number | null | undefined;
  unit?: StatisticUnit;
  places?: number;
  currency?: string | undefined;
  /** Gain or loss colour and a sign. */
  toned?: boolean;
  className?: string;
}

/** A figure of statistics, which is a float by nature, shown the way every figure is. */
export function Statistic({ value, unit = "number", places, currency, toned = false, className }: StatisticProps) {
  const text = value === null || value === undefined || !Number.isFinite(value) ? null : value.toFixed(DIGITS);
  return (
    <Figure
      value={text}
      percent={unit === "fraction"}
      places={places ?? PLACES[unit]}
      currency={currency}
      tone={toned ? "sign" : "plain"}
      why="Not defined for this run"
      {...(className ? { className } : {})}
    />
  );
}
