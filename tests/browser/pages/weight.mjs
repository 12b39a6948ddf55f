// The first pages are light: what they ask for, in all, in bytes without compression.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, unlock, visit } from "../lib/browser.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

const FIRST_PAGE_BYTES = 50_000;

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

/** Bytes of all that one address brings along, in a browser that has nothing yet. */
async function weigh(page, path) {
  const answers = [];
  const note = (response) => answers.push(response.body().then((body) => [response.url(), body.length], () => ["", 0]));
  page.on("response", note);
  await page.goto(path, { waitUntil: "networkidle" });
  page.off("response", note);
  const parts = new Map(await Promise.all(answers));
  const sum = [...parts.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { sum, parts: [...parts].map(([url, bytes]) => `${bytes} ${new URL(url || "http://none").pathname}`).join(", ") };
}

test("first start, the passphrase and the report's page are under 50 kB each", async (t) => {
  const fresh = await place.serve("fresh");
  const served = await place.serve("steward");
  for (const [url, path, open] of [[fresh.url, "/start", false], [served.url, "/", false], [served.url, "/report", true]]) {
    for (const language of ["en", "fr", "ar"]) {
      const page = await visit(t, browser, url, { language });
      let state;
      if (open) {
        await unlock(page, PASSPHRASE, language);
        state = await page.context().storageState();
      }
      // What was fetched before is in the cache: weighed in a browser of its own.
      const cold = open ? await visit(t, browser, url, { language, storageState: state }) : page;
      const { sum, parts } = await weigh(cold, path);
      t.diagnostic(`${path} in ${language}: ${sum} bytes (${parts})`);
      assert.ok(sum > 1000 && sum <= FIRST_PAGE_BYTES, `${path} in ${language} has ${sum} bytes: ${parts}`);
    }
  }
});
