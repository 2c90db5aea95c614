// Addresses that lead nowhere: the page says so, with a code and a way on.

import assert from "node:assert/strict";
import { counts, play, says } from "./stage.mjs";

await play(async (stage) => {
  stage.expect(404, "/api/v1/w/main/");
  stage.expect(422, "/api/v1/w/main/");
  stage.expect(403, "/api/v1/setup");
  stage.expect(409, "/api/v1/setup");
  const page = await stage.enter("/nowhere");
  await says(page.locator("body"), "There is no such page");
  await page.getByRole("link", { name: "To the desk" }).click();
  await counts(page.getByRole("region", { name: "Accounts" }).getByRole("link"), 5);
  for (const path of ["/intents/int_0", "/accounts/nobody", "/alerts/nothing", "/groups/none", "/intents/%00"]) {
    await page.goto(path);
    const problem = page.getByRole("alert");
    await problem.waitFor();
    assert.match(await problem.innerText(), /[a-z_]+\.[a-z_]+/, `${path} names a code`);
  }

  await page.goto("/setup#a-token-that-was-used-before");
  await page.getByLabel("Your name").fill("Mallory");
  await page.getByLabel("E-mail").fill("mallory@example.test");
  await page.getByLabel("Password").fill("a long enough password");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  assert.match(page.url(), /\/setup/);
});
