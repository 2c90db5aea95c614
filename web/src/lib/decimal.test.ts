import { describe, expect, it } from "vitest";
import { parseDecimal, placesOf, sum } from "./decimal";

describe("decimals", () => {
  it("add up exactly", () => {
    expect(sum(["0.1", "0.2", null, "0.3"]).toString()).toBe("0.6");
  });
  it("refuse exponents, words and endless digits", () => {
    for (const text of ["1e30", "NaN", "Infinity", "", " ", "1,5", "0x10", "9".repeat(60)]) {
      expect(parseDecimal(text)).toBeNull();
    }
  });
  it("take a real minus and a bare point", () => {
    expect(parseDecimal("−.5")?.toString()).toBe("-0.5");
    expect(parseDecimal(" 98.50 ")?.toString()).toBe("98.5");
  });
  it("multiply long prices without losing digits", () => {
    expect(parseDecimal("12345678901234567890.12345678")?.times("1.00000001").toString()).toBe(
      "12345679024691356902.4691356812345678",
    );
  });
  it("know the places of a tick", () => {
    expect(placesOf("0.05")).toBe(2);
    expect(placesOf("1")).toBe(0);
    expect(placesOf("0.00010")).toBe(4);
    expect(placesOf(null)).toBeUndefined();
  });
});
