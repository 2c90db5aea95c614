import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { ruleName } from "~/api/checks";
import { Problem } from "~/api/problem";
import { sizeQuery } from "~/api/risk";
import type { Instrument, SizeAnswer, SizeRequest } from "~/api/types";
import { cx } from "~/lib/cx";
import { placesOf } from "~/lib/decimal";
import { useTicketRisk } from "~/lib/ticket-risk";
import { useDebounced } from "~/lib/use-debounced";
import { Button } from "~/ui/button";
import { DecimalInput, Field, Select } from "~/ui/field";
import { Figure } from "~/ui/number";
import { Skeleton } from "~/ui/skeleton";
import type { Draft } from "./draft";
import { readSizeRequest } from "./size-request";

const DEBOUNCE_MS = 180;

interface SizeHelperProps {
  workspace: string;
  draft: Draft;
  instrument: Instrument | undefined;
  /** The currency of the account that the order goes to. */
  currency: string | undefined;
  edit: (change: Partial<Draft>) => void;
}

/** What the answer says of its size: what it loses, what it brings, and which rule made it smaller. */
function Answer({ answer, instrument, stale, onUse }: { answer: SizeAnswer; instrument: Instrument; stale: boolean; onUse: () => void }) {
  const { quantity, wanted, risk, notional, currency, entry, reward, limited_by: rule, message, at_stops: stops } = answer;
  const none = quantity === "0";
  return (
    <div role="status" aria-label="Size for this risk" aria-busy={stale} className={cx("grid gap-1 text-12 text-text-2", stale && "opacity-60")}>
      <p>
        {none ? (
          <b className="font-semibold text-text">No quantity fits. </b>
        ) : (
          <>
            <b className="font-semibold text-text">
              <Figure value={quantity} /> {instrument.symbol}
            </b>{" "}
            worth <Figure value={notional} currency={currency} /> loses <Figure value={risk} currency={currency} /> from{" "}
            <Figure value={entry} places={placesOf(instrument.tick_size)} /> to the stop.
          </>
        )}
        {reward && (
          <>
            {" "}
            The target brings <Figure value={reward} /> R.
          </>
        )}
      </p>
      {rule && (
        <p>
          <b className="font-semibold text-text">{ruleName(rule)}</b> {none ? "lets none pass" : "makes it smaller"}; the risk alone would allow <Figure value={wanted} />. {message}
        </p>
      )}
      {none && !rule && <p>One lot would lose more than that.</p>}
      {stops && (
        <p>
          If every stop fills, <Figure value={stops.left} currency={currency} why="The distance cannot be reckoned" /> are left to {stops.floor.toLowerCase()}.
        </p>
      )}
      <Button size="small" className="justify-self-start" disabled={none || stale} onClick={onUse}>
        Use {none ? "it" : quantity}
      </Button>
    </div>
  );
}

function Reckoned({ workspace, request, instrument, onUse }: { workspace: string; request: SizeRequest; instrument: Instrument; onUse: (quantity: string) => void }) {
  const written = JSON.stringify(request);
  const settled = useDebounced(written, DEBOUNCE_MS);
  const { data, error, isPlaceholderData } = useQuery(sizeQuery(workspace, JSON.parse(settled) as SizeRequest));
  if (error) {
    return (
      <p role="alert" className="text-12 text-danger">
        {Problem.from(error).message}
      </p>
    );
  }
  if (!data) {
    return <Skeleton className="h-12 w-full" />;
  }
  return <Answer answer={data} instrument={instrument} stale={settled !== written || isPlaceholderData} onUse={() => onUse(data.quantity)} />;
}

/** The largest quantity of the written order that loses no more than a risk at its stop, and that every rule lets pass. */
export function SizeHelper({ workspace, draft, instrument, currency, edit }: SizeHelperProps) {
  const { open, by, risk, change } = useTicketRisk();
  const body = useId();
  const { request, missing } = readSizeRequest(draft, instrument?.id ?? null, risk, by);
  return (
    <section className="grid gap-2">
      <div className="grid grid-cols-[68px_1fr] items-center gap-x-2">
        <Button
          tone="quiet"
          size="small"
          className="col-start-2 justify-self-start"
          aria-expanded={open}
          aria-controls={body}
          onClick={() => {
            change({ open: !open });
            if (!open) {
              edit({ protect: true });
            }
          }}
        >
          {open ? "Hide the size from risk" : "Size from risk…"}
        </Button>
      </div>
      <div id={body} hidden={!open} className="grid gap-2 rounded-md border border-line p-2.5">
        <Field label="May lose" layout="row">
          {({ id, describedBy, invalid }) => (
            <span className="grid grid-cols-[1fr_104px] gap-1.5">
              <DecimalInput id={id} describedBy={describedBy} invalid={invalid} value={risk} onChange={(event) => change({ risk: event.target.value })} />
              <Select
                aria-label="May lose in"
                value={by}
                choices={[
                  { value: "risk_amount", label: currency ?? "money" },
                  { value: "risk_percent", label: "% of equity" },
                ]}
                onChange={(next) => change({ by: next })}
              />
            </span>
          )}
        </Field>
        {open && request && instrument ? (
          <Reckoned workspace={workspace} request={request} instrument={instrument} onUse={(quantity) => edit({ sizingBy: "quantity", size: quantity, protect: true })} />
        ) : (
          <p className="text-12 text-text-2">{missing}</p>
        )}
      </div>
    </section>
  );
}
