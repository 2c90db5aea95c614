// Groups: made, tried, changed, removed; one that is in use stays.

import { counts, hold, play, row, says } from "./stage.mjs";

await play(async (stage) => {
  const page = await stage.enter("/groups");
  await says(row(page, "Groups", "All five"), "5 accounts");
  await page.getByRole("button", { name: "New group" }).first().click();
  await page.getByLabel("Name").fill("Pair");
  await page.getByLabel("Policy").selectOption({ label: "Weighted" });
  await page.getByLabel("Growth USD").check();
  await page.getByLabel("Income USD").check();
  await page.getByLabel("Weight of Growth").fill("3");
  await says(page.getByRole("main"), "split by weight");
  const preview = page.getByRole("list", { name: "Preview per account" });
  await page.getByLabel("Quantity", { exact: true }).fill("40");
  await counts(preview.getByRole("listitem"), 2);
  await says(preview.getByRole("listitem").filter({ hasText: "Growth" }), /\b30\b/);
  await says(preview.getByRole("listitem").filter({ hasText: "Income" }), /\b10\b/);
  await page.getByLabel("Cap of Growth").fill("5");
  await says(preview.getByRole("listitem").filter({ hasText: "Growth" }), /\b5\b/);
  await page.getByRole("button", { name: "Create group" }).click();
  await says(row(page, "Groups", "Pair"), "Weighted");

  await row(page, "Groups", "Pair").click();
  await page.getByLabel("Policy").selectOption({ label: "Equal" });
  await page.getByLabel("Name").fill("Two of us");
  await page.getByRole("button", { name: "Save changes" }).click();
  await says(row(page, "Groups", "Two of us"), "Equal");
  await row(page, "Groups", "Two of us").click();
  await hold(page, page.getByRole("button", { name: "Hold to remove" }), () => page.waitForURL("**/groups"));
  await counts(row(page, "Groups", "Two of us"), 0);

  stage.expect(409, "/api/v1/w/main/groups/");
  await row(page, "Groups", "All five").click();
  await hold(page, page.getByRole("button", { name: "Hold to remove" }), () => says(page.getByRole("alert"), /AAPL cross.* still sends to this group/i));
  await page.getByRole("button", { name: "Back" }).click();
  await counts(row(page, "Groups", "All five"), 1);
});
