import { Decimal, parseDecimal } from "./decimal";

const SYMBOLS: Readonly<Record<string, string>> = {
  USD: "$",
  EUR: "€",
  GBP: "£",
  JPY: "¥",
  INR: "₹",
};

const MINOR_PLACES: Readonly<Record<string, number>> = { JPY: 0, KRW: 0, BTC: 8, ETH: 8, USDT: 2 };

interface FigureFormat {
  /** Fixed decimal places; left out means as many as the value has. */
  readonly places?: number | undefined;
  /** Shows "+" before positive values. */
  readonly signed?: boolean | undefined;
  /** ISO code: sets the symbol, the grouping and, without `places`, the places of its minor unit. */
  readonly currency?: string | undefined;
}

const MINUS = "\u2212";
export const UNKNOWN = "–";

/** Digits in groups: 1,234,567 or, the Indian way, 12,34,567. */
export function groupDigits(digits: string, indian: boolean): string {
  if (digits.length <= 3) {
    return digits;
  }
  const tail = digits.slice(-3);
  const head = digits.slice(0, -3);
  const step = indian ? /\B(?=(?:\d{2})+(?!\d))/g : /\B(?=(?:\d{3})+(?!\d))/g;
  return `${head.replace(step, ",")},${tail}`;
}

function parts(value: Decimal, places: number | undefined): { whole: string; fraction: string } {
  const text = places === undefined ? value.abs().toString() : value.abs().toFixed(places);
  const [whole = "0", fraction = ""] = text.split(".");
  return { whole, fraction };
}

function minorPlaces(currency: string): number {
  return MINOR_PLACES[currency] ?? 2;
}

/** One decimal as a trader reads it; UNKNOWN where there is none. */
export function formatFigure(value: string | Decimal | null | undefined, format: FigureFormat = {}): string {
  const parsed = typeof value === "string" ? parseDecimal(value) : (value ?? null);
  if (!parsed) {
    return UNKNOWN;
  }
  const { currency, signed } = format;
  const places = format.places ?? (currency ? minorPlaces(currency) : undefined);
  const { whole, fraction } = parts(parsed, places);
  const zero = /^0*$/.test(whole) && /^0*$/.test(fraction);
  const sign = zero ? "" : parsed.isNegative() ? MINUS : signed ? "+" : "";
  const symbol = currency ? (SYMBOLS[currency] ?? "") : "";
  const suffix = currency && !symbol ? ` ${currency}` : "";
  const grouped = groupDigits(whole, currency === "INR");
  return `${sign}${symbol}${grouped}${fraction ? `.${fraction}` : ""}${suffix}`;
}

/** The currency a figure's unit names; undefined where it counts units, orders or seconds. */
export const currencyOf = (unit: string): string | undefined => (/^[A-Z]{3,5}$/.test(unit) ? unit : undefined);

/** A figure with its unit: money as money, everything else with the noun after it. */
export function formatAmount(value: string, unit: string): string {
  const currency = currencyOf(unit);
  return currency ? formatFigure(value, { currency }) : `${formatFigure(value)} ${unit}`;
}

const MOST_PLACES = 6;

/** A figure of unknown kind, such as a rule's: at most six places, and text that is no number as it is. */
export function formatAny(text: string | null | undefined): string {
  const parsed = parseDecimal(text);
  if (!parsed) {
    return text?.trim() || UNKNOWN;
  }
  return formatFigure(parsed.decimalPlaces() > MOST_PLACES ? new Decimal(parsed.toFixed(MOST_PLACES)) : parsed);
}

/** Which way a value points once it is rounded as shown: −0.001 at two places is flat. */
export function direction(value: string | Decimal | null | undefined, places?: number): -1 | 0 | 1 {
  const parsed = typeof value === "string" ? parseDecimal(value) : (value ?? null);
  if (!parsed) {
    return 0;
  }
  const shown = places === undefined ? parsed : new Decimal(parsed.toFixed(places));
  return shown.isZero() ? 0 : shown.isNegative() ? -1 : 1;
}
