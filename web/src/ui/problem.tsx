import { Button } from "./button";
import { CopyButton } from "./copy";

interface ProblemText {
  /** What happened. */
  title: string;
  /** Why, and what to do. */
  detail?: string | undefined;
  code: string;
  requestId?: string | undefined;
}

interface ProblemProps {
  problem: ProblemText;
  onRetry?: () => void;
}

/** What happened, why, what to do, the code, and a button that copies all of it. */
export function ProblemBox({ problem, onRetry }: ProblemProps) {
  const { title, detail, code, requestId } = problem;
  const report = [title, detail, `Code: ${code}`, requestId && `Request: ${requestId}`].filter(Boolean).join("\n");
  return (
    <div role="alert" className="m-3.5 edge-danger rounded-md p-3">
      <p className="font-semibold">{title}</p>
      {detail && <p className="mt-0.5 whitespace-pre-line text-text-2">{detail}</p>}
      <div className="mt-2 flex flex-wrap items-center gap-2 text-12">
        <code className="font-mono text-text-2">{code}</code>
        {requestId && <code className="font-mono text-text-2">{requestId}</code>}
        <span className="flex-1" />
        {onRetry && (
          <Button size="small" onClick={onRetry}>
            Try again
          </Button>
        )}
        <CopyButton text={report} label="Copy details" />
      </div>
    </div>
  );
}
