import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { listInstruments, useBrokerTitle } from "~/api/brokers";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import type { AccountDetail } from "~/api/types";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";
import { toast } from "~/ui/toast";
import { InstrumentSearchBox } from "./instrument-search";

const MOST = 50;

/** Brings instruments of an account's broker into the workspace's list: found by a search, or by their exact symbols. */
export function InstrumentsDialog({ workspace, account, onClose }: { workspace: string; account: AccountDetail; onClose: () => void }) {
  const client = useQueryClient();
  const [text, setText] = useState("");
  const [picked, setPicked] = useState<readonly string[]>([]);
  const broker = useBrokerTitle(workspace)(account.broker);
  const symbols = [...new Set([...picked, ...text.toUpperCase().split(/[\s,;]+/).filter(Boolean)])];
  const turn = (pick: string) => setPicked((known) => (known.includes(pick) ? known.filter((each) => each !== pick) : [...known, pick]));
  const listing = useMutation({
    mutationFn: async () => {
      const listed = await listInstruments(workspace, account.id, symbols);
      await client.invalidateQueries({ queryKey: keys.workspace(workspace) });
      toast(`Listed ${listed.join(", ")}`);
    },
    onSuccess: onClose,
  });
  return (
    <Dialog title="List instruments" open top onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          listing.mutate();
        }}
      >
        <InstrumentSearchBox workspace={workspace} account={account.id} broker={broker} picked={picked} onPick={turn} />
        {picked.length > 0 && (
          <ul aria-label="Picked" className="flex flex-wrap gap-1">
            {picked.map((pick) => (
              <li key={pick} className="min-w-0">
                <Button size="small" aria-label={`Put ${pick} back`} onClick={() => turn(pick)}>
                  {pick} <span aria-hidden="true">×</span>
                </Button>
              </li>
            ))}
          </ul>
        )}
        <Field label={`Symbols at ${broker}`} hint="Exact ones, apart by commas: AAPL, BRK.B, BTC/USD" problem={symbols.length > MOST ? `At most ${MOST} at once` : undefined}>
          {({ id, describedBy, invalid }) => <Input id={id} describedBy={describedBy} invalid={invalid} value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
        {listing.error && <ProblemBox problem={Problem.from(listing.error)} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={symbols.length === 0 || symbols.length > MOST} busy={listing.isPending}>
            List
          </Button>
        </span>
      </form>
    </Dialog>
  );
}
