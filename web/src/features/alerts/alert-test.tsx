import { useMutation, useQuery } from "@tanstack/react-query";
import { type ComponentType, useState } from "react";
import { testAlert } from "~/api/alerts";
import { instrumentsQuery } from "~/api/market";
import { Problem } from "~/api/problem";
import type { AlertTest, Preview, Strategy } from "~/api/types";
import { Button } from "~/ui/button";
import { TextArea } from "~/ui/field";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { sentence } from "~/lib/words";

interface AlertTestProps {
  workspace: string;
  strategy: Strategy;
  PreviewBox: ComponentType<{ preview: Preview; stale?: boolean }>;
}

function Reading({ parsed }: { parsed: NonNullable<AlertTest["parsed"]> }) {
  const said = Object.entries(parsed).filter(([, value]) => value !== null && value !== "" && value !== undefined);
  return (
    <dl className="flex flex-wrap gap-x-4 gap-y-1">
      {said.map(([name, value]) => (
        <div key={name} className="flex gap-1.5">
          <dt className="text-text-3">{sentence(name)}</dt>
          <dd>{typeof value === "object" ? JSON.stringify(value) : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What an alert would do, account by account, without sending anything. */
export function AlertTestCard({ workspace, strategy, PreviewBox }: AlertTestProps) {
  const { data: instruments = [] } = useQuery(instrumentsQuery(workspace));
  const [typed, setTyped] = useState<string | null>(null);
  const symbol = instruments.find(({ id, tradable }) => tradable && (strategy.instruments.length === 0 || strategy.instruments.includes(id)))?.symbol;
  const text = typed ?? JSON.stringify({ token: "bwt_…", action: "buy", symbol: symbol ?? "", quantity: "10", id: "a test" }, null, 2);
  const test = useMutation({ mutationFn: () => testAlert(workspace, strategy.id, text) });
  const problem = test.error ? Problem.from(test.error) : null;
  const refused = test.data?.problem ? new Problem(test.data.problem.status, test.data.problem) : null;
  return (
    <Card title="Test this alert">
      <div className="grid grid-cols-1 gap-3">
        <p className="text-text-2">Shows what the desk would do with a message as it arrives, its placeholders filled in. Nothing is sent, and the alert is not remembered.</p>
        <TextArea aria-label="Alert body" rows={8} value={text} onChange={(event) => setTyped(event.target.value)} />
        <span>
          <Button tone="primary" disabled={text.trim() === ""} busy={test.isPending} onClick={() => test.mutate()}>
            Test
          </Button>
        </span>
        {problem && <ProblemBox problem={problem} />}
        {refused && <ProblemBox problem={refused} />}
        {test.data?.parsed && <Reading parsed={test.data.parsed} />}
        {test.data?.would?.map((preview) => (
          <div key={preview.instrument} className="grid grid-cols-1 gap-2">
            <p className="font-semibold">It would: {preview.button}</p>
            <PreviewBox preview={preview} />
          </div>
        ))}
      </div>
    </Card>
  );
}
