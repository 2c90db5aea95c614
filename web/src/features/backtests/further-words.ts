import type { RunDetail } from "~/api/types";
import { EMPTY_FURTHER, furtherOf } from "./further";

const ADJUSTED: Readonly<Record<string, string>> = { raw: "prices as traded", split: "splits out of prices", total: "splits and dividends out of prices" };

/** What the form's first conditions say where it is not the usual. */
function firstWords({ leverage, shorting, participation, lot_size: lot, adjust, seed }: RunDetail["asked"]): string[] {
  return [
    leverage === 1 ? "" : `leverage ${leverage}`,
    shorting ? "" : "no shorts",
    participation === null ? "" : `participation ${participation}`,
    lot === 0 ? "" : `lots of ${lot}`,
    adjust ? (ADJUSTED[adjust] ?? adjust) : "",
    seed === 0 ? "" : `seed ${seed}`,
  ].filter(Boolean);
}

/** The conditions that differ from the usual ones, in words. */
export function furtherWords(asked: RunDetail["asked"]): string[] {
  const usual = EMPTY_FURTHER;
  const draft = furtherOf(asked);
  const figures = [
    ["maintenance", draft.maintenance, usual.maintenance], ["borrow", draft.borrow, usual.borrow], ["interest", draft.interest, usual.interest], ["interest on idle cash", draft.cashInterest, usual.cashInterest], ["tick", draft.tickSize, usual.tickSize],
    ["multiplier", draft.multiplier, usual.multiplier], ["currency", draft.currency, usual.currency], ["calendar", draft.calendar, usual.calendar],
    ["bars", draft.intrabar, usual.intrabar],
  ] as const;
  return [
    ...firstWords(asked),
    ...figures.filter(([, value, standard]) => value !== standard).map(([name, value]) => `${name} ${value}`),
    ...Object.entries(draft.contracts).map(([symbol, { type }]) => `${symbol} ${type}`),
    ...Object.entries(asked.rates ?? {}).map(([name, rate]) => `${name} at ${rate}`),
    ...Object.entries(asked.borrow_of ?? {}).map(([name, rate]) => `borrow of ${name} ${rate}`),
    ...Object.entries(asked.settlements ?? {}).map(([name, value]) => `${name} settled at ${value}`),
    ...(draft.booked === "catalog" ? [] : [draft.booked === "none" ? "no corporate actions" : `${(asked.actions ?? []).length} corporate action${asked.actions?.length === 1 ? "" : "s"}`]),
    ...(draft.convert ? [] : ["currencies kept"]),
  ];
}

/** A model with its figures, in words. */
export function modelWords(asked: { [name: string]: unknown } | null | undefined): string | null {
  const { model, ...rest } = asked ?? {};
  return typeof model === "string" ? [model.replaceAll("_", " "), ...Object.entries(rest).map(([name, value]) => `${name.replaceAll("_", " ")} ${String(value)}`)].join(", ") : null;
}
