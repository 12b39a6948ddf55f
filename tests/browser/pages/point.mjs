// A point on the map in the form of a report: by finger, by keys, at 320 pixels, with nothing asked beyond the origin.
import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, LANGUAGES, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { notebook } from "../lib/notebook.mjs";
import { PASSPHRASE } from "../lib/program.mjs";

const PHONE = { hasTouch: true, isMobile: true };

const here = notebook({ monitor: "swift", drawing: true });

async function editor(page, language) {
  await unlock(page, PASSPHRASE, language);
  await begin(page);
}

const open = async (page) => {
  await page.click("[data-point] [data-do=open]");
  await page.waitForSelector("#point-map[data-idle]", { timeout: 60_000 });
};
const now = (page) => page.textContent("#point-map .now bdi");
/** Waits until another point is under the cross. */
const moved = (page, before) => page.waitForFunction((before) => document.querySelector("#point-map .now bdi").textContent !== before, before);
const kept = (page) => page.waitForFunction(() => document.querySelector(".kept").textContent !== "");

for (const language of LANGUAGES) {
  test(`a point is shown by finger and saved with how exact it is, in ${language}`, async (t) => {
    const page = await visit(t, here.browser, here.served.url, { language, ...PHONE });
    await editor(page, language);
    await page.fill("#place", "Ansongo");
    await open(page);
    await look(page, "point-map");
    await page.locator("#point-map .map-frame").scrollIntoViewIfNeeded();
    const before = await now(page);
    const box = await page.locator("#point-map .map-frame").boundingBox();
    await page.touchscreen.tap(box.x + 60, box.y + 120);
    await moved(page, before);
    const point = await now(page);
    assert.match(point, /^1[56]\.\d+, [01]\.\d+$/);
    await page.click("#point-map [data-do=take]");
    await kept(page);
    assert.ok(await page.isHidden("#point-map"));
    assert.ok((await page.textContent("[data-point] > [role=status]")).includes(point));
    await page.reload();
    assert.ok((await page.textContent(".editor")).includes(point));
    const metres = Number(await page.inputValue("[name=accuracy]"));
    assert.ok(metres >= 1000 && metres <= 20_000, `${metres} metres`);
    await look(page, "point-kept");
    await page.click(".editor button.main");
    await page.waitForURL("**/check");
    const said = await page.textContent(".said");
    const [lat, lon] = point.split(", ").map((part) => Number(part).toFixed(4));
    assert.ok(said.includes(`${lat}, ${lon}`) && said.includes("Ansongo"), said);
    await look(page, "point-check");
  });
}

test("the keys move the map, and from far away no point is taken", async (t) => {
  const page = await visit(t, here.browser, here.served.url);
  await editor(page);
  await open(page);
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "CANVAS");
  const before = await now(page);
  await page.keyboard.press("ArrowRight");
  await moved(page, before);
  const east = await now(page);
  assert.ok(Number(east.split(", ")[1]) > Number(before.split(", ")[1]), `${before} to ${east}`);
  for (let steps = 0; steps < 3; steps++) {
    const said = await page.textContent("#point-map .now span");
    await page.click("#point-map [data-do=out]");
    await page.waitForFunction((said) => document.querySelector("#point-map .now span").textContent !== said, said);
  }
  await page.click("#point-map [data-do=take]");
  assert.ok(await page.isVisible("#point-map"));
  assert.equal(await page.inputValue("[name=lat]"), "");
  assert.match(await page.textContent("[data-point] > [role=status]"), /closer/);
  await page.click("#point-map [data-do=close]");
  assert.equal(await page.evaluate(() => document.activeElement?.dataset.do), "open");
});

test("with scripts off there is no map, and the other ways remain", async (t) => {
  const page = await visit(t, here.browser, here.served.url, { scripts: false });
  await editor(page);
  assert.ok(await page.isHidden("[data-point]"));
  await page.fill("#place", "Ansongo");
  await page.click(".editor button.main");
  await page.waitForURL("**/check");
});
