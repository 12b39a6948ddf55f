// Settings: the language, the rest after which it locks, the clock.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LANGUAGES, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { notebook } from "../lib/notebook.mjs";
import { PASSPHRASE } from "../lib/program.mjs";

const here = notebook();

for (const language of LANGUAGES) {
  for (const scripts of [true, false]) {
    test(`settings are kept, in ${language} ${scripts ? "with" : "without"} scripts`, async (t) => {
      const page = await visit(t, here.browser, here.served.url, { scripts });
      await unlock(page, PASSPHRASE, language);
      assert.equal(await page.getAttribute("html", "dir"), language === "ar" ? "rtl" : "ltr");
      if (scripts) await look(page, "settings");
      const minutes = scripts ? "5" : "30";
      await page.check(`input[name=idle][value='${minutes}']`, { force: true });
      await page.selectOption("#hours", scripts ? "1" : "0");
      await page.click("main button.main");
      await page.reload();
      assert.ok(await page.isChecked(`input[name=idle][value='${minutes}']`));
      assert.equal(await page.inputValue("#hours"), scripts ? "1" : "0");
    });
  }
}
