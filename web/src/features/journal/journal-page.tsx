import { useInfiniteQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { type JournalFilter, journalQuery } from "~/api/journal";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { JournalTable } from "./journal-table";

interface JournalPageProps {
  workspace: string;
  filter: JournalFilter;
  onFilter: (filter: JournalFilter) => void;
}

export function JournalPage({ workspace, filter, onFilter }: JournalPageProps) {
  const [kind, setKind] = useState(filter.kind ?? "");
  const { data } = useInfiniteQuery(journalQuery(workspace, {}));
  const seen = [...new Set(data?.pages.flatMap((page) => page.items.map((entry) => entry.kind)))].toSorted();
  const kinds = useId();
  const [intent, setIntent] = useState(filter.intent ?? "");
  return (
    <div className="flex h-full flex-col">
      <form
        aria-label="Filter"
        className="flex flex-wrap items-end gap-3 border-b border-line bg-panel p-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          onFilter({ kind: kind.trim() || undefined, intent: intent.trim() || undefined });
        }}
      >
        <h1 className="self-center pr-2 text-16 font-semibold max-sm:w-full">Journal</h1>
        <span className="w-48">
          <Field label="Event">{({ id }) => <Input id={id} list={kinds} value={kind} placeholder="all" onChange={(event) => setKind(event.target.value)} />}</Field>
        </span>
        <span className="w-64">
          <Field label="Intent">{({ id }) => <Input id={id} className="font-mono" value={intent} placeholder="all" onChange={(event) => setIntent(event.target.value)} />}</Field>
        </span>
        <datalist id={kinds}>
          {seen.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </datalist>
        <Button type="submit">Filter</Button>
        {(filter.kind || filter.intent) && (
          <Button
            tone="quiet"
            onClick={() => {
              setKind("");
              setIntent("");
              onFilter({});
            }}
          >
            Show all
          </Button>
        )}
      </form>
      <div className="min-h-0 flex-1 bg-panel">
        <JournalTable workspace={workspace} filter={filter} />
      </div>
    </div>
  );
}
