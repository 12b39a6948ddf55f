// Rest locks. This waits for the shortest rest that the settings offer, by the real clock.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { choose, launch, unlock, visit } from "../lib/browser.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

const REST_MS = 2 * 60_000;

let place, browser, served;
before(async () => {
  place = new Place();
  place.found();
  browser = await launch();
  served = await place.serve("steward");
});
after(async () => {
  await browser?.close();
  place?.close();
});

test("a page that nobody touches goes away, and what was typed in another survives", async (t) => {
  const page = await visit(t, browser, served.url);
  await unlock(page, PASSPHRASE, "en");
  await page.check("input[name=idle][value='2']", { force: true });
  await page.click("main button.main");
  await page.goto("/report");
  await choose(page, "abduction");
  await page.waitForURL(/\/report\/[0-9a-f]{32}$/);
  // One that has no scripts cannot leave by itself; what is typed into it must not be lost.
  const { cookies } = await page.context().storageState();
  const still = await visit(t, browser, served.url, { scripts: false, storageState: { cookies, origins: [] } });
  await still.goto(page.url());
  await still.fill("#text", "Typed before the rest");
  await page.goto("/reports");
  await page.waitForURL(`${served.url}/`, { timeout: REST_MS + 20_000 });
  assert.ok(await page.isVisible("#passphrase"));
  await still.click(".editor button.main");
  assert.doesNotMatch(await still.innerText("main"), /Typed before the rest/, "a locked page shows nothing of it");
  await still.fill("#passphrase", PASSPHRASE);
  await still.click("main button.main");
  await still.waitForURL("**/check");
  assert.match(await still.textContent("main"), /Typed before the rest/);
});
