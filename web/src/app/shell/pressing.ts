import type { Violation } from "~/api/types";

export const READINESS = "readiness";

/** What a person must know of on whatever page they are: breaches, and accounts that are not ready for their session. */
export const pressing = (violations: readonly Violation[]): Violation[] =>
  violations.filter(({ state, severity, rule }) => state === "open" && (severity === "breach" || rule === READINESS));
