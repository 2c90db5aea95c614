import { describe, expect, it } from "vitest";
import type { RunDetail } from "~/api/types";
import { readActions, readBorrow, readRates, readSettlements } from "./condition-tables";
import { EMPTY_FURTHER, type FurtherDraft, NEW_CONTRACT, furtherOf, furtherProblems, furtherRequest } from "./further";
import { furtherWords } from "./further-words";

const DATA = ["ESZ6.XCME@1D", "AAPL.XNAS@1D"];
const WHOLE: FurtherDraft = {
  ...EMPTY_FURTHER,
  feeModel: { model: "ibkr_tiered", arguments: { monthly_volume: "400000", by_volume: true } },
  slippageModel: { model: "spread", arguments: { points: "0.04" } },
  borrowOf: "AAPL.XNAS 0.03",
  rates: "EUR 1.08\nUSDJPY USDJPY.FX@1D",
  booked: "given",
  actions: "2024-06-10 AAPL.XNAS split 4 dividend 0.25",
  calendar: "XNYS",
  cashInterest: "0.04",
  settlements: "AAPL.XNAS 101.5",
  contracts: { "ESZ6.XCME": { ...NEW_CONTRACT, type: "future", underlying: "SPX", expiry: "2026-12-18", multiplier: "50", initialMargin: "12000" }, "GONE.XNAS": NEW_CONTRACT },
};

/** What the server keeps of a request. */
function kept(draft: FurtherDraft): RunDetail["asked"] {
  const { fee_model, slippage_model, actions, instruments, ...rest } = furtherRequest(draft, DATA);
  const flat = (model: typeof fee_model) => model && { model: model.model, ...model.arguments };
  const rows = instruments.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null).map(([name, value]) => [name, name === "cash_settled" || name === "european" ? (value ? "yes" : "no") : String(value)])));
  const first = { leverage: 1, shorting: true, participation: null, lot_size: 0, adjust: null, seed: 0 };
  return { ...first, ...rest, fee_model: flat(fee_model), slippage_model: flat(slippage_model), instruments: rows, actions: actions?.map((one) => ({ ...one, split: Number(one.split), dividend: Number(one.dividend) })) ?? null } as unknown as RunDetail["asked"];
}

describe("further conditions", () => {
  it("are asked for, and come back as the same draft", () => {
    const request = furtherRequest(WHOLE, DATA);
    expect(request.fee_model).toEqual({ model: "ibkr_tiered", arguments: { monthly_volume: "400000", by_volume: true }, tiers: [] });
    expect(request.actions).toEqual([{ date: "2024-06-10", symbol: "AAPL.XNAS", split: "4", dividend: "0.25" }]);
    expect(request.rates).toEqual({ EUR: "1.08", USDJPY: "USDJPY.FX@1D" });
    expect([request.cash_interest, request.settlements]).toEqual(["0.04", { "AAPL.XNAS": "101.5" }]);
    expect(request.instruments.map(({ id, type, initial_margin, strike }) => [id, type, initial_margin, strike])).toEqual([["ESZ6.XCME", "future", "12000", null]]);
    const { "ESZ6.XCME": future } = WHOLE.contracts;
    expect(furtherOf(kept(WHOLE))).toEqual({ ...WHOLE, contracts: { "ESZ6.XCME": future } });
    expect(furtherOf(kept(EMPTY_FURTHER))).toEqual(EMPTY_FURTHER);
  });
  it("say in words what is not usual, and nothing else", () => {
    expect(furtherWords(kept(EMPTY_FURTHER))).toEqual([]);
    expect(furtherWords(kept({ ...EMPTY_FURTHER, calendar: "XNYS", booked: "none", convert: false }))).toEqual(["calendar XNYS", "no corporate actions", "currencies kept"]);
    expect(furtherWords(kept({ ...EMPTY_FURTHER, cashInterest: "0.04", settlements: "AAPL.XNAS 101.5" }))).toEqual(["interest on idle cash 0.04", "AAPL.XNAS settled at 101.5"]);
    const told = { ...kept({ ...EMPTY_FURTHER, interest: "0.06" }), leverage: 2, shorting: false, participation: 0.1, lot_size: 10, adjust: "raw", seed: 7 };
    expect(furtherWords(told)).toEqual(["leverage 2", "no shorts", "participation 0.1", "lots of 10", "prices as traded", "seed 7", "interest 0.06"]);
  });
  it("have problems by field", () => {
    const wrong: FurtherDraft = {
      ...WHOLE, feeModel: { model: "per_share", arguments: { amount: "" } }, maintenance: "2", currency: "x", rates: "EUR cheap", borrowOf: "TSLA.XNAS 0.1", actions: "soon",
      contracts: { "ESZ6.XCME": { ...NEW_CONTRACT, type: "option", underlying: "SPX", expiry: "2026-12-18" } },
    };
    expect(furtherProblems(wrong, DATA).map(([field]) => field)).toEqual(["feeModel", "maintenance", "currency", "rates", "actions", "symbol", "contract.ESZ6.XCME"]);
    expect(furtherProblems(WHOLE, DATA)).toEqual([]);
    const unsettled = { ...WHOLE, cashInterest: "-1", settlements: "AAPL.XNAS none" };
    expect(furtherProblems(unsettled, DATA).map(([field]) => field)).toEqual(["cashInterest", "settlements"]);
    expect(furtherProblems({ ...WHOLE, settlements: "TSLA.XNAS 5" }, DATA)).toEqual([["symbol", "TSLA.XNAS is not among the data"]]);
  });
  it("are read from tables of text", () => {
    expect(readActions("2024-06-10 aapl.xnas split 4\n\n2024-08-09, AAPL.XNAS, dividend, .25")?.map(({ symbol, dividend }) => [symbol, dividend])).toEqual([["AAPL.XNAS", "0"], ["AAPL.XNAS", "0.25"]]);
    expect(["2024-06-10 A", "2024-06-10 A split", "2024-06-10 A split 0", "2024-13-45 A split 2"].map(readActions)).toEqual([null, null, null, null]);
    expect([readRates("EUR"), readRates("EUR 0"), readRates("eur 1"), readBorrow("A -1"), readBorrow("A"), readSettlements("A 0")]).toEqual([null, null, null, null, null, null]);
  });
});
