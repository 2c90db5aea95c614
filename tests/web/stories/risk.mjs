// Risk: limits as meters that move, a change with a reason, a breach with its life, and closing everything by holding.

import { readFile } from "node:fs/promises";
import { AXE, PHONE, counts, eventually, hold, play, row, says } from "./stage.mjs";

async function clean(page, where) {
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return violations.map(({ id, help, nodes }) => `${id}: ${help} ${nodes[0]?.html.slice(0, 200)}`);
  });
  if (found.length > 0) {
    throw new Error(`${where}: ${found.join("\n")}`);
  }
}

/** Two options as the desk tells of them; rho says which rate was asked with. */
function greeks(rate) {
  const option = { instrument: "A.T", symbol: "ACME 100 C", underlying: "ACME.T", quantity: "2", expiry: "2030-01-18", strike: "100", right: "call", why: "", volatility_source: "implied by its quote" };
  const figures = { spot: "100", price: "5", days: "91", volatility: "0.25", delta: "0.56", delta_money: "1120", gamma_money: "30.5", vega: "39.4", theta: "-5.1", rho: rate };
  const dark = { ...option, instrument: "B.T", symbol: "ACME 90 P", right: "put", why: "it has expired", volatility_source: "" };
  return { currency: "USD", rate, positions: [{ ...option, ...figures }, dark], unknown: 1, delta_money: "1120", gamma_money: "30.5", vega: "39.4", theta: "-5.1", rho: rate };
}

