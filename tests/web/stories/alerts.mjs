// Alert strategies: a token that is shown once, templates, a test that sends nothing, and the history of what came.

import assert from "node:assert/strict";
import { counts, eventually, hold, play, row, says } from "./stage.mjs";

async function takeSecret(page) {
  const dialog = page.getByRole("dialog", { name: "The token, shown this once" });
  const token = (await dialog.getByLabel("token", { exact: true }).innerText()).trim();
  assert.match(token, /^bwt_[\w-]{20,}$/);
  await says(dialog.getByLabel("curl line"), token);
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  await counts(dialog, 0);
  return token;
}

await play(async (stage) => {
  const page = await stage.enter("/alerts");
  await says(row(page, "Alert strategies", "AAPL cross"), "listening");
  await page.getByRole("button", { name: "New strategy" }).first().click();
  const dialog = page.getByRole("dialog", { name: "New alert strategy" });
  await dialog.getByLabel("Name").fill("Breakout");
  await dialog.getByLabel("Its orders go to").selectOption({ label: "Growth" });
  await dialog.getByLabel("A signal stays good for").fill("20");
  await dialog.getByRole("button", { name: "Create" }).click();
  const token = await takeSecret(page);
  await page.waitForURL("**/alerts/*");
  await says(page.getByRole("heading", { level: 1 }), token.slice(-4));
  assert.ok(!(await page.content()).includes(token), "the token is on no page any more");

  await says(page.getByLabel("webhook address"), /\/api\/v1\/hooks\/alert$/);
  await says(page.getByRole("main"), /\{\{strategy\.order\.action\}\}|\{\{ticker\}\}/);
  await page.getByRole("radio", { name: "Text" }).click();
  await says(page.getByRole("main"), /\{\{ticker\}\}/);

  const body = { token: "bwt_", action: "buy", symbol: "MSFT", quantity: "3", id: "only a test" };
  await page.getByLabel("Alert body").fill(JSON.stringify(body));
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await says(page.getByRole("main"), /It would: Buy 3 MSFT/);
  await page.getByLabel("Alert body").fill("{");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await page.getByRole("alert").waitFor();
  await says(page.getByRole("main"), "No alert has come yet");

  await stage.ask("alert", { token, status: 202 });
  await page.reload();
  await says(row(page, "Alert history", "accepted"), /int_/);

  let fresh = "";
  await hold(page, page.getByRole("button", { name: "Hold to rotate token" }), async () => {
    fresh = await eventually("another token", () => page.getByRole("dialog", { name: "The token, shown this once" }).isVisible());
  });
  fresh = await takeSecret(page);
  assert.notEqual(fresh, token);
  await stage.ask("alert", { token, status: 401 });
  await stage.ask("alert", { token: fresh, status: 202 });

  await page.getByRole("button", { name: "Switch off" }).click();
  await says(page.getByRole("heading", { level: 1 }), "off");
  await hold(page, page.getByRole("button", { name: "Hold to remove" }), () => page.waitForURL("**/alerts"));
  await counts(row(page, "Alert strategies", "Breakout"), 0);
});
