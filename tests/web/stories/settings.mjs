// The journal by pages, the look as one likes it, and the way out and in again.

import assert from "node:assert/strict";
import { counts, eventually, play, says } from "./stage.mjs";

const root = (page, ask) => page.evaluate(ask);

async function journal(stage, page) {
  const rows = page.getByRole("table", { name: "Journal" }).locator("tr[data-row]");
  const first = await eventually("entries", async () => (await rows.count()) > 0 && rows.first().innerText());
  const last = Number((await first).split(/\s/)[0]);
  assert.ok(last > 100, `the journal has more than one page: ${last}`);
  await page.getByRole("button", { name: "Older events" }).scrollIntoViewIfNeeded();
  await page.getByRole("button", { name: "Older events" }).click();
  await eventually("older entries", async () => Number(await page.getByRole("table", { name: "Journal" }).getAttribute("aria-rowcount")) > 101);
  await page.getByLabel("Event").fill("OrderDenied");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/journal?kind=OrderDenied");
  await eventually("denials only", async () => (await rows.allInnerTexts()).every((text) => text.includes("OrderDenied")));
  await rows.first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const entry = page.getByRole("dialog", { name: /OrderDenied · no/ });
  await says(entry, /"rule"/);
  await page.keyboard.press("Escape");
  await counts(entry, 0);
}

async function look(page) {
  const dataset = (name) => root(page, () => ({ ...document.documentElement.dataset })).then((found) => found[name]);
  await page.getByRole("radio", { name: "Light" }).click();
  await eventually("the light theme", async () => (await dataset("theme")) === "light");
  await page.getByRole("radio", { name: "Compact" }).click();
  await page.getByRole("radio", { name: "Blue, orange" }).click();
  await page.getByRole("radio", { name: "Second colour" }).click();
  await page.reload();
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  assert.equal(await dataset("theme"), "light");
  assert.equal(await dataset("palette"), "blue-orange");
  assert.equal((await root(page, () => getComputedStyle(document.documentElement).getPropertyValue("--row"))).trim(), "24px");
  const tall = await page.getByRole("table", { name: "Sessions" }).locator("tr[data-row]").first().boundingBox();
  assert.ok(tall.height < 28, `compact rows are low: ${tall.height}`);
}

await play(async (stage) => {
  const page = await stage.enter("/journal");
  await journal(stage, page);
  await page.getByRole("link", { name: "Settings" }).first().click();
  await look(page);

  stage.expect(401, "/api/v1/session");
  stage.expect(422, "/api/v1/session");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
  await page.goto("/accounts");
  await page.waitForURL("**/sign-in");
  await page.getByLabel("E-mail").fill(stage.given.email);
  await page.getByLabel("Password").fill("not the password");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Password").fill(stage.given.password);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/desk");
  await counts(page.getByRole("region", { name: "Accounts" }).getByRole("link"), 5);
});
