import { useQuery } from "@tanstack/react-query";
import { overviewQuery } from "~/api/market";
import { useStream } from "~/api/stream";
import type { Feed } from "~/api/types";
import { cx } from "~/lib/cx";
import { age } from "~/lib/time";
import { useNow } from "~/lib/use-now";
import { capital } from "~/lib/words";

const STALE_S = 15;

type Light = "ok" | "warn" | "bad";

const DOTS: Readonly<Record<Light, string>> = { ok: "bg-gain", warn: "bg-warn", bad: "bg-danger" };

interface Reading {
  light: Light;
  words: string;
}

function read(feed: Feed | undefined, ageSeconds: number | null, deskSilentMs: number | null, withSpeed: boolean): Reading {
  if (deskSilentMs !== null) {
    return { light: "bad", words: `Desk not reached for ${age(deskSilentMs)}` };
  }
  if (!feed) {
    return { light: "warn", words: "Waiting for the desk" };
  }
  const speed = Number(feed.speed);
  const name = [capital(feed.name), withSpeed && speed > 1 && !feed.name.includes("×") && `${speed}×`].filter(Boolean).join(" ");
  if (!feed.connected) {
    return { light: "bad", words: `${name} · feed not connected` };
  }
  if (speed === 0 && feed.speed !== null) {
    return { light: "warn", words: `${name} · paused` };
  }
  if (ageSeconds === null) {
    return { light: "warn", words: `${name} · no data yet` };
  }
  return { light: ageSeconds > STALE_S ? "bad" : "ok", words: `${name} · data ${age(ageSeconds * 1000)} old` };
}

/** How fresh what one looks at is, and where it comes from; its speed unless a control beside it says that. */
export function FeedLight({ workspace, withSpeed }: { workspace: string; withSpeed: boolean }) {
  const { data, dataUpdatedAt, isError } = useQuery(overviewQuery(workspace));
  const stream = useStream();
  const now = useNow(500);
  const feed = data?.feed;
  const told = feed?.data_age_s;
  const ageSeconds = told === null || told === undefined ? null : Number(told) + Math.max(0, now - dataUpdatedAt) / 1000;
  const silent = isError && stream.state !== "open" ? now - Math.max(dataUpdatedAt, stream.heardAt ?? 0) : null;
  const { light, words } = read(feed, ageSeconds, silent, withSpeed);
  return (
    <span className={cx("flex min-w-0 items-center gap-1.5 whitespace-nowrap", light === "bad" ? "text-danger" : light === "warn" ? "text-warn" : "text-text-2")}>
      <span aria-hidden="true" className={cx("size-[7px] shrink-0 rounded-full", DOTS[light])} />
      <span className="truncate tabular-nums">{words}</span>
      {feed?.label && <span className="truncate text-text-3 max-lg:hidden">· {feed.label}</span>}
    </span>
  );
}
