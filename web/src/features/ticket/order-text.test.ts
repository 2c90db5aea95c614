import { describe, expect, it } from "vitest";
import { EMPTY_DRAFT, readDraft } from "./draft";
import { type OrderContext, parseOrderText } from "./order-text";

const context: OrderContext = {
  instruments: [
    { id: "AAPL.XNAS", symbol: "AAPL" },
    { id: "BTC-USD.SYNTH", symbol: "BTC/USD" },
  ],
  groups: [{ id: "grp_all", name: "All five" }],
  accounts: [
    { id: "acc_growth", name: "Growth" },
    { id: "acc_funded", name: "Funded 50K" },
  ],
  receiver: "account:acc_growth",
};

function order(text: string) {
  const parsed = parseOrderText(text, context);
  if (parsed.kind !== "order") {
    throw new Error(`${text}: ${parsed.kind === "problem" ? parsed.problem : "not an order"}`);
  }
  return { ...readDraft(parsed.draft, parsed.instrument), instrument: parsed.instrument };
}

function problem(text: string): string {
  const parsed = parseOrderText(text, context);
  return parsed.kind === "problem" ? parsed.problem : parsed.kind;
}

describe("an order as text", () => {
  it("is a limit order to a group", () => {
    expect(order("buy 10 aapl limit 98.5 @all").request).toEqual({
      instrument: "AAPL.XNAS",
      side: "BUY",
      sizing: { by: "quantity", value: "10" },
      terms: { order_type: "LIMIT", limit_price: "98.5", time_in_force: "DAY" },
      group: "grp_all",
    });
  });
  it("goes to the chosen receiver at market when nothing else is said", () => {
    expect(order("sell 5 AAPL").request).toMatchObject({ side: "SELL", account: "acc_growth", terms: { order_type: "MARKET" } });
  });
  it("takes money, per cent and risk as a size", () => {
    expect(order("buy $500 aapl").request?.sizing).toEqual({ by: "notional", value: "500" });
    expect(order("buy 5% aapl").request?.sizing).toEqual({ by: "percent_of_equity", value: "5" });
    expect(order("buy risk 100 aapl sl 95").request?.sizing).toEqual({ by: "risk_amount", value: "100" });
  });
  it("makes a stop-limit of both prices in either order", () => {
    for (const text of ["buy 1 aapl stop 101 limit 102", "buy 1 aapl limit 102 stop 101"]) {
      expect(order(text).request?.terms).toMatchObject({ order_type: "STOP_LIMIT", stop_price: "101", limit_price: "102" });
    }
  });
  it("trails by an amount or by per cent", () => {
    expect(order("sell 1 aapl trail 1.5").request?.terms).toMatchObject({ order_type: "TRAILING_STOP", trail_amount: "1.5" });
    expect(order("sell 1 aapl trail 2%").request?.terms).toMatchObject({ trail_percent: "2" });
  });
  it("carries protection and validity", () => {
    expect(order("buy 1 aapl sl 95 tp 110 gtc @funded").request).toMatchObject({
      protection: { stop_price: "95", take_profit_price: "110" },
      terms: { time_in_force: "GTC" },
      account: "acc_funded",
    });
  });
  it("closes and targets", () => {
    expect(order("close aapl @all").request).toMatchObject({ side: null, sizing: { by: "close", value: "100" } });
    expect(order("target -50 aapl").request).toMatchObject({ side: null, sizing: { by: "target", value: "-50" } });
  });
  it("finds a symbol written without its slash", () => {
    expect(order("buy 0.25 btcusd").instrument).toBe("BTC-USD.SYNTH");
  });
  it("is none when it does not begin like one", () => {
    expect(parseOrderText("journal", context).kind).toBe("none");
    expect(parseOrderText("", context).kind).toBe("none");
  });
  it("says what it does not understand", () => {
    expect(problem("buy")).toContain("How many?");
    expect(problem("buy ten aapl")).toContain("not a size");
    expect(problem("buy 1e30 aapl")).toContain("not a size");
    expect(problem("buy -5 aapl")).toContain("above zero");
    expect(problem("buy 0 aapl")).toContain("not a size");
    expect(problem("buy 10 tsla")).toContain("No instrument");
    expect(problem("buy 10 aapl limit")).toContain("needs a price");
    expect(problem("buy 10 aapl limit NaN")).toContain("not a price");
    expect(problem("buy 10 aapl @nobody")).toContain("@allfive");
    expect(problem("buy 10 aapl please")).toContain("not understood");
  });
});

describe("a draft", () => {
  const draft = { side: "BUY", receiver: "group:grp_all", orderType: "LIMIT", sizingBy: "quantity", timeInForce: "DAY" } as const;
  const blank = { limitPrice: "", stopPrice: "", trail: "", trailBy: "amount", expiresAt: "", protect: false } as const;
  const rest = { protectStop: "", protectTrail: "", takeProfit: "" } as const;

  it("names what is missing before it says that anything is wrong", () => {
    expect(readDraft({ ...draft, ...blank, ...rest, size: "10" }, "AAPL.XNAS")).toEqual({
      request: null,
      problems: {},
      missing: "the limit price",
    });
  });
  it("refuses figures that are none", () => {
    const reading = readDraft({ ...draft, ...blank, ...rest, size: "1e30", limitPrice: "-3" }, "AAPL.XNAS");
    expect(Object.keys(reading.problems)).toEqual(["size", "limitPrice"]);
    expect(reading.request).toBeNull();
  });
});

describe("a close with exits", () => {
  const draft = { ...EMPTY_DRAFT, receiver: "account:a", sizingBy: "close" as const, size: "100", protect: true };

  it("protects what is held instead of closing it", () => {
    const { request } = readDraft({ ...draft, protectStop: "95" }, "AAPL.XNAS");
    expect(request).toMatchObject({ protects: true, protection: { stop_price: "95" }, side: null });
    expect(readDraft({ ...draft, protect: false }, "AAPL.XNAS").request).not.toHaveProperty("protects");
  });

  it("is not sent as a plain close while its exits are still to be written", () => {
    expect(readDraft(draft, "AAPL.XNAS")).toMatchObject({ request: null, missing: "a stop or a target: nothing is closed now" });
  });
});
