import type { Violation } from "~/api/types";

export const READINESS = "readiness";

/** The account is locked because its plan cannot be read. */
export const FAULT = "rulebook_fault";
const PRESSING: ReadonlySet<string> = new Set([READINESS, FAULT]);

/** What a person must know of on whatever page they are: breaches, plans that cannot be read, accounts that are not ready. */
export const pressing = (violations: readonly Violation[]): Violation[] =>
  violations.filter(({ state, severity, rule }) => state === "open" && (severity === "breach" || PRESSING.has(rule)));
