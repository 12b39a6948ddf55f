// A report is forgotten on the device: what is known of it beforehand, a second word, and what is left.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

let place, browser, served;
const reports = {};
before(async () => {
  place = new Place();
  place.found();
  for (const language of LANGUAGES) {
    for (const scripts of [true, false]) {
      const text = `Camels ${language} ${scripts}`;
      const [report] = place.run("steward", "report", "--category", "abduction", "--area", "gao", "--text", text);
      reports[`${language} ${scripts}`] = report.id;
    }
  }
  browser = await launch();
  served = await place.serve("steward");
});
after(async () => {
  await browser?.close();
  place?.close();
});

for (const language of LANGUAGES) {
  for (const scripts of [true, false]) {
    test(`a report is forgotten, in ${language} ${scripts ? "with" : "without"} scripts`, async (t) => {
      const page = await visit(t, browser, served.url, { scripts });
      await unlock(page, PASSPHRASE, language);
      const id = reports[`${language} ${scripts}`];
      const words = `Camels ${language} ${scripts}`;
      await page.goto(`${served.url}/reports/${id}`);
      assert.ok((await page.textContent("main")).includes(words));
      await page.click(`main a[href='/reports/${id}/forget']`);
      if (scripts) await look(page, "forget");
      // Nobody else has it: without a word for that nothing is forgotten.
      await page.click("main button.danger");
      assert.equal(await page.locator("main [role=alert]").count(), 1);
      await page.check("input[name=lost]", { force: true });
      await page.click("main button.danger");
      assert.equal(new URL(page.url()).pathname, `/reports/${id}`);
      assert.ok(!(await page.textContent("main")).includes(words));
      if (scripts) await look(page, "forgotten");
      await page.goto(`${served.url}/reports`);
      const list = await page.textContent("main");
      assert.ok(!list.includes(words));
      assert.equal(await page.locator(`main a[href='/reports/${id}']`).count(), 1);
      await page.goto(`${served.url}/settings`);
      await page.selectOption("#days", "14");
      await page.click("form[action='/settings/shedding'] button");
      assert.equal(await page.inputValue("#days"), "14");
    });
  }
}