await play(async (stage) => {
  const page = await stage.enter("/risk");
  const axe = await readFile(AXE, "utf8");
  const main = page.getByRole("main");
  await says(main, "Growth");
  await counts(main.getByRole("meter", { name: "Daily loss" }), 1);
  await page.evaluate(axe);
  await clean(page, "meters");

  await main.getByRole("radio", { name: "Limits" }).click();
  await main.getByLabel("Scope").selectOption("account growth");
  await main.getByLabel("Start from a profile").selectOption("careful");
  await eventually("the preset's figures", async () => (await main.getByLabel("Daily loss with unrealized").inputValue()) !== "");
  await main.getByLabel("Trading hours").fill("nine to five");
  await says(main, "Such as 09:30-16:00");
  await main.getByLabel("Trading hours").fill("");
  await main.getByLabel("Daily loss with unrealized").fill("0.01");
  await main.getByLabel("Quiet before a release").fill("600");
  await main.getByLabel("A stop on every entry").selectOption("");
  await main.getByLabel("When a loss limit is reached").selectOption("reduce_only");
  await main.getByLabel("Locked until").selectOption("released");
  await main.getByLabel("Why").fill("a trial");
  await main.getByLabel("Your password").fill(stage.given.password);
  await clean(page, "limits");
  await stage.screenshot("risk-limits-dark");
  await main.getByRole("button", { name: "Set limits" }).click();
  await says(main.locator("section").filter({ hasText: "History" }), "“a trial”");

  stage.expect(422, "/api/v1/w/main/risk/releases");
  await main.getByRole("radio", { name: "Calendar" }).click();
  await main.getByRole("button", { name: "Edit the calendar…" }).click();
  const calendar = page.getByRole("dialog", { name: "The calendar of releases" });
  await calendar.getByLabel("Releases").fill("soon, Consumer prices");
  await calendar.getByLabel("Your password").fill(stage.given.password);
  await calendar.getByRole("button", { name: "Keep the calendar" }).click();
  await says(calendar.getByRole("alert"), "Line 1: 'soon' is no time");
  await calendar.getByLabel("Take a file…").setInputFiles({ name: "week.csv", mimeType: "text/csv", buffer: Buffer.from("at,title\n2099-12-10T13:30Z,Consumer prices,ES NQ\n2001-01-02T10:00Z,Rates\n") });
  await eventually("the file's text", async () => (await calendar.getByLabel("Releases").inputValue()).includes("ES NQ"));
  await clean(page, "the calendar's editor");
  await calendar.getByRole("button", { name: "Keep the calendar" }).click();
  await counts(calendar, 0);
  await says(main, /1 release ahead, 1 past[^]*Growth from 600 s before[^]*Source: week\.csv/);
  await says(main.getByRole("list", { name: "Windows around releases" }), /Consumer prices ES, NQ[^]*Growth: no entry \d\d:20:00 to \d\d:30:00/);
  await clean(page, "calendar");
  await stage.screenshot("risk-calendar-dark");
  await main.getByRole("button", { name: "Edit the calendar…" }).click();
  await eventually("its lines again", async () => /^2001-[^]*Rates\n2099-[^]*Consumer prices, ES NQ$/.test(await calendar.getByLabel("Releases").inputValue()));
  await calendar.getByRole("button", { name: "Cancel" }).click();

  await main.getByRole("radio", { name: "Meters" }).click();
  await stage.ask("buy");
  const card = main.locator("section").filter({ has: page.getByRole("heading", { name: /^Growth/ }) });
  await says(card, "Reduce only until somebody releases it");
  await says(card, "reached");
  await clean(page, "a lock");
  await stage.screenshot("risk-locked-dark");

  const attention = page.getByRole("list", { name: "Needs attention" });
  await page.getByRole("link", { name: "Desk" }).first().click();
  await says(attention, /Growth Daily loss limit of [^]*reached/);
  await attention.getByRole("link", { name: "Violations" }).first().click();
  const breach = row(page, "Violations", "breach");
  await breach.first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Note").fill("seen on the screen");
  await dialog.getByRole("button", { name: "Acknowledge" }).click();
  await counts(dialog, 0);
  await says(row(page, "Violations", "breach"), "acknowledged");
  await counts(attention, 0);
  await clean(page, "violations");
  await stage.screenshot("risk-violations-dark");

  await main.getByRole("radio", { name: "Portfolio" }).click();
  await says(row(page, "Value at risk", "Historical"), /\d/);
  await main.getByLabel("Benchmark").selectOption("IBM.XNYS");
  await says(row(page, "Positions by risk", "AAPL"), /\d/);
  await counts(page.getByRole("table", { name: "Scenarios" }).locator("tr[data-row]"), 6);
  await main.getByLabel("The benchmark moves by").fill("-7.5");
  await main.getByRole("button", { name: "Play" }).click();
  await says(row(page, "Scenarios", "Own: −7.5 %"), /\d/);
  await clean(page, "portfolio");
  await stage.screenshot("risk-portfolio-dark");
  // No option is listed where the story plays: the answer stands in, the page is real.
  await page.route("**/risk/greeks?*", (route) => route.fulfill({ json: greeks(new URL(route.request().url()).searchParams.get("rate")) }));
  await main.getByLabel("Account").selectOption("growth");
  await says(row(page, "Greeks of options", "ACME 100 C"), /2 × call 100[^]*0\.560[^]*1,120\.00/);
  await says(main.getByRole("list", { name: "Options without greeks" }), "ACME 90 P is not in the sums: it has expired.");
  await main.getByLabel("Rate a year, %").fill("4.5");
  await says(main, /Rho, a point\s+\+\$0\.05/);
  await clean(page, "greeks");

  await main.getByRole("radio", { name: "Calculator" }).click();
  await main.getByLabel("Results").fill("2, 2, two");
  await says(main, "“two” is no number");
  await main.getByLabel("Results").fill("2, 2, -1");
  await says(main.getByRole("status", { name: "Edge" }), /Payoff\s*2\.00[^]*Kelly’s fraction\s*50\.0/);
  await main.getByRole("button", { name: "Half of Kelly: 25.00 %" }).click();
  await eventually("the ticket's risk", () => page.evaluate(() => sessionStorage.getItem("bidwell.ticket-risk")?.includes('"risk":"25.00"')));
  await clean(page, "calculator");
  await stage.screenshot("risk-calculator-dark");
  await main.getByLabel("Closed trades of").selectOption("account growth");
  await says(main, /Closed trades\s*\d|No trade has been closed/);

  await main.getByRole("radio", { name: "Meters" }).click();
  await hold(page, card.getByRole("button", { name: "Hold to square off" }), () => stage.ask("flat"));
  await card.getByRole("button", { name: "Release…" }).click();
  const release = page.getByRole("dialog", { name: "Release Growth" });
  await release.getByLabel("Password").fill(stage.given.password);
  await page.keyboard.press("Enter");
  await counts(release, 0);
  await counts(card.getByText("Reduce only until"), 0);

  await page.setViewportSize(PHONE);
  await main.getByRole("combobox", { name: "Part of the page" }).selectOption("calculator");
  await counts(main.getByLabel("Results"), 1);
  await eventually("nothing sticks out", () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await clean(page, "phone");
});
