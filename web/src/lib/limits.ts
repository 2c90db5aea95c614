import { currencyOf, formatAmount, formatFigure } from "./format";

/** What a meter of a limit says, whichever read it came with. */
interface Limit {
  readonly left: string;
  readonly limit: string;
  readonly unit: string;
  readonly warn_at: readonly string[];
}

/** The share of a limit from which it is near. */
export const warnAt = (limit: Limit): number => Number(limit.warn_at[0] ?? "0.7");

/** What is left of a limit, money as money. */
export const left = (limit: Limit): string => formatFigure(limit.left, { currency: currencyOf(limit.unit) });

/** "$30.00 of $1,000.00 left", "4 of 4 orders left". */
export const distance = (limit: Limit): string => `${left(limit)} of ${formatAmount(limit.limit, limit.unit)} left`;
