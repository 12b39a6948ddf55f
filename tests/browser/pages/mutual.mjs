// Two stewards take each other for taken: both are suspended, and a third one removes one of them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANGUAGES, launch, unlock, visit } from "../lib/browser.mjs";
import { meet } from "../lib/desk.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

let place, browser, relay;
const served = {};
before(async () => {
  place = new Place();
  place.found();
  for (const name of ["heron", "stork"]) place.join("coordinator", "gao", name);
  relay = await place.relay();
  place.settle(relay, "heron", "stork");
  for (const name of ["heron", "stork"]) place.run("steward", "grant", name, "--role", "steward", "--past", "all");
  meet(place, relay, "steward", "heron", "stork", "steward");
  browser = await launch();
  for (const home of ["steward", "heron", "stork"]) served[home] = await place.serve(home);
});
after(async () => {
  await browser?.close();
  place?.close();
});

/**
 * Exchanges, and goes on where the page says that there is more to come. While nobody has settled it each of the two
 * writes under keys that the other does not take, and there is more to come for as long.
 */
async function exchange(page) {
  for (let n = 0; n === 0 || (n < 3 && !(await page.isVisible(".passage .good"))); n += 1) {
    await page.goto("/exchange");
    await page.fill("#address", relay.url);
    await page.click("form[action='/exchange/start'] button");
    // What it did before is shown until it runs, and then until it has ended.
    await page.waitForSelector(".busy, .passage .good, .passage .ended");
    await page.waitForSelector(".passage .good, .passage .ended");
    assert.match(await page.textContent(".passage"), /done/i, await page.textContent("main"));
  }
}

/** Removes somebody as of now; what the address says came of it. */
async function remove(page, name) {
  await page.goto("/members");
  await page.click(`a.whom:text-is("${name}")`);
  await page.click("#taken summary");
  await page.check("#taken input[value=now]");
  await page.click("#taken button.main");
  await page.waitForURL(/\/remove\?/);
  await page.click("button.sure");
  await page.waitForURL(/done=/);
  return new URL(page.url()).searchParams.get("done");
}

/** Names in the list of members that are marked in some way. */
const marked = (page) => page.$$eval(".people li:has(.state.retracted) .whom", (all) => all.map((one) => one.textContent).sort());

test("two who remove each other are both shown suspended, in every language, and a third removes one of them", async (t) => {
  const pages = {};
  for (const [home, whom] of [["heron", "steward"], ["steward", "heron"]]) {
    pages[home] = await visit(t, browser, served[home].url);
    await unlock(pages[home], PASSPHRASE, "en");
    // Neither knows of the other's.
    assert.equal(await remove(pages[home], whom), "removed");
  }
  // Each has new keys for those who stay, so that it takes some rounds until both have heard.
  for (let round = 0; round < 4; round += 1) {
    await exchange(pages.heron);
    await exchange(pages.steward);
  }
  const third = await visit(t, browser, served.stork.url, { width: 1440 });
  await unlock(third, PASSPHRASE, "en");
  await exchange(third);
  for (const language of LANGUAGES) {
    await third.goto("/settings");
    await third.click(`main button[value=${language}]`);
    await third.goto("/members");
    assert.deepEqual(await marked(third), ["heron", "steward"]);
    await look(third, "mutual-members");
    await third.click('a.whom:text-is("heron")');
    assert.equal(await third.locator("section.apart").count(), 1);
    await look(third, "mutual-member");
  }
  await third.goto("/settings");
  await third.click("main button[value=en]");
  assert.equal(await remove(third, "heron"), "removed");
  await third.goto("/members");
  assert.ok((await marked(third)).includes("heron"));
});
