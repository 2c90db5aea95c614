import type { UTCTimestamp } from "lightweight-charts";
import type { Bar, Fill, Order, Quote } from "~/api/types";
import { sum } from "~/lib/decimal";

/** The chart's edge: the one place where prices become numbers. */
export interface ChartBar {
  time: UTCTimestamp;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

export function chartBars(bars: readonly Bar[]): ChartBar[] {
  const byTime = new Map<number, ChartBar>();
  for (const { start, open, high, low, close, volume } of bars) {
    const time = Math.floor(Date.parse(start) / 1000) as UTCTimestamp;
    byTime.set(time, { time, open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: Number(volume) });
  }
  return [...byTime.values()].toSorted((one, two) => one.time - two.time);
}

/** The last bar with a quote in it, or the next bar when the quote lies beyond it; null when it is older. */
function withQuote(last: ChartBar, quote: Quote, seconds: number): ChartBar | null {
  const price = Number(quote.last);
  const at = Date.parse(quote.occurred_at) / 1000;
  if (quote.last === null || !Number.isFinite(price) || at < last.time) {
    return null;
  }
  if (at < last.time + seconds) {
    return { ...last, close: price, high: Math.max(last.high, price), low: Math.min(last.low, price) };
  }
  const start = last.time + Math.floor((at - last.time) / seconds) * seconds;
  return { time: start as UTCTimestamp, open: price, high: price, low: price, close: price, volume: 0 };
}

/** Bars that quotes make on top of those fetched, grown by one more quote; the same array where it changes nothing. */
export function grow(live: readonly ChartBar[], bars: readonly ChartBar[], quote: Quote, seconds: number): readonly ChartBar[] {
  const last = live.at(-1) ?? bars.at(-1);
  const next = last && withQuote(last, quote, seconds);
  if (!next) {
    return live;
  }
  return live.at(-1)?.time === next.time ? [...live.slice(0, -1), next] : [...live, next];
}

/** Simple moving average of the closes. */
export function movingAverage(bars: readonly ChartBar[], length: number): { time: UTCTimestamp; value: number }[] {
  const points: { time: UTCTimestamp; value: number }[] = [];
  let total = 0;
  bars.forEach((bar, index) => {
    total += bar.close - (bars[index - length]?.close ?? 0);
    if (index >= length - 1) {
      points.push({ time: bar.time, value: total / length });
    }
  });
  return points;
}

export interface Mark {
  time: UTCTimestamp;
  side: "BUY" | "SELL";
}

/** Fills on the bar in which they happened, one mark per bar and side; those outside the bars shown are left out. */
export function fillMarks(fills: readonly Fill[], bars: readonly ChartBar[], seconds: number): Mark[] {
  const marks = new Map<string, Mark>();
  for (const fill of fills) {
    const at = Date.parse(fill.occurred_at) / 1000;
    const bar = bars.findLast(({ time }) => time <= at);
    if (bar && at < bar.time + seconds) {
      marks.set(`${bar.time} ${fill.side}`, { time: bar.time, side: fill.side });
    }
  }
  return [...marks.values()].toSorted((one, two) => one.time - two.time);
}

export interface WorkingLine {
  key: string;
  price: number;
  side: "BUY" | "SELL";
  title: string;
}

/** The range of prices drawn, with each line in it that lies no further off than the range is high. */
export function rangeWith(range: { minValue: number; maxValue: number }, lines: readonly number[]): { minValue: number; maxValue: number } {
  const reach = range.maxValue - range.minValue;
  const near = lines.filter((price) => price >= range.minValue - reach && price <= range.maxValue + reach);
  return { minValue: Math.min(range.minValue, ...near), maxValue: Math.max(range.maxValue, ...near) };
}

/** One line per side and price, however many accounts work there. */
export function workingLines(orders: readonly Order[]): WorkingLine[] {
  const groups = new Map<string, { order: Order; price: string; word: string; quantities: string[] }>();
  for (const order of orders) {
    const { limit_price, stop_price } = order.terms;
    const levels = [
      ["limit", limit_price],
      ["stop", stop_price],
    ] as const;
    for (const [word, price] of levels) {
      if (price) {
        const key = `${order.side} ${word} ${price}`;
        const group = groups.get(key) ?? { order, price, word, quantities: [] };
        group.quantities.push(order.leaves_quantity);
        groups.set(key, group);
      }
    }
  }
  return [...groups].map(([key, { order, price, word, quantities }]) => ({
    key,
    price: Number(price),
    side: order.side,
    title: `${order.side === "BUY" ? "Buy" : "Sell"} ${sum(quantities).toString()} · ${word}`,
  }));
}
