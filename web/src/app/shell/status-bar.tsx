import { useQuery } from "@tanstack/react-query";
import { overviewQuery } from "~/api/market";
import { openOrdersQuery } from "~/api/orders";
import { guardianQuery } from "~/api/readiness";
import { useStream } from "~/api/stream";
import type { Workspace } from "~/api/types";
import { cx } from "~/lib/cx";
import { dateText, millis, timeOfDay } from "~/lib/time";
import { useNow } from "~/lib/use-now";
import { count } from "~/lib/words";
import { zoneOf } from "~/lib/zones";

function Connection() {
  const { state, lagMs, retryAt } = useStream();
  const now = useNow();
  const words = {
    open: lagMs === null ? "Stream open" : `Stream ${Math.round(lagMs)} ms`,
    connecting: "Stream connecting",
    waiting: `Stream lost, again in ${Math.max(0, Math.ceil(((retryAt ?? now) - now) / 1000))} s`,
  }[state];
  return (
    <span className="flex items-center gap-1.5 whitespace-nowrap tabular-nums">
      <span aria-hidden="true" className={cx("size-[7px] rounded-full", state === "open" ? "bg-gain" : "bg-warn")} />
      {words}
    </span>
  );
}

function Watcher({ workspace }: { workspace: string }) {
  const { data } = useQuery(guardianQuery(workspace));
  if (!data) {
    return null;
  }
  return (
    <span className={cx("flex items-center gap-1.5 whitespace-nowrap", !data.ok && "text-warn")} title={`The guardian ${data.said}`}>
      <span aria-hidden="true" className={cx("size-[7px] rounded-full", data.ok ? "bg-gain" : "bg-warn")} />
      {data.ok ? "Guardian watches" : data.stage === "acting" ? "Guardian acts" : "No guardian"}
    </span>
  );
}

/** The small print: stream, order path, clocks, version. */
export function StatusBar({ workspace }: { workspace: Workspace }) {
  const { data } = useQuery(overviewQuery(workspace.id));
  const { data: open } = useQuery(openOrdersQuery(workspace.id));
  const now = useNow();
  const { zone, city } = zoneOf("XNYS");
  const path = data?.order_path;
  const market = data?.feed.market_time;
  return (
    <footer className="flex h-6 shrink-0 items-center gap-4 overflow-hidden border-t border-line bg-panel px-3.5 text-11 text-text-3 max-md:hidden">
      <Connection />
      {path && path.count > 0 && path.p99_ms !== null && (
        <span className="whitespace-nowrap tabular-nums" title={`Median ${path.p50_ms === null ? "–" : millis(Number(path.p50_ms))} ms`}>
          Order path p99 {millis(Number(path.p99_ms))} ms · last {path.count}
        </span>
      )}
      {open && <span className="whitespace-nowrap">{count(open.length, "open order")}</span>}
      <Watcher workspace={workspace.id} />
      <span className="flex-1" />
      {market && (
        <span className="whitespace-nowrap tabular-nums" title="The market clock of the feed">
          {city} {dateText(market, zone)}, {timeOfDay(market, zone)}
        </span>
      )}
      <span className="whitespace-nowrap tabular-nums">Local {timeOfDay(now)}</span>
      {data && <span>v{data.version}</span>}
    </footer>
  );
}
