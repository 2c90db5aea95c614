import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, Suspense, lazy, useState } from "react";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { mayTrade } from "~/api/session";
import { addStrategyVersion, checkStrategy, removeStrategyFile, renameStrategyFile, strategyFileAddress, strategyFileQuery } from "~/api/strategy-files";
import type { StrategyDetail, Workspace } from "~/api/types";
import { part } from "~/lib/part";
import { useDebounced } from "~/lib/use-debounced";
import { Badge } from "~/ui/badge";
import { Button, buttonClass } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { HoldButton } from "~/ui/hold-button";
import { Card, Page } from "~/ui/panel";
import { type ParameterTexts, ParameterFields } from "~/ui/parameters";
import { ProblemBox } from "~/ui/problem";
import { LoadingTitle, Skeleton } from "~/ui/skeleton";
import { toast } from "~/ui/toast";
import { AtWork } from "./at-work";
import { useDrafts } from "./drafts";
import { Findings } from "./findings";
import { PutToWork } from "./put-to-work";
import { Versions } from "./versions";

const CodeEditor = lazy(async () => ({ default: (await part(() => import("./code-editor"))).CodeEditor }));
const READ_AFTER_MS = 350;

interface StrategyPageProps {
  workspace: Workspace;
  id: string;
  /** Where to put the cursor at first. */
  line: number | null;
  onRemoved: () => void;
  onBacktest: (version: number, parameters: ParameterTexts) => void;
}

export function StrategyFilePage(props: StrategyPageProps) {
  const { workspace, id } = props;
  const { data, error, refetch } = useQuery(strategyFileQuery(workspace.id, id));
  if (error) {
    return <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />;
  }
  if (!data) {
    return (
      <Page title={<LoadingTitle className="h-4 w-40" />} wide>
        <Skeleton className="h-96" />
      </Page>
    );
  }
  return <Editing key={data.id} {...props} file={data} />;
}

function useSource(file: StrategyDetail): { source: string; base: number; dirty: boolean; write: (source: string, base?: number) => void; drop: () => void } {
  const draft = useDrafts(({ drafts }) => drafts[file.id]);
  const write = useDrafts((drafts) => drafts.write);
  const drop = useDrafts((drafts) => drafts.drop);
  const source = draft?.source ?? file.source;
  const base = draft?.base ?? file.latest;
  return {
    source,
    base,
    dirty: draft !== undefined && draft.source !== file.source,
    write: (text, from = base) => write(file.id, { source: text, base: from, name: file.name }),
    drop: () => drop(file.id),
  };
}

