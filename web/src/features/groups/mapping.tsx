import { useState } from "react";
import type { Instrument } from "~/api/types";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Select } from "~/ui/field";
import { Icon } from "~/ui/icon";

interface MappingProps {
  account: string;
  instruments: readonly Instrument[];
  mapped: Readonly<Record<string, string>>;
  onChange: (mapped: Record<string, string>) => void;
}

/** What an account trades instead of an intent's instrument, such as MNQ for NQ. */
export function Mapping({ account, instruments, mapped, onChange }: MappingProps) {
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const symbol = (id: string): string => instruments.find((each) => each.id === id)?.symbol ?? id;
  const pairs = Object.entries(mapped);
  const choices = [{ value: "", label: "Choose…" }, ...instruments.map((each) => ({ value: each.id, label: each.symbol }))];
  const words = pairs.length === 0 ? "as sent" : pairs.map(([one, other]) => `${symbol(one)} → ${symbol(other)}`).join(", ");
  return (
    <>
      <Button size="small" tone="quiet" aria-label={`Instruments of ${account}: ${words}`} onClick={() => setOpen(true)}>
        <span className="max-w-40 truncate">{words}</span>
      </Button>
      <Dialog open={open} title={`What ${account} trades instead`} onClose={() => setOpen(false)} footer={<Button onClick={() => setOpen(false)}>Done</Button>}>
        <div className="grid grid-cols-1 gap-3">
          <p className="text-text-2">An order in the first instrument becomes one in the second here; quantities follow the contracts’ multipliers.</p>
          <ul aria-label="Mapped instruments" className="grid gap-1">
            {pairs.map(([one, other]) => (
              <li key={one} className="flex items-center gap-2">
                <span className="flex-1">
                  {symbol(one)} → {symbol(other)}
                </span>
                <Button
                  size="small"
                  tone="quiet"
                  aria-label={`Trade ${symbol(one)} as sent`}
                  onClick={() => onChange(Object.fromEntries(pairs.filter(([each]) => each !== one)))}
                >
                  <Icon name="close" size={14} />
                </Button>
              </li>
            ))}
            {pairs.length === 0 && <li className="text-text-3">Everything is traded as it is sent.</li>}
          </ul>
          <div className="grid grid-cols-[1fr_1fr_auto] items-end gap-2">
            <Field label="Instead of">{({ id }) => <Select id={id} value={from} choices={choices} onChange={setFrom} />}</Field>
            <Field label="Trade">{({ id }) => <Select id={id} value={to} choices={choices} onChange={setTo} />}</Field>
            <Button
              disabled={!from || !to || from === to}
              onClick={() => {
                onChange({ ...mapped, [from]: to });
                setFrom("");
                setTo("");
              }}
            >
              Add
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}
