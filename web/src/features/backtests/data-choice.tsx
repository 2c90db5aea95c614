import { useState } from "react";
import type { Series } from "~/api/types";
import { cx } from "~/lib/cx";
import { CodeBlock } from "~/ui/copy";
import { Input } from "~/ui/field";
import { Skeleton } from "~/ui/skeleton";

const FILTER_FROM = 8;

interface DataChoiceProps {
  series: readonly Series[] | undefined;
  chosen: readonly string[];
  problem: string | undefined;
  onChange: (names: string[]) => void;
}

/** The catalog's bars to choose from; several make a run over several instruments. */
export function DataChoice({ series, chosen, problem, onChange }: DataChoiceProps) {
  const [filter, setFilter] = useState("");
  if (!series) {
    return <Skeleton className="h-40" />;
  }
  if (series.length === 0) {
    return (
      <div className="grid gap-2">
        <p className="text-text-2">The catalog holds no bars yet. Import a CSV or Parquet file, then reload this page.</p>
        <CodeBlock label="import command" text="bidwell import bars.csv AAPL.XNAS" />
      </div>
    );
  }
  const words = filter.trim().toUpperCase();
  const shown = series.filter(({ name, source }) => name.toUpperCase().includes(words) || source.toUpperCase().includes(words));
  const toggle = (name: string): void => onChange(chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name]);
  return (
    <fieldset className="grid grid-cols-1 gap-2">
      <legend className="sr-only">Instruments</legend>
      {series.length > FILTER_FROM && <Input aria-label="Find an instrument" placeholder="Find an instrument" value={filter} onChange={(event) => setFilter(event.target.value)} />}
      <div className="max-h-56 overflow-auto rounded-md border border-line">
        {shown.map(({ name, instrument, timeframe, rows, first, last, source }) => (
          <label key={name} title={source} className={cx("flex min-h-9 cursor-pointer items-center gap-2.5 border-b border-faint px-2.5 last:border-b-0 hover:bg-hover", chosen.includes(name) && "bg-raised")}>
            <input type="checkbox" aria-label={name} className="size-4 accent-accent" checked={chosen.includes(name)} onChange={() => toggle(name)} />
            <span className="font-semibold">{instrument}</span>
            <span className="text-text-2">{timeframe}</span>
            <span className="flex-1" />
            <span className="tabular-nums text-12 text-text-3 max-sm:hidden">{rows.toLocaleString("en-US")} bars</span>
            <span className="tabular-nums text-12 text-text-3">
              {first.slice(0, 4)}
              <span className="max-sm:hidden">{first.slice(4, 10)}</span> – {last.slice(0, 4)}
              <span className="max-sm:hidden">{last.slice(4, 10)}</span>
            </span>
          </label>
        ))}
        {shown.length === 0 && <p className="p-3 text-text-2">No instrument is called that.</p>}
      </div>
      {problem && (
        <p role="alert" className="text-12 text-danger">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
