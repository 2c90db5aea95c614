import type { RunDetail, RunRequest } from "~/api/types";
import { exact, notNegative, positive, readActions, readBorrow, readRates, readSettlements } from "./condition-tables";
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
  european: boolean;
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
  cashInterest: string;
  intrabar: "pessimistic" | "optimistic";
  tickSize: string;
  multiplier: string;
  currency: string;
  rates: string;
  convert: boolean;
  booked: "catalog" | "none" | "given";
  actions: string;
  calendar: string;
  settlements: string;
  contracts: Readonly<Record<string, ContractDraft>>;
}

const AS_ABOVE: ModelDraft = { model: "", arguments: {} };

export const EMPTY_FURTHER: FurtherDraft = {
  feeModel: AS_ABOVE, slippageModel: AS_ABOVE, maintenance: "0.25", borrow: "0", borrowOf: "", interest: "0", cashInterest: "0", intrabar: "pessimistic", tickSize: "0", multiplier: "1",
  currency: "USD", rates: "", convert: true, booked: "catalog", actions: "", calendar: "", settlements: "", contracts: {},
};

export const NEW_CONTRACT: ContractDraft = {
  type: "equity", currency: "USD", tickSize: "0.01", lotSize: "1", multiplier: "1", base: "", underlying: "", expiry: "", strike: "", right: "call", cashSettled: false, european: false, initialMargin: "",
};

export const symbolOf = (series: string): string => series.split("@")[0] ?? series;

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
  const settlements = readSettlements(draft.settlements);
  const strange = [...(actions ?? []).map(({ symbol }) => symbol), ...Object.keys({ ...borrowOf, ...settlements })].find((symbol) => !symbols.has(symbol));
  const checks: [string, string | null][] = [
    ["feeModel", modelProblem(draft.feeModel, FEE_MODELS)],
    ["slippageModel", modelProblem(draft.slippageModel, SLIPPAGE_MODELS)],
    ["maintenance", notNegative(draft.maintenance) && Number(draft.maintenance) <= 1 ? null : "A share from 0 to 1"],
    ["borrow", notNegative(draft.borrow) ? null : "A yearly rate, zero or above"],
    ["borrowOf", borrowOf ? null : "One symbol and rate a line, as in TSLA.XNAS 0.03"],
    ["interest", notNegative(draft.interest) ? null : "A yearly rate, zero or above"],
    ["cashInterest", notNegative(draft.cashInterest) ? null : "A yearly rate, zero or above"],
    ["settlements", settlements ? null : "One option and value a line, as in SPXJ.XCBO 4512.33"],
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
    european: option && draft.european,
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
    cash_interest: exact(draft.cashInterest),
    intrabar: draft.intrabar,
    tick_size: exact(draft.tickSize),
    multiplier: exact(draft.multiplier),
    currency: draft.currency,
    rates: readRates(draft.rates) ?? {},
    convert: draft.convert,
    actions: draft.booked === "catalog" ? null : draft.booked === "none" ? [] : (readActions(draft.actions) ?? []),
    calendar: draft.calendar || null,
    settlements: readSettlements(draft.settlements) ?? {},
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
    european: row["european"] === "yes",
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
    cashInterest: String(asked.cash_interest ?? 0),
    intrabar: asked.intrabar === "optimistic" ? "optimistic" : "pessimistic",
    tickSize: String(asked.tick_size),
    multiplier: String(asked.multiplier),
    currency: asked.currency ?? "USD",
    rates: lines(asked.rates ?? {}),
    convert: asked.convert ?? true,
    booked: asked.actions === null || asked.actions === undefined ? "catalog" : actions.length === 0 ? "none" : "given",
    actions: actions.map(({ date, symbol, split, dividend }) => `${date} ${symbol}${split === 1 ? "" : ` split ${split}`}${dividend === 0 ? "" : ` dividend ${dividend}`}`).join("\n"),
    calendar: asked.calendar ?? "",
    settlements: lines(asked.settlements ?? {}),
    contracts: Object.fromEntries((asked.instruments ?? []).map((row) => [row["id"] ?? "", contractOf(row)])),
  };
}
