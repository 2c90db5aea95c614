import type { RunRequest } from "~/api/types";
import { type DecimalText, parseDecimal } from "~/lib/decimal";

const rowsOf = (text: string): string[][] =>
  text
    .split("\n")
    .map((line) => line.trim().split(/[\s,=]+/).filter(Boolean))
    .filter((row) => row.length > 0);
export const positive = (text: string | undefined): boolean => Boolean(parseDecimal(text)?.gt(0));
export const notNegative = (text: string | undefined): boolean => Boolean(parseDecimal(text)?.gte(0));
export const exact = (text: string): DecimalText => (parseDecimal(text)?.toString() ?? "0") as DecimalText;
const SERIES = /^[A-Z0-9][A-Z0-9&_-]*\.[A-Z0-9]+@(\d{1,2}[mhD]|quotes)$/;

type Action = NonNullable<RunRequest["actions"]>[number];

/** "2024-06-10 AAPL.XNAS split 4 dividend 0.25": null where a line is no action. */
export function readActions(text: string): Action[] | null {
  const found: Action[] = [];
  for (const [date = "", symbol = "", ...words] of rowsOf(text)) {
    const action: Action = { date, symbol: symbol.toUpperCase(), split: "1", dividend: "0" };
    for (let place = 0; place < words.length; place += 2) {
      const [name, amount] = [words[place]?.toLowerCase(), words[place + 1]];
      if ((name !== "split" && name !== "dividend") || !positive(amount)) {
        return null;
      }
      action[name] = exact(amount ?? "");
    }
    if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(Date.parse(date)) || words.length === 0) {
      return null;
    }
    found.push(action);
  }
  return found;
}

/** "EUR 1.08" or "EURUSD EURUSD.FX@1D": null where a line is no rate. */
export function readRates(text: string): Record<string, string> | null {
  const rows = rowsOf(text);
  const good = rows.every(([name = "", rate = "", more]) => /^[A-Z][A-Z0-9]{2,9}$/.test(name) && more === undefined && (positive(rate) || SERIES.test(rate)));
  return good ? Object.fromEntries(rows.map(([name = "", rate = ""]) => [name, SERIES.test(rate) ? rate : exact(rate)])) : null;
}

function readFigures(text: string, good: (figure: string | undefined) => boolean): Record<string, DecimalText> | null {
  const rows = rowsOf(text);
  const readable = rows.every(([name, figure, more]) => Boolean(name) && more === undefined && good(figure));
  return readable ? Object.fromEntries(rows.map(([name = "", figure = ""]) => [name.toUpperCase(), exact(figure)])) : null;
}

/** "TSLA.XNAS 0.03": null where a line is no yearly rate. */
export const readBorrow = (text: string): Record<string, DecimalText> | null => readFigures(text, notNegative);

/** "SPXJ.XCBO 4512.33": null where a line is no settlement value. */
export const readSettlements = (text: string): Record<string, DecimalText> | null => readFigures(text, positive);
