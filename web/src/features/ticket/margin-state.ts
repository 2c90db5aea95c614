import type { AllocationPreview, MarginAnswer } from "~/api/types";
import { parseDecimal } from "~/lib/decimal";

/** What is known of the margin that an account's broker would block for the ticket's order. */
export type MarginState =
  | { kind: "asking" }
  | { kind: "told"; required: string; available: string | null; currency: string; short: boolean }
  | { kind: "not-told"; why: string };

/** What has come of the question so far. */
export interface MarginQuestion {
  answer: MarginAnswer | undefined;
  /** Why there is no answer at all, such as a desk that is not there. */
  problem: string | null;
}

/** The margin line of one account; null where its broker says nothing of the kind, or nothing is ordered there. */
export function marginState(row: Pick<AllocationPreview, "account" | "tells_margin">, { answer, problem }: MarginQuestion): MarginState | null {
  if (!row.tells_margin) {
    return null;
  }
  if (problem) {
    return { kind: "not-told", why: problem };
  }
  const line = answer?.accounts.find(({ account }) => account === row.account);
  if (!line) {
    return { kind: "asking" };
  }
  if (line.told === "no_order" || line.told === "not_offered") {
    return null;
  }
  if (line.told === "not_told" || line.required === null) {
    return { kind: "not-told", why: line.reason ?? "" };
  }
  const [required, available] = [parseDecimal(line.required), parseDecimal(line.available)];
  return {
    kind: "told",
    required: line.required,
    available: line.available,
    currency: line.currency,
    short: Boolean(required && available && required.gt(available)),
  };
}
