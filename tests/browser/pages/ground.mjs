// The operator's own map: one file in the home, drawn under what is of the project.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { begin, unlock, visit } from "../lib/browser.mjs";
import { axe, look } from "../lib/look.mjs";
import { notebook } from "../lib/notebook.mjs";
import { PASSPHRASE } from "../lib/program.mjs";

/** A field of a protocol buffer that holds bytes. */
const field = (number, bytes) => Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), Buffer.from(bytes)]);
const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))]);
const zigzag = (value) => varint(value < 0 ? -2 * value - 1 : 2 * value);

/** One Mapbox vector tile of the whole world: all of it is water. https://github.com/mapbox/vector-tile-spec */
function tile() {
  const to = [[0, 0], [4096, 0], [0, 4096], [-4096, 0]].map((pair) => pair.flatMap(zigzag));
  const geometry = [9, ...to[0], 26, ...to.slice(1).flat(), 15];
  const feature = Buffer.concat([Buffer.from([3 << 3, 3]), field(4, geometry)]);
  const layer = Buffer.concat([Buffer.from([15 << 3, 2]), field(1, Buffer.from("water")), field(2, feature), Buffer.from([5 << 3, ...varint(4096)])]);
  return field(3, layer);
}

/** A PMTiles file with that tile. https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md */
function archive() {
  const tiles = tile();
  const root = Buffer.from([1, 0, 1, ...varint(tiles.length), 1]);
  const about = Buffer.from(JSON.stringify({ attribution: "<b>Surveyors of the river</b>", vector_layers: [{ id: "water", fields: {} }] }));
  const head = Buffer.alloc(127);
  head.write("PMTiles");
  head[7] = 3;
  const spans = [127, root.length, 127 + root.length, about.length, 0, 0, 127 + root.length + about.length, tiles.length, 1, 1, 1];
  spans.forEach((value, at) => head.writeBigUInt64LE(BigInt(value), 8 + 8 * at));
  head.set([1, 1, 1, 1, 0, 0], 96);
  [-180, -85, 180, 85].forEach((degrees, at) => head.writeInt32LE(degrees * 1e7, 102 + 4 * at));
  return Buffer.concat([head, root, about, tiles]);
}

const here = notebook({ drawing: true, prepare: (place) => place.join("monitor", "gao", "swift") });

/** The map page once all is drawn, and what it looks like. */
async function drawn(page) {
  await page.goto("/map");
  await page.waitForSelector("#map[data-idle]");
  return page.locator(".map-canvas canvas").screenshot();
}

test("a file of tiles in the home is drawn, by pieces, and its makers are named", async (t) => {
  const page = await visit(t, here.browser, here.served.url, { width: 768 });
  await unlock(page, PASSPHRASE, "en");
  const before = await drawn(page);
  writeFileSync(here.place.path("steward/map.pmtiles"), archive());
  const pieces = [];
  page.on("response", (answer) => { if (answer.url().endsWith("/map/ground")) pieces.push(answer.status()); });
  const after = await drawn(page);
  assert.ok(pieces.length >= 2 && pieces.every((status) => status === 206), String(pieces));
  assert.ok(!after.equals(before), "the land lies under the water of the file");
  await page.click(".map-legend summary");
  assert.equal(await page.textContent("#map-credit"), "Surveyors of the river");
  await axe(page, "map with a file of its own");
});

test("a file that breaks off is said to be broken, and the base map is there", async (t) => {
  const page = await visit(t, here.browser, here.served.url, { width: 768 });
  await unlock(page, PASSPHRASE, "en");
  writeFileSync(here.place.path("steward/map.pmtiles"), archive().subarray(0, 60));
  await drawn(page);
  assert.match(await page.textContent("#map-problem"), /map\.pmtiles/);
  writeFileSync(here.place.path("steward/map.pmtiles"), "<html>");
  await drawn(page);
  assert.match(await page.textContent("p.wrong"), /PMTiles/);
});

test("a monitor shows the place of a report on the file of their own device", async (t) => {
  const mine = await here.place.serve("swift");
  const page = await visit(t, here.browser, mine.url, { width: 320 });
  await unlock(page, PASSPHRASE, "en");
  const open = async () => {
    await begin(page);
    await page.click("[data-point] [data-do=open]");
    await page.waitForSelector("#point-map[data-idle]", { timeout: 60_000 });
    return page.locator("#point-map canvas").screenshot();
  };
  const before = await open();
  writeFileSync(here.place.path("swift/map.pmtiles"), archive());
  const after = await open();
  assert.ok(!after.equals(before), "the land lies under the water of the file");
  assert.match(await page.textContent("#point-how"), /Surveyors of the river/);
  await look(page, "point-own-map");
  // With a file that breaks off the base map is there, and says so.
  writeFileSync(here.place.path("swift/map.pmtiles"), archive().subarray(0, 60));
  await open();
  assert.match(await page.textContent("[data-point] > [role=status]"), /map\.pmtiles/);
});
