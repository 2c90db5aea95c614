import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { rulebookFileQuery, writeRulebook } from "~/api/funded";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { stepUp } from "~/api/session";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input, Select, TextArea } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";

const TEMPLATE = `firm = "My firm"
plan = "Evaluation"
currency = "USD"
effective_from = 2026-01-01
source = "where you read it"
read_on = 2026-01-01
zone = "America/Chicago"
rolls_at = 17:00:00

[[phase]]
id = "my-evaluation-50k"
phase = "evaluation"
size = 50000
profit_target = 3000
contracts = 5
flat_by = 15:10:00
consistency = 0.5
minimum_days = 2

[phase.maximum_loss]
amount = 2000
basis = "trailing_end_of_day"
lock = 50000

[phase.daily_loss]
amount = 1000
action = "lock_day"

[[phase.hours]]
days = ["sun", "mon", "tue", "wed", "thu"]
start = 17:00:00
end = 15:10:00
`;

interface EditorProps {
  workspace: string;
  name: string;
  text: string;
  onName: ((name: string) => void) | null;
  onClose: () => void;
}

function Editor({ workspace, name, text: before, onName, onClose }: EditorProps) {
  const client = useQueryClient();
  const [text, setText] = useState(before);
  const [password, setPassword] = useState("");
  const writing = useMutation({
    mutationFn: async () => {
      await stepUp(password);
      await writeRulebook(workspace, name, text);
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.rulebooks(workspace) });
      await client.invalidateQueries({ queryKey: keys.rulebookFile(workspace, name) });
      onClose();
    },
  });
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        writing.mutate();
      }}
    >
      {onName && (
        <Field label="File name" hint="Small letters, digits and dashes, ending in .toml">
          {({ id, describedBy }) => <Input id={id} describedBy={describedBy} value={name} onChange={(event) => onName(event.target.value)} />}
        </Field>
      )}
      <Field label="Rulebook" hint="docs/funded.md names every key. An error is refused with its line.">
        {({ id, describedBy }) => <TextArea id={id} aria-describedby={describedBy} className="min-h-72" value={text} onChange={(event) => setText(event.target.value)} />}
      </Field>
      <Field label="Your password">
        {({ id }) => <Input id={id} type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      {writing.error && <ProblemBox problem={Problem.from(writing.error)} />}
      <span className="flex justify-end">
        <Button type="submit" tone="primary" disabled={password === ""} busy={writing.isPending}>
          Keep the plan
        </Button>
      </span>
    </form>
  );
}

function Existing({ workspace, name, onClose }: { workspace: string; name: string; onClose: () => void }) {
  const { data } = useQuery(rulebookFileQuery(workspace, name));
  return data === undefined ? null : <Editor workspace={workspace} name={name} text={data} onName={null} onClose={onClose} />;
}

/** A plan of one's own, written as the shipped ones are. */
export function OwnPlanDialog({ workspace, files, onClose }: { workspace: string; files: readonly string[]; onClose: () => void }) {
  const [chosen, setChosen] = useState("");
  const [name, setName] = useState("my-plan.toml");
  return (
    <Dialog title="A plan of your own" open width="large" onClose={onClose}>
      <div className="grid gap-3">
        {files.length > 0 && (
          <Field label="File">
            {({ id }) => (
              <Select
                id={id}
                value={chosen}
                choices={[{ value: "", label: "A new file" }, ...files.map((file) => ({ value: file, label: file }))]}
                onChange={setChosen}
              />
            )}
          </Field>
        )}
        {chosen === "" ? (
          <Editor workspace={workspace} name={name} text={TEMPLATE} onName={setName} onClose={onClose} />
        ) : (
          <Existing key={chosen} workspace={workspace} name={chosen} onClose={onClose} />
        )}
      </div>
    </Dialog>
  );
}
