// The page of a relay's keeper: what it holds, in figures, for the machine that it runs on alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desk } from "../lib/desk.mjs";
import { LANGUAGES, launch, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";

let place, browser, url;
before(async () => {
  let relay;
  ({ place, relay } = await desk());
  relay.child.kill("SIGTERM");
  await new Promise((resolve) => relay.child.on("exit", resolve));
  const again = await place.listens("relay", "--home", "relay", "--listen", "127.0.0.1:0", "--keeper", "127.0.0.1:0", "--admit", "town.cert");
  url = await again.says(/the keeper's page is on (http:\/\/\S+)\n/);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  place?.close();
});

for (const language of LANGUAGES) {
  test(`the keeper sees figures and nothing of anybody, in ${language}`, async (t) => {
    const page = await visit(t, browser, url, { language });
    await page.goto("/");
    await page.click(`nav a[href='/?lang=${language}']`);
    assert.equal(await page.getAttribute("html", "lang"), language);
    await look(page, "keeper");
    const shown = (await page.textContent(".sums strong")).replace(/[٠-٩]/g, (digit) => "٠١٢٣٤٥٦٧٨٩".indexOf(digit));
    assert.ok(Number(shown.replace(/\D/g, "")) > 5, shown);
    const words = await page.content();
    for (const secret of ["heron", "swift", "River road", "motorbikes", "Ansongo"]) assert.ok(!words.includes(secret), secret);
  });
}

test("it changes nothing, whatever it is sent", async (t) => {
  const page = await visit(t, browser, url, { scripts: false });
  await page.goto("/");
  assert.ok(await page.isVisible("table"));
  const post = await page.request.post("/", { form: { x: "1" }, failOnStatusCode: false });
  assert.ok(post.status() >= 400);
});
