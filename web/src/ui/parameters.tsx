import { DecimalInput, Field, Input, Select } from "./field";

type Scalar = string | number | boolean;

/** A typed value with a range or choices, as whoever declared it wrote it. */
export interface ParameterField {
  name: string;
  kind: string | null;
  default: Scalar | null;
  low: Scalar | null;
  high: Scalar | null;
  step: Scalar | null;
  choices: readonly Scalar[];
  about: string;
}

export type ParameterTexts = Readonly<Record<string, string>>;

const TRUTHS = [
  { value: "true", label: "yes" },
  { value: "false", label: "no" },
] as const;

export const textOf = (value: Scalar | null): string => (value === null ? "" : String(value));

/** What is wrong with a text as this parameter's value; null when nothing is. */
export function parameterProblem(field: ParameterField, text: string): string | null {
  if (field.choices.length > 0 || field.kind === "bool" || field.kind === "str" || field.kind === null) {
    return null;
  }
  const whole = field.kind === "int";
  if (!(whole ? /^[+-]?\d{1,15}$/ : /^[+-]?(\d+\.?\d*|\.\d+)$/).test(text.trim())) {
    return whole ? "A whole number" : "A number such as 2.5";
  }
  const value = Number(text);
  if (typeof field.low === "number" && value < field.low) {
    return `At least ${field.low}`;
  }
  return typeof field.high === "number" && value > field.high ? `At most ${field.high}` : null;
}

/** "2 to 50, in steps of 3; bars of the fast average". */
function hintOf(field: ParameterField): string {
  const range = field.low !== null && field.high !== null ? `${textOf(field.low)} to ${textOf(field.high)}` : field.low !== null ? `from ${textOf(field.low)}` : field.high !== null ? `up to ${textOf(field.high)}` : "";
  return [range, field.about].filter(Boolean).join(" · ");
}

interface ParameterFieldsProps {
  fields: readonly ParameterField[];
  values: ParameterTexts;
  onChange: (name: string, text: string) => void;
  disabled?: boolean;
}

/** One control for each parameter: its default unless somebody typed something else. */
export function ParameterFields({ fields, values, onChange, disabled = false }: ParameterFieldsProps) {
  return (
    <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
      {fields.map((field) => {
        const text = values[field.name] ?? textOf(field.default);
        const choices = field.choices.length > 0 ? field.choices.map((each) => ({ value: textOf(each), label: textOf(each) })) : field.kind === "bool" ? TRUTHS : null;
        const Control = field.kind === "str" || field.kind === null ? Input : DecimalInput;
        return (
          <Field key={field.name} label={field.name} hint={hintOf(field)} problem={parameterProblem(field, text) ?? undefined}>
            {({ id, describedBy, invalid }) =>
              choices ? (
                <Select id={id} describedBy={describedBy} value={text} choices={choices} disabled={disabled} onChange={(value) => onChange(field.name, value)} />
              ) : (
                <Control id={id} describedBy={describedBy} invalid={invalid} value={text} maxLength={200} disabled={disabled} onChange={(event) => onChange(field.name, event.target.value)} />
              )
            }
          </Field>
        );
      })}
    </div>
  );
}
