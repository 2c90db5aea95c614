import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { cx } from "~/lib/cx";
import { type ButtonTone, buttonClass } from "./button";

const HOLD_MS = 600;
const ARMED_MS = 4000;

interface HoldButtonProps {
  children: ReactNode;
  /** What happens at the end of the hold, as a sentence: the button's description. */
  effect: string;
  onConfirm: () => void;
  tone?: ButtonTone;
  size?: "small" | "medium" | "large";
  disabled?: boolean;
  wrap?: boolean;
  className?: string;
}

/**
 * A button for what cannot be undone: held for 600 ms, by pointer, Space or Enter. Assistive technology sends
 * a bare click and cannot hold: there the first click arms and the second confirms.
 */
export function HoldButton({ children, effect, onConfirm, tone = "danger", size, disabled, wrap, className }: HoldButtonProps) {
  const [holding, setHolding] = useState(false);
  const [armed, setArmed] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const pressed = useRef(false);

  const stop = (): void => {
    clearTimeout(timer.current);
    setHolding(false);
  };
  const start = (): void => {
    if (disabled) {
      return;
    }
    pressed.current = true;
    clearTimeout(timer.current);
    setHolding(true);
    timer.current = setTimeout(() => {
      setHolding(false);
      onConfirm();
    }, HOLD_MS);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!armed) {
      return undefined;
    }
    const disarm = setTimeout(() => setArmed(false), ARMED_MS);
    return () => clearTimeout(disarm);
  }, [armed]);

  const isHoldKey = (event: KeyboardEvent): boolean => event.key === " " || event.key === "Enter";
  const onClick = (event: MouseEvent): void => {
    if (pressed.current || event.detail > 0) {
      pressed.current = false;
      return;
    }
    if (armed) {
      setArmed(false);
      onConfirm();
    } else {
      setArmed(true);
    }
  };

  return (
    <button
      type="button"
      disabled={disabled}
      data-holding={holding}
      title={`${effect} Hold for ${HOLD_MS} ms.`}
      aria-description={armed ? `${effect} Activate again to confirm.` : `${effect} Hold to confirm.`}
      className={cx(buttonClass(tone, size, wrap), "relative touch-none select-none overflow-hidden", className)}
      onPointerDown={(event) => event.button === 0 && start()}
      onPointerUp={stop}
      onPointerLeave={stop}
      onPointerCancel={stop}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (isHoldKey(event)) {
          event.preventDefault();
          if (!event.repeat) {
            start();
          }
        }
      }}
      onKeyUp={(event) => {
        if (isHoldKey(event)) {
          event.preventDefault();
          pressed.current = false;
          stop();
        }
      }}
      onBlur={stop}
      onClick={onClick}
    >
      <span aria-hidden="true" className="hold-fill absolute inset-0 bg-current opacity-25" />
      <span className="relative inline-flex items-center gap-1.5">{children}</span>
    </button>
  );
}
