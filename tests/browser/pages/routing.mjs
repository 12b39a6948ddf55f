// What complains of a body: whoever reports sees before saving that it goes round its people; a steward says who they are.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANGUAGES, choose, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

let place, browser, steward, monitor, heron;
before(async () => {
  place = new Place();
  place.found();
  place.join("coordinator", "gao", "heron");
  place.join("coordinator", "gao", "stork");
  place.join("monitor", "gao", "swift");
  const relay = await place.relay();
  place.settle(relay, "heron", "stork", "swift");
  place.run("steward", "body", "stork", "police");
  for (const home of ["steward", "swift"]) place.run(home, "sync", "--relay", relay.url);
  heron = place.run("steward", "members").find((member) => member.pseudonym === "heron").key;
  browser = await launch();
  monitor = await place.serve("swift");
  steward = await place.serve("steward");
});
after(async () => {
  await browser?.close();
  place?.close();
});

async function check(page, category) {
  await page.goto("/report");
  await choose(page, category);
  await page.waitForURL(/\/report\/[0-9a-f]{32}$/);
  await page.fill("#text", "Beaten at the post");
  await page.click(".editor button.main");
  await page.waitForURL("**/check");
  return page.textContent("section.readers");
}

for (const language of LANGUAGES) {
  test(`who can read a complaint, and whom it goes round, stands there before it is saved, in ${language}`, async (t) => {
    const page = await visit(t, browser, monitor.url, { language });
    await unlock(page, PASSPHRASE, language);
    const readers = await check(page, "security-abuse");
    assert.match(readers, /heron/);
    assert.match(readers, /stork/);
    assert.match(readers, { en: /goes round .?stork/, fr: /contourne .?stork/, ar: /لا تصل إلى .?stork/ }[language]);
    await look(page, "routing-check");
    await page.click("button.main");
    await page.waitForURL(/\?saved=1$/);
    await page.goto(page.url().replace("/reports/", "/readers/").replace("?saved=1", ""));
    const people = await page.textContent("ul.people");
    assert.ok(people.includes("heron") && !people.includes("stork"), people);
    await look(page, "routing-readers");
    const other = await check(page, "other");
    assert.ok(other.includes("stork") && other.includes("heron"), "what complains of nobody goes where it went");
  });
}

for (const language of LANGUAGES) {
  const scripts = language !== "fr";
  test(`a steward says what somebody belongs to, in ${language}, ${scripts ? "with" : "without"} scripts`, async (t) => {
    const page = await visit(t, browser, steward.url, { language, scripts });
    await unlock(page, PASSPHRASE, language);
    await page.goto(`/members/${heron}`);
    await page.click("#bodies summary");
    const box = page.locator("input[name=body-customs]");
    const was = await box.isChecked();
    await box.setChecked(!was);
    await page.click("#bodies button.main");
    await page.waitForURL(/done=bodies$/);
    // Looking takes scripts.
    if (scripts) await look(page, "routing-member");
    await page.click("#bodies summary");
    assert.equal(await page.isChecked("input[name=body-customs]"), !was);
  });
}