function Editing({ workspace, id, line, file, onRemoved, onBacktest }: StrategyPageProps & { file: StrategyDetail }) {
  const client = useQueryClient();
  const { source, base, dirty, write, drop } = useSource(file);
  const [values, setValues] = useState<ParameterTexts>({});
  const [reveal, setReveal] = useState<{ line: number } | null>(line === null ? null : { line });
  const [saving, setSaving] = useState(false);
  const [renaming, setRenaming] = useState(false);
  const [starting, setStarting] = useState(false);
  const settled = useDebounced(source, READ_AFTER_MS);
  const { data: validation, error: unread } = useQuery({
    queryKey: ["w", workspace.id, "strategy-check", settled],
    queryFn: ({ signal }) => checkStrategy(workspace.id, settled, signal),
    enabled: settled.length > 0,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const remove = useMutation({
    mutationFn: () => removeStrategyFile(workspace.id, id),
    onSuccess: async () => {
      drop();
      toast(`Removed “${file.name}”`);
      await client.invalidateQueries({ queryKey: keys.strategyFiles(workspace.id), exact: true });
      onRemoved();
    },
  });
  const editable = mayTrade(workspace.role);
  const overtaken = dirty && base !== file.latest;
  const outline = validation?.strategies[0];
  return (
    <Page
      wide
      title={
        <span className="flex flex-wrap items-center gap-2">
          <span className="break-all">{file.name}</span>
          <Badge>v{base}</Badge>
          {dirty && <Badge tone="warn">not saved</Badge>}
        </span>
      }
      actions={
        <>
          <a className={buttonClass()} href={strategyFileAddress(workspace.id, id, file.latest)} download>
            Export
          </a>
          {editable && (
            <>
              <Button onClick={() => setRenaming(true)}>Rename</Button>
              <HoldButton effect={`Removes “${file.name}” with all its versions. Its backtests stay.`} onConfirm={() => remove.mutate()}>
                Hold to remove
              </HoldButton>
              <Button disabled={!dirty} onClick={() => setSaving(true)}>
                Save version
              </Button>
              <Button tone="primary" disabled={dirty || validation?.runs !== true} title={dirty ? "Save it first" : undefined} onClick={() => onBacktest(file.latest, values)}>
                Backtest
              </Button>
            </>
          )}
        </>
      }
    >
      {remove.error && <ProblemBox problem={Problem.from(remove.error)} />}
      {overtaken && (
        <Notice>
          Version {file.latest} was saved after you began from version {base}. Compare them before you save over it.
          <Button size="small" onClick={() => write(source, file.latest)}>
            I have seen it
          </Button>
        </Notice>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1fr)_320px]">
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-2">
          <div className="h-[min(62dvh,720px)] min-h-80">
            <Suspense fallback={<Skeleton className="h-full" />}>
              <CodeEditor
                value={source}
                label={`Source of ${file.name}`}
                findings={validation?.findings ?? []}
                readOnly={!editable}
                reveal={reveal}
                onChange={(text) => write(text)}
                onSave={() => dirty && editable && setSaving(true)}
              />
            </Suspense>
          </div>
          {unread ? <ProblemBox problem={Problem.from(unread)} /> : <Findings validation={validation} stale={settled !== source} onOpen={(at) => setReveal({ line: at })} />}
          <p className="text-12 text-text-3 max-md:hidden">Ctrl S saves a version. Tab indents; Esc, then Tab leaves the editor.</p>
        </div>
        <div className="grid grid-cols-1 gap-4">
          <Card title="Parameters">
            {outline && outline.parameters.length > 0 ? (
              <ParameterFields fields={outline.parameters} values={values} onChange={(name, text) => setValues({ ...values, [name]: text })} />
            ) : (
              <p className="text-text-2">{outline ? `${outline.name} declares no Param.` : "They appear once the source can be read."}</p>
            )}
          </Card>
          <Card
            title="At work"
            aside={
              editable && (
                <Button size="small" disabled={dirty || validation?.runs !== true} title={dirty ? "Save it first" : undefined} onClick={() => setStarting(true)}>
                  Put to work …
                </Button>
              )
            }
          >
            <AtWork workspace={workspace.id} file={id} editable={editable} />
          </Card>
          <Card title="Versions">
            <Versions workspace={workspace.id} id={id} source={source} base={base} onRestore={(text) => write(text)} />
          </Card>
        </div>
      </div>
      {saving && <SaveDialog workspace={workspace.id} file={file} source={source} base={base} onClose={() => setSaving(false)} onSaved={drop} />}
      {starting && <PutToWork workspace={workspace.id} file={file} className={(validation?.strategies.length ?? 0) > 1 ? (outline?.name ?? null) : null} values={values} onClose={() => setStarting(false)} />}
      {renaming && <RenameDialog workspace={workspace.id} file={file} onClose={() => setRenaming(false)} />}
    </Page>
  );
}

function Notice({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="flex flex-wrap items-center gap-2 rounded-md border border-warn p-2.5 text-warn">
      {children}
    </p>
  );
}

interface SaveDialogProps {
  workspace: string;
  file: StrategyDetail;
  source: string;
  base: number;
  onClose: () => void;
  onSaved: () => void;
}

function SaveDialog({ workspace, file, source, base, onClose, onSaved }: SaveDialogProps) {
  const client = useQueryClient();
  const [note, setNote] = useState("");
  const save = useMutation({
    mutationFn: () => addStrategyVersion(workspace, file.id, { source, note, after: base }),
    onSuccess: async (saved) => {
      client.setQueryData(keys.strategyFile(workspace, file.id), saved);
      onSaved();
      onClose();
      toast(`Saved version ${saved.version} of “${saved.name}”`);
      await client.invalidateQueries({ queryKey: keys.strategyFiles(workspace) });
    },
    onError: () => void client.invalidateQueries({ queryKey: keys.strategyFile(workspace, file.id) }),
  });
  return (
    <Dialog title={`Save version ${file.latest + 1}`} open width="small" onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label="What changed" hint="Versions are never written over; a note finds one again.">
          {({ id, describedBy }) => <Input id={id} describedBy={describedBy} value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />}
        </Field>
        {save.error && <ProblemBox problem={Problem.from(save.error)} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={save.isPending}>
            Save
          </Button>
        </span>
      </form>
    </Dialog>
  );
}

function RenameDialog({ workspace, file, onClose }: { workspace: string; file: StrategyDetail; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(file.name);
  const rename = useMutation({
    mutationFn: () => renameStrategyFile(workspace, file.id, name),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.strategyFiles(workspace) });
      onClose();
    },
  });
  const problem = rename.error ? Problem.from(rename.error) : null;
  return (
    <Dialog title="Rename the strategy" open width="small" onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <Field label="Name" problem={problem?.fields.get("name")}>
          {({ id, describedBy, invalid }) => <Input id={id} describedBy={describedBy} invalid={invalid} value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />}
        </Field>
        {problem && <ProblemBox problem={problem} />}
        <span className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={name.trim() === ""} busy={rename.isPending}>
            Rename
          </Button>
        </span>
      </form>
    </Dialog>
  );
}
