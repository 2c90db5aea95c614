import { describe, expect, test } from "vitest";
import { diffLines, hunks } from "./diff";

const marks = (before: string, after: string): string =>
  diffLines(before, after)
    .map(({ kind, text }) => `${{ same: " ", added: "+", removed: "-" }[kind]}${text}`)
    .join("|");

describe("the difference of two versions", () => {
  test("is nothing where they are the same", () => {
    expect(diffLines("a\nb", "a\nb").every(({ kind }) => kind === "same")).toBe(true);
    expect(hunks(diffLines("a\nb", "a\nb"))).toEqual([null]);
  });

  test("keeps what both have and marks the rest", () => {
    expect(marks("a\nb\nc", "a\nx\nc")).toBe(" a|-b|+x| c");
    expect(marks("a\nb", "a\nb\nc")).toBe(" a| b|+c");
    expect(marks("", "a")).toBe("-|+a");
    expect(marks("a\nb\nc\nd", "b\nd\ne")).toBe("-a| b|-c| d|+e");
  });

  test("counts the lines of each text", () => {
    const added = diffLines("a\nc", "a\nb\nc");
    expect(added.map(({ before, after }) => [before, after])).toEqual([[1, 1], [null, 2], [2, 3]]);
  });

  test("leaves out what is far from any change", () => {
    const before = Array.from({ length: 30 }, (_, line) => `line ${line}`).join("\n");
    const shown = hunks(diffLines(before, before.replace("line 15", "changed")), 2);
    expect(shown.filter((line) => line === null)).toHaveLength(2);
    expect(shown.filter((line) => line?.kind === "same")).toHaveLength(4);
  });

  test("of texts too long to compare is a replacement", () => {
    const long = (word: string): string => Array.from({ length: 3000 }, (_, line) => `${word} ${line}`).join("\n");
    expect(diffLines(long("a"), long("b"))).toHaveLength(6000);
  });
});
