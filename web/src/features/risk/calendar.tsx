import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ChangeEvent, useId, useState } from "react";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { releasesQuery, writeReleases } from "~/api/risk";
import { stepUp } from "~/api/session";
import type { ReleaseCalendar } from "~/api/types";
import { cx } from "~/lib/cx";
import { dateText, dateTime, timeOfDay } from "~/lib/time";
import { count } from "~/lib/words";
import { Button, buttonClass } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Empty } from "~/ui/empty";
import { Field, Input, TextArea } from "~/ui/field";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { type ReleaseWindow, calendarText, windowsOf } from "./calendar-text";

const MOST_SHOWN = 100;
const WORDS = { past: "past", now: "■ now", ahead: "ahead" } as const;

/** The scheduled releases with the windows in which nothing is entered around them, and the file they come from. */
export function CalendarPart({ workspace, editable }: { workspace: string; editable: boolean }) {
  const { data, error, refetch } = useQuery(releasesQuery(workspace));
  const [editing, setEditing] = useState(false);
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  if (!data) {
    return <Skeleton className="h-48 w-full" />;
  }
  const windows = windowsOf(data);
  const coming = windows.filter(({ state }) => state !== "past");
  const edit = editable && <Button onClick={() => setEditing(true)}>Edit the calendar…</Button>;
  return (
    <Card title="Calendar of releases" aside={data.events.length > 0 && edit}>
      {data.events.length === 0 ? (
        <Empty action={edit}>No release is known, so no window bars anything. Upload a calendar file, or write one.</Empty>
      ) : (
        <div className="grid gap-3">
          <p className="text-text-2">
            {coming.length === 0 ? "Nothing is ahead" : `${count(coming.length, "release")} ahead`}, {windows.length - coming.length} past, by the market’s clock: {dateTime(data.now)}.{" "}
            {data.quiet.length === 0
              ? "No account bars entries around releases: set “Quiet before a release” under Limits, or attach a plan that does."
              : `Entries are barred for ${data.quiet.map(({ name, before, after }) => `${name} from ${before} s before to ${after} s after`).join(", ")}.`}
          </p>
          <Windows windows={coming.slice(0, MOST_SHOWN)} />
          {coming.length > MOST_SHOWN && <p className="text-12 text-text-3">The first {MOST_SHOWN} are shown.</p>}
          <p className="text-12 text-text-3">
            {data.source ? `Source: ${data.source}. ` : ""}
            {data.set_at ? `Kept on ${dateText(data.set_at)} by ${data.actor}.` : ""}
          </p>
        </div>
      )}
      {editing && <CalendarDialog workspace={workspace} calendar={data} onClose={() => setEditing(false)} />}
    </Card>
  );
}

function Windows({ windows }: { windows: readonly ReleaseWindow[] }) {
  if (windows.length === 0) {
    return null;
  }
  return (
    <ul aria-label="Windows around releases" className="grid">
      {windows.map(({ at, title, instruments, accounts, state }) => (
        <li key={`${at} ${title}`} className="grid grid-cols-1 gap-x-4 border-b border-faint py-1.5 last:border-b-0 sm:grid-cols-[180px_1fr_56px]">
          <span className="tabular-nums text-text-2">{dateTime(at)}</span>
          <span className="min-w-0">
            <b className="font-semibold">{title}</b> <span className="text-text-2">{instruments.length > 0 ? instruments.join(", ") : "every instrument"}</span>
            {accounts.map(({ name, from, to }) => (
              <span key={name} className="block text-12 tabular-nums text-text-2">
                {name}: no entry {timeOfDay(from)} to {timeOfDay(to)}
              </span>
            ))}
          </span>
          <span className={cx("sm:text-right", state === "now" ? "text-danger" : "text-text-3")}>{WORDS[state]}</span>
        </li>
      ))}
    </ul>
  );
}

function CalendarDialog({ workspace, calendar, onClose }: { workspace: string; calendar: ReleaseCalendar; onClose: () => void }) {
  const client = useQueryClient();
  const file = useId();
  const [text, setText] = useState(() => calendarText(calendar.events));
  const [source, setSource] = useState(calendar.source);
  const [password, setPassword] = useState("");
  const [unread, setUnread] = useState("");
  const writing = useMutation({
    mutationFn: async () => {
      await stepUp(password);
      await writeReleases(workspace, { text, source });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.releases(workspace) });
      onClose();
    },
  });
  const take = async ({ target }: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const chosen = target.files?.[0];
    target.value = "";
    if (!chosen) {
      return;
    }
    if (chosen.size > 1_000_000) {
      setUnread(`${chosen.name} is larger than 1 MB.`);
      return;
    }
    try {
      setText(await chosen.text());
      setSource(chosen.name);
      setUnread("");
    } catch {
      setUnread(`${chosen.name} cannot be read.`);
    }
  };
  return (
    <Dialog title="The calendar of releases" open width="large" onClose={onClose}>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          writing.mutate();
        }}
      >
        <div className="flex flex-wrap items-center gap-3">
          <label htmlFor={file} className={cx(buttonClass(), "cursor-pointer focus-within:outline-2 focus-within:outline-focus")}>
            Take a file…
            <input id={file} type="file" accept=".csv,.txt,.ics,text/csv,text/calendar,text/plain" className="sr-only" onChange={(event) => void take(event)} />
          </label>
          <span className="text-12 text-text-2">Lines of time, title and instruments, or an iCalendar file. It replaces the whole calendar.</span>
        </div>
        {unread && (
          <p role="alert" className="text-danger">
            {unread}
          </p>
        )}
        <Field label="Releases" hint="Such as: 2026-12-10T13:30Z, Consumer prices, ES NQ. Without instruments it is for all of them.">
          {({ id, describedBy }) => (
            <TextArea id={id} aria-describedby={describedBy} className="min-h-60 font-mono text-12" value={text} onChange={(event) => setText(event.target.value)} />
          )}
        </Field>
        <Field label="Source">{({ id }) => <Input id={id} value={source} maxLength={200} onChange={(event) => setSource(event.target.value)} />}</Field>
        <Field label="Your password">
          {({ id }) => <Input id={id} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
        </Field>
        {writing.error && <ProblemBox problem={Problem.from(writing.error)} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={password === ""} busy={writing.isPending}>
            Keep the calendar
          </Button>
        </span>
      </form>
    </Dialog>
  );
}
