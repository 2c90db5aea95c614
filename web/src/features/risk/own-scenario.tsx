import { useState } from "react";
import { type DecimalText, decimalText, parseDecimal } from "~/lib/decimal";
import { Button } from "~/ui/button";
import { DecimalInput, Field } from "~/ui/field";

/** Asks for a move of one's own in per cent, to be played on what is held. */
export function OwnScenario({ label, onPlay }: { label: string; onPlay: (percent: DecimalText) => void }) {
  const [text, setText] = useState("");
  const move = parseDecimal(text);
  const possible = move !== null && !move.lt(-100) && !move.gt(1000);
  return (
    <form
      className="px-4 pb-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (move && possible) {
          onPlay(decimalText(move));
        }
      }}
    >
      <Field label={label} problem={text !== "" && !possible ? "From −100 to 1,000 per cent." : undefined}>
        {({ id, describedBy, invalid }) => (
          <span className="grid max-w-64 grid-cols-[1fr_auto] gap-2">
            <DecimalInput id={id} describedBy={describedBy} invalid={invalid} suffix="%" value={text} onChange={(event) => setText(event.target.value)} />
            <Button type="submit" disabled={!possible}>
              Play
            </Button>
          </span>
        )}
      </Field>
    </form>
  );
}
