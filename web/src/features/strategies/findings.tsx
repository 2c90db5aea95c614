import type { Validation } from "~/api/types";
import { cx } from "~/lib/cx";
import { count } from "~/lib/words";

interface FindingsProps {
  validation: Validation | undefined;
  /** The text has changed since it was read. */
  stale: boolean;
  onOpen: (line: number) => void;
}

/** What the desk found by reading the source: one line each, which leads to its place. */
export function Findings({ validation, stale, onOpen }: FindingsProps) {
  const findings = validation?.findings ?? [];
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const said = !validation
    ? "Reading …"
    : findings.length === 0
      ? `Nothing is wrong: ${validation.strategies.map(({ name }) => name).join(", ")} can run.`
      : `${errors > 0 ? `${count(errors, "error")}: it cannot run` : "It can run"}${findings.length > errors ? `, ${count(findings.length - errors, "warning")}` : ""}.`;
  return (
    <div className={cx(stale && "opacity-60")}>
      <p role="status" className={cx("text-12", errors > 0 ? "text-danger" : findings.length > 0 ? "text-warn" : "text-text-2")}>
        {said}
      </p>
      {findings.length > 0 && (
        <ul aria-label="Findings" className="mt-1 max-h-40 overflow-auto">
          {findings.map((finding) => (
            <li key={`${finding.line} ${finding.column} ${finding.code} ${finding.message}`}>
              <button type="button" className="flex w-full flex-wrap items-baseline gap-x-2 rounded-sm px-1 py-0.5 text-left hover:bg-hover" onClick={() => onOpen(finding.line)}>
                <span className={cx("w-14 shrink-0 font-mono text-12 tabular-nums", finding.severity === "error" ? "text-danger" : "text-warn")}>line {finding.line}</span>
                <span className="min-w-0 flex-1">
                  {finding.message}
                  {finding.hint && <span className="text-text-3"> · {finding.hint}</span>}
                </span>
                <code className="font-mono text-11 text-text-3">{finding.code}</code>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
