// The ticket: every account is told of before anything is sent, what works can be seen and taken back, hands stay on the keyboard.

import assert from "node:assert/strict";
import { counts, eventually, hold, play, says } from "./stage.mjs";

/** How many lines run across the chart in the colours of buying and selling, the last price's own among them. */
function linesAcross() {
  const style = getComputedStyle(document.documentElement);
  const wanted = ["--teal", "--coral"].map((name) => style.getPropertyValue(name).trim());
  const rows = new Set();
  for (const canvas of document.querySelectorAll('[aria-label^="Price chart of"] canvas')) {
    if (canvas.width > 300 && canvas.height > 100) {
      const { data } = canvas.getContext("2d", { willReadFrequently: true }).getImageData(0, 0, canvas.width, canvas.height);
      for (let y = 0; y < canvas.height; y += 1) {
        const length = [0, 0];
        for (let x = 0; x < canvas.width; x += 1) {
          const at = 4 * (y * canvas.width + x);
          const color = `#${[data[at], data[at + 1], data[at + 2]].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
          if (wanted.includes(color)) {
            length[wanted.indexOf(color)] += 1;
          }
        }
        // Dashes and dots cover half of a line; candles side by side never come to that.
        if (Math.max(...length) > 0.4 * canvas.width) {
          rows.add(y);
        }
      }
    }
  }
  return [...rows].filter((y) => !rows.has(y - 1)).length;
}

const working = (page) => page.getByRole("table", { name: "Working orders" }).locator("tr[data-row]");

async function nearLimit(page) {
  const bid = page.getByRole("button", { name: /^Bid/ });
  await says(bid, /\d/);
  return (Number((await bid.innerText()).replaceAll(/[^\d.]/g, "")) * 0.996).toFixed(2);
}

/** Press Tab until the wanted control has the focus. */
async function tabTo(page, what, wanted) {
  for (let presses = 0; presses < 150; presses += 1) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const { activeElement: at } = document;
      return (at?.getAttribute("aria-label") ?? at?.labels?.[0]?.textContent ?? at?.textContent ?? "").trim();
    });
    if (wanted.test(name)) {
      return;
    }
  }
  assert.fail(`Tab never comes to ${what}`);
}

async function previewsEveryAccount(page, ticket) {
  await page.getByRole("button", { name: "Still missing: the size" }).waitFor();
  await ticket.getByLabel("Size", { exact: true }).fill("20");
  const preview = ticket.getByRole("list", { name: "Preview per account" });
  await counts(preview.getByRole("listitem"), 5);
  await counts(preview.getByText("allowed", { exact: true }), 4);
  const funded = preview.getByRole("listitem").filter({ hasText: "Funded 50K" });
  await says(funded, "denied");
  await says(funded, /Max order notional\. .*1,000.*would pass/s);
  await says(preview.getByRole("listitem").filter({ hasText: "India" }), /INR.*leaves ₹/s);
  const button = ticket.getByRole("button", { name: /^Buy .*AAPL/ });
  await says(button, /1 account denied|1 denied/);
  await ticket.getByLabel("Size", { exact: true }).fill("nonsense");
  await says(ticket, "A plain number");
  assert.ok(await ticket.getByRole("button", { name: /Still missing/ }).isDisabled());
}

async function worksAndIsTakenBack(stage, page, ticket) {
  await ticket.getByLabel("Send to").selectOption({ label: "Growth (USD)" });
  await ticket.getByLabel("Type").selectOption("LIMIT");
  await ticket.getByLabel("Size", { exact: true }).fill("2");
  await ticket.getByLabel("Limit").fill(await nearLimit(page));
  await ticket.getByRole("button", { name: /^Buy 2 AAPL/ }).click();
  await says(ticket.getByRole("status"), /working/i);
  await counts(working(page), 1);
  await says(working(page), /Growth/);
  await eventually("the order's line beside the last price's", async () => (await page.evaluate(linesAcross)) === 2);
  await stage.screenshot("ticket-dark");
  await page.getByRole("button", { name: "Cancel the order in Growth" }).click();
  await says(page.getByRole("tabpanel"), "No order is working");
  await eventually("the last price's line alone", async () => (await page.evaluate(linesAcross)) === 1);
  await page.getByRole("button", { name: "Put the receipt away" }).click();
  await page.getByRole("button", { name: "Clear" }).click();
}

async function sizedFromRisk(stage, page, ticket) {
  const bid = page.getByRole("button", { name: /^Bid/ });
  const price = Number((await bid.innerText()).replaceAll(/[^\d.]/g, ""));
  await ticket.getByLabel("Type").selectOption("LIMIT");
  await ticket.getByLabel("Limit").fill(price.toFixed(2));
  await ticket.getByRole("button", { name: "Size from risk…" }).click();
  await says(ticket, "Write the stop loss above");
  await ticket.getByLabel("Stop loss").fill((price - 10).toFixed(2));
  await ticket.getByLabel("Target", { exact: true }).fill((price + 25).toFixed(2));
  await ticket.getByLabel("May lose", { exact: true }).fill("125");
  const size = ticket.getByRole("status", { name: "Size for this risk" });
  await says(size, /12 AAPL[^]*loses \$120\.00[^]*2\.5\d* R/);
  await stage.screenshot("ticket-size-dark");
  await size.getByRole("button", { name: "Use 12" }).click();
  await ticket.getByRole("button", { name: /^Buy 12 AAPL/ }).waitFor();
  await ticket.getByLabel("Send to").selectOption({ label: "Funded 50K (USD)" });
  await says(size, /Max order notional[^]*the risk alone would allow 12/);
  await ticket.getByRole("button", { name: "Hide the size from risk" }).click();
  await counts(size, 0);
  await page.getByRole("button", { name: "Clear" }).click();
  await ticket.getByLabel("Send to").selectOption({ label: "Growth (USD)" });
}

async function byKeyboardAlone(page) {
  await page.locator("body").click({ position: { x: 700, y: 10 } });
  await tabTo(page, "the size", /^Size$/);
  await page.keyboard.type("1");
  await page.getByRole("button", { name: /^Buy 1 AAPL/ }).waitFor();
  await tabTo(page, "the button that sends", /^Buy 1 AAPL/);
  await page.keyboard.press("Enter");
  await says(page.getByRole("form", { name: "Order ticket" }).getByRole("status"), /1 filled/);
}

async function asText(page) {
  const limit = await nearLimit(page);
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Command palette" });
  await page.keyboard.type(`buy 10 aapl limit ${limit} @all`);
  await counts(palette.getByRole("list", { name: "Preview per account" }).getByRole("listitem"), 5);
  await palette.getByRole("button", { name: /^Buy .*AAPL/ }).waitFor();
  await tabTo(page, "the button that sends", /^Buy .*AAPL/);
  await page.keyboard.press("Enter");
  await says(palette.getByRole("status"), /working/i);
  await page.keyboard.press("Escape");
  await counts(palette, 0);
  await eventually("orders in several accounts", async () => (await working(page).count()) >= 4);
  const button = page.getByRole("button", { name: /Hold to cancel all/ });
  await hold(page, button, () => says(page.getByRole("tabpanel"), "No order is working"));
}

await play(async (stage) => {
  const page = await stage.enter();
  const ticket = page.getByRole("form", { name: "Order ticket" });
  await previewsEveryAccount(page, ticket);
  await worksAndIsTakenBack(stage, page, ticket);
  await sizedFromRisk(stage, page, ticket);
  await byKeyboardAlone(page);
  await asText(page);
});
