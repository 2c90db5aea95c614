// The stage that every story plays on: a real browser, what goes wrong in it, and a line to the test that started it.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { shrink } from "./picture.mjs";

const packages = createRequire(new URL("../../../web/package.json", import.meta.url));
const { chromium } = packages("playwright-core");

export const AXE = packages.resolve("axe-core/axe.min.js");
export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

const PATIENCE_MS = 30_000;
const QUIET = [
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--no-proxy-server",
];

/** Ask again until the answer is truthy; it is returned. */
export async function eventually(what, ask, patience = PATIENCE_MS) {
  const end = performance.now() + patience;
  let last;
  do {
    last = await ask();
    if (last) {
      return last;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (performance.now() < end);
  assert.fail(`${what}: not within ${patience} ms`);
}

/** Until the locator's text matches. */
export function says(locator, pattern) {
  return eventually(`“${pattern}” on the page`, async () => {
    const texts = await locator.allInnerTexts();
    return texts.some((text) => (typeof pattern === "string" ? text.includes(pattern) : pattern.test(text)));
  });
}

/** Until the locator finds exactly so many. */
export function counts(locator, number) {
  return eventually(`${number} of ${locator}`, async () => (await locator.count()) === number);
}

export function row(page, table, text) {
  return page.getByRole("table", { name: table, exact: true }).locator("tr[data-row]").filter({ hasText: text });
}

/** Nothing that axe finds wrong, and nothing that sticks out of a phone; a picture where they are renewed. */
export async function look(stage, page, name) {
  await page.evaluate(await readFile(AXE, "utf8"));
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] });
    return violations.map(({ id, help, nodes }) => `${id}: ${help} ${nodes[0].html.slice(0, 200)}`);
  });
  assert.deepEqual(found, []);
  await stage.screenshot(name);
  await page.setViewportSize(PHONE);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is wider than a phone`);
  await page.setViewportSize(WIDE);
}

/** Press and hold, as a person holds what cannot be undone. */
export async function hold(page, button, done) {
  await button.scrollIntoViewIfNeeded();
  await button.hover();
  await page.mouse.down();
  await done();
  await page.mouse.up();
}

// A read that was on its way while a step-up renewed the session met the old cookie: the page asks again, or is signed out.
const CROSSED = /^GET .*: 401$/;
const CROSSING_MS = 3000;

class Stage {
  /** What should not have happened. */
  faults = [];
  #expected = [];
  #lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  #strict = true;
  #renewed = 0;

  async begin() {
    this.given = await this.#hear();
    this.browser = await chromium.launch({ executablePath: this.given.chromium, args: QUIET });
  }

  async #hear() {
    const { value, done } = await this.#lines.next();
    assert.ok(!done, "the test has gone away");
    return JSON.parse(value);
  }

  tell(message) {
    process.stdout.write(`${JSON.stringify(message)}\n`);
  }

  /** Have the test do something outside of the browser, such as ending the desk. */
  async ask(what, details = {}) {
    this.tell({ ask: what, ...details });
    return this.#hear();
  }

  /** A refusal that the story provokes on purpose. */
  expect(status, path) {
    this.#expected.push({ status, path });
  }

  /** Take back a fault that the story brought about itself; tells whether there was one. */
  forgive(pattern) {
    const at = this.faults.findIndex((fault) => pattern.test(fault));
    return at >= 0 && this.faults.splice(at, 1).length > 0;
  }

  /** From here on requests fail because the desk is gone; what the page itself does wrong still counts. */
  unreachable(gone) {
    this.#strict = !gone;
  }

  async open(options = {}) {
    const context = await this.browser.newContext({ baseURL: this.given.url, viewport: WIDE, colorScheme: "dark", ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    this.page = page;
    this.#watch(page);
    return page;
  }

  #watch(page) {
    page.on("pageerror", (error) => this.faults.push(`error on the page: ${error}`));
    page.on("dialog", (dialog) => {
      this.faults.push(`a script opened a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("console", (message) => {
      // A failed request is also told here, without what is needed to judge it: the events below judge it. And only
      // the stories read canvases back.
      if (["error", "warning"].includes(message.type()) && !/Failed to load resource|WebSocket connection|Canvas2D: Multiple readback/.test(message.text())) {
        this.faults.push(`console: ${message.text()}`);
      }
    });
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      if (this.#strict && why !== "net::ERR_ABORTED") {
        this.faults.push(`${request.method()} ${request.url()}: ${why}`);
      }
    });
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      const method = response.request().method();
      if (pathname.endsWith("/session/step-up") && response.ok()) {
        this.#renewed = Date.now();
        this.forgive(CROSSED);
      }
      const crossed = CROSSED.test(`${method} ${pathname}: ${response.status()}`) && Date.now() - this.#renewed < CROSSING_MS;
      const expected = crossed || this.#expected.some(({ status, path }) => status === response.status() && pathname.startsWith(path));
      if (this.#strict && response.status() >= 400 && !expected) {
        this.faults.push(`${method} ${pathname}: ${response.status()}`);
      }
    });
  }

  /** A page of somebody who is signed in. */
  async enter(path = "/desk", options = {}) {
    const page = await this.open(options);
    const { email, password, url } = this.given;
    const answer = await page.context().request.post("/api/v1/session", { data: { email, password }, headers: { Origin: url } });
    assert.ok(answer.ok(), `signing in: ${answer.status()} ${await answer.text()}`);
    await page.goto(path);
    return page;
  }

  async screenshot(name) {
    if (this.given.screenshots) {
      const picture = await this.page.screenshot({ animations: "disabled", caret: "hide" });
      await writeFile(`${this.given.screenshots}/${name}.png`, shrink(picture));
    }
  }
}

/** Play a story: it fails when it throws, or when anything went wrong in the browser meanwhile. */
export async function play(story) {
  const stage = new Stage();
  try {
    await stage.begin();
    await story(stage);
    assert.deepEqual(stage.faults, []);
    stage.tell({ done: true });
  } catch (error) {
    const picture = `${stage.given?.scratch}/failed.png`;
    const seen = await stage.page?.screenshot({ path: picture }).then(
      () => picture,
      (refusal) => String(refusal),
    );
    stage.tell({ failed: String(error?.stack ?? error), url: stage.page?.url(), picture: seen, faults: stage.faults });
  } finally {
    await stage.browser?.close();
    process.exit();
  }
}
