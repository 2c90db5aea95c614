import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId } from "react";
import { cx } from "~/lib/cx";

const CONTROL =
  "w-full min-w-0 rounded-md border border-line bg-ground px-2.5 text-13 text-text placeholder:text-text-3 hover:border-text-3 disabled:opacity-50 aria-[invalid=true]:border-danger";

interface FieldProps {
  label: string;
  /** Beside the control or, on one line of its own, above it. */
  layout?: "row" | "stack";
  hint?: ReactNode;
  problem?: string | undefined;
  children: (ids: { id: string; describedBy: string | undefined; invalid: boolean }) => ReactNode;
}

/** A label, its control and what is wrong with it, tied together for every reader. */
export function Field({ label, layout = "stack", hint, problem, children }: FieldProps) {
  const id = useId();
  const note = `${id}-note`;
  const hasNote = Boolean(hint || problem);
  const control = children({ id, describedBy: hasNote ? note : undefined, invalid: Boolean(problem) });
  return (
    <div className={layout === "row" ? "grid grid-cols-[68px_1fr] items-center gap-x-2" : "grid gap-1"}>
      <label htmlFor={id} className="text-text-2">
        {label}
      </label>
      {control}
      {hasNote && (
        <p id={note} className={cx("text-12", layout === "row" && "col-start-2 pt-0.5", problem ? "text-danger" : "text-text-3")}>
          {problem ?? hint}
        </p>
      )}
    </div>
  );
}

interface InputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "prefix"> {
  invalid?: boolean;
  describedBy?: string | undefined;
  /** Shown inside, at the right end. */
  suffix?: ReactNode;
}

export function Input({ invalid = false, describedBy, suffix, className, ...rest }: InputProps) {
  const input = (
    <input
      aria-invalid={invalid}
      aria-describedby={describedBy}
      autoComplete="off"
      spellCheck={false}
      className={cx(CONTROL, "h-8", suffix ? "pr-24" : "", className)}
      {...rest}
    />
  );
  if (!suffix) {
    return input;
  }
  return (
    <span className="relative block min-w-0">
      {input}
      <span className="pointer-events-none absolute inset-y-0 right-2.5 flex items-center text-12 text-text-3">{suffix}</span>
    </span>
  );
}

/** A decimal typed by hand: text with a number keypad on phones, never `type=number`, which speaks floats. */
export function DecimalInput(props: InputProps) {
  return <Input inputMode="decimal" {...props} className={cx("tabular-nums", props.className)} />;
}

interface Choice<Value extends string = string> {
  value: Value;
  label: string;
  disabled?: boolean;
}

interface SelectProps<Value extends string> extends Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange" | "value"> {
  value: Value;
  choices: readonly (Choice<Value> | { group: string; choices: readonly Choice<Value>[] })[];
  onChange: (value: Value) => void;
  invalid?: boolean;
  describedBy?: string | undefined;
}

/** The platform's own select: keyboard, phone wheel and screen reader come with it. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { value, choices, onChange, invalid = false, describedBy, className, ...rest } = props;
  const option = (choice: Choice<Value>) => (
    <option key={choice.value} value={choice.value} disabled={choice.disabled}>
      {choice.label}
    </option>
  );
  return (
    <select
      value={value}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      className={cx(CONTROL, "select-arrow h-8 appearance-none pr-7", className)}
      onChange={(event) => onChange(event.target.value as Value)}
      {...rest}
    >
      {choices.map((entry) =>
        "group" in entry ? (
          <optgroup key={entry.group} label={entry.group}>
            {entry.choices.map((choice) => option(choice))}
          </optgroup>
        ) : (
          option(entry)
        ),
      )}
    </select>
  );
}

export function TextArea({ className, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <textarea spellCheck={false} className={cx(CONTROL, "min-h-28 py-2 font-mono text-12", className)} {...rest} />;
}

interface CheckProps {
  label: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

export function Check({ label, checked, onChange, disabled }: CheckProps) {
  return (
    <label className="inline-flex items-center gap-2 text-text">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        className="size-4 accent-accent"
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}
