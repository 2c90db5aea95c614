// An option chain of the account's broker: read, moved over by keys, picked from, listed, and traded on the Desk.

import assert from "node:assert/strict";
import { PHONE, WIDE, counts, eventually, look, play, says } from "./stage.mjs";

await play(async (stage) => {
  const page = await stage.enter(`/accounts/${stage.given.account}`);
  stage.expect(422, "/api/v1/w/main/accounts/acc_");
  stage.expect(503, "/api/v1/w/main/accounts/acc_");
  await page.getByRole("button", { name: "Option chain…" }).click();
  const dialog = page.getByRole("dialog", { name: "Option chain" });
  await says(dialog, "Write an underlying to see the options that Angel One lists on it");
  const box = dialog.getByLabel("Underlying");
  await box.fill("nosuch");
  await says(dialog.getByRole("alert"), "Angel One does not trade NOSUCH");
  await box.fill("sbin");
  await says(dialog, "Angel One lists no options on SBIN.XNSE");

  await box.fill("nifty");
  const table = dialog.getByRole("table", { name: "Options on NIFTY.XNSE" });
  await says(table.locator("tr[data-money]"), "at the money");
  await says(table.locator("tr[data-money]"), "26,000");
  await counts(table.locator("tbody tr"), 9);
  await says(dialog.getByRole("status"), /9 of 9 strikes · prices in INR · lot 75 · read \d/);
  const call = table.getByRole("button", { name: /^Call 26,000, bid 3\d\d\.\d+, ask 3\d\d\.\d+, listed$/ });
  await counts(call, 1);
  const read = await dialog.getByRole("status").innerText();
  await eventually("a renewed chain", async () => (await dialog.getByRole("status").innerText()) !== read);

  await call.focus();
  for (const key of ["ArrowDown", "ArrowRight", "Enter"]) {
    await page.keyboard.press(key);
  }
  const put = table.getByRole("button", { name: /^Put 26,100/ });
  assert.equal(await put.getAttribute("aria-pressed"), "true");
  const picked = dialog.getByRole("list", { name: "Picked" });
  await says(picked, "NIFTY261229P26100.XNSE");
  await put.click();
  await counts(picked, 0);
  await put.click();
  await look(stage, page, "option-chain");
  await page.setViewportSize(PHONE);
  assert.ok(await table.evaluate((seen) => seen.scrollWidth <= seen.parentElement.clientWidth), "the chain is wider than a phone");
  await page.setViewportSize(WIDE);

  await dialog.getByLabel("Expiry").selectOption({ label: "28 Jan 2027" });
  await table.getByRole("button", { name: /^Call 26,400/ }).click();
  await says(picked, "NIFTY270128C26400.XNSE");
  await dialog.getByRole("button", { name: "List", exact: true }).click();
  await counts(dialog, 0);

  await page.goto("/desk");
  // The replayed market has no past of what is traded in India.
  stage.expect(422, "/api/v1/w/main/instruments/NIFTY");
  const watched = page.getByRole("table", { name: "Watch list" });
  await says(watched, "NIFTY270128C26400");
  await watched.getByText("NIFTY261229P26100", { exact: true }).click();
  const ticket = page.getByRole("form", { name: "Order ticket" });
  await ticket.getByLabel("Send to").selectOption({ label: "Angel one (INR)" });
  await ticket.getByLabel("Type").selectOption("LIMIT");
  await ticket.getByLabel("Limit").fill("300");
  await ticket.getByLabel("Size", { exact: true }).fill("75");
  await says(ticket.getByRole("list", { name: "Preview per account" }).getByRole("listitem"), "Margin at the broker ₹22,500.00");
});
