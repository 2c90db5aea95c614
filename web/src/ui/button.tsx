import type { ButtonHTMLAttributes } from "react";
import { cx } from "~/lib/cx";

const TONES = {
  plain: "border-line bg-raised text-text hover:border-text-3",
  quiet: "border-transparent bg-transparent text-text-2 hover:bg-raised hover:text-text",
  primary: "border-transparent bg-accent text-on-accent hover:opacity-90",
  buy: "border-transparent bg-buy text-on-signal hover:opacity-90",
  sell: "border-transparent bg-sell text-on-signal hover:opacity-90",
  danger: "border-danger bg-transparent text-danger hover:tint-danger",
} as const;

const SIZES = {
  small: "h-6 px-2 text-12",
  medium: "h-8 px-3 text-13",
  large: "min-h-10 px-4 py-1.5 text-13",
} as const;

export type ButtonTone = keyof typeof TONES;

/** The look of a button, for links that stand beside buttons. `wrap` lets a long text take two lines. */
export function buttonClass(tone: ButtonTone = "plain", size: keyof typeof SIZES = "medium", wrap = false): string {
  return cx(
    "inline-flex items-center justify-center gap-1.5 rounded-md border font-semibold transition-colors",
    "disabled:cursor-not-allowed disabled:opacity-50",
    wrap ? "text-balance" : "whitespace-nowrap",
    TONES[tone],
    SIZES[size],
  );
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: ButtonTone;
  size?: keyof typeof SIZES;
  busy?: boolean;
  wrap?: boolean;
}

export function Button({ tone, size, wrap, busy = false, className, disabled, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      // oxlint-disable-next-line react/button-has-type -- the type is a prop with a safe default
      type={type}
      aria-busy={busy}
      disabled={disabled || busy}
      className={cx(buttonClass(tone, size, wrap), className)}
      {...rest}
    />
  );
}
