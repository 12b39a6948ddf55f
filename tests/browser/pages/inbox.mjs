// The inbox: what waits, what it is likely the same as, and what a coordinator makes of it, by finger and by keys.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desk } from "../lib/desk.mjs";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE } from "../lib/program.mjs";

let place, browser, served, reports;
before(async () => {
  ({ place, reports } = await desk());
  const [{ id }] = place.run("heron", "incident", "new", "--title", "Bus at the ford", "--area", "gao", "--category", "road-ambush");
  place.run("heron", "incident", "link", id, reports[0]);
  browser = await launch();
  served = await place.serve("heron");
});
after(async () => {
  await browser?.close();
  place?.close();
});

const card = (id) => `article[aria-labelledby="t-${id}"]`;

/** How many wait, as the page shows them. */
async function waiting(page) {
  return page.locator("article[data-item]").count();
}

for (const language of LANGUAGES) {
  test(`the inbox shows who is in danger first and is looked at, in ${language}`, async (t) => {
    const page = await visit(t, browser, served.url, { language });
    await unlock(page, PASSPHRASE, language);
    await page.goto("/inbox");
    await look(page, "inbox");
    const first = page.locator("article[data-item]").first();
    assert.equal(await first.getAttribute("aria-labelledby"), `t-${reports[2]}`);
    assert.equal(await first.locator(".urgency.u-now").count(), 2, "urgent, and in danger");
    await page.goto("/keys");
    await look(page, "keys");
  });
}

test("keys go through the list, reach what is on the page and send nothing by themselves", async (t) => {
  const page = await visit(t, browser, served.url, { width: 1440 });
  await unlock(page, PASSPHRASE, "en");
  await page.goto("/inbox");
  const before = await waiting(page);
  const at = () => page.evaluate(() => document.activeElement?.closest("[data-item]")?.getAttribute("aria-labelledby") ?? "");
  await page.keyboard.press("j");
  const first = await at();
  await page.keyboard.press("j");
  assert.notEqual(await at(), first);
  await page.keyboard.press("k");
  assert.equal(await at(), first);
  await page.keyboard.press("n");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "title");
  // A letter in a field is a letter.
  await page.keyboard.type("jk");
  assert.match(await page.evaluate(() => document.activeElement.value), /jk/);
  await page.keyboard.press("Escape");
  assert.equal(await at(), first);
  await page.keyboard.press("s");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "why");
  assert.equal(await waiting(page), before);
  await page.reload();
  assert.equal(await waiting(page), before);
  await page.keyboard.press("?");
  await page.waitForURL("**/keys");
  // Whoever speaks to the machine turns them off.
  await page.click("#keys-switch");
  await page.keyboard.press("i");
  await page.click("main a[href='/inbox']");
  await page.keyboard.press("c");
  assert.ok(page.url().endsWith("/inbox"));
});

for (const scripts of [true, false]) {
  test(`one is set aside and taken back, ${scripts ? "with" : "without"} scripts`, async (t) => {
    const page = await visit(t, browser, served.url, { scripts });
    await unlock(page, PASSPHRASE, "en");
    await page.goto("/inbox?category=extortion-tax");
    const aside = page.locator(`${card(reports[4])} form[action$='/aside']`);
    await page.locator(`${card(reports[4])} summary[data-key=s]`).click();
    await aside.locator("input[name=why]").fill("Nothing new in it");
    await aside.locator("button").click();
    assert.ok(await page.isVisible(".good"));
    assert.equal(await waiting(page), 0);
    await page.goto("/inbox?aside=1");
    assert.match(await page.textContent(card(reports[4])), /Nothing new in it/);
    if (scripts) await look(page, "inbox-aside");
    await page.click(`${card(reports[4])} form[action$='/back'] button`);
    await page.goto("/inbox?category=extortion-tax");
    assert.equal(await waiting(page), 1);
  });
}

test("the filter stands in the address and holds after an action", async (t) => {
  const page = await visit(t, browser, served.url, { scripts: false });
  await unlock(page, PASSPHRASE, "en");
  await page.goto("/inbox");
  await page.click("summary[data-key=f]");
  await page.selectOption("#category", "abduction");
  await page.click("form.filters button");
  await page.waitForURL(/category=abduction/);
  assert.equal(await waiting(page), 1);
  await page.selectOption("#area", "ansongo");
  await page.click("form.filters button");
  assert.equal(await waiting(page), 0, "it is of Gao, not of the area in it");
  assert.ok(await page.isVisible(".empty"));
});

test("a report is linked to the event that is suggested, and only by a tap", async (t) => {
  const page = await visit(t, browser, served.url);
  await unlock(page, PASSPHRASE, "en");
  await page.goto("/inbox?category=road-ambush");
  const own = page.locator(card(reports[1]));
  assert.match(await own.locator(".alike").first().textContent(), /Bus at the ford/);
  assert.ok((await own.locator(".alike .why li").count()) > 0, "it says why");
  await own.locator(".alike form[action$='/link'] button").first().click();
  await page.waitForSelector(".good");
  assert.equal(await waiting(page), 0);
  await page.goto("/incidents");
  await look(page, "incidents");
  await page.click("a[href^='/incidents/']:has-text('Bus at the ford')");
  assert.equal(await page.locator("article.letter").count(), 2);
});

test("a new incident begins with a report, without scripts", async (t) => {
  const page = await visit(t, browser, served.url, { scripts: false });
  await unlock(page, PASSPHRASE, "en");
  await page.goto("/inbox");
  const own = page.locator(card(reports[3]));
  await own.locator("summary[data-key=n]").click();
  const title = own.locator("form[action$='/new'] input[name=title]").last();
  assert.ok((await title.inputValue()).length > 3, "a title is suggested");
  await title.fill("Two traders taken");
  await own.locator("button.main").first().click();
  await page.waitForURL(/\/incidents\/[0-9a-f]{32}/);
  assert.equal((await page.textContent("h1")).trim(), "Two traders taken");
  assert.match(await page.textContent("article.letter"), /Deux commerçants/);
});
