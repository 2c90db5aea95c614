import type { CatalogEntry, Limits } from "~/api/types";
import { decimalText, parseDecimal } from "~/lib/decimal";

/** What a form holds of a limit: one text for each. */
export type Values = Readonly<Record<string, string>>;

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

type Drawdowns = NonNullable<Limits["drawdowns"]>;
type Contracts = NonNullable<Limits["contract_limits"]>;
type Hours = NonNullable<Limits["trading_hours"]>;

const clock = (time: string): string => time.slice(0, 5);

const writeDays = (days: readonly number[]): string => days.map((day) => DAYS[day] ?? "").join(" ");

const WRITERS: Readonly<Record<string, (value: never) => string>> = {
  drawdowns: (value: Drawdowns) => value.map((one) => `${one.amount} ${one.basis}${one.lock ? ` ${one.lock}` : ""}`).join("\n"),
  contracts: (value: Contracts) => value.map((one) => one.limit).join("\n"),
  hours: (value: Hours) => value.map(({ windows }) => windows.map((one) => `${clock(one.start)}-${clock(one.end)} ${one.zone} ${writeDays(one.days)}`).join(", ")).join("\n"),
  instruments: (value: readonly string[]) => value.join(" "),
  fractions: (value: readonly string[]) => value.join(" "),
  flag: (value: boolean) => (value ? "yes" : ""),
};

/** The limits as the form's texts. */
export function valuesOf(limits: Limits, entries: readonly CatalogEntry[]): Values {
  return Object.fromEntries(
    entries.map(({ name, kind }) => {
      const value = limits[name as keyof Limits];
      if (value === null || value === undefined) {
        return [name, ""];
      }
      const write = WRITERS[kind];
      return [name, write ? write(value as never) : String(value)];
    }),
  );
}

const lines = (text: string): string[] => text.split("\n").map((line) => line.trim()).filter(Boolean);

const exact = (text: string): `${number}` => {
  const value = parseDecimal(text);
  if (!value || value.isNegative()) {
    throw new Error("A number, zero or above");
  }
  return decimalText(value);
};

function readDrawdown(line: string): Drawdowns[number] {
  const [amount = "", basis = "", lock] = line.split(/\s+/);
  if (basis !== "static" && basis !== "trailing_end_of_day" && basis !== "trailing_intraday") {
    throw new Error("An amount, then static, trailing_end_of_day or trailing_intraday, then the lock if there is one");
  }
  return { amount: exact(amount), basis, ...(lock ? { lock: exact(lock) } : {}) };
}

function readWindow(text: string): Hours[number]["windows"][number] {
  const found = /^(\d{2}:\d{2})-(\d{2}:\d{2})\s+(\S+)((?:\s+[a-z]{3})+)$/.exec(text.trim());
  const days = found?.[4]?.trim().split(/\s+/).map((day) => DAYS.indexOf(day as (typeof DAYS)[number])) ?? [];
  if (!found?.[1] || !found[2] || !found[3] || days.includes(-1)) {
    throw new Error("Such as 09:30-16:00 America/New_York mon tue wed thu fri");
  }
  return { start: found[1], end: found[2], zone: found[3], days };
}

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  drawdowns: (text) => lines(text).map((line) => readDrawdown(line)),
  contracts: (text) => lines(text).map((line) => ({ limit: exact(line), weights: {}, other: "1" })),
  hours: (text) => lines(text).map((line) => ({ windows: line.split(",").map((part) => readWindow(part)) })),
  instruments: (text) => text.split(/[\s,]+/).filter(Boolean),
  fractions: (text) => text.split(/[\s,]+/).filter(Boolean).map((part) => exact(part)),
  flag: (text) => text === "yes",
  choice: (text) => text,
  count: (text) => {
    const value = Number(exact(text));
    if (!Number.isInteger(value) || value < 1) {
      throw new Error("A whole number above zero");
    }
    return value;
  },
};

/** What is wrong with a text, or undefined. */
export function problemOf(text: string, entry: CatalogEntry): string | undefined {
  if (text.trim() === "") {
    return undefined;
  }
  try {
    (READERS[entry.kind] ?? exact)(text.trim());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "Not understood";
  }
}

/** The form's texts as limits; contract weights that were set stay with their limit. */
export function limitsFrom(values: Values, entries: readonly CatalogEntry[], before: Limits): Limits {
  const found = Object.fromEntries(
    entries.map((entry) => {
      const text = (values[entry.name] ?? "").trim();
      return [entry.name, text === "" ? null : (READERS[entry.kind] ?? exact)(text)];
    }),
  ) as Limits;
  const contracts = found.contract_limits?.map((one, place) => ({ ...before.contract_limits?.[place], limit: one.limit, ...(before.contract_limits?.[place] ? {} : { other: one.other ?? null }) }));
  return { ...found, ...(contracts ? { contract_limits: contracts } : {}), currency: before.currency ?? "" };
}
