// An incident: reports side by side, grades, what two set apart, links that come and go, and who did what.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desk, meet } from "../lib/desk.mjs";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE } from "../lib/program.mjs";

let place, browser, served, reports, id;
before(async () => {
  let relay;
  ({ place, relay, reports } = await desk());
  [{ id }] = place.run("heron", "incident", "new", "--title", "Bus at the ford", "--area", "gao", "--category", "road-ambush");
  for (const report of reports.slice(0, 3)) place.run("heron", "incident", "link", id, report);
  meet(place, relay, "heron", "stork");
  // Apart, and at the same time.
  place.run("heron", "incident", "set", id, "--title", "Ambush at the ford");
  place.run("stork", "incident", "set", id, "--title", "Bus attacked near Ansongo");
  meet(place, relay, "heron", "stork", "heron");
  browser = await launch();
  served = await place.serve("heron");
});
after(async () => {
  await browser?.close();
  place?.close();
});

const card = (report) => `article[aria-labelledby="t-${report}"]`;

for (const language of LANGUAGES) {
  test(`an incident with a conflict is looked at, in ${language}`, async (t) => {
    const page = await visit(t, browser, served.url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.goto(`/incidents/${id}`);
    await look(page, "incident");
    assert.equal(await page.locator("section.apart .value").count(), 2);
    // Whoever is in danger is seen to be so here as well.
    assert.ok(await page.isVisible(`${card(reports[2])} .urgency.u-now`));
    await page.click("details.history summary");
    await look(page, "incident-history");
    assert.match(await page.textContent("details.history"), /stork/);
  });
}

test("one tap settles what two set apart, and another tab's older page does not undo it", async (t) => {
  const page = await visit(t, browser, served.url);
  await unlock(page, PASSPHRASE, "en");
  await page.goto(`/incidents/${id}`);
  const old = await page.context().newPage();
  await old.goto(`/incidents/${id}`);
  const side = page.locator("section.apart li", { hasText: "Bus attacked near Ansongo" });
  assert.match(await side.textContent(), /stork/);
  await side.locator("button").click();
  await page.waitForSelector(".good");
  assert.equal(await page.locator("section.apart").count(), 0);
  assert.equal((await page.textContent("h1")).trim(), "Bus attacked near Ansongo");
  await old.locator("section.apart li", { hasText: "Ambush at the ford" }).locator("button").click();
  await old.waitForURL(/\?settled=/);
  assert.match(await old.textContent("main"), /Bus attacked near Ansongo/);
  await old.goto(`/incidents/${id}`);
  assert.equal((await old.textContent("h1")).trim(), "Bus attacked near Ansongo");
});

for (const scripts of [true, false]) {
  test(`a report is graded, ${scripts ? "with" : "without"} scripts`, async (t) => {
    const page = await visit(t, browser, served.url, { scripts });
    await unlock(page, PASSPHRASE, "en");
    await page.goto(`/incidents/${id}`);
    const report = scripts ? reports[0] : reports[1];
    await page.locator(`${card(report)} summary[data-key=g]`).click();
    await page.selectOption(`#gr-${report}`, "B");
    await page.selectOption(`#gc-${report}`, "3");
    await page.fill(`#gw-${report}`, "Known for years");
    await page.click(`${card(report)} form:has(#gr-${report}) button.main`);
    await page.waitForSelector(".good");
    assert.equal((await page.textContent(`${card(report)} .grade strong`)).trim(), "B3");
    assert.match(await page.textContent(`${card(report)} .gradings`), /Known for years/);
  });
}

test("confirmed by other sources is refused while one person alone stands behind it", async (t) => {
  const page = await visit(t, browser, served.url);
  await unlock(page, PASSPHRASE, "en");
  await page.goto(`/incidents/${id}`);
  await page.locator(`${card(reports[2])} summary[data-key=g]`).click();
  await page.selectOption(`#gc-${reports[2]}`, "1");
  await page.click(`${card(reports[2])} form:has(#gr-${reports[2]}) button.main`);
  await page.waitForSelector(".wrong");
  await page.goto(`/incidents/${id}`);
  assert.equal((await page.textContent(`${card(reports[2])} .grade strong`)).trim(), "F6");
});

test("a link is taken away and the report waits in the inbox again", async (t) => {
  const page = await visit(t, browser, served.url);
  await unlock(page, PASSPHRASE, "en");
  await page.goto(`/incidents/${id}`);
  await page.locator(`${card(reports[2])} .acts details`).last().locator("summary").click();
  await page.click(`${card(reports[2])} button.danger`);
  await page.waitForSelector(".good");
  assert.equal(await page.locator(card(reports[2])).count(), 0);
  await page.goto("/inbox");
  assert.equal(await page.locator(card(reports[2])).count(), 1);
});

test("the status moves along its table, and the history tells who moved it", async (t) => {
  const page = await visit(t, browser, served.url, { scripts: false });
  await unlock(page, PASSPHRASE, "en");
  await page.goto(`/incidents/${id}`);
  const offered = await page.$$eval(".moves button", (all) => all.map((button) => button.value));
  assert.deepEqual(offered.includes("confirmed"), false, "not before it was reviewed");
  await page.click(".moves button[value=reviewing]");
  assert.ok(await page.isVisible(".status.reviewing"));
  const before = await page.locator("details.history li").count();
  await page.click(".moves button[value=refuted]");
  assert.ok(await page.isVisible(".status.refuted"));
  assert.equal(await page.locator("details.history li").count(), before + 1);
  assert.match(await page.locator("details.history li").last().textContent(), /heron/);
});
