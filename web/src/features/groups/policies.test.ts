import { describe, expect, it } from "vitest";
import { type GroupForm, formOf, readGroup } from "./policies";

const MEMBER = { account: "income", weight: "0.5", cap: "", instruments: { "NQ.CME": "MNQ.CME" } };
const FORM: GroupForm = { ...formOf(null), name: "Copiers", policy: "ratio", leader: "growth", members: [MEMBER] };

describe("a group's form", () => {
  it("stands for a group that follows, with its members' mapped instruments", () => {
    const { group, problem } = readGroup({ ...FORM, lag: "9", on_failure: "unwind" });
    expect(problem).toBeNull();
    expect(group).toMatchObject({ leader: "growth", lag_seconds: 9, on_failure: "continue", repair_seconds: 30 });
    expect(group?.members[0]?.instruments).toEqual({ "NQ.CME": "MNQ.CME" });
  });

  it("stands for a group that is sent orders, and keeps how it repairs", () => {
    const { group } = readGroup({ ...FORM, leader: "", on_failure: "repair", repair: "45" });
    expect(group).toMatchObject({ leader: null, on_failure: "repair", repair_seconds: 45 });
  });

  it.each([
    [{ members: [{ ...MEMBER, account: "growth" }] }, /cannot follow himself/],
    [{ policy: "risk_amount" as const }, /shared out by/],
    [{ lag: "0" }, /whole number/],
    [{ lag: "4000" }, /whole number/],
    [{ repair: "ten" }, /whole number/],
  ])("says what keeps it from being one: %j", (change, told) => {
    expect(readGroup({ ...FORM, ...change }).problem).toMatch(told);
  });
});
