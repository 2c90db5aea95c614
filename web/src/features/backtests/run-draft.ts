import type { Parameter, RunDetail, RunRequest } from "~/api/types";
import { type DecimalText, parseDecimal } from "~/lib/decimal";
import type { ParameterTexts } from "~/ui/parameters";
import { parameterProblem } from "~/ui/parameters";
import { EMPTY_FURTHER, type FurtherDraft, furtherOf, furtherProblems, furtherRequest } from "./further";
import { readValues, valuesProblem } from "./grid";

/** A run as it is being written. */
export interface RunDraft {
  strategy: string;
  version: number | null;
  className: string | null;
  data: readonly string[];
  start: string;
  end: string;
  cash: string;
  fee: string;
  percent: string;
  slippage: string;
  fill: "next_open" | "close" | "quote";
  leverage: string;
  shorting: boolean;
  participation: string;
  lotSize: string;
  adjust: "usual" | "raw" | "split" | "total";
  compile: "auto" | "always" | "never";
  seed: string;
  timeLimit: string;
  memory: string;
  sweeping: boolean;
  values: ParameterTexts;
  /** Values of a sweep by parameter; a parameter without any keeps its one value. */
  grid: ParameterTexts;
  further: FurtherDraft;
}

export const PERCENT = "percent";

export const EMPTY_RUN: RunDraft = {
  strategy: "",
  version: null,
  className: null,
  data: [],
  start: "",
  end: "",
  cash: "100000",
  fee: PERCENT,
  percent: "0.05",
  slippage: "0.02",
  fill: "next_open",
  leverage: "1",
  shorting: true,
  participation: "",
  lotSize: "0",
  adjust: "usual",
  compile: "auto",
  seed: "0",
  timeLimit: "300",
  memory: "4",
  sweeping: false,
  values: {},
  grid: {},
  further: EMPTY_FURTHER,
};

/** The draft that asks for the same run once more. */
export function draftOf(run: RunDetail): RunDraft {
  const { asked } = run;
  const percent = /^\d/.test(asked.fee);
  return {
    ...EMPTY_RUN,
    strategy: run.strategy,
    version: asked.version,
    className: asked.class_name,
    data: asked.data,
    start: asked.start ?? "",
    end: asked.end ?? "",
    cash: String(asked.cash),
    fee: percent ? PERCENT : asked.fee,
    percent: percent ? asked.fee : EMPTY_RUN.percent,
    slippage: String(asked.slippage),
    fill: asked.fill === "close" || asked.fill === "quote" ? asked.fill : "next_open",
    leverage: String(asked.leverage),
    shorting: asked.shorting,
    participation: asked.participation === null ? "" : String(asked.participation),
    lotSize: String(asked.lot_size),
    adjust: asked.adjust === "raw" || asked.adjust === "split" || asked.adjust === "total" ? asked.adjust : "usual",
    compile: asked.compile === "always" || asked.compile === "never" ? asked.compile : "auto",
    seed: String(asked.seed),
    timeLimit: String(asked.time_limit),
    memory: String(asked.memory),
    sweeping: Object.keys(asked.grid).length > 0,
    values: asked.parameters,
    grid: Object.fromEntries(Object.entries(asked.grid).map(([name, values]) => [name, values.join(", ")])),
    further: furtherOf(asked),
  };
}

const MOST_COMBINATIONS = 10_000;

/** How many runs a sweep is. */
export function combinations(draft: RunDraft): number {
  return Object.values(draft.grid).reduce((product, text) => product * (text.trim() ? (readValues(text)?.length ?? 0) : 1), 1);
}

const positive = (text: string): boolean => Boolean(parseDecimal(text)?.gt(0));
const notNegative = (text: string): boolean => {
  const parsed = parseDecimal(text);
  return parsed !== null && !parsed.lt(0);
};
const decimal = (text: string): DecimalText => (parseDecimal(text)?.toString() ?? "0") as DecimalText;

/** What keeps the draft from being sent, by field; empty when nothing does. */
export function problemsOf(draft: RunDraft, parameters: readonly Parameter[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const check = (field: string, good: boolean, problem: string): void => void (good || found.set(field, problem));
  check("strategy", draft.strategy !== "", "Choose a strategy");
  check("data", draft.data.length > 0, "Choose at least one instrument");
  check("end", !draft.start || !draft.end || draft.start < draft.end, "The run ends before it begins");
  check("cash", positive(draft.cash), "An amount above zero");
  check("percent", draft.fee !== PERCENT || notNegative(draft.percent), "A number of percent");
  check("slippage", notNegative(draft.slippage), "A number of percent");
  check("leverage", positive(draft.leverage), "A number above zero");
  check("participation", draft.participation.trim() === "" || (positive(draft.participation) && Number(draft.participation) <= 1), "A share above 0 and at most 1");
  check("lotSize", notNegative(draft.lotSize), "Zero or above");
  check("seed", /^\d{1,10}$/.test(draft.seed), "A whole number");
  check("timeLimit", /^\d{1,4}$/.test(draft.timeLimit) && Number(draft.timeLimit) >= 1 && Number(draft.timeLimit) <= 3600, "1 to 3600 seconds");
  check("memory", positive(draft.memory) && Number(draft.memory) >= 1 && Number(draft.memory) <= 64, "1 to 64 GB");
  for (const [field, problem] of furtherProblems(draft.further, draft.data)) {
    check(field, false, problem);
  }
  for (const field of parameters) {
    const text = draft.values[field.name];
    const values = draft.grid[field.name] ?? "";
    if (draft.sweeping && values.trim()) {
      const problem = valuesProblem(field, values);
      check(`grid.${field.name}`, problem === null, problem ?? "");
    } else if (text !== undefined) {
      const problem = parameterProblem(field, text);
      check(`value.${field.name}`, problem === null, problem ?? "");
    }
  }
  if (draft.sweeping) {
    const runs = combinations(draft);
    check("grid", runs > 1 && runs <= MOST_COMBINATIONS, runs > 1 ? `At most ${MOST_COMBINATIONS.toLocaleString("en-US")} combinations` : "Give some parameter more than one value");
  }
  return found;
}

/** The request that a draft without problems makes. */
export function requestOf(draft: RunDraft, parameters: readonly Parameter[]): RunRequest {
  const known = new Set(parameters.map(({ name }) => name));
  const swept = draft.sweeping ? Object.entries(draft.grid).filter(([name, text]) => known.has(name) && text.trim()) : [];
  const varied = new Set(swept.map(([name]) => name));
  return {
    strategy: draft.strategy,
    version: draft.version,
    class_name: draft.className,
    data: [...draft.data],
    start: draft.start || null,
    end: draft.end || null,
    cash: decimal(draft.cash),
    fee: draft.fee === PERCENT ? decimal(draft.percent) : draft.fee,
    slippage: decimal(draft.slippage),
    fill: draft.fill,
    leverage: decimal(draft.leverage),
    shorting: draft.shorting,
    participation: draft.participation.trim() ? decimal(draft.participation) : null,
    lot_size: decimal(draft.lotSize),
    adjust: draft.adjust === "usual" ? null : draft.adjust,
    compile: draft.compile,
    seed: Number(draft.seed),
    time_limit_s: Number(draft.timeLimit),
    memory_gb: decimal(draft.memory),
    parameters: Object.fromEntries(Object.entries(draft.values).filter(([name]) => known.has(name) && !varied.has(name))),
    grid: Object.fromEntries(swept.map(([name, text]) => [name, readValues(text) ?? []])),
    ...furtherRequest(draft.further, draft.data),
  };
}
