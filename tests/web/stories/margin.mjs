// The ticket shows what the broker itself would block: while it is asked, what it said, and why it did not.

import assert from "node:assert/strict";
import { counts, play, says } from "./stage.mjs";

const STOOD_MS = 800;

/** Note when something is written on the page. */
function noteInput() {
  globalThis.written = [];
  document.addEventListener("input", () => globalThis.written.push(performance.now()), true);
}

/** For each question to the brokers, how long the ticket had stood still then, in milliseconds. */
function stoodStill() {
  const asked = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/preview/margin"));
  return asked.map(({ startTime }) => startTime - Math.max(0, ...globalThis.written.filter((at) => at <= startTime)));
}

await play(async (stage) => {
  const page = await stage.enter();
  // The replayed market has no past of what is traded in India.
  stage.expect(422, "/api/v1/w/main/instruments/SBIN.XNSE/bars");
  const watched = page.getByRole("table", { name: "Watch list" });
  await watched.getByText(stage.given.symbol, { exact: true }).click();
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  await page.route("**/preview/margin", async (route) => {
    await held;
    await route.continue();
  });
  await page.evaluate(noteInput);
  const ticket = page.getByRole("form", { name: "Order ticket" });
  await ticket.getByLabel("Send to").selectOption({ label: "Angel one (INR)" });
  await ticket.getByLabel("Type").selectOption("LIMIT");
  await ticket.getByLabel("Limit").fill("800");
  for (const size of ["1", "10", "100", "10"]) {
    await ticket.getByLabel("Size", { exact: true }).fill(size);
  }
  const row = ticket.getByRole("list", { name: "Preview per account" }).getByRole("listitem");
  await says(row, "Margin at the broker: asking…");
  release();
  await says(row, /Margin at the broker ₹8,000\.00, free ₹10,00,000\.00/);

  await ticket.getByLabel("Size", { exact: true }).fill("2000");
  await says(row, /Margin at the broker ₹16,00,000\.00, free ₹10,00,000\.00: more than is free/);

  await watched.getByText("AAPL", { exact: true }).click();
  await says(row, "Margin at the broker not told: Angel One does not trade AAPL.XNAS");
  await watched.getByText(stage.given.symbol, { exact: true }).click();
  await ticket.getByLabel("Size", { exact: true }).fill("12");
  await says(row, /Margin at the broker ₹9,600\.00/);

  // A figure that is still being written is no question.
  const pauses = await page.evaluate(stoodStill);
  assert.ok(pauses.length >= 4, `${pauses.length} questions`);
  assert.ok(Math.min(...pauses) >= STOOD_MS, `asked after ${Math.min(...pauses)} ms`);

  await ticket.getByLabel("Send to").selectOption({ label: "Growth (USD)" });
  await says(row, "Growth");
  await counts(ticket.getByText("Margin at the broker"), 0);
});
