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

/** Checks a page at every width, and takes its pictures: `target/screenshots/LANGUAGE/NAME-WIDTH.png`. */
export async function look(page, name) {
  const language = await page.getAttribute("html", "lang");
  const before = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width < 700 ? 640 : 900 });
    const where = `${name} in ${language} at ${width}`;
    assert.deepEqual(await page.evaluate(measure, TARGET), [], where);
    const file = join(FOLDER, language, `${name}-${width}.png`);
    mkdirSync(dirname(file), { recursive: true });
    await page.screenshot({ path: file, fullPage: true });
    // Between a phone and a desk nothing changes but widths, and at night nothing but colours.
    if (width === 768) continue;
    await axe(page, where);
    if (width !== 320) continue;
    await page.emulateMedia({ colorScheme: "dark" });
    await axe(page, `${where}, dark`);
    await page.screenshot({ path: file.replace(".png", "-dark.png"), fullPage: true });
    await page.emulateMedia({ colorScheme: "light" });
  }
  await page.setViewportSize(before);
}
