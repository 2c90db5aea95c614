import type { Group, GroupRequest, Member, Policy } from "~/api/types";
import { Decimal, decimalText, parseDecimal } from "~/lib/decimal";

const ONE = new Decimal(1);

/** What each policy does, and what a member's weight means under it. */
export const POLICIES: Readonly<Record<Policy, { label: string; does: string; weight: string | null }>> = {
  equal: { label: "Equal", does: "The total is split evenly.", weight: null },
  weighted: { label: "Weighted", does: "The total is split by weight.", weight: "Weight" },
  proportional: { label: "By equity", does: "The total is split by the accounts’ equity.", weight: null },
  fixed: { label: "Fixed", does: "Each account trades its own fixed quantity.", weight: "Quantity" },
  ratio: { label: "Ratio", does: "Each account trades the quantity times its ratio.", weight: "Ratio" },
  percent_of_equity: { label: "Percent of equity", does: "Each account trades a part of its own equity.", weight: "Percent" },
  risk_amount: { label: "Risk amount", does: "Each account risks its own amount down to the stop.", weight: "Amount" },
};

export const POLICY_CHOICES = (Object.keys(POLICIES) as Policy[]).map((value) => ({ value, label: POLICIES[value].label }));

/** A member as it is typed; an empty cap is none. */
export interface MemberForm {
  account: string;
  weight: string;
  cap: string;
  instruments: Record<string, string>;
}

export interface GroupForm {
  name: string;
  policy: Policy;
  members: MemberForm[];
  on_failure: GroupRequest["on_failure"] & string;
  /** The account whose fills the members copy; empty for a group that is sent orders. */
  leader: string;
  lag: string;
  repair: string;
}

/** What a leader's fills can be shared out by. */
export const COPIED: ReadonlySet<Policy> = new Set<Policy>(["ratio", "fixed", "equal", "weighted"]);

export function formOf(group: Group | null): GroupForm {
  return {
    name: group?.name ?? "",
    policy: group?.policy ?? "equal",
    on_failure: group?.on_failure ?? "continue",
    leader: group?.leader ?? "",
    lag: String(group?.lag_seconds ?? 5),
    repair: String(group?.repair_seconds ?? 30),
    members: group?.members.map(({ account, weight, cap, instruments }) => ({ account, weight, cap: cap ?? "", instruments })) ?? [],
  };
}

function seconds(text: string): number | null {
  const value = /^\d{1,4}$/.test(text.trim()) ? Number(text) : 0;
  return value >= 1 && value <= 3600 ? value : null;
}

/** The group that a form stands for, or what keeps it from being one. */
export function readGroup(form: GroupForm): { group: GroupRequest; problem: null } | { group: null; problem: string } {
  const refuse = (problem: string): { group: null; problem: string } => ({ group: null, problem });
  if (form.name.trim() === "") {
    return refuse("Give the group a name");
  }
  if (form.members.length === 0) {
    return refuse("Choose at least one account");
  }
  const lag = seconds(form.lag);
  const repair = seconds(form.repair);
  if (lag === null || repair === null) {
    return refuse("Seconds are a whole number from 1 to 3600");
  }
  if (form.leader && !COPIED.has(form.policy)) {
    return refuse("A leader’s fills are shared out by ratio, fixed, equal or weighted");
  }
  if (form.leader && form.members.some(({ account }) => account === form.leader)) {
    return refuse("The leader cannot follow himself: take his account out of the members");
  }
  const weighed = POLICIES[form.policy].weight;
  const members: Member[] = [];
  for (const { account, weight, cap, instruments } of form.members) {
    const share = weighed ? parseDecimal(weight) : ONE;
    const most = cap.trim() === "" ? null : parseDecimal(cap);
    if (!share?.gt(0)) {
      return refuse(`${weighed ?? "Weight"} must be a number above zero for every member`);
    }
    if (cap.trim() !== "" && !most?.gt(0)) {
      return refuse("A cap must be a number above zero, or empty");
    }
    members.push({ account, weight: decimalText(share), cap: most && decimalText(most), instruments });
  }
  return {
    group: {
      name: form.name.trim(),
      policy: form.policy,
      members,
      on_failure: form.leader ? "continue" : form.on_failure,
      leader: form.leader || null,
      lag_seconds: lag,
      repair_seconds: repair,
    },
    problem: null,
  };
}
