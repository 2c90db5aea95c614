import { useQuery } from "@tanstack/react-query";
import { guardianQuery } from "~/api/readiness";
import { dateTime } from "~/lib/time";
import { Badge, type BadgeTone } from "~/ui/badge";
import { Card } from "~/ui/panel";

const STAGES: Readonly<Record<string, { label: string; tone: BadgeTone }>> = {
  watching: { label: "✓ watching", tone: "gain" },
  acting: { label: "! acting", tone: "danger" },
  handing_over: { label: "… handing over", tone: "warn" },
  off: { label: "✕ off", tone: "warn" },
};

/** What watches over the desk, and what it last did. */
export function GuardianCard({ workspace }: { workspace: string }) {
  const { data } = useQuery(guardianQuery(workspace));
  if (!data) {
    return null;
  }
  const stage = STAGES[data.stage] ?? { label: data.stage, tone: "plain" };
  const { last } = data;
  return (
    <Card title="Guardian" aside={<Badge tone={data.ok ? "gain" : stage.tone === "gain" ? "warn" : stage.tone}>{data.ok ? stage.label : stage.tone === "gain" ? "! silent" : stage.label}</Badge>}>
      <p className="text-text-2">The guardian {data.said}.</p>
      {last && (
        <p className="mt-1 text-text-2">
          Last acted {dateTime(last.at)}
          {last.locally ? " without the database" : ""} for {last.accounts.join(", ")}: {last.reason}.{" "}
          {last.flat_at ? `Flat ${((Date.parse(last.flat_at) - Date.parse(last.at)) / 1000).toFixed(1)} s later.` : last.failure ? `Not done: ${last.failure}.` : "Under way."}
        </p>
      )}
    </Card>
  );
}
