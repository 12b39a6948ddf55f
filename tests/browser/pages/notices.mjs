// Notices: written with a look at who can read them, answered to whoever reported, counted while new, read offline.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desk, meet } from "../lib/desk.mjs";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE } from "../lib/program.mjs";

let place, browser, coordinator, monitor, relay, reports, id;
before(async () => {
  ({ place, relay, reports } = await desk());
  [{ id }] = place.run("heron", "incident", "new", "--title", "Bus at the ford", "--area", "gao", "--category", "road-ambush");
  for (const report of reports.slice(0, 2)) place.run("heron", "incident", "link", id, report);
  place.run("heron", "notice", "--to", "everyone", "--text", "Évitez la route du nord jusqu'à lundi.\nLe pont est fermé.", "--urgent");
  place.run("heron", "notice", "--to", "author-of", reports[2], "--text", "وصلنا تقريرك. ذهب أحدنا ليرى.");
  meet(place, relay, "heron", "swift");
  browser = await launch();
  monitor = await place.serve("swift");
  coordinator = await place.serve("heron");
});
after(async () => {
  await browser?.close();
  place?.close();
});

test("what is new is counted on every page until it was shown, without scripts too", async (t) => {
  const page = await visit(t, browser, monitor.url, { scripts: false });
  await unlock(page, PASSPHRASE, "en");
  assert.match(await page.textContent(".ways .badge"), /2/);
  await page.click(".ways a[href='/notices']");
  const texts = await page.$$eval(".notice .text", (all) => all.map((one) => one.textContent));
  assert.equal(texts.length, 2);
  assert.match(texts[0], /تقريرك/, "the newest stands first");
  assert.equal(await page.locator(".notice.new").count(), 2);
  assert.equal(await page.locator(".ways .badge").count(), 0);
  await page.reload();
  assert.equal(await page.locator(".notice.new").count(), 0);
  // The answer leads to the report, and stands there too.
  await page.click(".notice .foot a");
  await page.waitForURL(`**/reports/${reports[2]}`);
  assert.match(await page.textContent(".notice .text"), /تقريرك/);
});

for (const language of LANGUAGES) {
  test(`notices are looked at by a monitor, in ${language}`, async (t) => {
    const page = await visit(t, browser, monitor.url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.goto("/notices");
    await look(page, "notices");
    await page.goto(`/reports/${reports[2]}`);
    await look(page, "report-answered");
    await page.goto("/settings");
    await look(page, "settings-verify");
  });

  test(`whoever reported an incident is answered, in ${language}`, async (t) => {
    const page = await visit(t, browser, coordinator.url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.goto(`/incidents/${id}`);
    await page.click(`a[href='/notices/new?incident=${id}']`);
    await page.waitForURL("**/notices/new?**");
    await look(page, "notice-answer");
    await page.fill("#text", `Thank you, in ${language}`);
    await page.click("main button.main");
    await page.waitForSelector("form[action='/notices/send']");
    await look(page, "notice-check");
    assert.match(await page.textContent(".readers"), /swift/);
    await page.click("main button.main");
    await page.waitForURL("**/notices?sent=1");
    await look(page, "notices-sent");
    // Both reports are of one author, who is told once: at one of them.
    const told = [];
    for (const report of reports.slice(0, 2)) {
      await page.goto(`/reports/${report}`);
      if ((await page.textContent("main")).includes(`in ${language}`)) told.push(report);
    }
    assert.equal(told.length, 1);
    await page.goto(`/reports/${told[0]}`);
    await look(page, "received");
  });

  test(`a notice to a circle is written, with who can read it, in ${language}`, async (t) => {
    const page = await visit(t, browser, coordinator.url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.goto("/notices/new");
    await look(page, "notice-new");
    await page.check("input[name=to][value=above]");
    await page.fill("#text", "Meeting on Monday");
    await page.click("main button.main");
    // No area was chosen: the text is still there.
    await page.waitForSelector(".wrong");
    assert.equal(await page.inputValue("#text"), "Meeting on Monday");
    await look(page, "notice-wrong");
    await page.selectOption("#area", "gao");
    await page.check("input[name=urgent]");
    await page.click("main button.main");
    await page.waitForSelector("form[action='/notices/send']");
    assert.match(await page.textContent(".readers"), /stork/);
    await look(page, "notice-check-circle");
    await page.click("button[name=change]");
    assert.equal(await page.inputValue("#text"), "Meeting on Monday");
    assert.ok(await page.isChecked("input[name=urgent]"));
  });
}

test("a notice that is being written keeps itself, is found again, and is gone when it was sent", async (t) => {
  const page = await visit(t, browser, coordinator.url);
  await unlock(page, PASSPHRASE, "en");
  await page.goto("/notices/new");
  await page.fill("#text", "Half a thought");
  await page.waitForFunction(() => document.querySelector(".kept").textContent !== "");
  await page.click("button.leave");
  await page.waitForURL("**/calendar");
  await unlock(page, PASSPHRASE);
  for (const language of [...LANGUAGES.slice(1), "en"]) {
    await page.goto("/settings");
    await page.click(`main button[value=${language}]`);
    await page.goto("/notices");
    await look(page, "notices-begun");
  }
  await page.click('a.draft:has-text("Half a thought")');
  assert.equal(await page.inputValue("#text"), "Half a thought");
  await page.fill("#text", "A whole thought");
  await page.click("main button.main");
  await page.waitForSelector("form[action='/notices/send']");
  await page.click("main button.main");
  await page.waitForURL("**/notices?sent=1");
  assert.equal(await page.locator("a.draft", { hasText: "thought" }).count(), 0);
  assert.match(await page.textContent("ul.notices"), /A whole thought/);
  await page.goto("/notices/new");
  await page.fill("#text", "Better not");
  await page.waitForFunction(() => document.querySelector(".kept").textContent !== "");
  await page.click("form[action='/notices/discard'] button");
  await page.waitForURL(/\/notices$/);
  assert.equal(await page.locator("a.draft", { hasText: "Better not" }).count(), 0);
});

test("a notice is written by keys alone, and a second tap sends nothing more", async (t) => {
  const page = await visit(t, browser, coordinator.url, { scripts: false });
  await unlock(page, PASSPHRASE, "en");
  await page.goto("/notices/new");
  await page.focus("#text");
  await page.keyboard.type("The ford is open");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector("form[action='/notices/send']");
  await page.focus("form[action='/notices/send'] button.main");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/notices?sent=1");
  await page.goBack();
  await page.click("main button.main");
  await page.waitForURL(/\/notices$/);
  const texts = await page.$$eval(".notice .text", (all) => all.map((one) => one.textContent));
  assert.equal(texts.filter((text) => text === "The ford is open").length, 1);
});

test("what an exchange brought leads to where it is worked on", async (t) => {
  place.run("stork", "notice", "--to", "everyone", "--text", "From stork");
  place.run("stork", "sync", "--relay", relay.url);
  const page = await visit(t, browser, coordinator.url);
  await unlock(page, PASSPHRASE, "en");
  await page.goto("/exchange");
  await page.fill("#address", relay.url);
  await page.click("form[action='/exchange/start'] button");
  await page.waitForSelector(".passage .good");
  await page.reload();
  assert.equal(await page.locator(".ways .badge").count(), 1);
  await look(page, "exchange-notice");
  await page.click("a.card[href*='/notices#n-']");
  await page.waitForURL("**/notices#n-*");
  assert.match(await page.textContent(".notice:target"), /From stork/);
});
