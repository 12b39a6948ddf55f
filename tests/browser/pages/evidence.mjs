// Evidence: a package is made with a word on who is in it, and checked by somebody of another project.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { desk } from "../lib/desk.mjs";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

let place, elsewhere, browser, coordinator, stranger, reports, id;
before(async () => {
  ({ place, reports } = await desk());
  [{ id }] = place.run("heron", "incident", "new", "--title", "Bus at the ford", "--area", "gao", "--category", "road-ambush");
  for (const report of reports.slice(0, 3)) place.run("heron", "incident", "link", id, report);
  elsewhere = new Place();
  elsewhere.found();
  browser = await launch();
  coordinator = await place.serve("heron");
  stranger = await elsewhere.serve("steward");
});
after(async () => {
  await browser?.close();
  place?.close();
  elsewhere?.close();
});

async function make(page, document, choice) {
  await page.goto(`/evidence/${document}`);
  await page.check(`input[name=authors][value=${choice}]`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("main form button.main")]);
  assert.equal(download.suggestedFilename(), "papers.bin", "the name says nothing");
  const file = place.path(`${document}-${choice}`);
  await download.saveAs(file);
  return file;
}

async function check(page, file) {
  await page.goto("/evidence");
  await page.setInputFiles("#file", file);
  await page.click("main button.main");
  await page.waitForSelector(".good, .wrong");
}

for (const language of LANGUAGES) {
  test(`a package is made and checked elsewhere, in ${language}`, async (t) => {
    const page = await visit(t, browser, coordinator.url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.goto(`/incidents/${id}`);
    await page.click(`a[href='/evidence/${id}']`);
    await page.waitForURL(`**/evidence/${id}`);
    assert.match(await page.textContent("main"), /heron/);
    assert.ok(await page.isChecked("input[name=authors][value=keys]"), "nobody is named unless that is chosen");
    await look(page, "evidence-make");
    const file = await make(page, id, "keys");
    assert.ok(!readFileSync(file).includes("swift"));
    const other = await visit(t, browser, stranger.url, { language });
    await unlock(other, PASSPHRASE, language);
    await other.goto("/evidence");
    await look(other, "verify");
    await check(other, file);
    assert.ok(await other.isVisible(".good"));
    assert.match(await other.textContent("main"), /Bus at the ford/);
    assert.equal(await other.locator(".paper").count(), 4);
    assert.ok((await other.locator(".unproved li").count()) >= 5);
    await look(other, "verify-result");
    const bent = readFileSync(file);
    bent[bent.length >> 1] ^= 1;
    writeFileSync(`${file}-bent`, bent);
    await check(other, `${file}-bent`);
    assert.ok(await other.isVisible(".wrong"));
    assert.equal(await other.locator(".paper").count(), 0);
    await look(other, "verify-wrong");
    // Whoever is of the project is told so.
    await check(page, file);
    assert.match(await page.textContent(".proved"), /heron/);
  });
}

test("a report's author is named only where that was chosen, without scripts too", async (t) => {
  const page = await visit(t, browser, coordinator.url, { scripts: false });
  await unlock(page, PASSPHRASE, "en");
  await page.goto(`/reports/${reports[0]}`);
  await page.click(`a[href='/evidence/${reports[0]}']`);
  await page.waitForURL("**/evidence/*");
  const file = await make(page, reports[0], "names");
  assert.ok(readFileSync(file).includes("swift"));
  await check(page, file);
  assert.match(await page.textContent(".proved"), /swift/);
});
