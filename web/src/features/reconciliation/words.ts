import type { AccountReconciliation, BreakType, Handling } from "~/api/reconciliation";
import { sentence } from "~/lib/words";
import type { BadgeTone } from "~/ui/badge";

export const STANDINGS: Readonly<Record<AccountReconciliation["standing"], { label: string; tone: BadgeTone }>> = {
  agrees: { label: "✓ agrees", tone: "gain" },
  differs: { label: "≠ differs", tone: "danger" },
  reading: { label: "… reading", tone: "plain" },
  failed: { label: "! cannot be read", tone: "warn" },
  disconnected: { label: "✕ not connected", tone: "warn" },
  off: { label: "– off", tone: "plain" },
};

export const HANDLINGS: Readonly<Record<Exclude<Handling, "">, { label: string; tone: BadgeTone }>> = {
  adopted: { label: "Adopted as EXTERNAL", tone: "plain" },
  repaired: { label: "Repaired", tone: "gain" },
  waiting: { label: "Waiting", tone: "warn" },
  person: { label: "Needs a person", tone: "danger" },
  noted: { label: "Noted", tone: "plain" },
};

const TYPES: Readonly<Record<BreakType, string>> = {
  order_unknown_here: "Order unknown here",
  order_unknown_there: "Order unknown at the broker",
  order_status: "Order stands otherwise",
  fill_missing: "Executions missing",
  position: "Position",
  cash: "Cash",
  report_incomplete: "Report incomplete",
};

export const TYPE_CHOICES = (Object.keys(TYPES) as BreakType[]).map((value) => ({ value, label: TYPES[value] }));

export const HANDLING_CHOICES = (Object.keys(HANDLINGS) as (keyof typeof HANDLINGS)[]).map((value) => ({ value, label: HANDLINGS[value].label }));

/** What an older desk's journal calls by another name still has one. */
export const handlingOf = (handling: Handling): { label: string; tone: BadgeTone } => (handling ? HANDLINGS[handling] : { label: sentence("noted"), tone: "plain" });
