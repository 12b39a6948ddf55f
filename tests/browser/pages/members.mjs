// Members, invites and the project, as a steward sees them; what another part is granted, and new keys and areas.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

let place, browser, relay, steward, monitor;
before(async () => {
  place = new Place();
  place.found();
  const names = LANGUAGES.map((language) => `wren-${language}`);
  place.join("coordinator", "gao", "heron");
  for (const name of names) place.join("monitor", "gao", name);
  relay = await place.relay();
  place.settle(relay, "heron", ...names);
  // These wait to be admitted.
  const waiting = LANGUAGES.map((language) => `lark-${language}`);
  for (const name of waiting) {
    place.join("monitor", "gao", name);
    place.run(name, "sync", "--relay", relay.url);
  }
  place.run("steward", "sync", "--relay", relay.url);
  place.run(waiting[0], "report", "--category", "other", "--text", "Mine", "--when", "today");
  browser = await launch();
  steward = await place.serve("steward");
  monitor = await place.serve(waiting[0]);
});
after(async () => {
  await browser?.close();
  place?.close();
});

for (const language of LANGUAGES) {
  test(`members are looked at and a newcomer is admitted, in ${language}`, async (t) => {
    const page = await visit(t, browser, steward.url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.goto("/members");
    await look(page, "members");
    const name = `lark-${language}`;
    const waits = page.locator(".waits li.card", { hasText: name });
    assert.equal(await waits.count(), 1);
    await waits.locator("button").click();
    await page.waitForURL(/admitted=1/);
    assert.ok(await page.isVisible(".good[role=status]"));
    assert.equal(await page.locator(".waits li.card", { hasText: name }).count(), 0);
    await page.click(`a.whom:text-is("${name}")`);
    await page.click("#grant summary");
    await look(page, "member-grant");
  });

  test(`an invite is made, taken down and ended without scripts, in ${language}`, async (t) => {
    const page = await visit(t, browser, steward.url, { language, scripts: false });
    await unlock(page, PASSPHRASE, language);
    await page.goto("/members/invite");
    await page.check("input[name=role][value=monitor]");
    await page.click("main button.main");
    assert.ok(await page.isVisible(".wrong[role=alert]"), "for which area?");
    await page.check("input[name=role][value=coordinator]");
    await page.selectOption("#area", "ansongo");
    await page.click("main button.main");
    await page.waitForURL(/\/members\/invite\/[0-9a-f]{32}$/);
    const words = (await page.textContent(".words")).trim();
    assert.equal(words.split(" ").length, 6);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("a[download]")]);
    assert.match(download.suggestedFilename(), /^notes-[0-9a-f]{6}\.bin$/);
    const made = page.url();
    await page.click("form[action$='/done'] button");
    await page.waitForURL(/\/members#invites$/);
    await page.goto(made);
    assert.ok(!(await page.content()).includes(words), "kept nowhere");
    await page.goto("/members");
    const open = page.locator("#invites li", { has: page.locator(".taken-open") });
    const before = await open.count();
    await open.first().locator("summary").click();
    await open.first().locator("button.danger").click();
    await page.waitForURL(/#invites$/);
    assert.equal(await open.count(), before - 1);
  });

  test(`the invite's pages are looked at, in ${language}`, async (t) => {
    const page = await visit(t, browser, steward.url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.goto("/members/invite");
    await look(page, "invite");
    await page.check("input[name=role][value=steward]");
    assert.ok(!(await page.isVisible("#area")), "a steward has no area");
    await page.click("main button.main");
    await page.waitForSelector(".words");
    await look(page, "invite-made");
  });

  test(`the project is looked at, gets an area and new keys, in ${language}`, async (t) => {
    const page = await visit(t, browser, steward.url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.goto("/members/project");
    await page.click("#area summary");
    await page.click("#rotate summary");
    await look(page, "project");
    await page.fill("#area-name", "Tessit");
    await page.fill("#area-code", "gao");
    await page.click("#area button.main");
    assert.ok(await page.isVisible("#area .wrong[role=alert]"), "the code is taken");
    assert.equal(await page.inputValue("#area-name"), "Tessit");
    await page.fill("#area-code", `tessit-${language}`);
    await page.selectOption("#area-parent", "ansongo");
    await page.click("#area button.main");
    await page.waitForURL(/done=area/);
    await look(page, "project-done");
    assert.ok((await page.locator(".tree .d2 strong").allTextContents()).includes("Tessit"));
  });

  test(`new keys and another part are given without scripts, in ${language}`, async (t) => {
    const page = await visit(t, browser, steward.url, { language, scripts: false });
    await unlock(page, PASSPHRASE, language);
    await page.goto("/members/project");
    await page.click("#rotate summary");
    for (const box of await page.locator("#rotate input[name=circle]").all()) await box.uncheck();
    await page.click("#rotate button.danger");
    assert.ok(await page.isVisible("#rotate .wrong[role=alert]"), "for whom?");
    const old = await page.context().newPage();
    await old.goto("/members/project");
    await old.click("#rotate summary");
    await page.goto("/members/project");
    await page.click("#rotate summary");
    await page.click("#rotate button.danger");
    await page.waitForURL(/done=keys$/);
    await old.click("#rotate button.danger");
    await old.waitForURL(/done=keys-already$/);
    await page.goto("/members");
    await page.click(`a.whom:text-is("wren-${language}")`);
    await page.click("#grant summary");
    await page.selectOption("#grant-area", "ansongo");
    await page.check("#grant input[value=none]");
    await page.click("#grant button.main");
    await page.waitForURL(/done=granted$/);
    await page.goto("/members");
    const coordinators = page.locator("section", { has: page.locator('a.whom:text-is("heron")') });
    assert.equal(await coordinators.locator(`a.whom:text-is("wren-${language}")`).count(), 1);
  });

  test(`a monitor is told why there is no list, and who can read their report, in ${language}`, async (t) => {
    const page = await visit(t, browser, monitor.url, { language });
    await unlock(page, PASSPHRASE, language);
    const answer = await page.goto("/members");
    assert.equal(answer.status(), 403);
    assert.equal(await page.locator("a.whom").count(), 0);
    await look(page, "no-members");
    await page.goto("/reports");
    await page.click("a.card");
    await page.click("a[href^='/readers/']");
    await look(page, "readers-own");
    assert.ok(await page.isVisible(".good"), "it has not left the device");
    await page.click("main a.button");
    await page.waitForURL(/\/reports\//);
  });
}

test("a relay gets its certificate, and a key that is none is said to be none", async (t) => {
  const page = await visit(t, browser, steward.url);
  await unlock(page, PASSPHRASE, "en");
  const [{ key }] = place.run("relay-2", "relay-key");
  await page.goto("/members/project");
  await page.click("#relays summary");
  await page.fill("#key", key.slice(1));
  await page.fill("#label", "hill");
  await page.click("#relays button.main");
  assert.ok(await page.isVisible("#relays .wrong[role=alert]"));
  await page.fill("#key", key);
  await page.click("#relays button.main");
  await page.waitForURL(/\/members\/project\/relay\/[0-9a-f]{32}$/);
  await look(page, "certificate");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("a[download]")]);
  assert.equal(download.suggestedFilename(), "town.bin");
});

test("how newcomers are admitted is chosen and stays chosen", async (t) => {
  const page = await visit(t, browser, steward.url, { scripts: false });
  await unlock(page, PASSPHRASE, "en");
  await page.goto("/members/project");
  await page.check("input[value=at-exchange]");
  await page.click("#admission button");
  await page.waitForURL(/#admission$/);
  await page.goto("/members/project");
  assert.ok(await page.isChecked("input[value=at-exchange]"));
});
