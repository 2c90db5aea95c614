import { describe, expect, it } from "vitest";
import type { MarginLine } from "~/api/types";
import { marginState } from "./margin-state";

const line: MarginLine = {
  account: "acc_1",
  name: "Growth",
  told: "told",
  currency: "INR",
  required: "34786.73" as MarginLine["required"],
  available: "96426.33" as MarginLine["available"],
  orders: [],
  code: "",
  reason: "",
};
const row = { account: "acc_1", tells_margin: true };
const said = (changes: Partial<MarginLine> = {}) => marginState(row, { answer: { accounts: [{ ...line, ...changes }] }, problem: null });

describe("the margin at the broker", () => {
  it("is shown with what is free", () => {
    expect(said()).toEqual({ kind: "told", required: "34786.73", available: "96426.33", currency: "INR", short: false });
    expect(said({ available: null })).toMatchObject({ kind: "told", available: null, short: false });
  });

  it("says when it is more than is free", () => {
    expect(said({ available: "34786.72" as MarginLine["available"] })).toMatchObject({ short: true });
  });

  it("is asked for until the account's broker answers", () => {
    expect(marginState(row, { answer: undefined, problem: null })).toEqual({ kind: "asking" });
    expect(marginState(row, { answer: { accounts: [] }, problem: null })).toEqual({ kind: "asking" });
  });

  it("has a reason where it is not told", () => {
    expect(said({ told: "not_told", required: null, reason: "the session is down" })).toEqual({ kind: "not-told", why: "the session is down" });
    expect(marginState(row, { answer: undefined, problem: "The desk cannot be reached" })).toEqual({
      kind: "not-told",
      why: "The desk cannot be reached",
    });
  });

  it("is not spoken of where the broker offers none or nothing is ordered", () => {
    expect(said({ told: "not_offered", required: null })).toBeNull();
    expect(said({ told: "no_order", required: null })).toBeNull();
    expect(marginState({ account: "acc_1", tells_margin: false }, { answer: undefined, problem: null })).toBeNull();
  });
});
