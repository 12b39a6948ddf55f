// The vault: the pages for a second passphrase and for recovery sheets, and sheets that open without the passphrase.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LANGUAGES, unlock, visit } from "../lib/browser.mjs";
import { axe, look } from "../lib/look.mjs";
import { notebook } from "../lib/notebook.mjs";
import { PASSPHRASE } from "../lib/program.mjs";

/** An invite for a second notebook, in each language. */
const invites = [];
const here = notebook({
  prepare: (place) => LANGUAGES.forEach((_, at) => {
    // One home each: a second notebook that is made anew takes the place of the one before.
    place.join("monitor", "gao", `wren-${at}`);
    invites.push(place.invite("monitor", "gao"));
  }),
});

for (const language of LANGUAGES) {
  for (const scripts of [true, false]) {
    test(`sheets are made and open again, in ${language} ${scripts ? "with" : "without"} scripts`, async (t) => {
      const page = await visit(t, here.browser, here.served.url, { scripts });
      await unlock(page, PASSPHRASE, language);
      await page.goto(`${here.served.url}/settings/second`);
      if (scripts) await axe(page, "second");
      assert.equal(await page.locator("input[name=duress]").count(), 3);
      await page.goto(`${here.served.url}/settings/sheets`);
      if (scripts) await axe(page, "sheets");
      await page.fill("#of", "3");
      await page.fill("#need", "2");
      await page.click("main button.main");
      const sheets = await page.locator("ol.sheet").all();
      assert.equal(sheets.length, 3);
      if (scripts) await axe(page, "sheets made");
      const words = async (sheet) => (await sheet.locator("li").allTextContents()).join(" ");
      const typed = `${await words(sheets[2])}\n${await words(sheets[0])}`;
      await page.goto(`${here.served.url}/sheets`);
      if (scripts) await axe(page, "sheets to type");
      await page.fill("#words", typed.split(" ").slice(0, 30).join(" "));
      await page.fill("#own", PASSPHRASE);
      await page.fill("#again", PASSPHRASE);
      await page.click("main button.main");
      assert.ok(await page.isVisible("p.wrong[role=alert]"), "too few words were taken");
      await page.fill("#words", typed);
      await page.fill("#own", PASSPHRASE);
      await page.fill("#again", PASSPHRASE);
      await page.click("main button.main");
      assert.ok(await page.isVisible("p.good[role=status]"));
    });
  }
}

for (const [at, language] of LANGUAGES.entries()) {
  test(`a second notebook is made and opens by its passphrase, in ${language}`, async (t) => {
    const mine = `wren-${at}`;
    const { file, words } = invites[at];
    const served = await here.place.serve(mine);
    // With scripts in one language, without in the others.
    const page = await visit(t, here.browser, served.url, { language, scripts: at === 0 });
    await unlock(page, PASSPHRASE, language);
    await page.goto("/settings/second");
    const other = "river lamp honest cattle moon";
    const fill = async (again, sentence) => {
      await page.setInputFiles("#file", file);
      await page.fill("#words", words);
      await page.fill("#pseudonym", "lark");
      await page.fill("#own", other);
      await page.fill("#again", again);
      await page.fill("#sentence", sentence);
      await page.click("main button.main");
    };
    const sentence = await page.textContent("#sentence-help q");
    await fill("another one altogether here", sentence);
    assert.ok(await page.isVisible("p.wrong[role=alert]"), "the passphrases differ");
    assert.equal(await page.inputValue("#pseudonym"), "lark", "what was typed is still there");
    await fill(other, "yes yes");
    assert.ok(await page.isVisible("p.wrong[role=alert]"), "the sentence was not typed out");
    if (at === 0) await look(page, "second-wrong");
    await fill(other, sentence);
    assert.ok(await page.isVisible("p.good[role=status]"), await page.textContent("main"));
    if (at === 0) await look(page, "second-done");
    await page.click("button.leave");
    await page.waitForURL("**/calendar**");
    await unlock(page, other);
    await page.goto("/settings");
    assert.match(await page.textContent("dl.said"), /lark/);
    await page.click("button.leave");
    await page.waitForURL("**/calendar**");
    await unlock(page, PASSPHRASE);
    await page.goto("/settings");
    assert.match(await page.textContent("dl.said"), new RegExp(mine));
  });
}
