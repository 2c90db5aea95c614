import { describe, expect, it } from "vitest";
import { direction, formatAmount, formatAny, formatFigure, groupDigits } from "./format";

describe("figures", () => {
  it("show money as money and other units as nouns", () => {
    expect(formatAmount("4200200.6302625", "INR")).toBe("₹42,00,200.63");
    expect(formatAmount("0.5", "BTC")).toBe("0.50000000 BTC");
    expect(formatAmount("4", "orders")).toBe("4 orders");
    expect(formatAmount("29.5", "orders/min")).toBe("29.5 orders/min");
  });
  it("keep the places of the tick", () => {
    expect(formatFigure("402.1", { places: 2 })).toBe("402.10");
    expect(formatFigure("1.084123", { places: 5 })).toBe("1.08412");
  });
  it("round half up without going through a float", () => {
    expect(formatFigure("1.005", { places: 2 })).toBe("1.01");
    expect(formatFigure("0.1000000000000000055511151231257827", { places: 20 })).toBe("0.10000000000000000555");
  });
  it("show a sign where it is asked for, and never on zero", () => {
    expect(formatFigure("1284.1", { signed: true, places: 2 })).toBe("+1,284.10");
    expect(formatFigure("-970", { signed: true, places: 2 })).toBe("−970.00");
    expect(formatFigure("-0.001", { signed: true, places: 2 })).toBe("0.00");
    expect(formatFigure("0", { signed: true })).toBe("0");
  });
  it("group rupees the Indian way and dollars by thousands", () => {
    expect(formatFigure("4218330", { currency: "INR", places: 0 })).toBe("₹42,18,330");
    expect(formatFigure("123456789.5", { currency: "INR" })).toBe("₹12,34,56,789.50");
    expect(formatFigure("612480.22", { currency: "USD" })).toBe("$612,480.22");
    expect(formatFigure("-12.5", { currency: "USD", signed: true })).toBe("−$12.50");
  });
  it("name a currency that has no sign of its own", () => {
    expect(formatFigure("10", { currency: "CHF" })).toBe("10.00 CHF");
    expect(formatFigure("1200", { currency: "JPY" })).toBe("¥1,200");
  });
  it("say that a number is not known", () => {
    expect(formatFigure(null)).toBe("–");
    expect(formatFigure("NaN")).toBe("–");
  });
  it("keep a 40-digit quantity whole", () => {
    expect(formatFigure("1234567890123456789012345678901234567890")).toBe(
      "1,234,567,890,123,456,789,012,345,678,901,234,567,890",
    );
  });
});

describe("a rule's figures", () => {
  it("are cut to a readable length and left alone when they are words", () => {
    expect(formatAny("0.00010652507026557519")).toBe("0.000107");
    expect(formatAny("1830.75")).toBe("1,830.75");
    expect(formatAny("AAPL, IBM")).toBe("AAPL, IBM");
    expect(formatAny("")).toBe("–");
  });
});

describe("grouping", () => {
  it("leaves three digits alone", () => {
    expect(groupDigits("999", true)).toBe("999");
    expect(groupDigits("1000", true)).toBe("1,000");
    expect(groupDigits("100000", true)).toBe("1,00,000");
    expect(groupDigits("100000", false)).toBe("100,000");
  });
});

describe("direction", () => {
  it("follows what is shown, not what is hidden by rounding", () => {
    expect(direction("-0.001", 2)).toBe(0);
    expect(direction("-0.01", 2)).toBe(-1);
    expect(direction("3")).toBe(1);
  });
});
