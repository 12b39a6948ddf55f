// The map: filters in the address, the time, points and what stands behind them; a list without scripts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desk } from "../lib/desk.mjs";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE } from "../lib/program.mjs";

let place, browser, served;
before(async () => {
  let reports;
  ({ place, reports } = await desk());
  const make = (title, category, ...rest) => {
    const [{ id }] = place.run("heron", "incident", "new", "--title", title, "--area", "gao", "--category", category);
    if (rest.length > 0) place.run("heron", "incident", "set", id, ...rest);
    return id;
  };
  make("Bus at the ford", "road-ambush", "--place", "Ansongo", "--when", "yesterday");
  make("Cattle taken", "cattle-raid", "--place", "Bourem", "--when", "2026-01-10", "--status", "reviewing");
  make("Lorries pay", "extortion-tax", "--when", "today");
  const traders = make("Two traders taken", "abduction");
  place.run("heron", "incident", "link", traders, reports[3]);
  browser = await launch({ drawing: true });
  served = await place.serve("heron");
});
after(async () => {
  await browser?.close();
  place?.close();
});

/** Opens the map, and waits until it is drawn. */
async function drawn(page, address = "/map?period=all") {
  await page.goto(address);
  await page.waitForSelector("#map[data-idle]", { timeout: 60_000 });
}
const shown = (page) => page.textContent("#map-shown");

for (const language of LANGUAGES) {
  test(`the map is drawn and looked at, in ${language}`, async (t) => {
    const page = await visit(t, browser, served.url, { language });
    await unlock(page, PASSPHRASE, language);
    await drawn(page);
    assert.match(await shown(page), language === "ar" ? /٣.*٤/ : /3.*4/);
    assert.ok(await page.isHidden("#map-problem"));
    await look(page, "map");
  });
}

test("a filter goes into the address, and the address is enough to come back", async (t) => {
  const page = await visit(t, browser, served.url, { width: 1440 });
  await unlock(page, PASSPHRASE, "en");
  await drawn(page);
  await page.locator(".folds summary").first().click();
  const answer = page.waitForResponse(/\/map\/points\?.*category=cattle-raid/);
  await page.check("input[name=category][value=cattle-raid]", { force: true });
  await answer;
  await page.waitForFunction(() => /category=cattle-raid/.test(location.search));
  await page.waitForFunction(() => /1/.test(document.querySelector("#map-shown").textContent));
  await page.reload();
  await page.waitForSelector("#map[data-idle]", { timeout: 60_000 });
  assert.match(await shown(page), /1/);
  assert.match(await page.textContent(".map-list"), /Cattle taken/);
  assert.doesNotMatch(await page.textContent(".map-list"), /Bus at the ford/);
});

test("the time is narrowed by keys, and made whole again", async (t) => {
  const page = await visit(t, browser, served.url, { width: 1440 });
  await unlock(page, PASSPHRASE, "en");
  await drawn(page);
  const whole = await shown(page);
  await page.focus("input[name=first]");
  await page.keyboard.press("End");
  await page.waitForFunction((whole) => document.querySelector("#map-shown").textContent !== whole, whole);
  await page.click("[data-do=whole-time]");
  await page.waitForFunction((whole) => document.querySelector("#map-shown").textContent === whole, whole);
});

test("a point is reached by keys and leads to its incident", async (t) => {
  const page = await visit(t, browser, served.url, { width: 1440 });
  await unlock(page, PASSPHRASE, "en");
  await drawn(page, "/map?period=all&category=road-ambush");
  await page.waitForSelector("#map-seen button");
  await page.focus("#map-seen button");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#map-chosen:not([hidden]) a.card");
  await page.click("#map-chosen a.card");
  await page.waitForURL(/\/incidents\/[0-9a-f]{32}/);
  assert.equal((await page.textContent("h1")).trim(), "Bus at the ford");
});

test("without scripts the same is a list, with the same filters", async (t) => {
  const page = await visit(t, browser, served.url, { scripts: false });
  await unlock(page, PASSPHRASE, "en");
  await page.goto("/map?period=all");
  assert.ok(await page.isHidden("#map"));
  for (const title of ["Bus at the ford", "Cattle taken", "Two traders taken"]) {
    assert.match(await page.textContent(".map-list"), new RegExp(title));
  }
  await page.goto("/map?period=all&category=cattle-raid");
  assert.doesNotMatch(await page.textContent(".map-list"), /Bus at the ford/);
});
