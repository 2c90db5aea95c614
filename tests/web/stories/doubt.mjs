// Orders whose answers were lost at a broker that keeps no id of ours: a person names one, and says of another that it never got there.

import assert from "node:assert/strict";
import { PHONE, WIDE, counts, eventually, play, says } from "./stage.mjs";

// Schwab's orders are looked for during a minute before a person has a say.
const QUARANTINE_MS = 150_000;

await play(async (stage) => {
  const { first, numbers } = await stage.ask("lose");
  const page = await stage.enter("/reconciliation");
  const list = page.getByRole("list", { name: "In doubt in Schwab one" });
  await counts(list.getByRole("listitem"), 3);
  await says(list, /Nobody has to act yet: it is still being looked for/);
  await eventually("a person's turn", async () => (await list.getByRole("button", { name: "Resolve…" }).count()) === 3, QUARANTINE_MS);
  await says(page.getByRole("main"), "3 for a person");
  await stage.ask("peek");

  await list.getByRole("listitem").filter({ hasText: first }).getByRole("button", { name: "Resolve…" }).click();
  const dialog = page.getByRole("dialog", { name: "Which order is it?" });
  await says(dialog, /buy 10 AAPL, limit 430/);
  for (const number of numbers) {
    await counts(dialog.getByRole("radio", { name: `It is ${number}` }), 1);
  }
  await says(dialog, /working, filled 0/);
  assert.ok(await dialog.getByRole("button", { name: "It is this one" }).isDisabled());
  await dialog.getByRole("radio", { name: `It is ${numbers[0]}` }).check();
  await dialog.getByLabel("How do you know?").fill("The first of the two at Schwab");
  await stage.screenshot("resolve-dark");
  await page.setViewportSize(PHONE);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the dialog is wider than a phone");
  await page.setViewportSize(WIDE);
  await dialog.getByRole("button", { name: "It is this one" }).click();
  await says(page.locator("body"), `It is the broker’s order ${numbers[0]}`);
  // What is left is the other one's: nobody has to say so.
  await counts(list.getByRole("listitem"), 1);

  await list.getByRole("button", { name: "Resolve…" }).click();
  await says(dialog, "The broker shows none that fits: it never got it");
  await dialog.getByRole("radio", { name: "The broker never got it" }).check();
  await dialog.getByLabel("How do you know?").fill("Not on Schwab’s own screen");
  assert.ok(await dialog.getByRole("button", { name: "It never got there" }).isDisabled());
  await dialog.getByLabel("Your password").fill(stage.given.password);
  await dialog.getByRole("button", { name: "It never got there" }).click();
  await says(page.locator("body"), "The order is over; what it reserved is free");
  await counts(list, 0);
  await stage.ask("judge");
});
