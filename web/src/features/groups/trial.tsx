import { useQuery } from "@tanstack/react-query";
import { type ComponentType, useState } from "react";
import { groupPreviewQuery } from "~/api/groups";
import { instrumentsQuery } from "~/api/market";
import { Problem } from "~/api/problem";
import type { GroupRequest, IntentRequest, Preview, Side } from "~/api/types";
import { decimalText, parseDecimal } from "~/lib/decimal";
import { useDebounced } from "~/lib/use-debounced";
import { DecimalInput, Field, Select } from "~/ui/field";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { type GroupForm, readGroup } from "./policies";

interface TrialProps {
  workspace: string;
  form: GroupForm;
  PreviewBox: ComponentType<{ preview: Preview; stale?: boolean }>;
}

const SIDES: readonly { value: Side; label: string }[] = [
  { value: "BUY", label: "Buy" },
  { value: "SELL", label: "Sell" },
];

/** What the group, as it stands in the form, would do with an order: the desk's own allocation, nothing is sent. */
export function Trial({ workspace, form, PreviewBox }: TrialProps) {
  const { data: instruments = [] } = useQuery(instrumentsQuery(workspace));
  const [side, setSide] = useState<Side>("BUY");
  const [size, setSize] = useState("100");
  const [stop, setStop] = useState("");
  const [chosen, setChosen] = useState("");
  const instrument = chosen || instruments[0]?.id;
  const quantity = parseDecimal(size);
  const protectStop = parseDecimal(stop);
  const { group, problem } = readGroup(form);
  const intent: IntentRequest | null =
    instrument && quantity?.gt(0) && group
      ? {
          instrument,
          side,
          sizing: { by: "quantity", value: decimalText(quantity) },
          terms: { order_type: "MARKET", time_in_force: "DAY" },
          ...(protectStop?.gt(0) ? { protection: { stop_price: decimalText(protectStop) } } : {}),
        }
      : null;
  const settled = useDebounced(JSON.stringify({ group, intent }), 200);
  const asked = JSON.parse(settled) as { group: GroupRequest | null; intent: IntentRequest | null };
  const preview = useQuery(groupPreviewQuery(workspace, asked.intent ? asked.group : null, asked.intent));
  return (
    <Card title="Try it">
      <div className="grid grid-cols-1 gap-3">
        <p className="text-text-2">What an order would become in each account. Nothing is sent.</p>
        <div className="grid grid-cols-2 gap-2 sm:grid-cols-4">
          <Field label="Side">{({ id }) => <Select id={id} value={side} choices={SIDES} onChange={setSide} />}</Field>
          <Field label="Quantity">{({ id }) => <DecimalInput id={id} value={size} onChange={(event) => setSize(event.target.value)} />}</Field>
          <Field label="Instrument">
            {({ id }) => (
              <Select id={id} value={instrument ?? ""} choices={instruments.map((each) => ({ value: each.id, label: each.symbol }))} onChange={setChosen} />
            )}
          </Field>
          <Field label="Stop">{({ id }) => <DecimalInput id={id} value={stop} placeholder="none" onChange={(event) => setStop(event.target.value)} />}</Field>
        </div>
        {problem && <p className="text-text-2">{problem}.</p>}
        {preview.error && intent && <ProblemBox problem={Problem.from(preview.error)} />}
        {preview.data && intent && !preview.error && <PreviewBox preview={preview.data} stale={preview.isPlaceholderData} />}
      </div>
    </Card>
  );
}
