// Looking at a page as its people do: on a phone, a tablet and a desk, by day and by night, with a finger and with a
// screen reader. What is ugly goes to the screenshots, what is wrong fails.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FOLDER = process.env.AZALAI_SCREENSHOTS ?? fileURLToPath(new URL("../../../target/screenshots", import.meta.url));
const WIDTHS = [320, 768, 1440];
/** CSS pixels that a finger needs, each way. */
const TARGET = 44;

/** Runs in the page: what is wrong with its measures. */
function measure(target) {
  const wrong = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.querySelectorAll("body *")].filter((e) => {
      const box = e.getBoundingClientRect();
      return box.width > 0 && (box.right > root.clientWidth + 1 || box.left < -1) && !e.closest(".skip");
    });
    wrong.push(`it scrolls sideways (${root.scrollWidth} of ${root.clientWidth}): ${wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 80)).join(" | ")}`);
  }
  for (const e of document.querySelectorAll("a, button, input, select, textarea, summary, [tabindex='0']")) {
    if (e.type === "hidden" || e.closest(".skip") || !e.checkVisibility({ checkVisibilityCSS: true })) continue;
    // What stands inside a sentence follows its line, as WCAG 2.5.8 has it.
    if (e.tagName === "A" && getComputedStyle(e).display === "inline") continue;
    // A tick is hit anywhere on its label.
    const box = ((["radio", "checkbox"].includes(e.type) && e.closest("label")) || e).getBoundingClientRect();
    if (box.width < target - 0.5 || box.height < target - 0.5) {
      wrong.push(`${Math.round(box.width)}×${Math.round(box.height)} is too small for a finger: ${e.outerHTML.slice(0, 100)}`);
    }
  }
  // An Arabic page is in Arabic digits. What people typed, and what is copied or compared, keeps its own.
  if (root.lang === "ar") {
    const own = "[dir=auto], [dir=ltr], bdi, code, kbd, pre, textarea, select, script, .short, .snippet, .map-legend, #address-help, #address-wrong";
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
      if (/[0-9]/.test(text.data.replace(/[0-9a-f]{6,}/g, "")) && !text.parentElement.closest(own)) wrong.push(`digits of another script: ${text.data.trim().slice(0, 80)}`);
    }
  }
  return wrong;
}

/** axe-core over the page as it is. */
export async function axe(page, where) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, any }) => `${id}: ${help}: ${html.slice(0, 160)} ${any[0]?.message ?? ""}`));
  });
  assert.deepEqual(found, [], `axe, ${where}`);
}

/** Runs in the page: lays out what floats, which would hide in a picture of the whole page what is below it. */
function layOut(on) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("@media (max-width: 59.9rem) { .ways, .top, .bar { position: static !important; } }");
  document.adoptedStyleSheets = on ? [sheet] : [];
  if (on) scrollTo(0, 0);
}

/**
 * Checks a page at every width, and takes its pictures: `target/screenshots/LANGUAGE/NAME-WIDTH.png`.
 * Colours are the same in every language: those of the night are checked in English. Needs a page with scripts.
 */
export async function look(page, name) {
  await page.waitForLoadState();
  const language = await page.getAttribute("html", "lang");
  const before = page.viewportSize();
  const picture = async (label) => {
    const path = join(FOLDER, language, `${name}-${label}.png`);
    mkdirSync(dirname(path), { recursive: true });
    await page.evaluate(layOut, true);
    await page.screenshot({ path, fullPage: true });
    await page.evaluate(layOut, false);
  };
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width < 700 ? 640 : 900 });
    const where = `${name} in ${language} at ${width}`;
    assert.deepEqual(await page.evaluate(measure, TARGET), [], where);
    await picture(width);
    if (width === 320 || (width === 1440 && language === "en")) await axe(page, where);
    if (width === 320 && language === "en") {
      await page.emulateMedia({ colorScheme: "dark" });
      await axe(page, `${where}, dark`);
      await picture("320-dark");
      await page.emulateMedia({ colorScheme: "light" });
    }
  }
  await page.setViewportSize(before);
}
