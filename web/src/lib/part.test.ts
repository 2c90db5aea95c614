import { expect, it } from "vitest";
import { part } from "./part";

it("asks again for a part that did not come", async () => {
  let asked = 0;
  const load = async (): Promise<string> => {
    asked += 1;
    if (asked < 3) {
      throw new TypeError("Failed to fetch dynamically imported module");
    }
    return "chart";
  };
  expect(await part(load, 0)).toBe("chart");
  expect(asked).toBe(3);
});

it("gives up on one that never comes", async () => {
  await expect(part(() => Promise.reject(new TypeError("no such file")), 0)).rejects.toThrow("no such file");
});
