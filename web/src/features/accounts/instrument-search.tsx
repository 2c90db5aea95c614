import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useState } from "react";
import { searchQuery } from "~/api/brokers";
import { Problem } from "~/api/problem";
import type { FoundInstrument, InstrumentSearch } from "~/api/types";
import { cx } from "~/lib/cx";
import { dateTime } from "~/lib/time";
import { useDebounced } from "~/lib/use-debounced";
import { Field, Input } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";

const PAUSE = 150;

interface SearchProps {
  workspace: string;
  account: string;
  broker: string;
  picked: readonly string[];
  onPick: (pick: string) => void;
}

/** How the list is that is searched: its rows, its age, what it lacks and what of it cannot be traded. */
function State({ search }: { search: InstrumentSearch }) {
  if (search.state !== "ready") {
    const text = search.state === "loading" ? "Reading the broker's list…" : search.reason;
    return <p className={cx("text-12", search.state === "failed" ? "text-warn" : "text-text-2")}>{text}</p>;
  }
  return (
    <div className="grid gap-0.5 text-12 text-text-2">
      <p className="tabular-nums">
        {search.rows.toLocaleString("en")} instruments{search.loaded_at && `, read ${dateTime(search.loaded_at)}`}
        {search.note && `; ${search.note}`}
      </p>
      {search.reason && <p className="text-warn">This list is old: {search.reason}</p>}
      {search.colliding.length > 0 && (
        <p className="text-warn">
          {search.left_out.toLocaleString("en")} names cannot be traded here, among them: {search.colliding.join("; ")}
        </p>
      )}
    </div>
  );
}

function Row({ row, picked }: { row: FoundInstrument; picked: boolean }) {
  const terms = [row.kind, row.expiry, row.strike].filter(Boolean).join(" · ");
  return (
    <>
      <span className="flex min-w-0 items-baseline justify-between gap-2">
        <b className="truncate font-semibold">{row.id}</b>
        <span className="shrink-0 text-12 text-text-2">{picked ? "picked" : row.listed ? "listed" : ""}</span>
      </span>
      <span className="flex min-w-0 items-baseline justify-between gap-2 text-12 text-text-2">
        <span className="truncate">{row.name}</span>
        <span className="shrink-0 tabular-nums">{terms}</span>
      </span>
    </>
  );
}

/** Search over a broker's whole list: arrows move, Enter or a click picks a row or puts it back. */
export function InstrumentSearchBox({ workspace, account, broker, picked, onPick }: SearchProps) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const asked = useDebounced(text.trim(), PAUSE);
  const { data, error, isPlaceholderData } = useQuery({ ...searchQuery(workspace, account, asked), placeholderData: keepPreviousData });
  const list = useId();
  const rows = asked === "" ? [] : (data?.items ?? []);
  const current = rows[Math.min(at, rows.length - 1)];
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && rows.length > 0) {
      event.preventDefault();
      const next = (Math.min(at, rows.length - 1) + step + rows.length) % rows.length;
      setAt(next);
      document.getElementById(`${list}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && text.trim() !== "") {
      // The form is sent by its button, or by Enter in an empty box.
      event.preventDefault();
      if (current && !isPlaceholderData && asked === text.trim()) {
        onPick(current.pick);
      }
    }
  };
  return (
    <div className="grid gap-2">
      <Field label={`Search ${broker}`} hint="Symbol, name, or a contract: nifty 26nov 25000 ce">
        {({ id, describedBy }) => (
          <Input
            id={id}
            describedBy={describedBy}
            role="combobox"
            aria-expanded={rows.length > 0}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={current ? `${list}-${rows.indexOf(current)}` : undefined}
            maxLength={80}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
            }}
            onKeyDown={move}
          />
        )}
      </Field>
      <div id={list} role="listbox" aria-label="Found" aria-multiselectable="true" className={cx("max-h-60 overflow-y-auto rounded-md border border-line", rows.length === 0 && "hidden")}>
        {rows.map((row, place) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the box above has the keyboard
          <div
            key={row.id}
            id={`${list}-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={picked.includes(row.pick)}
            className={cx("grid cursor-pointer grid-cols-1 px-2.5 py-1", row === current && "bg-raised", isPlaceholderData && "opacity-60")}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => {
              setAt(place);
              onPick(row.pick);
            }}
          >
            <Row row={row} picked={picked.includes(row.pick)} />
          </div>
        ))}
      </div>
      <div role="status" className="grid gap-0.5">
        {data?.state === "ready" && asked !== "" && rows.length === 0 && !isPlaceholderData && <p className="text-text-2">Nothing in the list has these words. An exact symbol can be given below.</p>}
        {data ? <State search={data} /> : !error && <p className="text-12 text-text-2">Reading the broker's list…</p>}
      </div>
      {error && <ProblemBox problem={Problem.from(error)} />}
    </div>
  );
}
