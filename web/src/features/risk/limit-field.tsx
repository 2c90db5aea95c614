import type { CatalogEntry } from "~/api/types";
import { DecimalInput, Field, Input, Select, TextArea } from "~/ui/field";

interface LimitFieldProps {
  entry: CatalogEntry;
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}

const CHOICES: Readonly<Record<string, readonly { value: string; label: string }[]>> = {
  on_breach: [
    { value: "", label: "Deny entries" },
    { value: "reduce_only", label: "Reduce only" },
    { value: "flatten_and_lock", label: "Flatten and lock" },
  ],
  lock_until: [
    { value: "", label: "The next session" },
    { value: "released", label: "Somebody releases it" },
  ],
};

const HINTS: Readonly<Record<string, string>> = {
  drawdowns: "One a line: 2500 trailing_intraday 50100",
  trading_hours: "09:30-16:00 America/New_York mon tue wed thu fri",
  warn_at: "Such as 0.5 0.9; empty: 0.7 0.9",
};

/** The control that fits a limit's kind. */
export function LimitField({ entry, value, problem, onChange }: LimitFieldProps) {
  const { name, kind, label, unit } = entry;
  return (
    <Field label={label} problem={problem} hint={HINTS[name]}>
      {({ id, describedBy, invalid }) => {
        const shared = { id, describedBy, invalid };
        if (kind === "flag") {
          return (
            <Select
              {...shared}
              value={value}
              choices={[
                { value: "", label: "Not asked for" },
                { value: "yes", label: "On every entry" },
              ]}
              onChange={onChange}
            />
          );
        }
        if (kind === "choice") {
          return <Select {...shared} value={value} choices={CHOICES[name] ?? []} onChange={onChange} />;
        }
        if (kind === "drawdowns" || kind === "hours") {
          return <TextArea id={id} aria-describedby={describedBy} aria-invalid={invalid} value={value} onChange={(event) => onChange(event.target.value)} />;
        }
        if (kind === "instruments" || kind === "fractions") {
          return <Input {...shared} value={value} onChange={(event) => onChange(event.target.value)} />;
        }
        return <DecimalInput {...shared} suffix={unit || "money"} value={value} onChange={(event) => onChange(event.target.value)} />;
      }}
    </Field>
  );
}
