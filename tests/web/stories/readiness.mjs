// The readiness board: GO and NO-GO live over the stream, a check mended by one click, the guardian's word, on a phone too.

import { readFile } from "node:fs/promises";
import { AXE, PHONE, eventually, play, says } from "./stage.mjs";

async function clean(page, where) {
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return violations.map(({ id, help, nodes }) => `${id}: ${help} ${nodes[0]?.html.slice(0, 200)}`);
  });
  if (found.length > 0) {
    throw new Error(`${where}: ${found.join("\n")}`);
  }
}

await play(async (stage) => {
  const page = await stage.enter("/risk");
  await says(page.getByRole("region", { name: "Guardian" }).or(page.getByRole("main")), "switched off (--no-guardian)");
  await says(page.getByRole("contentinfo"), "No guardian");

  await page.getByRole("link", { name: "Readiness" }).first().click();
  const main = page.getByRole("main");
  await says(page.getByRole("status"), "5 GO");
  await says(page.getByRole("list", { name: "Checks of Growth" }), /✓ pass\s*Book\s*agrees with the broker’s|agrees with the broker's/);
  await says(page.getByRole("list", { name: "Checks of Funded 50K" }), "is held to no plan");
  await page.evaluate(await readFile(AXE, "utf8"));

  await stage.ask("halt");
  await says(page.getByRole("status"), "1 NO-GO");
  await says(page.getByRole("list", { name: "Checks of Growth" }), /✕ fail\s*Permission\s*halted: lunch/);
  await says(main, "Not ready: 1 account");
  await page.getByRole("list", { name: "Checks of Growth" }).getByRole("link", { name: "Release" }).focus();
  await clean(page, "readiness");
  await stage.screenshot("readiness-dark");
  await page.setViewportSize(PHONE);
  await eventually("nothing sticks out", () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await clean(page, "readiness on a phone");
  await stage.screenshot("readiness-phone");

  await stage.ask("release");
  await says(page.getByRole("status"), "5 GO");
});
