import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "~/api/problem";
import { mayTrade } from "~/api/session";
import { strategyFilesQuery } from "~/api/strategy-files";
import type { Workspace } from "~/api/types";
import { dateTime } from "~/lib/time";
import { Button } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Icon } from "~/ui/icon";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Table } from "~/ui/table";
import { NewStrategyDialog } from "./new-strategy";

interface StrategiesPageProps {
  workspace: Workspace;
  onOpen: (id: string) => void;
}

/** The workspace's strategy files. */
export function StrategiesPage({ workspace, onOpen }: StrategiesPageProps) {
  const { data, error, refetch } = useQuery(strategyFilesQuery(workspace.id));
  const [creating, setCreating] = useState(false);
  const add = mayTrade(workspace.role) && (
    <Button tone="primary" onClick={() => setCreating(true)}>
      <Icon name="plus" size={16} /> New strategy
    </Button>
  );
  return (
    <Page title="Strategies" actions={add}>
      <Card flush>
        {error ? (
          <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />
        ) : (
          <Table
            label="Strategies"
            rows={data}
            rowKey={({ id }) => id}
            onOpen={({ id }) => onOpen(id)}
            columns={[
              { id: "name", header: "Strategy", align: "left", sort: ({ name }) => name, cell: ({ name }) => <span className="font-semibold">{name}</span>, className: "max-w-64 truncate" },
              { id: "version", header: "Version", cell: ({ latest }) => <span className="font-mono text-12">v{latest}</span> },
              { id: "hash", header: "Hash", align: "left", from: "md", cell: ({ hash }) => <code className="font-mono text-12 text-text-3">{hash.slice(0, 10)}</code> },
              { id: "by", header: "By", align: "left", from: "lg", cell: ({ changed_by }) => <span className="text-text-2">{changed_by.replace(/^user:/, "")}</span> },
              { id: "changed", header: "Changed", sort: ({ changed_at }) => changed_at, from: "sm", cell: ({ changed_at }) => <span className="tabular-nums text-text-2">{dateTime(changed_at)}</span> },
            ]}
            empty={<Empty action={add}>A strategy is one file of Python that runs in a backtest, on paper and live. Start from a template.</Empty>}
          />
        )}
      </Card>
      {creating && <NewStrategyDialog workspace={workspace.id} onClose={() => setCreating(false)} onCreated={onOpen} />}
    </Page>
  );
}
