// Hostile text, in every field that keeps one: shown as it was written, and never more than shown.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { choose, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

const HOSTILE = {
  markup: "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">'\"></textarea><b>&amp;{{7*7}}",
  direction: "left \u202etfel\u202c \u2066isolate \u202egnp.exe",
  invisible: "a\u200bb\u200dc\ufeffd\u2060e",
  emoji: "👩‍👩‍👧‍👦🏴‍☠️ 🇲🇱 Ž̷̛̹a̴̢l͘g̵o",
  long: "x".repeat(3000),
  lines: "one\r\n\r\n\ttwo\u0000\u001b[31mthree",
};

let place, browser, served;
before(async () => {
  place = new Place();
  place.found();
  browser = await launch();
  served = await place.serve("steward");
});
after(async () => {
  await browser?.close();
  place?.close();
});

for (const [name, text] of Object.entries(HOSTILE)) {
  test(`${name} is shown and does nothing`, async (t) => {
    const page = await visit(t, browser, served.url);
    await unlock(page, PASSPHRASE, "en");
    await page.goto("/report");
    await choose(page, "abduction");
    await page.fill("#text", text);
    await page.fill("#place", text.slice(0, 200).replace(/[\r\n]/g, " "));
    await page.click("main summary");
    await page.selectOption("#area", "gao");
    await page.click(".editor button.main");
    await page.waitForURL("**/check");
    await look(page, `hostile-${name}`);
    await page.click("button.main");
    await page.waitForURL(/\?saved=1$/);
    const shown = text.replace(/\r\n/g, "\n").replace(/[\u0000\u001b]/g, "");
    const said = await page.$$eval("dd", (all) => all.map((dd) => dd.textContent));
    assert.ok(said.includes(shown), `${JSON.stringify(shown.slice(0, 80))} is not among ${JSON.stringify(said).slice(0, 400)}`);
    await page.click("main summary");
    await page.fill("#why", text.slice(0, 900).replace(/[\r\n]/g, " "));
    await page.click("button.danger");
    await page.waitForSelector("q");
    await page.goto("/reports");
    await look(page, `hostile-list-${name}`);
    assert.notEqual(await page.title(), "taken");
    assert.equal(await page.$("main script, main img, main b"), null);
  });
}

test("a form that no page made is refused in words", async (t) => {
  const page = await visit(t, browser, served.url);
  await unlock(page, PASSPHRASE, "en");
  const post = (path, form) => page.request.post(path, { form, maxRedirects: 0, failOnStatusCode: false });
  assert.equal((await post("/settings", { idle: "5" })).status(), 409);
  assert.equal((await post("/exchange/start", { token: "0".repeat(32), address: served.url })).status(), 409);
  assert.equal((await post("/report", { token: "x", category: "x".repeat(200_000) })).status(), 400);
  const binary = await page.request.post("/exchange/bring", { headers: { "content-type": "image/png" }, data: Buffer.alloc(1000, 255) });
  assert.equal(binary.status(), 400);
});
