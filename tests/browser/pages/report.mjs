// Reporting and one's own reports: a draft that nothing takes away, one report however often it is sent, correction,
// taking back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LANGUAGES, begin, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { notebook } from "../lib/notebook.mjs";
import { PASSPHRASE } from "../lib/program.mjs";

const here = notebook({ monitor: "swift" });


for (const language of LANGUAGES) {
  test(`a report is written, kept as a draft, saved, corrected and taken back, in ${language}`, async (t) => {
    const page = await visit(t, here.browser, here.served.url, { language });
    await page.goto("/");
    await look(page, "unlock");
    await unlock(page, PASSPHRASE, language);
    await page.goto("/report");
    await look(page, "report");
    await begin(page);
    await page.click("main summary");
    await look(page, "report-editor");
    await page.click(".chip:has(input[name=when][value=today])");
    await page.fill("#place", "Gao");
    await page.fill("#text", "Cinq hommes, cinq motos — خمسة رجال");
    await page.waitForFunction(() => document.querySelector(".kept").textContent !== "");
    await page.reload();
    assert.equal(await page.inputValue("#text"), "Cinq hommes, cinq motos — خمسة رجال");
    assert.ok(await page.isChecked("input[name=when][value=today]"));
    await page.goto("/report");
    await look(page, "report-drafts");
    await page.click("a.draft");
    await page.fill("[name=q-people-taken]", "some");
    await page.click(".editor button.main");
    assert.equal(await page.inputValue("[name=q-people-taken]"), "some");
    assert.ok(await page.isVisible(".wrong"));
    await look(page, "report-wrong");
    await page.fill("[name=q-people-taken]", "5");
    await page.click(".editor button.main");
    await page.waitForURL("**/check");
    // Several places are called Gao: it stands as it was written, and whoever knows which may say so.
    await page.click("main [role=note] a");
    await page.click(".chip:has(input[name=place-id]) >> nth=0");
    await page.click(".editor button.main");
    await page.waitForURL("**/check");
    await look(page, "report-check");
    await page.click("button.main");
    await page.waitForURL(/\/reports\/[0-9a-f]+\?saved=1$/);
    await look(page, "one-saved");
    const report = page.url().replace("?saved=1", "");
    await page.click("form[action$='/correct'] button");
    await page.fill("#text", "Six, not five");
    await page.click(".editor button.main");
    await page.click("button.main");
    assert.match(await page.textContent("main"), /Six, not five/);
    await page.goto("/reports");
    await look(page, "reports");
    await page.click("a.card");
    await page.click("main summary");
    await page.fill("#why", "A rumour");
    await look(page, "one-retract");
    await page.click("button.danger");
    await page.waitForURL(report);
    await look(page, "one-retracted");
    assert.match(await page.textContent("main"), /A rumour/);
    assert.equal(await page.$("form[action$='/correct']"), null);
  });
}

test("without scripts a report is written as well", async (t) => {
  const page = await visit(t, here.browser, here.served.url, { scripts: false });
  await unlock(page, PASSPHRASE, "fr");
  await begin(page, "cattle-raid");
  await page.fill("#text", "Deux chèvres");
  await page.click(".editor button.main");
  await page.click("button.main");
  await page.waitForURL(/\?saved=1$/);
  assert.match(await page.textContent("main"), /Deux chèvres/);
});

test("two taps, the back button and a second tab make one report", async (t) => {
  const page = await visit(t, here.browser, here.served.url);
  await unlock(page, PASSPHRASE, "en");
  await begin(page);
  await page.fill("#text", "Once only");
  await page.click(".editor button.main");
  await page.waitForURL("**/check");
  const other = await page.context().newPage();
  await other.goto(page.url());
  await page.dblclick("button.main");
  await page.waitForURL(/\?saved=1$/);
  await other.click("button.main");
  await other.waitForURL(/\/reports\//);
  assert.equal(other.url(), page.url().replace("?saved=1", ""));
  await page.goBack();
  await page.waitForURL(/\/reports\/|\/check$|\/report\//);
  if (page.url().endsWith("/check")) await page.click("button.main");
  await page.goto("/reports");
  const cards = await page.$$eval("a.card", (all) => all.filter((card) => card.textContent.includes("Once only")).length);
  assert.equal(cards, 1);
});

test("a page from before the lock loses nothing of what was written on it", async (t) => {
  const page = await visit(t, here.browser, here.served.url);
  await unlock(page, PASSPHRASE, "en");
  await begin(page);
  // A tab that a phone has put to sleep does not hear that another one left.
  await page.context().addInitScript(() => { BroadcastChannel.prototype.addEventListener = () => {}; });
  const late = await page.context().newPage();
  await late.goto(page.url());
  await page.click("button.leave");
  await page.waitForURL("**/calendar");
  // Locked: what was written waits in the page for the passphrase.
  await late.fill("#text", "Written while it was locked");
  await late.click(".editor button.main");
  await look(late, "carry-locked");
  // Whoever stands before a locked page reads nothing of it.
  assert.doesNotMatch(await late.innerText("body"), /Written while it was locked/);
  await late.fill("#passphrase", "wrong wrong wrong");
  await late.click("button.main");
  assert.ok(await late.isVisible(".wrong"));
  await late.fill("#passphrase", PASSPHRASE);
  await late.click("main button.main");
  await late.waitForURL("**/check");
  assert.match(await late.textContent("main"), /Written while it was locked/);
  // Unlocked again under another session: the page's form is from before it, and is kept with one tap.
  const [, draft] = /\/report\/([0-9a-f]{32})/.exec(late.url());
  await late.goto(`/report/${draft}`);
  const stale = await late.context().newPage();
  await stale.goto(`/report/${draft}`);
  await stale.fill("#text", "Written on a stale page");
  await late.click("button.leave");
  await unlock(late, PASSPHRASE);
  await stale.click(".editor button.main");
  await look(stale, "carry-stale");
  await stale.click("main button.main");
  await stale.waitForURL("**/check");
  assert.match(await stale.textContent("main"), /Written on a stale page/);
});
