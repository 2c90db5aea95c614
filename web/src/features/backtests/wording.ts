import type { Run } from "~/api/types";
import type { BadgeTone } from "~/ui/badge";

export const STATUS_TONES: Readonly<Record<string, BadgeTone>> = {
  queued: "plain",
  running: "paper",
  done: "gain",
  failed: "danger",
  canceled: "plain",
  interrupted: "warn",
};

const MINUS = "\u2212";

/** −12.3 %. */
export function percentText(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined ? "–" : `${(value * 100).toFixed(digits).replace("-", MINUS)} %`;
}

/** −1.25. */
export function numberText(value: number | null | undefined, digits = 2): string {
  return value === null || value === undefined ? "–" : value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", MINUS);
}

/** 1.2k, 3M: for an axis. */
export function compactText(value: number): string {
  const size = Math.abs(value);
  const [scale, letter] = size >= 1e9 ? [1e9, "B"] : size >= 1e6 ? [1e6, "M"] : size >= 1e3 ? [1e3, "k"] : [1, ""];
  return `${String(Number((value / scale).toPrecision(3))).replace("-", MINUS)}${letter}`;
}

export const summaryNumber = (run: Run, name: string): number | null => {
  const value = run.summary[name];
  return typeof value === "number" ? value : null;
};

/** "AAPL, MSFT and 3 more". */
export function dataText(data: readonly string[], most = 2): string {
  const names = data.map((name) => name.replace(/\.[A-Z0-9]+@/, " ").replace("@", " "));
  return names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}

export const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);
