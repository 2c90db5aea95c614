// Every page by day and by night, on a desk and on a phone: nothing that axe finds wrong, nothing out of reach of a thumb.

import { readFile } from "node:fs/promises";
import { AXE, PHONE, WIDE, counts, eventually, play, says } from "./stage.mjs";

const HOSTILE = "<img src=x onerror=alert(1)>";

/** What axe finds wrong on the page as it is, in one line for each thing; in the second theme only colours can differ. */
async function violations(page, where, colorsOnly) {
  const found = await page.evaluate(async (only) => {
    const run = only ? { runOnly: { type: "rule", values: ["color-contrast"] } } : { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
    const { violations: all } = await globalThis.axe.run(document, run);
    return all.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.slice(0, 4).map(({ html, any }) => `${html.slice(0, 220)} ${any[0]?.message ?? ""}`).join("\n    ")}`);
  }, colorsOnly);
  return found.map((text) => `${where} · ${text}`);
}

/** What sticks out to the side, and what a thumb would miss. */
function unhandy() {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) {
    found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  }
  for (const table of document.querySelectorAll("table")) {
    const { scrollWidth, clientWidth } = table.parentElement;
    if (scrollWidth > clientWidth + 1) {
      found.push(`the table “${table.getAttribute("aria-label")}” is cut: ${scrollWidth} of ${clientWidth} px`);
    }
  }
  for (const element of document.querySelectorAll("button, a[href], input, select, textarea, [role=radio], [role=tab], summary")) {
    const box = element.getBoundingClientRect();
    const label = element.closest("label");
    const height = Math.max(box.height, label?.getBoundingClientRect().height ?? 0);
    const inText = element.matches("a") && getComputedStyle(element).display === "inline";
    const read = element.matches(".sr-only") || element.closest("[inert]") || getComputedStyle(element).visibility === "hidden";
    if (box.width > 0 && height > 0 && height < (element.matches("a") ? 24 : 32) && !inText && !read) {
      found.push(`${element.tagName.toLowerCase()} “${(element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40)}” is ${Math.round(height)} px high`);
    }
  }
  return found;
}

/** Until what the page loads is there: no skeleton, and a page's heading. */
async function settle(page) {
  await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
  await counts(page.locator(".animate-pulse"), 0);
  await page.evaluate(() => document.fonts.ready);
}

const PAGES = (given) => [
  { name: "desk", path: "/desk", async ready(page) {
    await counts(page.getByRole("img", { name: /Price chart of AAPL/ }).locator("canvas").first(), 1);
    await page.getByLabel("Size", { exact: true }).fill("20");
    await page.getByRole("button", { name: /^Buy .* 1 account denied/ }).waitFor();
  } },
  { name: "intents", path: "/intents" },
  { name: "intent", path: `/intents/${given.intent}` },
  { name: "groups", path: "/groups" },
  { name: "group", path: "/groups/all-five", ready: (page) => counts(page.getByRole("list", { name: "Preview per account" }).getByRole("listitem"), 5) },
  { name: "alerts", path: "/alerts" },
  { name: "strategy", path: "/alerts/aapl-cross" },
  { name: "strategies", path: "/strategies" },
  { name: "strategy-file", path: `/strategies/${given.research.strategy}`, ready: (page) => says(page.getByRole("main"), "can run") },
  { name: "backtests", path: "/backtests" },
  { name: "backtest-form", path: `/backtests/new?again=${given.research.runs[0]}`, ready: (page) => counts(page.getByLabel("slow", { exact: true }), 1) },
  { name: "backtest", path: `/backtests/${given.research.runs[0]}`, ready: (page) => counts(page.getByRole("img", { name: /^(Equity from|Price of)/ }).locator("table"), 2) },
  { name: "compare", path: `/backtests/compare?runs=${given.research.runs.join(",")}`, ready: (page) => counts(page.getByRole("img", { name: /^Growth/ }).locator("table"), 1) },
  { name: "sweep", path: `/backtests/${given.research.sweep}`, ready: (page) => counts(page.getByRole("application").locator("rect"), 63) },
  { name: "risk", path: "/risk" },
  { name: "funded", path: "/funded" },
  { name: "accounts", path: "/accounts" },
  { name: "account", path: "/accounts/funded" },
  { name: "reconciliation", path: "/reconciliation" },
  { name: "journal", path: "/journal" },
  { name: "settings", path: "/settings" },
];

async function walk(stage, page, found, size) {
  const phone = size === PHONE;
  for (const { name, path, ready } of PAGES(stage.given)) {
    await page.goto(path);
    await settle(page);
    if (!phone || name !== "desk") {
      await ready?.(page);
    }
    await page.evaluate(stage.axe);
    for (const theme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await eventually(`the ${theme} theme`, () => page.evaluate((wanted) => document.documentElement.dataset.theme === wanted, theme));
      const where = `${name} ${theme} ${size.width}`;
      found.push(...(await violations(page, where, theme === "light")));
      if (!phone || theme === "dark") {
        await stage.screenshot(`${name}-${phone ? "phone" : theme}`);
      }
    }
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    if (phone) {
      found.push(...(await page.evaluate(unhandy)).map((text) => `${name} 390 · ${text}`));
    }
  }
}

/** Every part of the phone's desk, and what lies behind "More". */
async function partsOfThePhone(stage, page, found) {
  await page.goto("/desk");
  for (const [part, ready] of [
    ["Prices", () => page.getByRole("table", { name: "Watch list" }).waitFor()],
    ["Order", () => page.getByRole("form", { name: "Order ticket" }).waitFor()],
    ["Book", () => page.getByRole("tab", { name: /^Working/ }).waitFor()],
  ]) {
    await page.getByRole("radio", { name: part, exact: true }).click();
    await ready();
    await page.evaluate(stage.axe);
    found.push(...(await violations(page, `desk ${part} 390`, false)));
    found.push(...(await page.evaluate(unhandy)).map((text) => `desk ${part} 390 · ${text}`));
    await stage.screenshot(`desk-${part.toLowerCase()}-phone`);
  }
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("dialog", { name: "More" }).getByRole("link", { name: "Journal" }).waitFor();
  found.push(...(await violations(page, "more 390", false)));
}

/** What opens over the pages. */
async function dialogs(stage, page, found) {
  await page.goto("/desk");
  await settle(page);
  await page.evaluate(stage.axe);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("buy 10 aapl limit 600 @all");
  await counts(page.getByRole("dialog").getByRole("list", { name: "Preview per account" }).getByRole("listitem"), 5);
  found.push(...(await violations(page, "palette", false)));
  await stage.screenshot("palette-dark");
  await page.goto("/accounts/income");
  await page.getByRole("button", { name: "Edit limits…" }).click();
  await page.getByRole("dialog").waitFor();
  await page.evaluate(stage.axe);
  found.push(...(await violations(page, "limits dialog", false)));
  await stage.screenshot("limits-dark");
}

async function outside(stage, found) {
  const page = await stage.open();
  stage.expect(401, "/api/v1/session");
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.evaluate(stage.axe);
  found.push(...(await violations(page, "sign-in", false)));
  await stage.screenshot("sign-in-dark");
}

/** Names that would be a script, had anything taken them for more than text. */
async function hostileNames(stage, page) {
  for (const path of ["/groups", "/alerts", "/accounts", "/desk", `/accounts/${stage.given.hostile.account}`, `/alerts/${stage.given.hostile.strategy}`, `/groups/${stage.given.hostile.group}`, "/strategies", `/strategies/${stage.given.hostile.file}`, "/backtests", `/backtests/${stage.given.hostile.run}`]) {
    await page.goto(path);
    await settle(page);
    await says(page.locator("body"), path.startsWith("/groups/") ? /Try it/ : HOSTILE);
    await counts(page.locator('img[src="x"]'), 0);
  }
}

await play(async (stage) => {
  const { given } = stage;
  stage.axe = await readFile(AXE, "utf8");
  const found = [];
  if (given.only === "phone") {
    const page = await stage.enter("/desk", { viewport: PHONE, deviceScaleFactor: 2, hasTouch: true, reducedMotion: "reduce" });
    await walk(stage, page, found, PHONE);
    await partsOfThePhone(stage, page, found);
  } else if (given.only === "names") {
    await hostileNames(stage, await stage.enter());
  } else {
    const page = await stage.enter("/desk", { viewport: WIDE, reducedMotion: "reduce" });
    await walk(stage, page, found, WIDE);
    await dialogs(stage, page, found);
    await outside(stage, found);
  }
  stage.faults.push(...found);
});
