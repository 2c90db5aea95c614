const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(zone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone ?? "local"} ${JSON.stringify(options)}`;
  let format = clocks.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", { ...options, ...(zone ? { timeZone: zone } : {}) });
    clocks.set(key, format);
  }
  return format;
}

const TIME: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };

/** 10:42:07, in a named zone or the reader's own. */
export function timeOfDay(at: string | number | Date, zone?: string): string {
  return clock(zone, TIME).format(new Date(at));
}

/** 10:42:03.118, for the flight recorder. */
export function timeWithMillis(at: string | number | Date, zone?: string): string {
  return clock(zone, { ...TIME, fractionalSecondDigits: 3 }).format(new Date(at));
}

/** 3 Mar 2012. */
export function dateText(at: string | number | Date, zone?: string): string {
  return clock(zone, { day: "numeric", month: "short", year: "numeric" }).format(new Date(at));
}

export function dateTime(at: string | number | Date, zone?: string): string {
  return `${dateText(at, zone)}, ${timeOfDay(at, zone)}`;
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
];

/** How long ago, in the largest unit that says something: 0.4 s, 12 s, 3 min, 2 h, 5 d. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds / 1000);
  for (const [size, name] of UNITS) {
    if (seconds >= size) {
      return `${Math.floor(seconds / size)} ${name}`;
    }
  }
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds)} s`;
}

/** 00:04, 12:31, 3:05:10: how long an order has been out. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const pad = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${pad(minutes)}:${pad(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(seconds % 60)}`;
}

/** 0.6, 13.0, 1,204: milliseconds on the waterfall. */
export function millis(value: number): string {
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US");
}
