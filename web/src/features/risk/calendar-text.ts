import type { ReleaseCalendar } from "~/api/types";

const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The calendar as the lines in which it is edited: time, title, and the instruments where it is not for all. */
export function calendarText(events: ReleaseCalendar["events"]): string {
  return events
    .map(({ at, title, instruments = [] }) => [at, quoted(title), ...(instruments.length > 0 ? [instruments.join(" ")] : [])].join(", "))
    .join("\n");
}

export interface ReleaseWindow {
  at: string;
  title: string;
  instruments: readonly string[];
  /** "past", "now" within any account's window, or "ahead". */
  state: "past" | "now" | "ahead";
  accounts: readonly { name: string; from: number; to: number }[];
}

/** Every release with each account's window around it, by the market's clock. */
export function windowsOf({ events, quiet, now }: Pick<ReleaseCalendar, "events" | "quiet" | "now">): ReleaseWindow[] {
  const clock = Date.parse(now);
  return events.map(({ at, title, instruments = [] }) => {
    const moment = Date.parse(at);
    const accounts = quiet.map(({ name, before, after }) => ({ name, from: moment - Number(before) * 1000, to: moment + Number(after) * 1000 }));
    const barred = accounts.some(({ from, to }) => from <= clock && clock <= to);
    return { at, title, instruments, accounts, state: barred ? "now" : moment < clock ? "past" : "ahead" };
  });
}
