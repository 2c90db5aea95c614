import { ruleName } from "~/api/checks";
import type { AllocationPreview, Preview } from "~/api/types";
import { Badge } from "~/ui/badge";
import { Figure } from "~/ui/number";
import { cx } from "~/lib/cx";
import { BrokerMargin } from "./broker-margin";
import { type MarginQuestion, type MarginState, marginState } from "./margin-state";

interface AllocationProps {
  row: AllocationPreview;
  mixed: boolean;
  margin: MarginState | null;
}

function Allocation({ row, mixed, margin }: AllocationProps) {
  const { name, side, quantity, currency, allowed, denial, note, cost, cost_currency, buying_power_after, sent_ago, emulated, at_stops: stops } = row;
  const repeated = sent_ago != null;
  const details = `${side === "SELL" ? "Sell" : "Buy"}, ${side === "SELL" ? "brings" : "cost"} ${cost ?? "not known"} ${cost_currency}, buying power after ${buying_power_after ?? "not known"} ${currency}`;
  return (
    <li className="grid grid-cols-[1fr_auto_64px] items-center gap-x-3 border-t border-line px-2.5 py-1.5 first:border-t-0" title={details}>
      <span className="flex min-w-0 items-center gap-1.5">
        <span className="truncate">{name}</span>
        {mixed && <Badge>{currency}</Badge>}
      </span>
      <Figure value={quantity} />
      <span className={cx("text-right text-12", allowed ? "text-gain" : denial && !repeated ? "text-danger" : "text-text-3")}>
        {allowed ? "allowed" : repeated ? "sent" : denial ? "denied" : "nothing"}
      </span>
      {cost && allowed && (
        <span className="col-span-3 flex flex-wrap gap-x-2 text-12 text-text-3">
          <span>
            {side === "SELL" ? "brings" : "cost"} <Figure value={cost} currency={cost_currency} />
          </span>
          <span>
            leaves <Figure value={buying_power_after} currency={currency} why="The buying power after this order cannot be reckoned" />
          </span>
        </span>
      )}
      {margin && <BrokerMargin margin={margin} />}
      {stops && allowed && (
        <span className="col-span-3 text-12 text-text-3">
          if every stop fills, <Figure value={stops.left} currency={currency} why="The distance cannot be reckoned" /> left to {stops.floor.toLowerCase()}
          {stops.unprotected.length > 0 && <span className="text-warn">, without a stop: {stops.unprotected.join(", ")}</span>}
        </span>
      )}
      {denial && !repeated && (
        <p className="col-span-3 pt-0.5 text-12 text-text-2">
          <b className="font-semibold text-text">{ruleName(denial.rule)}.</b> {denial.message}
          {denial.would_pass && denial.would_pass !== "0" && !denial.message?.includes("would pass") && (
            <b className="font-semibold text-text"> {denial.would_pass} would pass.</b>
          )}
        </p>
      )}
      {note && <p className="col-span-3 text-12 text-text-3">{note}</p>}
      {emulated && emulated.length > 0 && (
        <ul aria-label={`Done by the desk in ${name}`} className="col-span-3 grid gap-0.5 pt-0.5 text-12 text-text-2">
          {emulated.map(({ part, text }) => (
            <li key={part}>
              <b className="font-semibold text-text">By the desk.</b> {text}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

interface PreviewBoxProps {
  preview: Preview;
  stale?: boolean;
  /** What the brokers were asked beside it, where they are. */
  margin?: MarginQuestion;
}

/** Every account an order would reach: its quantity after rounding, what it costs, and whether the rules let it out. */
export function PreviewBox({ preview, stale = false, margin }: PreviewBoxProps) {
  const mixed = new Set(preview.allocations.map(({ currency }) => currency)).size > 1;
  return (
    <div className={cx("transition-opacity", stale && "opacity-60")} aria-busy={stale}>
      <ul aria-label="Preview per account" className="overflow-hidden rounded-md border border-line">
        {preview.allocations.map((row) => (
          <Allocation key={`${row.account} ${row.instrument}`} row={row} mixed={mixed} margin={margin ? marginState(row, margin) : null} />
        ))}
        {preview.allocations.length === 0 && <li className="p-2.5 text-text-2">No account would get a quantity.</li>}
      </ul>
      {preview.warnings.map((warning) => (
        <p key={warning} className="mt-2 flex gap-1.5 text-12 text-text-2">
          <span aria-hidden="true" className="text-warn">
            ▲
          </span>
          {warning}
        </p>
      ))}
    </div>
  );
}
