import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "~/api/problem";
import { strategyVersionQuery, strategyVersionsQuery } from "~/api/strategy-files";
import { cx } from "~/lib/cx";
import { dateTime } from "~/lib/time";
import { count } from "~/lib/words";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Select } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { type DiffLine, diffLines, hunks } from "./diff";

const LOOKS = { same: "text-text-2", added: "bg-raised text-gain", removed: "bg-raised text-loss" } as const;
const SIGNS = { same: " ", added: "+", removed: "−" } as const;

function DiffTable({ lines }: { lines: readonly (DiffLine | null)[] }) {
  return (
    <div
      role="region"
      aria-label="Changed lines"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
      tabIndex={0}
      className="max-h-[60dvh] overflow-auto rounded-md border border-line bg-ground"
    >
      <table className="w-full border-collapse font-mono text-12">
        <tbody>
          {lines.map((line, place) =>
            line ? (
              <tr key={`${line.before} ${line.after}`} className={LOOKS[line.kind]}>
                <td className="select-none px-2 text-right text-text-3">{line.before ?? ""}</td>
                <td className="select-none px-2 text-right text-text-3">{line.after ?? ""}</td>
                <td className="select-none px-1">
                  {SIGNS[line.kind]}
                  <span className="sr-only">{line.kind === "same" ? "" : line.kind}</span>
                </td>
                <td className="w-full whitespace-pre pr-3">{line.text || " "}</td>
              </tr>
            ) : (
              // oxlint-disable-next-line react/no-array-index-key -- what is left out has no identity but its place
              <tr key={`gap ${place}`} className="text-text-3">
                <td colSpan={4} className="px-2">
                  …
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

interface VersionsProps {
  workspace: string;
  id: string;
  /** What is in the editor now. */
  source: string;
  base: number;
  onRestore: (source: string, version: number) => void;
}

/** A file's versions; each can be compared with what is in the editor, and put back into it. */
export function Versions({ workspace, id, source, base, onRestore }: VersionsProps) {
  const { data: versions = [], error } = useQuery(strategyVersionsQuery(workspace, id));
  const [opened, setOpened] = useState<number | null>(null);
  if (error) {
    return <ProblemBox problem={Problem.from(error)} />;
  }
  return (
    <>
      <ul aria-label="Versions" className="max-h-72 overflow-auto">
        {versions.map((version) => (
          <li key={version.version} className="flex items-baseline gap-2 border-b border-faint py-1.5 last:border-b-0">
            <span className={cx("w-8 shrink-0 font-mono text-12", version.version === base ? "text-accent" : "text-text-2")}>v{version.version}</span>
            <span className="min-w-0 flex-1">
              <span className="block truncate">{version.note || <span className="text-text-3">no note</span>}</span>
              <span className="block truncate text-12 text-text-3" title={version.created_by}>
                {dateTime(version.created_at)}
              </span>
            </span>
            <Button size="small" tone="quiet" aria-label={`Compare version ${version.version}`} onClick={() => setOpened(version.version)}>
              Compare
            </Button>
          </li>
        ))}
      </ul>
      {opened !== null && (
        <VersionDialog
          workspace={workspace}
          id={id}
          version={opened}
          versions={versions.map((each) => each.version)}
          source={source}
          onChoose={setOpened}
          onClose={() => setOpened(null)}
          onRestore={(text) => {
            onRestore(text, opened);
            setOpened(null);
          }}
        />
      )}
    </>
  );
}

interface VersionDialogProps {
  workspace: string;
  id: string;
  version: number;
  versions: readonly number[];
  source: string;
  onChoose: (version: number) => void;
  onClose: () => void;
  onRestore: (source: string) => void;
}

function VersionDialog({ workspace, id, version, versions, source, onChoose, onClose, onRestore }: VersionDialogProps) {
  const { data, error } = useQuery(strategyVersionQuery(workspace, id, version));
  const lines = data ? diffLines(data.source, source) : [];
  const changed = lines.filter(({ kind }) => kind !== "same").length;
  return (
    <Dialog
      title="Compare with the editor"
      open
      width="large"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button tone="primary" disabled={!data || changed === 0} onClick={() => data && onRestore(data.source)}>
            Put version {version} into the editor
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-1 gap-3">
        <p className="flex flex-wrap items-center gap-2 text-text-2">
          From version
          <span className="w-24">
            <Select aria-label="From version" value={String(version)} choices={versions.map((each) => ({ value: String(each), label: `v${each}` }))} onChange={(each) => onChoose(Number(each))} />
          </span>
          <span>to what is in the editor: {data ? count(changed, "changed line") : "…"}</span>
        </p>
        {error && <ProblemBox problem={Problem.from(error)} />}
        {!data && !error && <Skeleton className="h-40" />}
        {data && (changed === 0 ? <p className="text-text-2">They are the same.</p> : <DiffTable lines={hunks(lines)} />)}
      </div>
    </Dialog>
  );
}
