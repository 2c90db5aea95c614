import { useState } from "react";
import { useBrokerTitle } from "~/api/brokers";
import { Problem } from "~/api/problem";
import type { AccountDetail } from "~/api/types";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";
import { InstrumentSearchBox } from "./instrument-search";
import { MOST_LISTED, Picked, useListing, usePicked } from "./picked";

/** Brings instruments of an account's broker into the workspace's list: found by a search, or by their exact symbols. */
export function InstrumentsDialog({ workspace, account, onClose }: { workspace: string; account: AccountDetail; onClose: () => void }) {
  const [text, setText] = useState("");
  const { picked, turn } = usePicked();
  const broker = useBrokerTitle(workspace)(account.broker);
  const symbols = [...new Set([...picked, ...text.toUpperCase().split(/[\s,;]+/).filter(Boolean)])];
  const listing = useListing(workspace, account.id, onClose);
  return (
    <Dialog title="List instruments" open top onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          listing.mutate(symbols);
        }}
      >
        <InstrumentSearchBox workspace={workspace} account={account.id} broker={broker} picked={picked} onPick={turn} />
        <Picked picked={picked} onTurn={turn} />
        <Field label={`Symbols at ${broker}`} hint="Exact ones, apart by commas: AAPL, BRK.B, BTC/USD" problem={symbols.length > MOST_LISTED ? `At most ${MOST_LISTED} at once` : undefined}>
          {({ id, describedBy, invalid }) => <Input id={id} describedBy={describedBy} invalid={invalid} value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
        {listing.error && <ProblemBox problem={Problem.from(listing.error)} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={symbols.length === 0 || symbols.length > MOST_LISTED} busy={listing.isPending}>
            List
          </Button>
        </span>
      </form>
    </Dialog>
  );
}
