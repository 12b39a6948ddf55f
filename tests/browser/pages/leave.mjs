// Leaving fast: one tap, or Escape twice, and nothing of what was there comes back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

let place, browser, served;
before(async () => {
  place = new Place();
  place.found();
  place.run("steward", "report", "--category", "abduction", "--area", "gao", "--text", "Nobody may see this", "--when", "today");
  browser = await launch();
  served = await place.serve("steward");
});
after(async () => {
  await browser?.close();
  place?.close();
});

for (const scripts of [true, false]) {
  test(`one tap shows a calendar and the way back shows nothing, ${scripts ? "with" : "without"} scripts`, async (t) => {
    const page = await visit(t, browser, served.url, { scripts });
    await unlock(page, PASSPHRASE, "en");
    await page.goto("/reports");
    assert.match(await page.textContent("main"), /Nobody may see this/);
    const other = await page.context().newPage();
    await other.goto("/reports");
    await page.click("button.leave");
    await page.waitForURL("**/calendar");
    assert.doesNotMatch(await page.content(), /azalai|report/i);
    await page.goBack();
    assert.doesNotMatch(await page.content(), /Nobody may see this/);
    // With scripts, leaving in one tab leaves in all.
    if (scripts) await other.waitForURL("**/calendar");
    await other.goto("/reports");
    assert.doesNotMatch(await other.content(), /Nobody may see this/);
    assert.ok(await other.isVisible("#passphrase"));
  });
}

test("Escape twice leaves, once does not", async (t) => {
  const page = await visit(t, browser, served.url);
  await unlock(page, PASSPHRASE, "en");
  await page.keyboard.press("Escape");
  await page.waitForTimeout(1200);
  assert.ok(page.url().endsWith("/settings"));
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.waitForURL("**/calendar");
});

for (const language of LANGUAGES) {
  test(`the calendar is an ordinary page, in ${language}`, async (t) => {
    const page = await visit(t, browser, served.url, { language });
    await page.goto("/calendar");
    await look(page, "calendar");
    await page.goto("/nothing-here");
    await look(page, "problem");
  });
}

// By the browser's clock it is tomorrow in one of these two for half of each day, and the day of the program in the other.
for (const timezoneId of ["Pacific/Kiritimati", "Pacific/Pago_Pago"]) {
  test(`the calendar shows the day of the browser's own clock, in ${timezoneId}`, async (t) => {
    const page = await visit(t, browser, served.url, { timezoneId });
    await unlock(page, PASSPHRASE, "en");
    await page.click("button.leave");
    const offset = await page.evaluate(() => -new Date().getTimezoneOffset());
    await page.waitForURL(`**/calendar?offset=${offset}`);
    const [day, month, wanted] = await page.evaluate(() => [
      document.querySelector("[aria-current=date]").textContent, document.querySelector("h1").textContent,
      new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" }).format(),
    ]);
    assert.equal(`${day} ${month}`, wanted);
    await page.goBack();
    assert.ok(await page.isHidden("#leave"));
  });
}

test("with the program gone nothing is shown and nobody else is asked", async (t) => {
  const mine = await place.serve("gone");
  const page = await visit(t, browser, mine.url);
  await page.goto("/start");
  mine.child.kill("SIGKILL");
  await new Promise((resolve) => mine.child.on("exit", resolve));
  await assert.rejects(page.goto("/start/how"));
  await assert.rejects(page.goto("/"));
});
