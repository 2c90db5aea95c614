import type { Stage } from "~/api/types";

export interface Bar {
  name: string;
  label: string;
  start: number;
  duration: number;
  /** Where the bar lies on the axis, in parts of it. */
  left: number;
  width: number;
  /** The bar runs on beyond the axis. */
  clipped: boolean;
}

interface Axis {
  bars: Bar[];
  ticks: { at: number; left: number }[];
  end: number;
}

const CLIP_FACTOR = 2.5;
const LEAST = 0.007;
const STEPS = [1, 2, 5];

function step(end: number): number {
  const rough = end / 10;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  return (STEPS.find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
}

/**
 * Stages on a millisecond axis. An order that rested for minutes would squeeze everything before it to a line, so the
 * axis ends at two and a half times the acknowledgement and the wait for the fill is drawn as running on.
 */
export function layOut(stages: readonly Stage[]): Axis {
  const read = stages.map((stage) => ({ ...stage, start: Number(stage.start_ms), duration: Math.max(0, Number(stage.duration_ms)) }));
  const endOf = (names: (name: string) => boolean): number =>
    Math.max(0, ...read.filter(({ name }) => names(name)).map(({ start, duration }) => start + duration));
  const full = endOf(() => true);
  const sent = endOf((name) => name !== "filled");
  const end = Math.max(0.1, sent > 0 ? Math.min(full, sent * CLIP_FACTOR) : full);
  const bars = read.map(({ name, label, start, duration }): Bar => {
    const left = Math.min(1 - LEAST, start / end);
    return { name, label, start, duration, left, width: Math.min(1 - left, Math.max(LEAST, duration / end)), clipped: start + duration > end * 1.001 };
  });
  const size = step(end);
  const ticks = Array.from({ length: Math.floor(end / size + 1e-9) + 1 }, (_, index) => ({ at: index * size, left: (index * size) / end }));
  return { bars, ticks, end };
}
