import { describe, expect, it } from "vitest";
import type { Violation } from "~/api/types";
import { pressing } from "./pressing";

const violation = (id: string, rule: string, severity: Violation["severity"], state: string): Violation => ({ id, rule, severity, state }) as Violation;

describe("what presses", () => {
  it("is a breach, a NO-GO or a plan that cannot be read, which nobody has seen", () => {
    const known = [
      violation("a", "daily_loss", "breach", "open"),
      violation("b", "daily_loss", "warning", "open"),
      violation("c", "readiness", "warning", "open"),
      violation("e", "rulebook_fault", "warning", "open"),
      violation("d", "drawdown", "breach", "acknowledged"),
    ];
    expect(pressing(known).map(({ id }) => id)).toEqual(["a", "c", "e"]);
  });
});
