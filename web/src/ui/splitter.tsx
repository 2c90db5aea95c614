import type { KeyboardEvent, PointerEvent } from "react";
import { cx } from "~/lib/cx";

interface SplitterProps {
  label: string;
  /** Which way the line runs. */
  orientation: "vertical" | "horizontal";
  value: number;
  min: number;
  max: number;
  /** 1 when dragging right or down makes the value grow, −1 when it shrinks. */
  sense: 1 | -1;
  onChange: (value: number) => void;
}

const STEP = 16;

/** A line between two panes, moved by pointer or arrow keys. */
export function Splitter({ label, orientation, value, min, max, sense, onChange }: SplitterProps) {
  const vertical = orientation === "vertical";
  const clamp = (next: number): number => Math.round(Math.min(max, Math.max(min, next)));
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    const handle = event.currentTarget;
    const start = vertical ? event.clientX : event.clientY;
    handle.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent): void =>
      onChange(clamp(value + sense * ((vertical ? moved.clientX : moved.clientY) - start)));
    const stop = (): void => {
      handle.removeEventListener("pointermove", move);
      handle.removeEventListener("lostpointercapture", stop);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", stop);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps = { ArrowRight: vertical ? 1 : 0, ArrowLeft: vertical ? -1 : 0, ArrowDown: vertical ? 0 : 1, ArrowUp: vertical ? 0 : -1 };
    const step = steps[event.key as keyof typeof steps];
    if (step) {
      event.preventDefault();
      onChange(clamp(value + sense * step * STEP));
    }
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/no-noninteractive-tabindex -- a focusable separator is a widget in ARIA
    <div
      role="separator"
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      className={cx(
        "relative z-20 shrink-0 touch-none bg-line hover:bg-text-3 focus-visible:bg-focus",
        "after:absolute after:content-['']",
        vertical ? "w-px cursor-col-resize after:inset-y-0 after:-inset-x-1" : "h-px cursor-row-resize after:inset-x-0 after:-inset-y-1",
      )}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  );
}
