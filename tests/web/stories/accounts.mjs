// Accounts: limits change only for somebody who says who they are; a brake that is held, and let go with the password.

import { counts, hold, play, row, says } from "./stage.mjs";

async function release(stage, page, part, name) {
  await page.getByRole(part).getByRole("button", { name: "Release…" }).click();
  const dialog = page.getByRole("dialog", { name: `Release ${name}` });
  await dialog.getByLabel("Password").fill("not the password");
  await page.keyboard.press("Enter");
  await dialog.getByRole("alert").waitFor();
  await dialog.getByLabel("Password").fill(stage.given.password);
  await page.keyboard.press("Enter");
  await counts(dialog, 0);
}

await play(async (stage) => {
  const page = await stage.enter("/accounts");
  stage.expect(403, "/api/v1/session/step-up");
  stage.expect(403, "/api/v1/w/main/release");
  await counts(page.getByRole("table", { name: "Accounts" }).locator("tr[data-row]"), 5);
  await says(row(page, "Accounts", "India"), "₹");
  await row(page, "Accounts", "Income").click();
  await page.waitForURL("**/accounts/income");

  await page.getByRole("button", { name: "Edit limits…" }).click();
  const dialog = page.getByRole("dialog", { name: "Limits of Income" });
  await dialog.getByLabel("Order notional").fill("-1");
  await says(dialog, "A number above zero");
  await dialog.getByLabel("Order notional").fill("45000");
  await dialog.getByLabel("Your password").fill("not the password");
  await dialog.getByRole("button", { name: "Set limits" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByLabel("Your password").fill(stage.given.password);
  await dialog.getByRole("button", { name: "Set limits" }).click();
  await counts(dialog, 0);
  await says(page.getByRole("main"), /45,000/);

  const halt = page.getByRole("main").getByRole("button", { name: "Hold to halt" });
  await hold(page, halt, () => page.getByRole("main").getByRole("button", { name: "Release…" }).waitFor());
  await says(page.getByRole("heading", { level: 1 }), "halted");
  await release(stage, page, "main", "Income");
  await says(page.getByRole("heading", { level: 1 }), "ready");

  const brake = page.getByRole("banner").getByRole("button", { name: "Hold to halt" });
  await hold(page, brake, () => says(page.getByRole("alert"), /Halted: nothing that adds risk leaves/));
  await says(page.getByRole("main"), "Halted with the whole workspace");
  await release(stage, page, "banner", "Demo desk");
  await counts(page.getByRole("alert").filter({ hasText: "Halted" }), 0);
});
