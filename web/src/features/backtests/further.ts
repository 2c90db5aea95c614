import type { RunDetail, RunRequest } from "~/api/types";
import { type DecimalText, parseDecimal } from "~/lib/decimal";
import { FEE_MODELS, type Model, SLIPPAGE_MODELS } from "./models";

/** What an instrument of a run is, as it is being written. */
export interface ContractDraft {
  type: "equity" | "index" | "crypto" | "forex" | "future" | "option";
  currency: string;
  tickSize: string;
  lotSize: string;
  multiplier: string;
  base: string;
  underlying: string;
  expiry: string;
  strike: string;
  right: "call" | "put";
  cashSettled: boolean;
  initialMargin: string;
}

export interface ModelDraft {
  model: string;
  arguments: Readonly<Record<string, string | boolean>>;
}

/** Every condition of a run beyond money and fills. Tables are text, one row a line. */
export interface FurtherDraft {
  feeModel: ModelDraft;
  slippageModel: ModelDraft;
  maintenance: string;
  borrow: string;
  borrowOf: string;
  interest: string;
  intrabar: "pessimistic" | "optimistic";
  tickSize: string;
  multiplier: string;
  currency: string;
  rates: string;
  convert: boolean;
  booked: "catalog" | "none" | "given";
  actions: string;
  calendar: string;
  contracts: Readonly<Record<string, ContractDraft>>;
}

const AS_ABOVE: ModelDraft = { model: "", arguments: {} };

export const EMPTY_FURTHER: FurtherDraft = {
  feeModel: AS_ABOVE, slippageModel: AS_ABOVE, maintenance: "0.25", borrow: "0", borrowOf: "", interest: "0", intrabar: "pessimistic", tickSize: "0", multiplier: "1",
  currency: "USD", rates: "", convert: true, booked: "catalog", actions: "", calendar: "", contracts: {},
};

export const NEW_CONTRACT: ContractDraft = {
  type: "equity", currency: "USD", tickSize: "0.01", lotSize: "1", multiplier: "1", base: "", underlying: "", expiry: "", strike: "", right: "call", cashSettled: false, initialMargin: "",
};

export const symbolOf = (series: string): string => series.split("@")[0] ?? series;

const rowsOf = (text: string): string[][] =>
  text
    .split("\n")
    .map((line) => line.trim().split(/[\s,=]+/).filter(Boolean))
    .filter((row) => row.length > 0);
const positive = (text: string | undefined): boolean => Boolean(parseDecimal(text)?.gt(0));
const notNegative = (text: string | undefined): boolean => Boolean(parseDecimal(text)?.gte(0));
const exact = (text: string): DecimalText => (parseDecimal(text)?.toString() ?? "0") as DecimalText;
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

/** "TSLA.XNAS 0.03": null where a line is no yearly rate. */
export function readBorrow(text: string): Record<string, DecimalText> | null {
  const rows = rowsOf(text);
  const good = rows.every(([name, rate, more]) => Boolean(name) && more === undefined && notNegative(rate));
  return good ? Object.fromEntries(rows.map(([name = "", rate = ""]) => [name.toUpperCase(), exact(rate)])) : null;
}

function modelProblem({ model, arguments: typed }: ModelDraft, models: readonly Model[]): string | null {
  for (const { name, label, kind = "number", needed = false } of models.find(({ value }) => value === model)?.fields ?? []) {
    const text = typed[name];
    const empty = typeof text !== "string" || text.trim() === "";
    if (kind !== "flag" && ((empty && needed) || (!empty && kind === "number" && !notNegative(text)))) {
      return `${label}: ${kind === "text" ? "a name" : "a number, zero or above"}`;
    }
  }
  return null;
}

function contractProblem(contract: ContractDraft): string | null {
  const ends = contract.type === "future" || contract.type === "option";
  if (![contract.tickSize, contract.lotSize, contract.multiplier].every(positive)) {
    return "Tick, lot and multiplier are above zero";
  }
  if (ends && (!contract.expiry || !contract.underlying.trim())) {
    return "Name the underlying and the last day";
  }
  if ((contract.type === "option" && !positive(contract.strike)) || (contract.initialMargin.trim() && !positive(contract.initialMargin))) {
    return contract.type === "option" ? "A strike above zero" : "A margin above zero, or none";
  }
  return (contract.type === "crypto" || contract.type === "forex") && !contract.base.trim() ? "Name the base currency" : null;
}

