// A broker's account: entered, looked at, kept; its session ends, says so, and comes back on a button.

import { counts, look, play, says } from "./stage.mjs";

await play(async (stage) => {
  const page = await stage.enter("/accounts");
  stage.expect(422, "/api/v1/w/main/brokers/alpaca/probe");
  stage.expect(422, "/api/v1/w/main/accounts/acc_");
  await page.getByRole("button", { name: "Connect an account…" }).click();
  const dialog = page.getByRole("dialog", { name: "Connect an account" });
  await dialog.getByLabel("Where").selectOption({ label: "Twin on this machine" });
  await dialog.getByLabel("Address of the twin").fill(stage.given.twin);
  await dialog.getByLabel("API key ID").fill("PKTWIN0001");
  await dialog.getByLabel("Secret key").fill("not-the-secret");
  await dialog.getByLabel("Name of the account here").fill("Alpaca one");
  await dialog.getByLabel("Your password").fill(stage.given.password);
  await look(stage, page, "connect-account");
  await dialog.getByRole("button", { name: "Look at the account" }).click();
  await says(dialog.getByRole("alert"), /does not know this key/);
  await dialog.getByLabel("Secret key").fill("twin-secret-0001");
  await dialog.getByRole("button", { name: "Look at the account" }).click();
  await says(dialog.getByRole("region", { name: "The account" }), /PA0001/);
  await says(dialog.getByRole("region", { name: "The account" }), /100,000/);
  await dialog.getByRole("button", { name: "Connect PA0001" }).click();
  await page.waitForURL("**/accounts/acc_*");
  await counts(dialog, 0);

  const main = page.getByRole("main");
  await says(main, "Session up");
  await says(main, "PKTWIN0001");
  await says(page.getByRole("heading", { level: 1 }), "ready");
  await page.getByRole("button", { name: "List instruments…" }).click();
  const listing = page.getByRole("dialog", { name: "List instruments" });
  const box = listing.getByRole("combobox", { name: "Search Alpaca" });
  await says(listing.getByRole("status"), /\d instruments, read/);
  await box.fill("nothing such");
  await says(listing.getByRole("status"), "Nothing in the list has these words");
  await box.fill("brk");
  await says(listing.getByRole("option").first(), "BRK-B.XNYS");
  await box.press("ArrowDown");
  await box.press("ArrowUp");
  await box.press("Enter");
  await says(listing.getByRole("list", { name: "Picked" }), "BRK.B");
  await look(stage, page, "instrument-search");
  await listing.getByLabel("Symbols at Alpaca").fill("msft");
  await listing.getByRole("button", { name: "List", exact: true }).click();
  await counts(listing, 0);
  await look(stage, page, "connection");

  await stage.ask("kill");
  await says(main, /No session|Needs a login/);
  await page.getByRole("button", { name: "Reconnect" }).click();
  await says(main, "Needs a login");
  await says(main, /does not know this key/);
  await stage.ask("revive");
  await page.getByRole("button", { name: "Reconnect" }).click();
  await says(main, "Session up");

  stage.expect(404, "/api/v1/w/main/accounts/acc_");
  await page.getByRole("button", { name: "Remove…" }).click();
  const removal = page.getByRole("dialog", { name: "Remove the credential of Alpaca one" });
  await removal.getByLabel("Your password").fill(stage.given.password);
  await removal.getByRole("button", { name: "Remove it" }).click();
  await counts(removal, 0);
  await says(main, "This account has no credential");
});
