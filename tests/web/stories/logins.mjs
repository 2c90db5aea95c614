// The login of each day: the wizard takes it, it ends over night, one page brings all accounts back.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { AXE, PHONE, WIDE, counts, play, says } from "./stage.mjs";

async function look(stage, page, name) {
  await page.evaluate(await readFile(AXE, "utf8"));
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] });
    return violations.map(({ id, help, nodes }) => `${id}: ${help} ${nodes[0].html.slice(0, 200)}`);
  });
  assert.deepEqual(found, []);
  await stage.screenshot(name);
  await page.setViewportSize(PHONE);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is wider than a phone`);
  await page.setViewportSize(WIDE);
}

await play(async (stage) => {
  const page = await stage.enter("/accounts");
  await page.getByRole("button", { name: "Connect an account…" }).click();
  const dialog = page.getByRole("dialog", { name: "Connect an account" });
  await dialog.getByLabel("Broker").selectOption({ label: "Zerodha" });
  await dialog.getByLabel("Where").selectOption({ label: "Twin on this machine" });
  await dialog.getByLabel("Address of the twin").fill(stage.given.twin);
  await dialog.getByLabel("API key").fill("kitetwin0001");
  await dialog.getByLabel("API secret").fill("twinsecret0001");
  await dialog.getByLabel("Request token").fill(await stage.ask("login"));
  await dialog.getByLabel("Name of the account here").fill("Kite one");
  await dialog.getByLabel("Your password").fill(stage.given.password);
  await look(stage, page, "connect-zerodha");
  await dialog.getByRole("button", { name: "Look at the account" }).click();
  await says(dialog.getByRole("region", { name: "The account" }), /ZT0001/);
  await dialog.getByRole("button", { name: "Connect ZT0001" }).click();
  await page.waitForURL("**/accounts/acc_*");
  // In the hour before six in the morning in India a day's session ends soon.
  await says(page.getByRole("main"), /Session (up|ends soon)/);

  await stage.ask("overnight");
  await says(page.getByRole("main"), "Needs a login");
  await counts(page.getByRole("link", { name: "Daily login…" }), 1);
  await page.getByRole("link", { name: "Accounts" }).first().click();
  await page.getByRole("button", { name: "Daily login (1)…" }).click();
  const card = page.getByRole("form", { name: "Kite one" });
  await says(card, "ZT0001");
  assert.match(await card.getByRole("link", { name: "1. Log in at Zerodha" }).getAttribute("href"), /connect\/login\?v=3&api_key=kitetwin0001$/);
  await look(stage, page, "daily-login");
  await page.getByLabel("Your password").fill(stage.given.password);
  stage.expect(422, "/api/v1/w/main/logins/acc_");
  await card.getByLabel("Request token").fill("https://127.0.0.1/?status=cancelled");
  await card.getByRole("button", { name: "Bring it to the desk" }).click();
  await says(card, /holds no request token/);

  // The broker sends the browser back here.
  const brought = new URL(await stage.ask("login"));
  await page.goto(`${stage.given.url}/logins${brought.search}`);
  await says(page.getByRole("main"), /You came from such a login/);
  assert.equal(new URL(page.url()).search, "");
  await page.getByLabel("Your password").fill(stage.given.password);
  await page.getByRole("form", { name: "Kite one" }).getByRole("button", { name: "Bring it to the desk" }).click();
  await says(page.getByRole("main"), /Session (up|ends soon)/);
  if ((await page.getByRole("main").textContent()).includes("Session up")) {
    await counts(page.getByRole("link", { name: "1. Log in at Zerodha" }), 0);
  }
});
