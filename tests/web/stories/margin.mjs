// The ticket shows what the broker itself would block: while it is asked, what it said, and why it did not.

import assert from "node:assert/strict";
import { counts, play, says } from "./stage.mjs";

await play(async (stage) => {
  const page = await stage.enter();
  // The replayed market has no past of what is traded in India.
  stage.expect(422, "/api/v1/w/main/instruments/SBIN.XNSE/bars");
  const asked = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/preview/margin")) {
      asked.push(request);
    }
  });
  await page.getByRole("table", { name: "Watch list" }).getByText(stage.given.symbol, { exact: true }).click();
  const ticket = page.getByRole("form", { name: "Order ticket" });
  await ticket.getByLabel("Send to").selectOption({ label: "Angel one (INR)" });
  await ticket.getByLabel("Type").selectOption("LIMIT");
  await ticket.getByLabel("Limit").fill("800");
  for (const size of ["1", "10", "100", "10"]) {
    await ticket.getByLabel("Size", { exact: true }).fill(size);
  }
  const row = ticket.getByRole("list", { name: "Preview per account" }).getByRole("listitem");
  await says(row, "Margin at the broker: asking…");
  await says(row, /Margin at the broker ₹8,000\.00, free ₹10,00,000\.00/);
  // A figure that is still being typed is no question.
  assert.equal(asked.length, 1);

  await ticket.getByLabel("Size", { exact: true }).fill("2000");
  await says(row, /Margin at the broker ₹16,00,000\.00, free ₹10,00,000\.00: more than is free/);

  await stage.ask("break");
  await ticket.getByLabel("Size", { exact: true }).fill("11");
  await says(row, /Margin at the broker not told: .*Angel One/);
  await stage.ask("mend");
  await ticket.getByLabel("Size", { exact: true }).fill("12");
  await says(row, /Margin at the broker ₹9,600\.00/);

  await ticket.getByLabel("Send to").selectOption({ label: "Growth (USD)" });
  await says(row, "Growth");
  await counts(ticket.getByText("Margin at the broker"), 0);
});