/** What keeps the conditions from being sent, by field. */
export function furtherProblems(draft: FurtherDraft, data: readonly string[]): [string, string][] {
  const symbols = new Set(data.map(symbolOf));
  const actions = draft.booked === "given" ? readActions(draft.actions) : [];
  const borrowOf = readBorrow(draft.borrowOf);
  const strange = [...(actions ?? []).map(({ symbol }) => symbol), ...Object.keys(borrowOf ?? {})].find((symbol) => !symbols.has(symbol));
  const checks: [string, string | null][] = [
    ["feeModel", modelProblem(draft.feeModel, FEE_MODELS)],
    ["slippageModel", modelProblem(draft.slippageModel, SLIPPAGE_MODELS)],
    ["maintenance", notNegative(draft.maintenance) && Number(draft.maintenance) <= 1 ? null : "A share from 0 to 1"],
    ["borrow", notNegative(draft.borrow) ? null : "A yearly rate, zero or above"],
    ["borrowOf", borrowOf ? null : "One symbol and rate a line, as in TSLA.XNAS 0.03"],
    ["interest", notNegative(draft.interest) ? null : "A yearly rate, zero or above"],
    ["tickSize", notNegative(draft.tickSize) ? null : "Zero or above"],
    ["multiplier", positive(draft.multiplier) ? null : "A number above zero"],
    ["currency", /^[A-Z][A-Z0-9]{2,4}$/.test(draft.currency) ? null : "A code such as USD"],
    ["rates", readRates(draft.rates) ? null : "One currency and rate a line, as in EUR 1.08"],
    ["calendar", draft.calendar === "" || /^[A-Za-z0-9][A-Za-z0-9/_.-]{1,19}$/.test(draft.calendar) ? null : "A name such as XNYS"],
    ["actions", actions ? null : "One action a line, as in 2024-06-10 AAPL.XNAS split 4"],
    ["symbol", strange === undefined ? null : `${strange} is not among the data`],
    ...Object.entries(draft.contracts)
      .filter(([symbol]) => symbols.has(symbol))
      .map(([symbol, contract]): [string, string | null] => [`contract.${symbol}`, contractProblem(contract)]),
  ];
  return checks.filter((each): each is [string, string] => each[1] !== null);
}

function modelRequest({ model, arguments: typed }: ModelDraft, models: readonly Model[]): NonNullable<RunRequest["fee_model"]> | null {
  const fields = models.find(({ value }) => value === model)?.fields ?? [];
  if (model === "") {
    return null;
  }
  const given = fields.flatMap(({ name, kind = "number" }): [string, string | boolean][] => {
    const value = typed[name];
    if (typeof value !== "string") {
      return value === undefined ? [] : [[name, value]];
    }
    return value.trim() === "" ? [] : [[name, kind === "number" ? exact(value) : value.trim()]];
  });
  return { model, arguments: Object.fromEntries(given), tiers: [] };
}

function contractRequest(id: string, draft: ContractDraft): NonNullable<RunRequest["instruments"]>[number] {
  const ends = draft.type === "future" || draft.type === "option";
  const option = draft.type === "option";
  return {
    id,
    type: draft.type,
    currency: draft.currency,
    tick_size: exact(draft.tickSize),
    lot_size: exact(draft.lotSize),
    multiplier: exact(draft.multiplier),
    base: draft.base.trim() && (draft.type === "crypto" || draft.type === "forex") ? draft.base.trim() : null,
    underlying: ends ? draft.underlying.trim() : null,
    expiry: ends ? draft.expiry : null,
    strike: option ? exact(draft.strike) : null,
    right: option ? draft.right : null,
    cash_settled: option && draft.cashSettled,
    initial_margin: draft.type === "future" && draft.initialMargin.trim() ? exact(draft.initialMargin) : null,
  };
}

/** The request's part that conditions without problems make. */
export function furtherRequest(draft: FurtherDraft, data: readonly string[]) {
  const symbols = new Set(data.map(symbolOf));
  return {
    fee_model: modelRequest(draft.feeModel, FEE_MODELS),
    slippage_model: modelRequest(draft.slippageModel, SLIPPAGE_MODELS),
    maintenance: exact(draft.maintenance),
    borrow: exact(draft.borrow),
    borrow_of: readBorrow(draft.borrowOf) ?? {},
    interest: exact(draft.interest),
    intrabar: draft.intrabar,
    tick_size: exact(draft.tickSize),
    multiplier: exact(draft.multiplier),
    currency: draft.currency,
    rates: readRates(draft.rates) ?? {},
    convert: draft.convert,
    actions: draft.booked === "catalog" ? null : draft.booked === "none" ? [] : (readActions(draft.actions) ?? []),
    calendar: draft.calendar || null,
    instruments: Object.entries(draft.contracts)
      .filter(([symbol]) => symbols.has(symbol))
      .map(([symbol, contract]) => contractRequest(symbol, contract)),
  } satisfies Partial<RunRequest>;
}

