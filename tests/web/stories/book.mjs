// An entry with its stop and target, a target that moves, exits for what is held, and a position that is closed from its row.

import assert from "node:assert/strict";
import { counts, eventually, hold, play, row, says } from "./stage.mjs";

await play(async (stage) => {
  const page = await stage.enter();
  const ticket = page.getByRole("form", { name: "Order ticket" });
  await row(page, "Watch list", "MSFT").click();
  const ask = page.getByRole("button", { name: /^Ask/ });
  const price = Number(await eventually("a price of MSFT", async () => /\b\d\d\.\d\d\b/.exec(await ask.innerText())?.[0]));
  await ticket.getByLabel("Send to").selectOption({ label: "Income (USD)" });
  await ticket.getByLabel("Size", { exact: true }).fill("6");
  await ticket.getByLabel("Attach stop and target").check();
  await ticket.getByRole("textbox", { name: "Stop loss" }).fill((price * 0.96).toFixed(2));
  await ticket.getByRole("textbox", { name: "Target" }).fill((price * 1.04).toFixed(2));
  await ticket.getByRole("button", { name: /^Buy 6 MSFT/ }).click();
  const working = page.getByRole("table", { name: "Working orders" }).locator("tr[data-row]");
  await counts(working, 2);
  await says(working, /Sell.*stop/s);

  await working.filter({ hasText: "limit" }).getByRole("button", { name: "Replace the order in Income" }).click();
  const dialog = page.getByRole("dialog", { name: "Replace sell MSFT in Income" });
  const moved = (price * 1.05).toFixed(2);
  await dialog.getByLabel("Limit price").fill(moved);
  await dialog.getByRole("button", { name: "Replace", exact: true }).click();
  await counts(dialog, 0);
  await says(working, `limit ${Number(moved)}`);

  await hold(page, page.getByRole("button", { name: /Hold to cancel all/ }), () => says(page.getByRole("tabpanel"), "No order is working"));
  await page.getByRole("tab", { name: /^Positions/ }).click();
  await says(row(page, "Positions", "MSFT"), "+6");
  await page.getByRole("button", { name: "Close MSFT in Income" }).click();
  assert.equal(await ticket.getByLabel("Size", { exact: true }).inputValue(), "100");

  await ticket.getByLabel("Exits instead of closing now").check();
  await ticket.getByRole("textbox", { name: "Stop loss" }).fill((price * 0.9).toFixed(2));
  await ticket.getByRole("textbox", { name: "Target" }).fill((price * 1.1).toFixed(2));
  await says(ticket.getByRole("list", { name: "Done by the desk in Income" }), /The target is watched by the desk/);
  await says(ticket, /rests on this machine being up/);
  await ticket.getByRole("button", { name: "Protect 6 MSFT" }).click();
  await page.getByRole("tab", { name: /^Working/ }).click();
  await counts(working, 2);
  await says(working.filter({ hasText: "limit" }), /held by desk/);
  await says(working.filter({ hasText: "stop" }), /working/);
  await ticket.getByLabel("Exits instead of closing now").uncheck();
  await says(ticket, /brings \$/);
  await ticket.getByRole("button", { name: /^Sell 6 MSFT/ }).click();
  await counts(row(page, "Positions", "MSFT"), 0);
  await page.getByRole("tab", { name: /^Fills/ }).click();
  await counts(row(page, "Fills", "MSFT"), 2);
});
