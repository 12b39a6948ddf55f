// The device's position on a report, and the second thoughts before it is saved.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LANGUAGES, begin, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { notebook } from "../lib/notebook.mjs";
import { PASSPHRASE } from "../lib/program.mjs";

const PHONE = { hasTouch: true, isMobile: true };

const here = notebook({ monitor: "swift" });

async function editor(page, language) {
  await unlock(page, PASSPHRASE, language);
  await begin(page);
}

for (const language of LANGUAGES) {
  test(`a position is taken with its accuracy, asked about, and left out again, in ${language}`, async (t) => {
    const geolocation = { latitude: 16.27121, longitude: -0.04471, accuracy: 29.3 };
    const page = await visit(t, here.browser, here.served.url, { language, ...PHONE, geolocation, permissions: ["geolocation"] });
    await editor(page, language);
    await page.click(".gps button");
    await page.waitForFunction(() => document.querySelector(".gps [role=status]").textContent.match(/30|٣٠/));
    await page.fill("#text", "They took Moussa Traoré at night");
    await page.click(".editor button.main");
    await page.waitForURL("**/check");
    assert.equal(await page.locator(".ask").count(), 2);
    await look(page, "check-cautions");
    await page.goBack();
    await page.reload();
    assert.match(await page.textContent(".editor"), /16\.271210, -0\.044710/);
    await look(page, "report-position");
    await page.check("input[name=gps]");
    await page.click(".editor button.main");
    await page.waitForURL("**/check");
    assert.equal(await page.locator(".ask").count(), 1);
  });

  test(`a position that is denied ends in a sentence, in ${language}`, async (t) => {
    const page = await visit(t, here.browser, here.served.url, { language, ...PHONE, permissions: [] });
    await editor(page, language);
    await page.fill("#text", "Still here");
    await page.click(".gps button");
    await page.waitForFunction(() => {
      const gps = document.querySelector("[data-gps]");
      return gps.querySelector("[role=status]").textContent === gps.dataset.denied;
    });
    await look(page, "report-position-denied");
    assert.equal(await page.inputValue("#text"), "Still here");
  });
}
