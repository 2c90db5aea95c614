import type { IntentSummary } from "~/api/types";
import { Badge } from "~/ui/badge";

/** How an intent ended, or where it stands, in badges. */
export function Outcome({ intent }: { intent: IntentSummary }) {
  const { children, filled, denied, working, in_doubt, status, converged, accounts } = intent;
  const unfilled = children - filled - working - denied;
  return (
    <span className="inline-flex gap-1.5">
      {children === 0 && <Badge tone={status === "denied" ? "danger" : "plain"}>{status}</Badge>}
      {filled > 0 && (
        <Badge tone="gain">
          {filled} of {children} filled
        </Badge>
      )}
      {working > 0 && <Badge>{working} working</Badge>}
      {in_doubt > 0 && <Badge tone="warn">{in_doubt} in doubt</Badge>}
      {children > 0 && accounts > 1 && (
        <span className="hidden md:inline-flex">
          <Badge tone={converged === accounts ? "gain" : "plain"}>
            {converged} of {accounts} converged
          </Badge>
        </span>
      )}
      {status === "undone" && <Badge>undone</Badge>}
      {unfilled > 0 && <Badge>{unfilled} not filled</Badge>}
      {denied > 0 && <Badge tone="danger">{denied} denied</Badge>}
    </span>
  );
}
