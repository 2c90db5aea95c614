import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ComponentType, useState } from "react";
import { termsText } from "~/api/checks";
import { intentTitle, sourceName } from "~/api/intent-text";
import { intentQuery } from "~/api/intents";
import { useInstrument } from "~/api/market";
import { Problem } from "~/api/problem";
import type { IntentDetail, Preview } from "~/api/types";
import { placesOf } from "~/lib/decimal";
import { dateText, millis, timeWithMillis } from "~/lib/time";
import { sentence } from "~/lib/words";
import { Button, buttonClass } from "~/ui/button";
import { CopyButton } from "~/ui/copy";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { LoadingTitle, Skeleton } from "~/ui/skeleton";
import { ChildrenTable } from "./children-table";
import { Convergence } from "./convergence";
import { DenialBox, denials } from "./denial-box";
import { Outcome } from "./outcome";
import { ReplayDialog } from "./replay-dialog";
import { Waterfall } from "./waterfall";

function summary(intent: IntentDetail): string {
  const strategy = /^strategy:(.*)$/s.exec(intent.actor)?.[1];
  return [
    strategy ? `${sourceName(intent.source)} “${strategy}”` : sourceName(intent.source),
    !strategy && intent.actor,
    `${dateText(intent.received_at)}, ${timeWithMillis(intent.received_at)}`,
    termsText(intent.terms),
    intent.policy && `${sentence(intent.policy)} split`,
    intent.total_ms !== null && `${intent.status === "partly" ? "filled in part" : intent.status} in ${millis(Number(intent.total_ms))} ms`,
  ]
    .filter(Boolean)
    .join(" · ");
}

function Loading() {
  return (
    <Page title={<LoadingTitle className="h-5 w-64" />} wide>
      <Card>
        <div className="grid grid-cols-1 gap-2">
          {Array.from({ length: 8 }, (_, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- placeholders have no identity
            <Skeleton key={index} className="h-4 w-full" />
          ))}
        </div>
      </Card>
    </Page>
  );
}

interface IntentPageProps {
  workspace: string;
  id: string;
  trades: boolean;
  onOpen: (id: string) => void;
  PreviewBox: ComponentType<{ preview: Preview; stale?: boolean }>;
}

/** The flight recorder of one intent. */
export function IntentPage({ workspace, id, trades, onOpen, PreviewBox }: IntentPageProps) {
  const [replaying, setReplaying] = useState(false);
  const { data: intent, error, refetch } = useQuery(intentQuery(workspace, id));
  const instrument = useInstrument(workspace, intent?.instrument);
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  if (!intent) {
    return <Loading />;
  }
  const denied = denials(intent.orders);
  const exported = `/api/v1/w/${encodeURIComponent(workspace)}/export/intents/${encodeURIComponent(intent.id)}`;
  return (
    <Page
      wide
      title={
        <span className="flex flex-wrap items-center gap-2">
          {intentTitle(intent)} <span aria-hidden="true">→</span> “{intent.receiver_name}”
          <Outcome intent={intent} />
        </span>
      }
      actions={
        <>
          <code className="font-mono text-12 text-text-3 max-md:hidden">{intent.id}</code>
          <CopyButton text={intent.id} label="Copy id" tone="quiet" />
          <a className={buttonClass("quiet", "small")} href={`${exported}.json`} download>
            Export
          </a>
          <a className={buttonClass("quiet", "small")} href={`${exported}.txt`} download>
            As text
          </a>
          {trades && (
            <Button tone="quiet" size="small" onClick={() => setReplaying(true)}>
              Replay on paper…
            </Button>
          )}
          <Link to="/journal" search={{ intent: intent.id }} className={buttonClass("quiet", "small")}>
            Journal
          </Link>
        </>
      }
    >
      <Card>
        <p className="pb-3 text-text-2">{summary(intent)}</p>
        <Waterfall stages={intent.stages} />
        {denied.length > 0 && (
          <div className="mt-3 grid gap-2">
            {denied.map(({ accounts, denial }) => (
              <DenialBox key={accounts.join(" ")} accounts={accounts} denial={denial} />
            ))}
          </div>
        )}
        {intent.note && <p className="mt-3 text-text-2">Note: {intent.note}</p>}
      </Card>
      <Convergence found={intent.convergence} />
      {replaying && <ReplayDialog workspace={workspace} intent={intent} PreviewBox={PreviewBox} onClose={() => setReplaying(false)} onSent={onOpen} />}
      <Card title="Accounts" flush>
        <ChildrenTable workspace={workspace} orders={intent.orders} places={placesOf(instrument?.tick_size)} />
      </Card>
    </Page>
  );
}
