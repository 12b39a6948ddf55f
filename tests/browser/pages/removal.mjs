// A phone is taken: its removal with a preview, what is set aside of it, and taking one word back in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

const REPORT = ["report", "--category", "road-ambush", "--place", "Ansongo", "--when", "today"];

let place, browser, relay, coordinator, steward;
before(async () => {
  place = new Place();
  place.found();
  const monitors = LANGUAGES.map((language) => `swift-${language}`);
  place.join("coordinator", "gao", "heron");
  for (const monitor of ["dove", ...monitors]) place.join("monitor", "gao", monitor);
  relay = await place.relay();
  place.settle(relay, "heron", "dove", ...monitors);
  for (const monitor of monitors) place.run(monitor, ...REPORT, "--text", `Before, by ${monitor}`);
  // Letters of these days are on the way when the others are removed.
  for (const home of [...monitors, "heron", "steward"]) place.run(home, "sync", "--relay", relay.url);
  browser = await launch();
  coordinator = await place.serve("heron");
  steward = await place.serve("steward");
});
after(async () => {
  await browser?.close();
  place?.close();
});

async function exchange(page) {
  await page.goto("/exchange");
  await page.fill("#address", relay.url);
  await page.click("form[action='/exchange/start'] button");
  for (let n = 0; n < 60 && !(await page.$(".passage .good, .passage .ended")); n += 1) {
    // Without scripts the page comes again by itself.
    await page.waitForTimeout(250);
    await page.goto("/exchange?quiet=1");
  }
  assert.ok(await page.isVisible(".passage .good"), await page.textContent("main"));
}

/** From the list of members to the page before the last tap. */
async function preview(page, name) {
  await page.goto("/members");
  await page.click(`a.whom:text-is("${name}")`);
  await page.click("#taken summary");
  await page.check("#taken input[value=now]");
  await page.click("#taken button.main");
  await page.waitForURL(/\/remove\?/);
}

for (const language of LANGUAGES) {
  const name = `swift-${language}`;

  test(`the pages of a removal are looked at, in ${language}`, async (t) => {
    const page = await visit(t, browser, coordinator.url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.goto("/members");
    await page.click(`a.whom:text-is("${name}")`);
    await page.click("#taken summary");
    await look(page, "removal-member");
    await page.check("#taken input[value=date]");
    assert.ok(await page.isVisible("#day"));
    await page.click("#taken button.main");
    assert.ok(await page.isVisible(".wrong[role=alert]"), "a day is missing");
    await look(page, "removal-member-wrong");
    await page.fill("#day", new Date().toISOString().slice(0, 10));
    await page.click("#taken button.main");
    await page.waitForURL(/\/remove\?/);
    // Written today: set aside, by this one's author.
    assert.equal(await page.locator(".plan details .people li").count(), 1);
    await page.click(".plan details:has(.people) summary");
    await look(page, "removal-preview-day");
    await preview(page, name);
    assert.ok((await page.textContent("h1")).includes(name));
    await look(page, "removal-preview");
  });

  for (const width of [320, 1440]) {
    test(`a phone is taken at ${width} px without scripts, in ${language}`, async (t) => {
      const page = await visit(t, browser, coordinator.url, { language, scripts: false, width });
      await unlock(page, PASSPHRASE, language);
      if (width === 320) {
        await preview(page, name);
        // In another tab the same: the first page is out of date, and does nothing.
        const other = await page.context().newPage();
        await preview(other, name);
        await other.click("button.sure");
        await other.waitForURL(/done=removed/);
        assert.ok(await other.isVisible(".good[role=status]"));
        await page.click("button.sure");
        assert.ok(await page.isVisible(".wrong[role=alert]"), "it changed since");
        await other.close();
        // The phone goes on speaking, in other hands.
        place.run(name, ...REPORT, "--text", `In other hands ${language}`);
        place.run(name, "sync", "--relay", relay.url);
        await exchange(page);
      }
      await page.goto("/inbox");
      assert.match(await page.textContent(".letters"), new RegExp(`Before, by ${name}`));
      assert.doesNotMatch(await page.textContent(".letters"), new RegExp(`In other hands ${language}`));
      await page.click("main a[href='/members/aside']");
      const aside = page.locator("section", { has: page.locator(`a.whom:text-is("${name}")`) });
      assert.equal(await aside.locator("a.card").count(), 1);
      await aside.locator("a.card").click();
      assert.equal((await page.textContent("blockquote")).trim(), `In other hands ${language}`);
      if (width === 320) return;
      await page.click(".adopt button.main");
      await page.waitForURL(/done=adopted/);
      await page.goto("/inbox");
      assert.match(await page.textContent(".letters"), new RegExp(`In other hands ${language}`));
    });
  }

  test(`what came of it is looked at, in ${language}`, async (t) => {
    const page = await visit(t, browser, coordinator.url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.goto("/members");
    await look(page, "removal-members");
    await page.click(`a.whom:text-is("${name}")`);
    await look(page, "removal-removed");
    await page.goto("/members/aside");
    await look(page, "removal-asides");
    const card = page.locator("a.card").first();
    if (await card.count() > 0) {
      await card.click();
      await look(page, "removal-aside");
    }
    await page.goto("/inbox");
    await page.locator(".letters a[href^='/readers/']").first().click();
    await page.waitForURL(/\/readers\//);
    await look(page, "removal-readers");
  });
}

test("the steward's device gives the new keys by itself, and nobody else loses anything", async (t) => {
  // Dove was out of reach all the time.
  place.run("dove", ...REPORT, "--text", "From the hills");
  const desk = await visit(t, browser, steward.url);
  await unlock(desk, PASSPHRASE, "en");
  await exchange(desk);
  await exchange(desk);
  place.run("dove", "sync", "--relay", relay.url);
  place.run("dove", "sync", "--relay", relay.url);
  const page = await visit(t, browser, coordinator.url);
  await unlock(page, PASSPHRASE, "en");
  await exchange(page);
  await exchange(page);
  await page.goto("/inbox");
  assert.match(await page.textContent(".letters"), /From the hills/);
});

test("by keyboard alone, from the list to the last button and back", async (t) => {
  const page = await visit(t, browser, coordinator.url, { width: 1440 });
  await unlock(page, PASSPHRASE, "en");
  await page.goto("/members");
  await page.focus('a.whom:text-is("dove")');
  await page.keyboard.press("Enter");
  await page.waitForSelector("#taken");
  await page.focus("#taken summary");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.name), "when");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/remove\?/);
  const onLast = () => page.evaluate(() => document.activeElement.matches("button.sure"));
  for (let n = 0; n < 40 && !(await onLast()); n += 1) await page.keyboard.press("Tab");
  assert.ok(await onLast());
  // What stands behind the last button does nothing.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/members\/[0-9a-f]{64}$/);
  assert.doesNotMatch(await page.textContent("dl.said"), /Removed/);
});
