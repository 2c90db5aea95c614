import type { AccountSummary, LimitMeter, ScopeState } from "~/api/types";
import { parseDecimal } from "~/lib/decimal";
import { left, warnAt } from "~/lib/limits";
import { Badge } from "~/ui/badge";

/** The limit of which the largest part is used. */
export function nearest(limits: readonly LimitMeter[]): LimitMeter | undefined {
  return limits.reduce<LimitMeter | undefined>((most, meter) => (most && Number(most.fraction) >= Number(meter.fraction) ? most : meter), undefined);
}

/** What keeps an account from trading, or what it is near to, in a few words. */
export function readiness(account: AccountSummary): { text: string; tone: "plain" | "warn" | "danger" } {
  if (!account.enabled) {
    return { text: "switched off", tone: "warn" };
  }
  if (account.state.state === "halted") {
    return { text: "halted", tone: "danger" };
  }
  if (!account.connected) {
    return { text: "not connected", tone: "danger" };
  }
  if (account.state.state === "reduce_only") {
    return { text: "reduce only", tone: "warn" };
  }
  if (!account.reconciled) {
    return { text: "reconciling", tone: "warn" };
  }
  const meter = nearest(account.limits);
  if (meter && parseDecimal(meter.fraction)?.gte(warnAt(meter))) {
    return { text: `${left(meter)} to ${meter.label.toLowerCase()}`, tone: "warn" };
  }
  return { text: "ready", tone: "plain" };
}

export function StateBadge({ state }: { state: ScopeState }) {
  if (state.state === "active") {
    return null;
  }
  return (
    <Badge tone={state.state === "halted" ? "danger" : "warn"} title={state.reason ?? ""}>
      {state.state === "halted" ? "halted" : "reduce only"}
    </Badge>
  );
}
