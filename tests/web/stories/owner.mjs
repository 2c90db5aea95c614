// The set-up link, the owner's form, and the desk behind it: it moves, it is whole, and its policy holds.

import assert from "node:assert/strict";
import { counts, eventually, play, row, says } from "./stage.mjs";

/** How many pixels of the chart are in one of the two colours of candles. */
function candlePixels() {
  const style = getComputedStyle(document.documentElement);
  const wanted = ["--color-gain", "--color-loss", "--gain", "--loss"].map((name) => style.getPropertyValue(name).trim().toLowerCase());
  let found = 0;
  for (const canvas of document.querySelectorAll('[aria-label^="Price chart of"] canvas')) {
    if (canvas.width > 0 && canvas.height > 0) {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 0; at < data.length; at += 4) {
        const color = `#${[data[at], data[at + 1], data[at + 2]].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
        found += wanted.includes(color) ? 1 : 0;
      }
    }
  }
  return found;
}

await play(async (stage) => {
  const { given } = stage;
  const page = await stage.open();
  await page.goto(given.setup_url);
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("E-mail").fill(given.email);
  const open = page.getByRole("button", { name: "Open the desk" });
  await page.getByLabel("Password").fill("too short");
  assert.ok(await open.isDisabled(), "a short password must not open the desk");
  await stage.screenshot("setup-dark");
  await page.getByLabel("Password").fill(given.password);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/desk");
  assert.equal(new URL(page.url()).hash, "", "the one-time secret stays in no address");

  const strip = page.getByRole("region", { name: "Accounts" });
  await counts(strip.getByRole("link"), 5);
  for (const name of ["Growth", "Income", "India", "Fractional", "Funded"]) {
    await says(strip, name);
  }
  await says(strip, "₹42,00,000");
  await says(page.getByRole("banner"), "PAPER");
  await says(page.getByRole("banner"), /data .* old/);
  await says(page.getByRole("banner"), "intraday path simulated");
  await says(page.getByRole("contentinfo"), /Stream \d+ ms/);

  const apple = row(page, "Watch list", "AAPL");
  const before = await eventually("a price", async () => /\d/.test(await apple.innerText()) && apple.innerText());
  await eventually("a price that moves", async () => (await apple.innerText()) !== before);
  await eventually("candles", async () => (await page.evaluate(candlePixels)) > 300);

  const policy = (await page.request.get("/desk")).headers()["content-security-policy"] ?? "";
  const scripts = policy.match(/script-src[^;]*/)?.[0];
  assert.equal(scripts?.trim(), "script-src 'self'");
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /require-trusted-types-for 'script'/);
  const refusal = await page.evaluate(() => {
    try {
      document.createElement("p").innerHTML = "<img src=x onerror=alert(1)>";
      return "";
    } catch (error) {
      return String(error);
    }
  });
  assert.match(refusal, /TrustedHTML/);
  await eventually("the browser's word of it", () => stage.forgive(/requires 'TrustedHTML'/));
});
