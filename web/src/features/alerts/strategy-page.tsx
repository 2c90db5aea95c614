import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ComponentType, useState } from "react";
import { editStrategy, removeStrategy, rotateToken, strategyQuery } from "~/api/alerts";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { mayTrade } from "~/api/session";
import type { IssuedToken, Preview, Strategy, Workspace } from "~/api/types";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { CodeBlock } from "~/ui/copy";
import { HoldButton } from "~/ui/hold-button";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Segmented } from "~/ui/segmented";
import { LoadingTitle, Skeleton } from "~/ui/skeleton";
import { AlertTestCard } from "./alert-test";
import { AlertHistory } from "./history";
import { SecretDialog } from "./secret";

interface StrategyPageProps {
  workspace: Workspace;
  id: string;
  onRemoved: () => void;
  PreviewBox: ComponentType<{ preview: Preview; stale?: boolean }>;
}

function Templates({ strategy }: { strategy: Strategy }) {
  const [format, setFormat] = useState<"json" | "text">("json");
  return (
    <Card
      title="Templates"
      aside={
        <Segmented
          label="Format"
          size="small"
          value={format}
          choices={[
            { value: "json", label: "JSON" },
            { value: "text", label: "Text" },
          ]}
          onChange={setFormat}
        />
      }
    >
      <div className="grid grid-cols-1 gap-4">
        <p className="text-text-2">Paste one into the alert’s message in TradingView and put the token in place of its placeholder. TradingView fills in what stands in double braces.</p>
        <CodeBlock label="webhook address" text={strategy.url} />
        {strategy.templates
          .filter((template) => template.format === format)
          .map((template) => (
            <div key={`${template.name} ${template.format}`} className="grid grid-cols-1 gap-1">
              <h3 className="font-semibold">{template.name}</h3>
              <p className="text-12 text-text-2">{template.description}</p>
              <CodeBlock label={template.name} text={template.body} />
            </div>
          ))}
      </div>
    </Card>
  );
}

/** One sender of alerts: its token, its templates, a test, and what it has posted. */
export function StrategyPage({ workspace, id, onRemoved, PreviewBox }: StrategyPageProps) {
  const client = useQueryClient();
  const { data: strategy, error, refetch } = useQuery(strategyQuery(workspace.id, id));
  const [secret, setSecret] = useState<IssuedToken | null>(null);
  const refresh = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: keys.strategies(workspace.id) });
    await client.invalidateQueries({ queryKey: keys.strategy(workspace.id, id) });
  };
  const rotate = useMutation({
    mutationFn: () => rotateToken(workspace.id, id),
    onSuccess: async (fresh) => {
      setSecret(fresh);
      await refresh();
    },
  });
  const toggle = useMutation({ mutationFn: (enabled: boolean) => editStrategy(workspace.id, id, { enabled }), onSuccess: refresh });
  const remove = useMutation({
    mutationFn: () => removeStrategy(workspace.id, id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.strategies(workspace.id) });
      onRemoved();
    },
  });
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  if (!strategy) {
    return (
      <Page title={<LoadingTitle className="h-5 w-48" />}>
        <Skeleton className="h-64 w-full" />
      </Page>
    );
  }
  const failure = rotate.error ?? toggle.error ?? remove.error;
  return (
    <Page
      title={
        <span className="flex items-center gap-2">
          {strategy.name}
          <Badge tone={strategy.enabled ? "gain" : "warn"}>{strategy.enabled ? "listening" : "off"}</Badge>
          <code className="font-mono text-12 font-normal text-text-3">…{strategy.token_hint}</code>
        </span>
      }
      actions={
        mayTrade(workspace.role) && (
          <>
            <Button busy={toggle.isPending} onClick={() => toggle.mutate(!strategy.enabled)}>
              {strategy.enabled ? "Switch off" : "Switch on"}
            </Button>
            <HoldButton tone="plain" effect="Makes a new token. The present one stops working at once." onConfirm={() => rotate.mutate()}>
              Hold to rotate token
            </HoldButton>
            <HoldButton effect={`Removes “${strategy.name}”. Its token stops working at once; its history stays in the journal.`} onConfirm={() => remove.mutate()}>
              Hold to remove
            </HoldButton>
          </>
        )
      }
    >
      {failure && <ProblemBox problem={Problem.from(failure)} />}
      <AlertTestCard key={strategy.id} workspace={workspace.id} strategy={strategy} PreviewBox={PreviewBox} />
      <AlertHistory workspace={workspace.id} strategy={strategy.id} />
      <Templates strategy={strategy} />
      {secret && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </Page>
  );
}
