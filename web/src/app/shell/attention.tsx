import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Problem } from "~/api/problem";
import { answerViolation, violationsQuery } from "~/api/risk";
import { mayTrade } from "~/api/session";
import type { Violation, Workspace } from "~/api/types";
import { cx } from "~/lib/cx";
import { Button } from "~/ui/button";
import { toast } from "~/ui/toast";
import { FAULT, READINESS, pressing } from "./pressing";

const SHOWN = 3;

function Line({ workspace, violation }: { workspace: Workspace; violation: Violation }) {
  const client = useQueryClient();
  const ready = violation.rule === READINESS;
  const seeing = useMutation({
    mutationFn: () => answerViolation(workspace.id, violation.id, "acknowledge", ""),
    onSuccess: () => client.invalidateQueries({ queryKey: ["w", workspace.id, "violations"] }),
    onError: (error) => toast(Problem.from(error).detail ?? Problem.from(error).title, { tone: "danger" }),
  });
  return (
    <li className={cx("flex items-center gap-2 border-b px-3.5 py-1", ready ? "border-warn text-warn tint-warn" : "border-danger text-danger tint-danger")}>
      <p className="min-w-0 flex-1 break-words">
        <b className="font-semibold">
          <span aria-hidden="true">{ready ? "▲" : "■"}</span> {violation.account_name}
        </b>{" "}
        {violation.message}
      </p>
      {ready ? (
        <Link to="/readiness" className="whitespace-nowrap underline">
          Readiness
        </Link>
      ) : violation.rule === FAULT ? (
        <Link to="/funded" className="whitespace-nowrap underline">
          Funded
        </Link>
      ) : (
        <Link to="/risk" search={{ part: "violations" }} className="whitespace-nowrap underline">
          Violations
        </Link>
      )}
      {mayTrade(workspace.role) && (
        <Button size="small" busy={seeing.isPending} onClick={() => seeing.mutate()}>
          Seen
        </Button>
      )}
    </li>
  );
}

/** Stays on every page until somebody has seen it, or it is mended. */
export function Attention({ workspace }: { workspace: Workspace }) {
  const { data } = useQuery(violationsQuery(workspace.id, "open"));
  const open = pressing(data ?? []);
  return (
    <div aria-live="assertive" className="shrink-0">
      {open.length > 0 && (
        <ul aria-label="Needs attention">
          {open.slice(0, SHOWN).map((violation) => (
            <Line key={violation.id} workspace={workspace} violation={violation} />
          ))}
          {open.length > SHOWN && (
            <li className="border-b border-line px-3.5 py-1">
              <Link to="/risk" search={{ part: "violations" }} className="underline">
                and {open.length - SHOWN} more
              </Link>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
