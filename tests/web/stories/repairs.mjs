// Our book against the brokers', a leader with his followers, a mapped instrument, and a recording asked for again.

import assert from "node:assert/strict";
import { PHONE, counts, eventually, play, row, says } from "./stage.mjs";

await play(async (stage) => {
  const page = await stage.enter("/reconciliation");
  await says(page.getByRole("main"), /5 of 5 accounts agree with their brokers/);
  await says(row(page, "Reconciliation by account", "Growth"), /✓ agrees/);
  await says(row(page, "Reconciliation by account", "Growth"), /ago/);
  await page.getByRole("button", { name: "Reconcile Growth now" }).click();
  await says(page.locator("body"), "Comparing 1 account");
  await page.getByRole("button", { name: "Reconcile all now" }).click();
  await says(page.locator("body"), "Comparing 5 accounts");
  await eventually("a history", async () => (await page.getByRole("table", { name: "Reconciliation history" }).locator("tr[data-row]").count()) >= 5);
  await page.getByLabel("What was done").selectOption({ label: "Needs a person" });
  await says(page.getByRole("main"), "No comparison matches.");
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByLabel("Account", { exact: true }).selectOption({ label: "Income" });
  await eventually("Income alone", async () => {
    const rows = await page.getByRole("table", { name: "Reconciliation history" }).locator("tr[data-row]").allInnerTexts();
    return rows.length > 0 && rows.every((text) => text.includes("Income"));
  });
  await stage.screenshot("reconciliation-dark");

  await page.goto("/groups");
  await page.getByRole("button", { name: "New group" }).first().click();
  await page.getByLabel("Name").fill("Copiers");
  await page.getByLabel("Follows").selectOption({ label: "Growth" });
  await says(page.getByRole("main"), "The members copy this account’s fills");
  await page.getByLabel("Copy entries for").fill("30");
  await page.getByLabel("Growth USD").check();
  await says(page.getByRole("main"), "The leader cannot follow himself");
  await page.getByLabel("Growth USD").uncheck();
  await page.getByLabel("Income USD").check();
  await page.getByLabel("Ratio of Income").fill("0.5");
  await page.getByRole("button", { name: "Instruments of Income: as sent" }).click();
  await page.getByLabel("Instead of").selectOption({ label: "GOOG" });
  await page.getByLabel("Trade", { exact: true }).selectOption({ label: "MSFT" });
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await says(page.getByRole("list", { name: "Mapped instruments" }), "GOOG → MSFT");
  await page.getByRole("button", { name: "Done" }).click();
  await counts(page.getByRole("button", { name: "Instruments of Income: GOOG → MSFT" }), 1);
  await page.getByRole("button", { name: "Create group" }).click();
  await says(row(page, "Groups", "Copiers"), "follows Growth");

  // Orders are sent to its leader, not to it.
  await page.goto("/desk");
  await says(page.getByLabel("Send to"), "All five");
  assert.ok(!(await page.getByLabel("Send to").innerText()).includes("Copiers"));

  const { intent } = await stage.ask("lead");
  await page.goto("/groups");
  await counts(row(page, "Groups", "Copiers").getByRole("list", { name: "Where its accounts stand" }).getByRole("listitem"), 1);
  await row(page, "Groups", "Copiers").click();
  await says(row(page, "Followers", "Income"), /in line/);
  await says(row(page, "Followers", "Income"), /\+2\b/);
  await counts(page.getByRole("list", { name: "Preview per account" }).getByRole("listitem"), 1);
  await stage.screenshot("followers-dark");

  await page.goto(`/intents/${intent}`);
  await says(page.getByRole("main"), "1 of 1 converged, 0 orphans");
  await says(row(page, "Target and actual", "Growth"), /converged/);
  await page.getByRole("button", { name: "Replay on paper…" }).click();
  await page.getByLabel("Paper account").selectOption({ label: "Income" });
  await page.getByRole("button", { name: /^Buy 4 AAPL, on paper/ }).click();
  await says(page.getByRole("main"), `replay of ${intent}`);
  await says(page.getByRole("main"), /Replay/);
  await stage.screenshot("replay-dark");

  const phone = await stage.enter("/reconciliation", { viewport: PHONE, hasTouch: true, isMobile: true });
  await says(phone.getByRole("main"), /5 of 5 accounts agree/);
  await eventually("nothing sticks out", () => phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await stage.screenshot("reconciliation-phone");
});
