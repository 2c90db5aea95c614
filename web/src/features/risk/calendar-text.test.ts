import { describe, expect, it } from "vitest";
import { calendarText, windowsOf } from "./calendar-text";

describe("the calendar of releases", () => {
  it("is written as the lines that it is read from", () => {
    const events = [
      { at: "2026-12-10T13:30:00Z", title: 'Prices, "core"', instruments: ["ES", "NQ"] },
      { at: "2026-12-11T13:30:00Z", title: "Rates", instruments: [] },
    ];
    expect(calendarText(events)).toBe('2026-12-10T13:30:00Z, "Prices, ""core""", ES NQ\n2026-12-11T13:30:00Z, Rates');
  });
  it("tells by the market's clock which window is open, ends included", () => {
    const events = [{ at: "2026-12-10T13:30:00Z", title: "Rates", instruments: [] }];
    const quiet = [{ account: "a", name: "A", before: "60", after: "30" } as const];
    const state = (now: string) => windowsOf({ events, quiet, now })[0]?.state;
    expect(state("2026-12-10T13:28:59Z")).toBe("ahead");
    expect(state("2026-12-10T13:29:00Z")).toBe("now");
    expect(state("2026-12-10T13:30:30Z")).toBe("now");
    expect(state("2026-12-10T13:30:31Z")).toBe("past");
    expect(windowsOf({ events, quiet: [], now: "2026-12-10T13:30:00Z" })[0]?.state).toBe("ahead");
  });
});
