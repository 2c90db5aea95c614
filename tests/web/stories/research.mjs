// Strategies and backtests: from a template over an error to a result, two runs beside each other, and a sweep.

import assert from "node:assert/strict";
import { AXE, counts, eventually, hold, play, row, says } from "./stage.mjs";
import { readFile } from "node:fs/promises";

/** How many pixels of a canvas chart are not of its ground: a chart that drew nothing has none. */
function drawn(label) {
  let found = 0;
  for (const canvas of document.querySelectorAll(`[aria-label^="${label}"] canvas`)) {
    if (canvas.width > 0 && canvas.height > 0) {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set();
      for (let at = 0; at < data.length; at += 4) {
        seen.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
      }
      found = Math.max(found, seen.size);
    }
  }
  return found;
}

/** What axe finds wrong in a dialog, with the page behind it. */
async function accessible(stage, page, where) {
  await page.evaluate(stage.axe);
  const found = await page.evaluate(async () => (await globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`));
  stage.faults.push(...found.map((text) => `${where} · ${text}`));
}

async function type(page, editor, text) {
  await editor.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText(text);
}

async function makeStrategy(stage, page) {
  await says(page.getByRole("main"), "Start from a template");
  await page.getByRole("button", { name: "New strategy" }).first().click();
  const dialog = page.getByRole("dialog", { name: "New strategy" });
  await dialog.getByRole("radio", { name: "Averages cross" }).check();
  await dialog.getByLabel("Name").fill("Trend");
  await accessible(stage, page, "new strategy");
  await dialog.getByRole("button", { name: "Create" }).click();
  await page.waitForURL("**/strategies/sf_*");
  const editor = page.getByRole("textbox", { name: "Source of Trend" });
  await says(editor, "class AveragesCross");
  await says(page.getByRole("main"), "AveragesCross can run");
  await counts(page.getByRole("textbox", { name: "fast" }), 1);

  await type(page, editor, "\nimport os\ndef broken(:\n");
  await says(page.getByRole("list", { name: "Findings" }), /line \d+/);
  await says(page.getByRole("heading", { level: 1 }), "not saved");
  assert.ok(await page.getByRole("button", { name: "Backtest", exact: true }).isDisabled(), "what is not saved is not run");
  await page.reload();
  await says(editor, "def broken");
  await page.getByRole("list", { name: "Findings" }).getByRole("button").first().click();
  await eventually("the editor to have the cursor", () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.getAttribute("aria-label") === "Source of Trend"));
  await editor.click();
  await page.keyboard.press("Control+a");
  const source = await stage.ask("source");
  await page.keyboard.insertText(source);
  await says(page.getByRole("main"), "AveragesCross can run");
  await page.keyboard.press("Control+s");
  const saving = page.getByRole("dialog", { name: "Save version 2" });
  await saving.getByLabel("What changed").fill("a tighter stop");
  await accessible(stage, page, "save version");
  await saving.getByRole("button", { name: "Save" }).click();
  await says(page.getByRole("list", { name: "Versions" }), "a tighter stop");
  await page.getByRole("button", { name: "Compare version 1" }).click();
  const compare = page.getByRole("dialog", { name: "Compare with the editor" });
  await says(compare.getByRole("region", { name: "Changed lines" }), /stop_percent = Param\(10\.0/);
  await says(compare, /2 changed lines/);
  await accessible(stage, page, "compare versions");
  await compare.getByRole("button", { name: "Close" }).last().click();
  const saved = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Export" }).click()]);
  assert.equal(saved[0].suggestedFilename(), "trend_v2.py");
}

async function firstRun(page) {
  await page.getByLabel("fast", { exact: true }).fill("15");
  await page.getByRole("button", { name: "Backtest", exact: true }).click();
  await page.waitForURL("**/backtests/new*");
  assert.equal(await page.getByLabel("fast", { exact: true }).inputValue(), "15");
  await page.getByRole("button", { name: "Run the backtest" }).click();
  await says(page.getByRole("main"), "Choose at least one instrument");
  await page.getByRole("checkbox", { name: "AAPL.XNAS@1D" }).check();
  await page.getByLabel("From").fill("2004-01-01");
  await page.getByLabel("Starting cash").fill("0");
  await says(page.getByRole("main"), "An amount above zero");
  await page.getByLabel("Starting cash").fill("100000");
  await page.getByRole("button", { name: "Run the backtest" }).click();
  await page.waitForURL("**/backtests/run_*");
  await says(page.getByRole("heading", { level: 1 }), "done");
}

async function readResult(stage, page) {
  await says(page.getByRole("main"), "Final equity");
  await eventually("an equity curve", async () => (await page.evaluate(drawn, "Equity from")) > 8);
  await eventually("candles", async () => (await page.evaluate(drawn, "Price of AAPL.XNAS")) > 8);
  await says(page.getByRole("table", { name: "Monthly returns" }), "2008");
  for (const name of [/^Return by year/, /^Rolling Sharpe/, /^Distribution of returns/, /^Gross exposure/]) {
    await eventually(`${name} drawn`, async () => (await page.getByRole("img", { name }).locator("rect, path").count()) > 0);
  }
  await says(page.getByRole("table", { name: "Ratios" }), /Sharpe/);
  await page.getByLabel("Plan", { exact: true }).selectOption("topstep-combine-50k");
  const paths = page.getByRole("img", { name: /^Balance over 250 days under the plan/ });
  await eventually("the paths drawn", async () => (await paths.locator("path").count()) === 3);
  await says(page.getByRole("main"), /Failed\s+[\d.]+ ?%[^]*4,000 paths of [\d,]+ days[^]*flatter[^]*topstep-combine-50k was read on/);
  await paths.scrollIntoViewIfNeeded();
  await stage.screenshot("survival-dark");
  await page.getByLabel("Traded", { exact: true }).selectOption("0.25");
  await says(page.getByRole("main"), /its money times 0\.125/);
  const first = page.getByRole("table", { name: "Round trips", exact: true }).locator("tr[data-row]").first();
  await first.click();
  await says(page.getByRole("main"), /Round trip 1 of \d+: long AAPL/);
  await page.getByRole("button", { name: "Later" }).click();
  await says(page.getByRole("main"), /Round trip 2 of \d+/);
  await page.getByRole("button", { name: "Whole run" }).click();
  await page.getByRole("radio", { name: "Log" }).click();
  const [sheet] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Tear sheet (HTML)" }).click()]);
  assert.match(await readFile(await sheet.path(), "utf8"), /^<!doctype html>/);
}

/** All conditions of a run: what is missing is said, what was chosen stands above the result. */
async function chooseConditions(stage, page) {
  await page.getByText("More conditions", { exact: true }).click();
  await page.getByLabel("Fee model").selectOption("per_share");
  await page.getByRole("button", { name: "Run the backtest" }).click();
  await says(page.getByRole("main"), "Per share: a number, zero or above");
  await page.getByLabel("Per share", { exact: true }).fill("0.005");
  await page.getByLabel("Sessions").fill("24/7");
  await page.getByLabel("Booked").selectOption("given");
  await page.getByLabel("Actions", { exact: true }).fill("2005-02-28 AAPL.XNAS dividend 0.5");
  await page.getByLabel("AAPL.XNAS", { exact: true }).selectOption("future");
  await says(page.getByRole("main"), "Name the underlying and the last day");
  await page.getByLabel("AAPL.XNAS", { exact: true }).selectOption("");
  await accessible(stage, page, "conditions of a run");
  await stage.screenshot("backtest-conditions-dark");
}

async function secondRunAndComparison(stage, page) {
  await page.getByRole("button", { name: "Run again …" }).click();
  assert.ok(await page.getByRole("checkbox", { name: "AAPL.XNAS@1D" }).isChecked(), "the same data");
  assert.equal(await page.getByLabel("From").inputValue(), "2004-01-01");
  await page.getByLabel("slow", { exact: true }).fill("120");
  await chooseConditions(stage, page);
  await page.getByRole("button", { name: "Run the backtest" }).click();
  await page.waitForURL("**/backtests/run_*");
  await says(page.getByRole("heading", { level: 1 }), "done");
  await says(page.getByRole("main"), /fee per share, amount 0\.005 · .*calendar 24\/7 · 1 corporate action/);
  await page.getByRole("link", { name: "Backtests" }).first().click();
  await counts(row(page, "Backtests", "Trend"), 2);
  for (const chooser of await page.getByRole("checkbox", { name: /^Compare Trend/ }).all()) {
    await chooser.check();
  }
  await page.getByRole("button", { name: "Compare 2" }).click();
  await page.waitForURL("**/backtests/compare*");
  await eventually("two curves", async () => (await page.evaluate(drawn, "Growth of 2 runs")) > 8);
  await says(page.getByRole("table", { name: "Figures of the compared runs" }), "Sharpe");
}

async function sweep(page) {
  await page.goto("/backtests");
  await row(page, "Backtests", "Trend").first().click();
  await page.getByRole("button", { name: "Run again …" }).click();
  await page.getByRole("radio", { name: "Sweep" }).click();
  await page.getByLabel("fast", { exact: true }).fill("5:25:5");
  await page.getByLabel("slow", { exact: true }).fill("999");
  await says(page.getByRole("main"), "999: at most 400");
  await page.getByLabel("slow", { exact: true }).fill("40, 80, 120");
  await page.getByRole("button", { name: "Sweep 15 combinations" }).click();
  await page.waitForURL("**/backtests/run_*");
  await says(page.getByRole("heading", { level: 1 }), "done");
  const map = page.getByRole("application", { name: /Sharpe by fast and slow/ });
  await counts(map.locator("rect"), 15);
  await map.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.getByRole("button", { name: "Run these …" }).click();
  await page.waitForURL("**/backtests/new*");
  assert.ok(await page.getByRole("button", { name: "Run the backtest" }).isVisible(), "one run, not a sweep");
  assert.equal(await page.getByLabel("slow", { exact: true }).inputValue(), "80");
}

async function failure(stage, page) {
  const broken = await stage.ask("broken");
  await page.goto(`/backtests/${broken.run}`);
  await says(page.getByRole("alert"), /ZeroDivisionError/);
  await accessible(stage, page, "failed run");
  await says(page.getByLabel("output"), "about to fail");
  await page.getByRole("button", { name: /Open line \d+ of the strategy/ }).click();
  await page.waitForURL("**/strategies/sf_*");
  await eventually("the cursor at the line", () => page.evaluate(() => document.activeElement?.shadowRoot?.querySelector(".cm-activeLine")?.textContent?.includes("1 / 0")));
  const endless = await stage.ask("endless");
  await page.goto(`/backtests/${endless.run}`);
  await page.getByRole("progressbar").waitFor();
  await accessible(stage, page, "running");
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await says(page.getByRole("heading", { level: 1 }), "canceled");
  await hold(page, page.getByRole("button", { name: "Hold to remove" }), () => page.waitForURL("**/backtests"));
}

async function atWork(stage, page) {
  const { strategy } = await stage.ask("buyer");
  await page.goto(`/strategies/${strategy}`);
  await says(page.getByRole("main"), "No version is at work");
  await page.getByRole("button", { name: "Put to work …" }).click();
  const dialog = page.getByRole("dialog", { name: "Put version 1 to work" });
  await dialog.getByLabel("Its orders go to").selectOption({ label: "Growth" });
  await dialog.getByLabel("Bars of").selectOption({ label: "1 minute" });
  await dialog.getByRole("checkbox", { name: "AAPL.XNAS" }).check();
  await accessible(stage, page, "put to work");
  await dialog.getByRole("button", { name: "Start" }).click();
  const runs = page.getByRole("list", { name: "Runs of this strategy" });
  await says(runs, /running[^]*Growth[^]*2 AAPL/);
  await page.getByRole("button", { name: "Open the run on Growth" }).click();
  const run = page.getByRole("dialog", { name: "Buyer on Growth" });
  await says(run.getByRole("log"), /order[^]*fill/);
  await accessible(stage, page, "run at work");
  await hold(page, run.getByRole("button", { name: "Hold to stop and flatten" }), () => run.getByRole("button", { name: "Resume" }).waitFor());
  await says(runs, /stopped[^]*flat/);
  await hold(page, run.getByRole("button", { name: "Hold to remove" }), () => counts(run, 0));
  await says(page.getByRole("main"), "No version is at work");
}

await play(async (stage) => {
  stage.axe = await readFile(AXE, "utf8");
  const page = await stage.enter("/strategies");
  await makeStrategy(stage, page);
  await firstRun(page);
  await readResult(stage, page);
  await secondRunAndComparison(stage, page);
  await sweep(page);
  await failure(stage, page);
  await atWork(stage, page);
  await page.getByRole("combobox", { name: "Speed of the replayed market" }).selectOption("0");
  await says(page.getByRole("banner"), "paused");
  await page.getByRole("combobox", { name: "Speed of the replayed market" }).selectOption("60");
  await says(page.getByRole("banner"), /data .* old/);
});
