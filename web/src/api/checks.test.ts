import { describe, expect, it } from "vitest";
import { orderState, orderTerms, workedHere } from "./checks";
import type { Order, Terms } from "./types";

const terms = (changes: Partial<Terms>): Terms => ({ order_type: "MARKET", time_in_force: "GTC", ...changes });
const order = (changes: Partial<Order>): Order =>
  ({ status: "WORKING", pending: "none", in_doubt: false, filled_quantity: "0", terms: terms({}), asked: null, level: null, ...changes }) as Order;

describe("an order that the desk works for its broker", () => {
  it("is held by the desk until it is due", () => {
    expect(orderState(order({ status: "HELD" }))).toBe("held by desk");
    expect(orderState(order({}))).toBe("working");
  });

  it("shows what was asked, not what is sent for it", () => {
    expect(orderTerms(order({ asked: terms({ order_type: "STOP", stop_price: "95" }) }))).toBe("stop 95");
    expect(orderTerms(order({}))).toBe("market");
  });

  it("is marked where the broker was sent something else, not where it works the same", () => {
    const stop = terms({ order_type: "STOP", stop_price: "95" });
    expect(workedHere(order({ asked: stop }))).toBe(true);
    expect(workedHere(order({ asked: stop, terms: stop }))).toBe(false);
    expect(workedHere(order({ asked: stop, status: "HELD" }))).toBe(false);
    expect(workedHere(order({}))).toBe(false);
  });

  it("shows where a trailing stop stands now", () => {
    const trail = terms({ order_type: "TRAILING_STOP", trail_amount: "2" });
    expect(orderTerms(order({ status: "HELD", terms: trail, asked: trail, level: "98.5" }))).toBe("trailing stop 2, now 98.5");
    expect(orderTerms(order({ status: "HELD", terms: trail, asked: trail }))).toBe("trailing stop 2");
  });
});
