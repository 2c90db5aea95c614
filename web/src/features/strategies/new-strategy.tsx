import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ChangeEvent, useState } from "react";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { createStrategyFile, strategyTemplatesQuery } from "~/api/strategy-files";
import { cx } from "~/lib/cx";
import { Button, buttonClass } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";

const BLANK = `from bidwell import Bar, Bars, Param, Strategy, indicators


class Mine(Strategy):
    length = Param(20, 2, 200)

    def prepare(self, bars: Bars) -> None:
        self.average = indicators.sma(bars.close, self.length)

    def on_bar(self, bar: Bar) -> None:
        if bar.close > self.average[-1] and not self.position:
            self.buy(percent=95)
        elif bar.close < self.average[-1] and self.position:
            self.close()
`;
const LARGEST = 200_000;

interface Start {
  id: string;
  name: string;
  about: string;
  source: string;
}

const EMPTY: Start = { id: "", name: "Empty strategy", about: "Twelve lines that buy above an average and sell below it.", source: BLANK };

interface NewStrategyDialogProps {
  workspace: string;
  onClose: () => void;
  onCreated: (id: string) => void;
}

/** Starts a strategy: from a template, from a file, or from twelve lines. */
export function NewStrategyDialog({ workspace, onClose, onCreated }: NewStrategyDialogProps) {
  const client = useQueryClient();
  const { data: templates, error } = useQuery(strategyTemplatesQuery(workspace));
  const [imported, setImported] = useState<Start | null>(null);
  const [chosen, setChosen] = useState("");
  const [typed, setTyped] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const starts = [...(imported ? [imported] : []), EMPTY, ...(templates ?? [])];
  const start = starts.find(({ id }) => id === chosen) ?? EMPTY;
  const name = typed ?? (start.id === "" ? "" : start.name);
  const create = useMutation({
    mutationFn: () => createStrategyFile(workspace, name, start.source, start.id === "" ? "" : `from ${start.name}`),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: keys.strategyFiles(workspace) });
      onCreated(made.id);
    },
  });
  const problem = create.error ? Problem.from(create.error) : null;

  const take = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) {
      return;
    }
    const source = file.size > LARGEST ? "" : await file.text();
    if (!source || source.includes("\u0000")) {
      setRefused(file.size > LARGEST ? `${file.name} has more than ${LARGEST.toLocaleString("en-US")} bytes.` : `${file.name} is no text.`);
      return;
    }
    setRefused(null);
    setImported({ id: "file", name: file.name.replace(/\.py$/i, ""), about: `The file ${file.name}.`, source });
    setChosen("file");
    setTyped(null);
  };

  return (
    <Dialog
      title="New strategy"
      open
      onClose={onClose}
      footer={
        <>
          <label className={cx(buttonClass("plain"), "cursor-pointer focus-within:outline-2 focus-within:outline-focus")}>
            Import a file …
            <input type="file" accept=".py,text/x-python,text/plain" aria-label="Import a file" className="sr-only" onChange={(event) => void take(event)} />
          </label>
          <span className="flex-1" />
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" disabled={name.trim() === ""} busy={create.isPending} onClick={() => create.mutate()}>
            Create
          </Button>
        </>
      }
    >
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== "") {
            create.mutate();
          }
        }}
      >
        <Field label="Name" problem={problem?.fields.get("name")}>
          {({ id, describedBy, invalid }) => (
            <Input id={id} describedBy={describedBy} invalid={invalid} value={name} maxLength={80} onChange={(event) => setTyped(event.target.value)} />
          )}
        </Field>
        <fieldset className="grid grid-cols-1 gap-1.5">
          <legend className="pb-1 text-text-2">Start from</legend>
          {!templates && !error && <Skeleton className="h-24" />}
          {starts.map((each) => (
            // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- the radio inside has its name, the text beside it is for the eye
            <label key={each.id} className={cx("flex cursor-pointer items-start gap-2.5 rounded-md border p-2.5", each.id === start.id ? "border-accent bg-raised" : "border-line hover:bg-hover")}>
              <input type="radio" name="start" aria-label={each.name} className="mt-0.5 size-4 accent-accent" checked={each.id === start.id} onChange={() => setChosen(each.id)} />
              <span className="min-w-0">
                <span className="block font-semibold">{each.name}</span>
                <span className="block text-12 text-text-2">{each.about}</span>
              </span>
            </label>
          ))}
        </fieldset>
        {refused && (
          <p role="alert" className="text-danger">
            {refused}
          </p>
        )}
        {problem && <ProblemBox problem={problem} />}
        {error && <ProblemBox problem={Problem.from(error)} />}
      </form>
    </Dialog>
  );
}
