// One notebook of a small project, served, and a browser to look at it: the set-up of files that need no more.
import { after, before } from "node:test";
import { launch } from "./browser.mjs";
import { Place } from "./program.mjs";

/**
 * To be called at the top of a file: before its tests somebody founds a project, the monitor of this name joins, if one
 * is given, and the monitor's home is served, else the steward's. `drawing: true` for pages with maps; `prepare` does
 * what needs the homes before one of them is served. What it gives is filled in before the first test.
 * @returns {{ place: Place, browser: import("playwright-core").Browser, served: { url: string } }}
 */
export function notebook({ monitor = "", drawing = false, prepare = (/** @type {Place} */ _) => {} } = {}) {
  const mine = /** @type {any} */ ({});
  before(async () => {
    mine.place = new Place();
    mine.place.found();
    if (monitor) mine.place.join("monitor", "gao", monitor);
    prepare(mine.place);
    mine.browser = await launch({ drawing });
    mine.served = await mine.place.serve(monitor || "steward");
  });
  after(async () => {
    await mine.browser?.close();
    mine.place?.close();
  });
  return mine;
}
