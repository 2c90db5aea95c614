// One alert from outside: it appears by itself, and its page says where the time went and who was denied why.

import assert from "node:assert/strict";
import { counts, eventually, play, row, says } from "./stage.mjs";

const STAGES = ["Received", "Durable", "Allocated", "Rules", "Outbox", "Sent", "Acknowledged", "Filled"];

await play(async (stage) => {
  const page = await stage.enter();
  await page.getByRole("tab", { name: /^Intents/ }).click();
  await says(page.getByRole("tabpanel"), "No intent yet");
  await page.evaluate(() => (globalThis.stays = true));
  await stage.ask("alert");
  const intents = page.getByRole("table", { name: "Intents" }).locator("tr[data-row]");
  await counts(intents, 1);
  await says(intents, "4 of 5 filled");
  await says(intents, "1 denied");
  await says(page.getByRole("tab"), /Positions 4/);
  const worth = page.getByRole("banner").getByText(/^\$3\d\d,\d{3}\.\d\d$/);
  const before = await worth.innerText();
  await eventually("an equity that follows the market", async () => (await worth.innerText()) !== before);
  await intents.click();
  await page.waitForURL("**/intents/*");
  assert.ok(await page.evaluate(() => globalThis.stays), "the page was never loaded again");

  await says(page.getByRole("heading", { level: 1 }), /Buy 20 AAPL/);
  const bars = await page.getByRole("img", { name: /Received .* ms/ }).getAttribute("aria-label");
  for (const name of STAGES) {
    assert.ok(bars.includes(name), `${name} is missing in ${bars}`);
  }
  const accounts = page.getByRole("table", { name: "Accounts" }).locator("tr[data-row]");
  await counts(accounts, 5);
  assert.equal((await accounts.allInnerTexts()).filter((text) => /filled/i.test(text)).length, 4);
  await says(row(page, "Accounts", "Funded 50K"), "denied");
  for (const text of [/Funded 50K was denied by Max order notional/, /Limit\s+1,000/, /Now\s+1,\d{3}/, /Would pass\s+1\b/]) {
    await says(page.getByRole("main"), text);
  }
  await page.getByRole("button", { name: /rules for Funded/ }).click();
  const rules = page.getByRole("list", { name: "Rules" });
  await says(rules, /of 1,000/);
  await says(rules, /would pass/);
  await eventually("more rules than the one that denied", async () => (await rules.getByRole("listitem").count()) > 5);
  await page.getByRole("link", { name: "Journal", exact: true }).last().click();
  await page.waitForURL("**/journal?*");
  await says(page.getByRole("table", { name: "Journal" }), "IntentReceived");
});
