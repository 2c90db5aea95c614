import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { alertsQuery } from "~/api/alerts";
import { Problem } from "~/api/problem";
import type { AlertRecord } from "~/api/types";
import { dateTime, timeOfDay } from "~/lib/time";
import { shortId } from "~/lib/words";
import { Badge, type BadgeTone } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { type Column, Table } from "~/ui/table";

const TONES: Readonly<Record<string, BadgeTone>> = { accepted: "gain", duplicate: "warn", refused: "danger" };

/** Every message begins with its token, of which nothing is kept. */
const TOKEN = /"token"\s*:\s*"[^"]*"\s*,?\s*/;

const COLUMNS: readonly Column<AlertRecord>[] = [
  {
    id: "at",
    header: "Received",
    align: "left",
    cell: ({ at }) => (
      <span className="tabular-nums text-text-2" title={dateTime(at)}>
        {timeOfDay(at)}
      </span>
    ),
  },
  { id: "outcome", header: "Outcome", align: "left", cell: ({ outcome, code }) => <Badge tone={TONES[outcome] ?? "plain"} title={code}>{outcome}</Badge> },
  {
    id: "detail",
    header: "What it said",
    align: "left",
    className: "max-w-0 w-full truncate",
    cell: ({ outcome, detail, body, code }) => (
      <span title={body}>
        {outcome === "accepted" ? <code className="font-mono text-12 text-text-2">{body.replace(TOKEN, "")}</code> : [detail, code].filter(Boolean).join(" · ")}
      </span>
    ),
  },
  {
    id: "intent",
    header: "Intent",
    cell: ({ intent }) =>
      intent ? (
        <Link to="/intents/$id" params={{ id: intent }} className="font-mono text-12 text-accent underline">
          {shortId(intent, 8, 4)}
        </Link>
      ) : (
        "–"
      ),
  },
];

/** Every alert this strategy has posted, and what became of it. */
export function AlertHistory({ workspace, strategy }: { workspace: string; strategy: string }) {
  const alerts = useInfiniteQuery(alertsQuery(workspace, strategy));
  const rows = useMemo(() => alerts.data?.pages.flatMap((page) => page.items), [alerts.data]);
  return (
    <Card title="History" flush>
      {alerts.error ? (
        <ProblemBox problem={Problem.from(alerts.error)} onRetry={() => void alerts.refetch()} />
      ) : (
        <Table
          label="Alert history"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ at, intent, body }) => `${at} ${intent ?? ""} ${body}`}
          empty={<Empty>No alert has come yet. Post the curl line, or test one above.</Empty>}
          footer={
            alerts.hasNextPage && (
              <div className="p-2 text-center">
                <Button size="small" busy={alerts.isFetchingNextPage} onClick={() => void alerts.fetchNextPage()}>
                  Older alerts
                </Button>
              </div>
            )
          }
        />
      )}
    </Card>
  );
}
