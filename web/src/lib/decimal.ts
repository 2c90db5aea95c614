import DecimalLight from "decimal.js-light";

/** Money, prices and quantities: exact, never `number`. */
export const Decimal = DecimalLight.clone({ precision: 60, toExpNeg: -60, toExpPos: 60 });
export type Decimal = DecimalLight;

/** A decimal as the desk writes it: exact text. An ordinary string does not pass for one until it has been read. */
export type DecimalText = `${number}`;

const ZERO = new Decimal(0);

const PLAIN = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;

/** Reads what a person typed or the server sent; null when it is no plain decimal (exponents, NaN and Infinity are refused). */
export function parseDecimal(text: string | null | undefined): Decimal | null {
  const trimmed = text?.trim().replace("\u2212", "-") ?? "";
  if (!PLAIN.test(trimmed) || trimmed.length > 48) {
    return null;
  }
  return new Decimal(trimmed);
}

/** Sums decimal texts, skipping what is not known. */
export function sum(values: Iterable<string | null | undefined>): Decimal {
  let total: Decimal = ZERO;
  for (const value of values) {
    const parsed = parseDecimal(value);
    if (parsed) {
      total = total.plus(parsed);
    }
  }
  return total;
}

/** Decimal places that a tick or lot size implies: "0.05" has 2, "1" has 0, "0.00010" has 4. */
export function placesOf(step: string | null | undefined): number | undefined {
  const parsed = parseDecimal(step);
  return parsed ? parsed.decimalPlaces() : undefined;
}

/** The exact text of a decimal, for sending. */
export function decimalText(value: Decimal): DecimalText {
  return value.toString() as DecimalText;
}
