// The desk dies under an open page: the page says so, what it shows grows pale and dated, and it comes back by itself.

import assert from "node:assert/strict";
import { eventually, play, row, says } from "./stage.mjs";

await play(async (stage) => {
  const page = await stage.enter();
  const apple = row(page, "Watch list", "AAPL");
  await says(apple, /\d/);
  await says(page.getByRole("contentinfo"), /Stream \d+ ms/);
  await page.getByLabel("Size", { exact: true }).fill("7");
  await page.evaluate(() => (globalThis.stays = true));

  stage.unreachable(true);
  await stage.ask("kill");
  await says(page.getByRole("contentinfo"), /Stream lost, again in|Stream connecting/);
  await says(page.getByRole("banner"), /Desk not reached for \d/);
  await says(page.getByRole("alert"), /What you see is as of \d\d:\d\d:\d\d/);
  const opacity = () => page.getByRole("main").evaluate((element) => Number(getComputedStyle(element).opacity));
  await eventually("dimmed figures", async () => (await opacity()) < 0.9);
  await stage.screenshot("lost-dark");

  await stage.ask("start");
  await says(page.getByRole("contentinfo"), /Stream \d+ ms/);
  await says(page.getByRole("banner"), /data .* old/);
  stage.unreachable(false);
  await eventually("figures in full", async () => (await opacity()) === 1);
  const before = await apple.innerText();
  await eventually("a price that moves again", async () => (await apple.innerText()) !== before);
  assert.ok(await page.evaluate(() => globalThis.stays), "the page was never loaded again");
  assert.equal(await page.getByLabel("Size", { exact: true }).inputValue(), "7", "the half-written ticket is still there");
});
