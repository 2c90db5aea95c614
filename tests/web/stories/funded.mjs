// Funded accounts: a plan is attached with its rules and source, shown with its distance, and denies by its rules.

import { readFile } from "node:fs/promises";
import { AXE, PHONE, counts, eventually, play, says } from "./stage.mjs";

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
  const page = await stage.enter("/funded");
  stage.expect(422, "/api/v1/w/main/funded/rulebooks");
  stage.expect(422, "/api/v1/w/main/funded/india/attach");
  const axe = await readFile(AXE, "utf8");
  const main = page.getByRole("main");
  await says(main, "No account is held to a plan yet");
  await page.evaluate(axe);

  await page.getByRole("button", { name: "Your own plan…" }).click();
  const own = page.getByRole("dialog", { name: "A plan of your own" });
  const text = own.getByLabel("Rulebook");
  const template = await text.inputValue();
  await text.fill(template.replace("amount = 2000", "amount = -2000"));
  await own.getByLabel("Your password").fill(stage.given.password);
  await own.getByRole("button", { name: "Keep the plan" }).click();
  await says(own.getByRole("alert"), "-plan.toml:21: amount");
  await text.fill(template);
  await own.getByRole("button", { name: "Keep the plan" }).click();
  await counts(own, 0);

  await main.getByRole("button", { name: "Attach a plan…" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Hold an account to a plan" });
  await dialog.getByLabel("Plan").selectOption("my-evaluation-50k");
  await dialog.getByLabel("Plan").selectOption("topstep-combine-50k");
  await says(dialog, "no promise of compliance");
  await says(dialog, "2,000 USD, trails the best day's end, stops at 50,000");
  await stage.screenshot("funded-attach-dark");
  await dialog.getByLabel("Account").selectOption("india");
  await dialog.getByLabel("Your password").fill(stage.given.password);
  await dialog.getByRole("button", { name: "Begin the plan" }).click();
  await says(dialog.getByRole("alert"), "in INR and the plan in USD");
  await dialog.getByLabel("Account").selectOption("funded");
  await dialog.getByLabel("Plan").selectOption("practice-evaluation-50k");
  await dialog.getByRole("button", { name: "Begin the plan" }).click();
  await counts(dialog, 0);

  await says(main.getByRole("navigation", { name: "Funded accounts" }), "Funded 50K");
  await counts(main.getByRole("img", { name: /^Equity .* above the maximum loss level of 48,000/ }), 1);
  await says(main, "To the maximum loss");
  await says(main, "to the profit target");
  await stage.ask("denied");
  await says(main, /Calendar of releases[^]*(No release is known|by the market’s clock)/);
  await clean(page, "funded");
  await stage.screenshot("funded-account-dark");
  await page.setViewportSize(PHONE);
  await eventually("nothing sticks out", () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await clean(page, "funded on a phone");
  await stage.screenshot("funded-account-phone");
});
