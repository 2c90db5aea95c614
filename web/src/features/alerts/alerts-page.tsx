import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { strategiesQuery } from "~/api/alerts";
import { Problem } from "~/api/problem";
import { mayTrade } from "~/api/session";
import type { IssuedStrategy, Workspace } from "~/api/types";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Icon } from "~/ui/icon";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Table } from "~/ui/table";
import { SecretDialog } from "./secret";
import { StrategyDialog } from "./strategy-form";

export function AlertsPage({ workspace, onOpen }: { workspace: Workspace; onOpen: (id: string) => void }) {
  const { data, error, refetch } = useQuery(strategiesQuery(workspace.id));
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState<IssuedStrategy | null>(null);
  const add = mayTrade(workspace.role) && (
    <Button tone="primary" onClick={() => setCreating(true)}>
      <Icon name="plus" size={16} /> New strategy
    </Button>
  );
  return (
    <Page title="Alerts" actions={add}>
      <Card flush>
        {error ? (
          <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />
        ) : (
          <Table
            label="Alert strategies"
            rows={data}
            rowKey={({ id }) => id}
            onOpen={({ id }) => onOpen(id)}
            columns={[
              { id: "name", header: "Strategy", align: "left", cell: (strategy) => <span className="font-semibold">{strategy.name}</span> },
              { id: "to", header: "Sends to", align: "left", cell: ({ receiver_name }) => receiver_name },
              { id: "token", header: "Token", align: "left", from: "sm", cell: ({ token_hint }) => <code className="font-mono text-12 text-text-2">…{token_hint}</code> },
              { id: "valid", header: "Good for", from: "md", cell: ({ valid_seconds }) => <span className="tabular-nums">{valid_seconds} s</span> },
              { id: "state", header: "State", cell: ({ enabled }) => <Badge tone={enabled ? "gain" : "warn"}>{enabled ? "listening" : "off"}</Badge> },
            ]}
            empty={<Empty action={add}>A strategy gives TradingView, or any other sender, a token to post orders with.</Empty>}
          />
        )}
      </Card>
      {creating && (
        <StrategyDialog
          workspace={workspace.id}
          onClose={() => setCreating(false)}
          onCreated={(strategy) => {
            setCreating(false);
            setSecret(strategy);
          }}
        />
      )}
      {secret && (
        <SecretDialog
          secret={secret}
          onClose={() => {
            setSecret(null);
            onOpen(secret.id);
          }}
        />
      )}
    </Page>
  );
}
