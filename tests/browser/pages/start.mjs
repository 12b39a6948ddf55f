// First start: a language, an invite or a new project, a passphrase, and the first page. No network.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

let place, browser;
before(async () => {
  place = new Place();
  place.found();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  place?.close();
});

for (const language of LANGUAGES) {
  test(`somebody with an invite joins, in ${language}`, async (t) => {
    const { file, words } = place.invite("monitor", "gao");
    const served = await place.serve(`joined-${language}`);
    const page = await visit(t, browser, served.url, { language });
    await page.goto("/");
    await look(page, "start-language");
    await page.click(`button[value=${language}]`);
    await look(page, "start-how");
    await page.click("a[href='/start/join']");
    await look(page, "start-join");
    await page.setInputFiles("#file", file);
    await page.fill("#words", "abandon abandon abandon abandon abandon zzzz");
    await page.click("button.main");
    await look(page, "start-join-wrong");
    assert.match(await page.textContent(".wrong"), /zzzz/);
    assert.equal(await page.inputValue("#words"), "abandon abandon abandon abandon abandon zzzz");
    await page.setInputFiles("#file", file);
    await page.fill("#words", words);
    await page.click("button.main");
    await page.waitForURL("**/start/passphrase");
    await look(page, "start-passphrase");
    const offered = (await page.textContent(".words")).trim();
    await page.fill("#pseudonym", "swallow");
    await page.click("button.main");
    // The words are asked back before anything is made.
    await page.waitForSelector("#again");
    assert.ok(!(await page.content()).includes(offered));
    await look(page, "start-asked-back");
    await page.fill("#again", "other words");
    await page.click("button.main");
    assert.ok(await page.isVisible(".wrong"));
    await page.fill("#again", offered);
    await page.click("button.main");
    await page.waitForURL("**/start/ready");
    await look(page, "start-ready");
    await page.click("a.main");
    await page.click("button.leave");
    await unlock(page, offered);
  });

  test(`somebody founds a project without scripts, in ${language}`, async (t) => {
    const served = await place.serve(`founded-${language}`);
    const page = await visit(t, browser, served.url, { language, scripts: false });
    await page.goto("/");
    await page.click(`button[value=${language}]`);
    await page.click("a[href='/start/found']");
    await page.fill("#name", "Veille");
    await page.fill("#areas", "Gao\n--- Too deep");
    await page.click("button.main");
    assert.equal(await page.inputValue("#areas"), "Gao\n--- Too deep");
    await page.fill("#areas", "Gao\n- Ansongo\nMénaka");
    await page.click("button.main");
    await page.check("input[value=own]");
    await page.fill("#own", "1234");
    await page.fill("#again", "1234");
    await page.click("button.main");
    assert.ok(await page.isVisible(".wrong"));
    await page.fill("#own", PASSPHRASE);
    await page.fill("#again", PASSPHRASE);
    await page.fill("#pseudonym", "heron");
    await page.click("button.main");
    await page.waitForURL("**/start/ready");
    await page.click("a.main");
    assert.ok((await page.$$("button.tile")).length > 10);
  });
}

for (const language of LANGUAGES) {
  test(`what is wrong when founding is said, in ${language}`, async (t) => {
    const served = await place.serve(`founding-${language}`);
    const page = await visit(t, browser, served.url, { language });
    await page.goto("/");
    await page.click(`button[value=${language}]`);
    await page.click("a[href='/start/found']");
    await look(page, "start-found");
    await page.fill("#name", "Veille");
    await page.fill("#areas", "Gao\n--- Too deep");
    await page.click("button.main");
    await look(page, "start-found-wrong");
    await page.fill("#areas", "Gao");
    await page.click("button.main");
    await page.check("input[value=own]");
    await page.fill("#own", "1234");
    await page.fill("#again", "1234");
    await page.click("button.main");
    await look(page, "start-passphrase-weak");
  });
}

test("an invite that was sent as text joins, and a damaged one is said to be so", async (t) => {
  const { file, words } = place.invite("monitor", "gao");
  const served = await place.serve("pasted");
  const page = await visit(t, browser, served.url);
  await page.goto("/start/join");
  await page.click("summary");
  await page.fill("#pasted", "not an invite");
  await page.fill("#words", words);
  await page.click("button.main");
  assert.ok(await page.isVisible(".wrong"));
  await page.fill("#pasted", readFileSync(file).toString("hex"));
  await page.click("button.main");
  await page.waitForURL("**/start/passphrase");
});
