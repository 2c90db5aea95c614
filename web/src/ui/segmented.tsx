import { ToggleGroup } from "radix-ui";
import { cx } from "~/lib/cx";

interface SegmentedProps<Value extends string> {
  label: string;
  value: Value;
  choices: readonly { value: Value; label: string; tone?: "buy" | "sell" }[];
  onChange: (value: Value) => void;
  size?: "small" | "medium";
}

const ON = { buy: "data-[state=on]:tint-buy data-[state=on]:text-buy", sell: "data-[state=on]:tint-sell data-[state=on]:text-sell" };

/** A few choices of which one holds: sides, timeframes, themes. */
export function Segmented<Value extends string>({ label, value, choices, onChange, size = "medium" }: SegmentedProps<Value>) {
  const wide = size === "medium";
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => next && onChange(next as Value)}
      className={cx("flex", wide ? "w-full overflow-hidden rounded-md border border-line" : "gap-0.5")}
    >
      {choices.map((choice) => (
        <ToggleGroup.Item
          key={choice.value}
          value={choice.value}
          className={cx(
            "text-text-3 hover:text-text",
            wide ? "h-8 flex-1 border-l border-line px-2 font-semibold first:border-l-0" : "h-6 rounded-sm px-1.5 text-12",
            choice.tone ? ON[choice.tone] : "data-[state=on]:bg-raised data-[state=on]:text-text",
          )}
        >
          {choice.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
