import { describe, expect, it } from "vitest";
import type { CatalogEntry, Limits } from "~/api/types";
import { limitsFrom, problemOf, valuesOf } from "./limit-values";

const entry = (name: string, kind: CatalogEntry["kind"]): CatalogEntry => ({ name, kind, rule: "", label: name, unit: "", section: "" });
const ENTRIES = [
  entry("max_daily_loss", "money"),
  entry("max_open_orders", "count"),
  entry("drawdowns", "drawdowns"),
  entry("contract_limits", "contracts"),
  entry("trading_hours", "hours"),
  entry("warn_at", "fractions"),
  entry("require_stop", "flag"),
  entry("denied_instruments", "instruments"),
  entry("on_breach", "choice"),
];
const LIMITS: Limits = {
  max_daily_loss: "1000.5",
  max_open_orders: 4,
  drawdowns: [{ amount: "2500", basis: "trailing_intraday", lock: "50100" }],
  contract_limits: [{ limit: "5", weights: { MES: "0.1" }, other: null }],
  trading_hours: [{ windows: [{ start: "17:00:00", end: "15:10:00", zone: "America/Chicago", days: [0, 6] }] }],
  warn_at: ["0.5", "0.9"],
  require_stop: true,
  denied_instruments: ["AAPL.XNAS"],
  on_breach: "flatten_and_lock",
  currency: "USD",
};

describe("limits in a form", () => {
  it("come back as they were", () => {
    const values = valuesOf(LIMITS, ENTRIES);
    expect(values["trading_hours"]).toBe("17:00-15:10 America/Chicago mon sun");
    expect(limitsFrom(values, ENTRIES, LIMITS)).toEqual({
      ...LIMITS,
      trading_hours: [{ windows: [{ start: "17:00", end: "15:10", zone: "America/Chicago", days: [0, 6] }] }],
    });
  });

  it("say what is wrong", () => {
    const wrong: [string, CatalogEntry["kind"]][] = [
      ["-5", "money"],
      ["1e5", "money"],
      ["1.5", "count"],
      ["0", "count"],
      ["2000 sometimes", "drawdowns"],
      ["9-17 Mars", "hours"],
      ["09:00-10:00 Europe/Berlin xyz", "hours"],
    ];
    for (const [text, kind] of wrong) {
      expect(problemOf(text, entry("x", kind)), text).toBeTruthy();
    }
    expect(problemOf("", entry("x", "money"))).toBeUndefined();
    expect(problemOf("2000 static", entry("x", "drawdowns"))).toBeUndefined();
  });

  it("are null where nothing is typed", () => {
    expect(limitsFrom({ max_daily_loss: " " }, [entry("max_daily_loss", "money")], {})).toEqual({ max_daily_loss: null, currency: "" });
  });
});
