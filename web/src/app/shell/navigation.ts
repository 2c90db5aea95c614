import type { IconName } from "~/ui/icon";

interface Place {
  to: "/desk" | "/alerts" | "/groups" | "/strategies" | "/backtests" | "/risk" | "/readiness" | "/funded" | "/accounts" | "/intents" | "/reconciliation" | "/journal" | "/settings";
  label: string;
  icon: IconName;
  /** One of the four beside "More" in the bottom bar of a phone. */
  phone: boolean;
}

export const PLACES: readonly Place[] = [
  { to: "/desk", label: "Desk", icon: "desk", phone: true },
  { to: "/intents", label: "Intents", icon: "intents", phone: true },
  { to: "/alerts", label: "Alerts", icon: "alerts", phone: true },
  { to: "/groups", label: "Groups", icon: "groups", phone: false },
  { to: "/strategies", label: "Strategies", icon: "strategies", phone: false },
  { to: "/backtests", label: "Backtests", icon: "backtests", phone: false },
  { to: "/risk", label: "Risk", icon: "risk", phone: false },
  { to: "/readiness", label: "Readiness", icon: "check", phone: false },
  { to: "/funded", label: "Funded", icon: "funded", phone: false },
  { to: "/accounts", label: "Accounts", icon: "accounts", phone: true },
  { to: "/reconciliation", label: "Reconciliation", icon: "reconciliation", phone: false },
  { to: "/journal", label: "Journal", icon: "journal", phone: false },
  { to: "/settings", label: "Settings", icon: "settings", phone: false },
];