function modelOf(asked: { [name: string]: unknown } | null | undefined, models: readonly Model[]): ModelDraft {
  const { model, ...rest } = asked ?? {};
  if (typeof model !== "string" || !models.some(({ value }) => value === model)) {
    return AS_ABOVE;
  }
  return { model, arguments: Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, typeof value === "boolean" ? value : String(value)])) };
}

const TYPES = ["equity", "index", "crypto", "forex", "future", "option"] as const;

function contractOf(row: Readonly<Record<string, string>>): ContractDraft {
  return {
    type: TYPES.find((type) => type === row["type"]) ?? "equity",
    currency: row["currency"] ?? "USD",
    tickSize: row["tick_size"] ?? "0.01",
    lotSize: row["lot_size"] ?? "1",
    multiplier: row["multiplier"] ?? "1",
    base: row["base"] ?? "",
    underlying: row["underlying"] ?? "",
    expiry: row["expiry"] ?? "",
    strike: row["strike"] ?? "",
    right: row["right"] === "put" ? "put" : "call",
    cashSettled: row["cash_settled"] === "yes",
    initialMargin: row["initial_margin"] ?? "",
  };
}

const lines = (rows: Readonly<Record<string, string | number>>): string => Object.entries(rows).map(([name, value]) => `${name} ${value}`).join("\n");

/** The draft that asks for the same conditions once more. */
export function furtherOf(asked: RunDetail["asked"]): FurtherDraft {
  const actions = asked.actions ?? [];
  return {
    feeModel: modelOf(asked.fee_model, FEE_MODELS),
    slippageModel: modelOf(asked.slippage_model, SLIPPAGE_MODELS),
    maintenance: String(asked.maintenance),
    borrow: String(asked.borrow),
    borrowOf: lines(asked.borrow_of ?? {}),
    interest: String(asked.interest ?? 0),
    intrabar: asked.intrabar === "optimistic" ? "optimistic" : "pessimistic",
    tickSize: String(asked.tick_size),
    multiplier: String(asked.multiplier),
    currency: asked.currency ?? "USD",
    rates: lines(asked.rates ?? {}),
    convert: asked.convert ?? true,
    booked: asked.actions === null || asked.actions === undefined ? "catalog" : actions.length === 0 ? "none" : "given",
    actions: actions.map(({ date, symbol, split, dividend }) => `${date} ${symbol}${split === 1 ? "" : ` split ${split}`}${dividend === 0 ? "" : ` dividend ${dividend}`}`).join("\n"),
    calendar: asked.calendar ?? "",
    contracts: Object.fromEntries((asked.instruments ?? []).map((row) => [row["id"] ?? "", contractOf(row)])),
  };
}

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
    ["maintenance", draft.maintenance, usual.maintenance], ["borrow", draft.borrow, usual.borrow], ["interest", draft.interest, usual.interest], ["tick", draft.tickSize, usual.tickSize],
    ["multiplier", draft.multiplier, usual.multiplier], ["currency", draft.currency, usual.currency], ["calendar", draft.calendar, usual.calendar],
    ["bars", draft.intrabar, usual.intrabar],
  ] as const;
  return [
    ...firstWords(asked),
    ...figures.filter(([, value, standard]) => value !== standard).map(([name, value]) => `${name} ${value}`),
    ...Object.entries(draft.contracts).map(([symbol, { type }]) => `${symbol} ${type}`),
    ...Object.entries(asked.rates ?? {}).map(([name, rate]) => `${name} at ${rate}`),
    ...Object.entries(asked.borrow_of ?? {}).map(([name, rate]) => `borrow of ${name} ${rate}`),
    ...(draft.booked === "catalog" ? [] : [draft.booked === "none" ? "no corporate actions" : `${(asked.actions ?? []).length} corporate action${asked.actions?.length === 1 ? "" : "s"}`]),
    ...(draft.convert ? [] : ["currencies kept"]),
  ];
}

/** A model with its figures, in words. */
export function modelWords(asked: { [name: string]: unknown } | null | undefined): string | null {
  const { model, ...rest } = asked ?? {};
  return typeof model === "string" ? [model.replaceAll("_", " "), ...Object.entries(rest).map(([name, value]) => `${name.replaceAll("_", " ")} ${String(value)}`)].join(", ") : null;
}
