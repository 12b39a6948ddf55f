// The pack of the project: a steward's file is looked over, brought, and then people are asked by it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

const NAMES = { en: "Flood", fr: "Inondation", ar: "فيضان" };

const pack = (version) => JSON.stringify({
  id: "ours", version, languages: ["en", "fr", "ar"], themes: { water: { en: "Water", fr: "Eau", ar: "ماء" } },
  categories: [{
    code: "flood", theme: "water", icon: "displacement", urgency: "now", names: NAMES,
    questions: [{ key: "deep", type: "yes-no", labels: { en: "Is it deep?", fr: "Est-ce profond ?", ar: "هل هو عميق؟" } }],
  }],
});
const file = (text) => ({ name: "ours.json", mimeType: "application/json", buffer: Buffer.from(text) });

let place, browser, steward;
before(async () => {
  place = new Place();
  place.found();
  browser = await launch();
  steward = await place.serve("steward");
});
after(async () => {
  await browser?.close();
  place?.close();
});

async function send(page, text) {
  await page.setInputFiles("#file", file(text));
  await page.click("main form button.main");
  await page.waitForLoadState();
}

for (const [at, language] of LANGUAGES.entries()) {
  test(`a pack is looked over and brought, in ${language}`, async (t) => {
    const page = await visit(t, browser, steward.url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.goto("/members/project");
    await page.click("a[href='/members/project/pack']");
    await page.waitForURL("**/members/project/pack");
    await look(page, "pack");
    await send(page, pack(at + 1).replace("displacement", "castle"));
    assert.match(await page.textContent("[role=alert]"), /categories\[0\]\.icon/);
    await look(page, "pack-wrong");
    await send(page, pack(at + 1));
    assert.ok((await page.textContent("main")).includes(`ours@${at + 1}`));
    await look(page, "pack-check");
    await page.click("main form button.main");
    await page.waitForURL("**/members/project/pack?done=1");
    assert.ok(await page.isVisible(".good"));
    await page.goto("/report");
    assert.equal(await page.locator("button[name=category]").count(), 1);
    assert.ok((await page.textContent("button[value=flood]")).replaceAll("\u00ad", "").includes(NAMES[language]));
    await page.goto("/members/project/pack");
    assert.ok((await page.textContent("main dl")).includes(`ours@${at + 1}`));
  });
}

test("a pack is brought without scripts", async (t) => {
  const page = await visit(t, browser, steward.url, { scripts: false });
  await unlock(page, PASSPHRASE, "en");
  await page.goto("/members/project/pack");
  await send(page, pack(9));
  assert.match(await page.textContent("main"), /ours@9/);
  await page.click("main form button.main");
  await page.waitForURL("**/members/project/pack?done=1");
  assert.ok(await page.isVisible(".good"));
});
