// The categories on the narrowest phone: few at a time, whole words, and every one of them with scripts off.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, LANGUAGES, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { notebook } from "../lib/notebook.mjs";
import { PASSPHRASE } from "../lib/program.mjs";

const here = notebook({ monitor: "swift" });

/** Runs in the page: words of tiles that stand on two lines and have no hyphen where they are broken. */
function broken() {
  const found = [];
  for (const tile of document.querySelectorAll(".tile")) {
    if (!tile.checkVisibility()) continue;
    const text = tile.lastChild;
    for (const { index, 0: part } of text.data.matchAll(/[^\s\u00ad]+/g)) {
      // Letter by letter: a range that begins after a soft hyphen has a box of the hyphen too.
      const tops = [...part].map((_, at) => {
        const range = document.createRange();
        range.setStart(text, index + at);
        range.setEnd(text, index + at + 1);
        return Math.round([...range.getClientRects()].at(-1).top);
      });
      if (new Set(tops).size > 1) found.push(part);
    }
    if (tile.scrollWidth > tile.clientWidth) found.push(tile.textContent);
  }
  return found;
}

for (const language of LANGUAGES) {
  test(`the categories fit two screens of a small phone and no word is cut, in ${language}`, async (t) => {
    const page = await visit(t, here.browser, here.served.url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.goto("/report");
    await look(page, "choosing");
    await page.setViewportSize({ width: 320, height: 640 });
    const tall = await page.evaluate(() => document.documentElement.scrollHeight);
    assert.ok(tall <= 2 * 640, `${tall} pixels tall`);
    const folded = page.locator("details.theme:not([open]) > summary");
    while (await folded.count() > 0) await folded.first().click();
    assert.deepEqual(await page.evaluate(broken), []);
    const row = await page.evaluate(() => {
      const tiles = [...document.querySelectorAll(".theme .tile")];
      return tiles.filter((tile) => tile.offsetTop === tiles[0].offsetTop).length;
    });
    assert.equal(row, 3, "a small phone shows three beside each other");
    await look(page, "choosing-open");
  });
}

test("what was reported before stands first, is found by the keyboard, and needs no scripts", async (t) => {
  const page = await visit(t, here.browser, here.served.url, { scripts: false });
  await unlock(page, PASSPHRASE);
  await page.goto("/report");
  await page.focus("details.theme:has(button[value=forged-documents]) > summary");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("value")), "arms-trafficking");
  await choose(page, "forged-documents");
  await page.click(".editor button.main");
  await page.waitForURL("**/check");
  await page.click("main form button.main");
  await page.goto("/report");
  assert.ok(await page.isVisible("section button.tile[value=forged-documents]"));
  assert.equal(await page.locator("details.theme[open]").count(), 0);
});
