import type { Difference } from "~/api/reconciliation";
import { formatAny } from "~/lib/format";
import { Badge } from "~/ui/badge";
import { handlingOf } from "./words";

/** Differences between our book and the broker's: both sides' values, and what was done about each. */
export function Differences({ label, rows }: { label: string; rows: readonly Difference[] }) {
  return (
    <ul aria-label={label} className="grid grid-cols-1 gap-1.5 whitespace-normal py-1 text-12">
      {rows.map((row) => (
        <li key={`${row.type} ${row.subject}`} className="grid gap-x-4 gap-y-0.5 @min-[640px]:grid-cols-[minmax(0,5fr)_minmax(0,4fr)_minmax(0,4fr)]">
          <span>
            {row.title} <code className="break-all font-mono text-text-2">{row.subject}</code>
          </span>
          <span className="text-text-2">
            here <b className="font-semibold text-text tabular-nums">{row.ours ? formatAny(row.ours) : "nothing"}</b>, broker{" "}
            <b className="font-semibold text-text tabular-nums">{row.theirs ? formatAny(row.theirs) : "nothing"}</b>
          </span>
          <span className="flex flex-wrap items-baseline gap-x-2 text-text-2">
            <Badge tone={handlingOf(row.handling).tone}>{handlingOf(row.handling).label}</Badge> {row.repair}
          </span>
        </li>
      ))}
    </ul>
  );
}
