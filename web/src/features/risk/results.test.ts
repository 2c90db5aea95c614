import { expect, test } from "vitest";
import { readResults } from "./results";

test("results are read however they are parted", () => {
  expect(readResults("2, 2\n-1;0.5 −3").results).toEqual(["2", "2", "-1", "0.5", "-3"]);
  expect(readResults("  ")).toEqual({ results: [], problem: undefined });
});

test("what is no number is named", () => {
  expect(readResults("2, two").problem).toBe("“two” is no number.");
  expect(readResults("1e9").results).toEqual([]);
});
