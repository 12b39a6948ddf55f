// A browser that sees one origin and nothing else. A page that asks for anything beyond it fails its test.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

export const LANGUAGES = ["en", "fr", "ar"];

/** Chromium with nothing that asks anybody of its own accord. `drawing: true` for maps, which want WebGL. */
export function launch({ drawing = false } = {}) {
  const graphics = drawing ? ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"] : ["--disable-gpu"];
  return chromium.launch({
    executablePath: process.env.AZALAI_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", ...graphics, "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  });
}

/**
 * A context for the pages at `url`. `scripts: false` turns scripts off; `permissions` as Playwright has them.
 * What it saw is checked when the test ends.
 */
export async function visit(t, browser, url, { scripts = true, language = "en", width = 320, ...rest } = {}) {
  const context = await browser.newContext({
    javaScriptEnabled: scripts, locale: language, viewport: { width, height: 800 }, baseURL: url,
    // Colours that are still changing have no contrast to measure.
    reducedMotion: "reduce", ...rest,
  });
  const { origin } = new URL(url);
  const strange = [];
  const complaints = [];
  await context.route("**/*", (route) => {
    const asked = route.request().url();
    if (new URL(asked).origin === origin) return route.fallback();
    strange.push(asked);
    return route.abort();
  });
  context.on("request", (request) => {
    const asked = request.url();
    if (!asked.startsWith(`${origin}/`)) strange.push(asked);
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("console", (message) => {
    // An answer of 4xx is what a page shows on purpose; a content policy that was broken, or a script, is not.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(strange, [], "asked beyond the origin");
    assert.deepEqual(complaints, [], "the browser complained");
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return page;
}

/** Opens the notebook with its passphrase, in a language. */
export async function unlock(page, passphrase, language) {
  await page.goto("/");
  await page.fill("#passphrase", passphrase);
  await page.click("main button.main");
  await page.waitForURL("**/report");
  if (language) {
    await page.goto("/settings");
    await page.click(`main button[value=${language}]`);
    assert.equal(await page.getAttribute("html", "lang"), language);
  }
}

/** Taps the picture of a category, where it is folded away after opening its theme. */
export async function choose(page, category) {
  const tile = page.locator(`button.tile[value=${category}]`).first();
  if (!(await tile.isVisible())) await page.click(`details.theme:has(button.tile[value=${category}]) > summary`);
  await tile.click();
}

/** Begins a report of a category; the form is there. */
export async function begin(page, category = "abduction") {
  await page.goto("/report");
  await choose(page, category);
  await page.waitForURL(/\/report\/[0-9a-f]{32}$/);
}
