// The vault: the pages for a second passphrase and for recovery sheets, and sheets that open without the passphrase.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { axe } from "../lib/look.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

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

for (const language of LANGUAGES) {
  for (const scripts of [true, false]) {
    test(`sheets are made and open again, in ${language} ${scripts ? "with" : "without"} scripts`, async (t) => {
      const page = await visit(t, browser, served.url, { scripts });
      await unlock(page, PASSPHRASE, language);
      await page.goto(`${served.url}/settings/second`);
      if (scripts) await axe(page, "second");
      assert.equal(await page.locator("input[name=duress]").count(), 3);
      await page.goto(`${served.url}/settings/sheets`);
      if (scripts) await axe(page, "sheets");
      await page.fill("#of", "3");
      await page.fill("#need", "2");
      await page.click("main button.main");
      const sheets = await page.locator("ol.sheet").all();
      assert.equal(sheets.length, 3);
      if (scripts) await axe(page, "sheets made");
      const words = async (sheet) => (await sheet.locator("li").allTextContents()).join(" ");
      const typed = `${await words(sheets[2])}\n${await words(sheets[0])}`;
      await page.goto(`${served.url}/sheets`);
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
