import { describe, expect, it } from "vitest";
import { EMPTY_DRAFT } from "./draft";
import { readSizeRequest } from "./size-request";

describe("what the size is asked for", () => {
  const draft = { ...EMPTY_DRAFT, receiver: "account:growth", protectStop: "95", takeProfit: "110" };

  it("is the very order on the ticket with its stop, whatever size was written", () => {
    const limit = { ...draft, orderType: "LIMIT" as const, limitPrice: "100", size: "nonsense", sizingBy: "notional" as const };
    expect(readSizeRequest(limit, "AAPL.XNAS", "500", "risk_amount").request).toMatchObject({
      account: "growth",
      side: "BUY",
      terms: { order_type: "LIMIT", limit_price: "100" },
      stop: "95",
      take_profit: "110",
      risk_amount: "500",
    });
    expect(readSizeRequest(draft, "AAPL.XNAS", "0.5", "risk_percent").request).toMatchObject({ risk_percent: "0.5" });
  });
  it("says what is missing", () => {
    const missing = (change: object, risk = "500", by: "risk_amount" | "risk_percent" = "risk_amount") => readSizeRequest({ ...draft, ...change }, "AAPL.XNAS", risk, by).missing;
    expect(missing({ receiver: "group:all" })).toContain("Choose one account");
    expect(missing({ orderType: "LIMIT" })).toContain("the limit price");
    expect(missing({ protectStop: "" })).toContain("stop loss");
    expect(missing({ protectStop: "x" })).toContain("cannot be read");
    expect(missing({}, "")).toContain("may be lost");
    expect(missing({}, "-5")).toContain("above zero");
    expect(missing({}, "101", "risk_percent")).toContain("100 per cent");
  });
});
