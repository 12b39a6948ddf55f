// Another passphrase, with scripts and without, and how hard one is to guess while it is typed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

const NEW = "cabin cable cactus cage camp";

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/** The pages of a home of its own: every test changes its passphrase. */
async function served(t) {
  const place = new Place();
  t.after(() => place.close());
  place.found();
  return place.serve("steward");
}

async function change(page, old, fresh, again = fresh) {
  await page.fill("#old", old);
  await page.fill("#new", fresh);
  await page.fill("#again", again);
  await page.click("main button.main");
}

/** The level that is shown for what is typed. */
async function level(page, typed, wanted) {
  await page.fill("[data-strength]", typed);
  await page.waitForSelector(`#strength[data-level=${wanted}]`);
  return page.textContent("#strength");
}

for (const language of LANGUAGES) {
  test(`the passphrase is changed, its strength said on the way, in ${language}`, async (t) => {
    const { url } = await served(t);
    const page = await visit(t, browser, url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.click("a[href='/settings/passphrase']");
    await look(page, "new-passphrase");
    const weak = await level(page, "bamako", "weak");
    await look(page, "new-passphrase-typing");
    assert.notEqual(weak, await level(page, NEW, "strong"));
    await change(page, "not the one at all", NEW);
    assert.ok(await page.isVisible(".wrong"));
    assert.equal(await page.inputValue("#old"), "");
    await look(page, "new-passphrase-wrong");
    await change(page, PASSPHRASE, NEW);
    await page.waitForURL("**/settings/passphrase?done=strong");
    await look(page, "new-passphrase-done");
    await page.click("#leave button");
    await page.goto("/");
    await page.fill("#passphrase", PASSPHRASE);
    await page.click("main button.main");
    assert.ok(await page.isVisible(".wrong"));
    await unlock(page, NEW);
  });
}

test("with scripts off the server says the strength, and the change works by the keyboard", async (t) => {
  const { url } = await served(t);
  const page = await visit(t, browser, url, { scripts: false });
  await unlock(page, PASSPHRASE);
  await page.goto("/settings/passphrase");
  await change(page, PASSPHRASE, "bamako");
  assert.match(await page.textContent(".wrong"), /easy to guess/);
  await page.fill("#old", PASSPHRASE);
  await page.keyboard.press("Tab");
  await page.keyboard.type(NEW);
  await page.keyboard.press("Tab");
  await page.keyboard.type(NEW);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/settings/passphrase?done=strong");
  assert.match(await page.textContent("[role=status]"), /Strong/);
});
