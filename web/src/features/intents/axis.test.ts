import { describe, expect, it } from "vitest";
import { layOut } from "./axis";

const stage = (name: string, start_ms: number, duration_ms: number) => ({
  name,
  label: name,
  start_ms: `${start_ms}` as const,
  duration_ms: `${duration_ms}` as const,
});

describe("the waterfall's axis", () => {
  it("runs to the end of the last stage", () => {
    const { bars, end, ticks } = layOut([stage("received", 0, 1), stage("acknowledged", 1, 19), stage("filled", 20, 20)]);
    expect(end).toBe(40);
    expect(bars.map(({ left }) => left)).toEqual([0, 0.025, 0.5]);
    expect(bars.some(({ clipped }) => clipped)).toBe(false);
    expect(ticks.map(({ at }) => at)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40]);
  });
  it("cuts the wait of a resting order, and says so", () => {
    const { bars, end } = layOut([stage("received", 0, 1), stage("acknowledged", 1, 9), stage("filled", 10, 600_000)]);
    expect(end).toBe(25);
    expect(bars.at(-1)).toMatchObject({ left: 0.4, width: 0.6, clipped: true });
  });
  it("keeps a stage of no length visible and inside", () => {
    const { bars } = layOut([stage("received", 0, 10), stage("allocated", 10, 0)]);
    expect(bars[1]!.width).toBeGreaterThan(0);
    expect(bars[1]!.left + bars[1]!.width).toBeLessThanOrEqual(1);
  });
  it("stands an intent that has no stage yet", () => {
    expect(layOut([]).bars).toEqual([]);
  });
});
