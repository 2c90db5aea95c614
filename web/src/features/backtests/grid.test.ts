import { describe, expect, test } from "vitest";
import type { Parameter } from "~/api/types";
import { readValues, usualValues, valuesProblem } from "./grid";

const field: Parameter = { name: "fast", kind: "int", default: 10, low: 2, high: 50, step: null, choices: [], about: "" };

describe("values of a sweep", () => {
  test("are a list, a range, or both", () => {
    expect(readValues("5, 10,20")).toEqual(["5", "10", "20"]);
    expect(readValues("5:20:5")).toEqual(["5", "10", "15", "20"]);
    expect(readValues("0.1:0.3:0.1")).toEqual(["0.1", "0.2", "0.3"]);
    expect(readValues("1:3, 10, 3")).toEqual(["1", "2", "3", "10"]);
    expect(readValues("true, false")).toEqual(["true", "false"]);
  });

  test("that cannot be read are refused", () => {
    for (const text of ["", " , ", "5:", "5:1:1", "1:5:0", "a:b:c", "1:100000:1"]) {
      expect(readValues(text), text).toBeNull();
    }
  });

  test("keep to the parameter's range", () => {
    expect(valuesProblem(field, "5:20:5")).toBeNull();
    expect(valuesProblem(field, "5, 60")).toBe("60: at most 50");
    expect(valuesProblem(field, "2.5")).toBe("2.5: a whole number");
  });

  test("begin with the parameter's own range", () => {
    expect(usualValues(field)).toBe("2:50:6");
    expect(usualValues({ ...field, step: 4 })).toBe("2:50:4");
    expect(usualValues({ ...field, kind: "bool", low: null, high: null })).toBe("true, false");
  });
});
