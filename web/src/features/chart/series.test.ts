import type { UTCTimestamp } from "lightweight-charts";
import { describe, expect, it } from "vitest";
import type { Bar, Fill, Order, Quote } from "~/api/types";
import type { DecimalText } from "~/lib/decimal";
import { chartBars, fillMarks, grow, movingAverage, rangeWith, workingLines } from "./series";

const bar = (start: string, close: DecimalText): Bar => ({ start, open: "10", high: "12", low: "9", close, volume: "5" });
const quote = (occurred_at: string, last: DecimalText | null): Quote => ({ occurred_at, last }) as Quote;

describe("chart series", () => {
  const bars = chartBars([bar("2012-03-01T14:35:00Z", "11"), bar("2012-03-01T14:30:00Z", "10")]);
  const last = bars.at(-1)!;

  it("stand in order of time, once each", () => {
    expect(bars.map(({ close }) => close)).toEqual([10, 11]);
    expect(chartBars([bar("2012-03-01T14:30:00Z", "10"), bar("2012-03-01T14:30:00Z", "12")])).toHaveLength(1);
  });
  it("take a quote into the present bar, or begin the next one", () => {
    const one = grow([], bars, quote("2012-03-01T14:36:00Z", "13"), 300);
    expect(one).toEqual([{ ...last, high: 13, close: 13 }]);
    const two = grow(one, bars, quote("2012-03-01T14:41:00Z", "14"), 300);
    expect(two.at(-1)).toMatchObject({ time: last.time + 300, open: 14 });
    const three = grow(two, bars, quote("2012-03-01T14:43:00Z", "12"), 300);
    expect(three).toHaveLength(2);
    expect(three.at(-1)).toMatchObject({ open: 14, high: 14, low: 12, close: 12 });
    expect(grow([], bars, quote("2012-03-01T14:51:00Z", "13"), 300).at(-1)?.time).toBe(last.time + 900);
  });
  it("leave out quotes that are older or empty", () => {
    expect(grow([], bars, quote("2012-03-01T14:31:00Z", "13"), 300)).toEqual([]);
    expect(grow([], bars, quote("2012-03-01T14:36:00Z", null), 300)).toEqual([]);
    expect(grow([], [], quote("2012-03-01T14:36:00Z", "13"), 300)).toEqual([]);
  });
  it("average the last closes", () => {
    const closes = [1, 2, 3, 4].map((close, index) => ({ ...last, time: index as UTCTimestamp, close }));
    expect(movingAverage(closes, 2).map(({ value }) => value)).toEqual([1.5, 2.5, 3.5]);
  });
  it("put fills on their bar, once for each side, and drop those beyond it", () => {
    const fill = (occurred_at: string): Fill => ({ occurred_at, side: "BUY", quantity: "4" }) as unknown as Fill;
    expect(fillMarks([fill("2012-03-01T14:37:00Z"), fill("2012-03-01T14:38:00Z"), fill("2026-01-01T00:00:00Z"), fill("2012-03-01T14:00:00Z")], bars, 300)).toEqual([
      { time: last.time, side: "BUY" },
    ]);
  });
  it("make room for working lines that are near, not for those far off", () => {
    const range = { minValue: 600, maxValue: 610 };
    expect(rangeWith(range, [595, 618, 400, 900])).toEqual({ minValue: 595, maxValue: 618 });
    expect(rangeWith(range, [])).toEqual(range);
  });
  it("draw one line where several accounts work at one price", () => {
    const order = (leaves: DecimalText): Order =>
      ({ side: "BUY", leaves_quantity: leaves, terms: { order_type: "LIMIT", limit_price: "402.10", time_in_force: "DAY" } }) as unknown as Order;
    expect(workingLines([order("48"), order("22")])).toEqual([
      { key: "BUY limit 402.10", price: 402.1, side: "BUY", title: "Buy 70 · limit" },
    ]);
  });
});
