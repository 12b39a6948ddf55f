// @ts-check
/* The map. It asks nothing but these pages' own origin; what it shows is also in the page as a list. */
"use strict";

const root = /** @type {HTMLElement} */ (document.getElementById("map"));
const say = root.dataset;
const language = document.documentElement.lang;
const find = (/** @type {string} */ selector) => /** @type {any} */ (document.querySelector(selector));
const number = new Intl.NumberFormat(language + "-u-nu-" + say.numbers);
// English here is that of the region's schools: the day before the month.
const day = new Intl.DateTimeFormat(`${language === "en" ? "en-GB" : language}-u-ca-gregory-nu-${say.numbers}`, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const dayOf = (/** @type {number} */ days) => day.format(days * 86400000);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const MOST_SEEN = 24;
const MOST_CARDS = 50;

/** Asks a path of this origin; a session that ended leads to the first page. @param {string} path */
async function ask(path) {
  const answer = await fetch(path, { redirect: "manual" });
  if (answer.type === "opaqueredirect") location.replace("/");
  if (!answer.ok) throw new Error(path);
  return answer;
}

/** @param {unknown} value */
const fail = (value) => {
  console.warn(value);
  root.hidden = true;
  const problem = find("#map-problem");
  problem.textContent = say.failed;
  problem.hidden = false;
};

/** @typedef {{id: string, lon: number, lat: number, r: number, g: number, c: string, s: string, d: number, u: number}} Spot */

/** The columns of an answer as spots. @param {any} columns @returns {Spot[]} */
function spotsOf(columns) {
  const { categories, statuses } = columns.rest;
  return columns.lat.map((/** @type {number} */ lat, /** @type {number} */ i) => ({
    id: columns.ids.slice(32 * i, 32 * i + 32), lon: columns.lon[i] / 1e4, lat: lat / 1e4, r: columns.r[i], g: columns.g[i],
    c: categories[columns.c[i]] ?? "", s: statuses[columns.s[i]] ?? "", d: columns.d[i], u: columns.u[i],
  }));
}

/** Numbers short enough for a circle. @param {number} count */
const short = (count) => (count < 1000 ? String(count) : count < 10000 ? (count / 1000).toFixed(1) + "k" : Math.round(count / 1000) + "k");
/** The name of an image with its number in the digits of the page. @param {string} id */
const written = (id) => (/^[nm]:/.test(id) ? id.replace(/[\d.]+/, (digits) => number.format(Number(digits))) : id);

async function begin() {
  root.hidden = false;
  const load = (/** @type {string} */ path) => ask(path).then((answer) => answer.json());
  const [draw, images, land, base, names, columns] = await Promise.all([
    import(/** @type {string} */ (say.draw)), import(/** @type {string} */ (say.images)), import(/** @type {string} */ (say.land)),
    load(say.base ?? ""), load("/map/names"),
    load("/map/points?" + say.query),
  ]);
  const { REGION, METRES, point, collection } = land;
  await images.loadIcons(say.icons, names.pictures);
  draw.setWorkerUrl(new URL(say.work ?? "", location.href).href);

  const shapes = new Map(base.features.filter((/** @type {any} */ f) => f.properties.k === "region").map((/** @type {any} */ f) => [f.properties.n, f]));
  land.nameCountries(base, language);
  const towns = land.townsOf(names.towns);
  const areas = names.areas.flatMap((/** @type {any} */ area) => {
    const shape = shapes.get(area.region);
    return shape ? [{ type: "Feature", geometry: shape.geometry, properties: {} }] : [];
  });
  // A name stands at one point: that of a surface would stand in each tile that the surface is in.
  const own = new Map(names.areas.map((/** @type {any} */ area) => [area.region, "a:" + area.name]));
  const labels = [...shapes].map(([id, shape]) => ({
    type: "Feature", geometry: point(shape.properties.at[0], shape.properties.at[1]),
    properties: { l: own.get(id) ?? "g:" + id.split("/")[1], own: own.has(id) },
  }));

  // The operator's own map goes over the base map, and under all that is of the project.
  const mine = await (say.own
    ? import(/** @type {string} */ (say.ownDraw)).then((own) => own.own(draw, say.ownRead, say.own, language)).catch((problem) => {
        console.warn(problem);
        const shown = find("#map-problem");
        shown.textContent = say.ownFailed;
        shown.hidden = false;
      })
    : undefined);
  if (mine) find("#map-credit").textContent = mine.credit;

  let paint = images.colours();
  const single = ["!", ["has", "point_count"]];
  const radius = (/** @type {number} */ zoom) => ["*", ["get", "q"], 2 ** zoom / METRES];
  const style = () => ({
    version: 8,
    sources: {
      base: { type: "geojson", data: base, tolerance: 0.3 },
      ...(mine ? { own: mine.source } : {}),
      towns: { type: "geojson", data: collection(towns) },
      areas: { type: "geojson", data: collection(areas) },
      labels: { type: "geojson", data: collection(labels) },
      coarse: { type: "geojson", data: collection([]) },
      spots: {
        type: "geojson", data: collection([]), cluster: true, clusterRadius: 48, clusterMaxZoom: 13,
      },
    },
    layers: [
      ...land.ground(paint),
      ...(mine?.ground(paint) ?? []),
      ...land.borders(paint),
      { id: "areas", type: "line", source: "areas", paint: { "line-color": paint.deep, "line-opacity": 0.8, "line-width": 1.6 } },
      { id: "coarse-fill", type: "fill", source: "coarse", filter: ["has", "n"], paint: { "fill-color": paint.deep, "fill-opacity": 0.12 } },
      { id: "coarse-line", type: "line", source: "coarse", filter: ["has", "n"], paint: { "line-color": paint.deep, "line-width": 2, "line-dasharray": [2, 1.6] } },
      { id: "reach", type: "circle", source: "spots", filter: ["all", single, [">", ["get", "q"], 0]],
        paint: { "circle-radius": ["interpolate", ["exponential", 2], ["zoom"], 0, radius(0), 20, radius(20)], "circle-pitch-alignment": "map",
          "circle-color": paint.deep, "circle-opacity": 0.12, "circle-stroke-color": paint.deep, "circle-stroke-width": 1, "circle-stroke-opacity": 0.5 } },
      land.dots(paint),
      { id: "region-name", type: "symbol", source: "labels", filter: ["!", ["get", "own"]], minzoom: 6.2, layout: { "icon-image": ["get", "l"] } },
      ...(mine?.names() ?? []),
      land.townNames,
      { id: "area-name", type: "symbol", source: "labels", filter: ["get", "own"], layout: { "icon-image": ["get", "l"] } },
      land.countryNames,
      { id: "coarse-count", type: "symbol", source: "coarse", filter: ["has", "m"],
        layout: { "icon-image": ["get", "m"], "icon-allow-overlap": true } },
      { id: "spot", type: "symbol", source: "spots", filter: single,
        layout: { "icon-image": ["concat", "s:", ["get", "c"], ":", ["get", "s"], ":", ["case", [">", ["get", "r"], 100], "1", "0"]], "icon-allow-overlap": true } },
      { id: "cluster", type: "symbol", source: "spots", filter: ["has", "point_count"],
        layout: { "icon-image": ["concat", "n:", ["get", "point_count_abbreviated"]], "icon-allow-overlap": true } },
    ],
  });

  let all = spotsOf(columns);
  let regions = columns.rest.regions;
  let nowhere = columns.rest.nowhere;
  /** Where the incidents are; the whole region if there are none. */
  const bounds = all.reduce(([west, south, east, north], { lon, lat }) =>
    [Math.min(west, lon), Math.min(south, lat), Math.max(east, lon), Math.max(north, lat)], [180, 90, -180, -90]);
  const map = new draw.Map({
    container: find(".map-canvas"), style: style(), bounds: all.length > 0 ? bounds : REGION,
    fitBoundsOptions: { padding: Math.min(70, innerWidth / 8), maxZoom: 7 }, hash: "at", minZoom: 2.2, maxZoom: 15,
    maxBounds: land.BOUNDS, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, validateStyle: false, locale: { "Map.Title": say.title },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.setMissingStyleImageResolver((/** @type {string} */ id) => {
    const ratio = Math.min(devicePixelRatio || 1, 3);
    if (!map.hasImage(id)) map.addImage(id, images.image(written(id), paint, ratio), { pixelRatio: ratio });
  });
  map.on("error", (/** @type {any} */ event) => console.warn(event.error));

  /** @type {Map<number, Spot[]>} */
  let inRegion = new Map();
  const ends = { first: 0, last: 0, from: 0, to: 0 };

  /** Sets what is drawn: the spots of the days that the slider leaves. */
  function show() {
    const spots = [];
    inRegion = new Map();
    let shown = 0;
    for (let i = 0; i < all.length; i++) {
      const spot = all[i];
      if (spot.d > ends.to || spot.u < ends.from) continue;
      shown++;
      if (spot.g >= 0) {
        const there = inRegion.get(spot.g);
        if (there) there.push(spot);
        else inRegion.set(spot.g, [spot]);
        continue;
      }
      const q = spot.r > 100 ? spot.r / Math.cos((spot.lat * Math.PI) / 180) : 0;
      spots.push({ type: "Feature", geometry: point(spot.lon, spot.lat), properties: { i, c: spot.c, s: spot.s, r: spot.r, q } });
    }
    const coarse = [];
    for (const [g, there] of inRegion) {
      const shape = shapes.get(regions[g].id);
      if (shape) coarse.push({ type: "Feature", geometry: shape.geometry, properties: { n: regions[g].name, g } });
      coarse.push({ type: "Feature", geometry: point(there[0].lon, there[0].lat), properties: { m: "m:" + short(there.length), g } });
    }
    map.getSource("spots").setData(collection(spots));
    map.getSource("coarse").setData(collection(coarse));
    find("#map-shown").textContent = (say.shown ?? "").replace("%s", number.format(shown)).replace("%t", number.format(all.length + nowhere));
    find("#map-nowhere").textContent = nowhere > 0 ? (say.nowhere ?? "").replace("%s", number.format(nowhere)) : "";
    find("[data-first]").textContent = dayOf(ends.from);
    find("[data-last]").textContent = dayOf(ends.to);
    for (const bar of document.querySelectorAll(".bars rect")) {
      const at = Number(bar.getAttribute("data-day"));
      bar.toggleAttribute("data-out", at > ends.to || at + Number(bar.getAttribute("data-days")) - 1 < ends.from);
    }
  }

  const sliders = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll(".map-time input")]);

  /** Sets the slider to the days of what there is, and draws how much happened when. */
  function span() {
    const today = Math.floor(Date.now() / 86400000 - new Date().getTimezoneOffset() / 1440);
    ends.first = all.reduce((least, spot) => Math.min(least, spot.d), today);
    ends.last = all.reduce((most, spot) => Math.max(most, spot.d), ends.first);
    ends.from = ends.first;
    ends.to = ends.last;
    for (const slider of sliders) {
      slider.min = String(ends.first);
      slider.max = String(ends.last);
      slider.value = String(slider.name === "first" ? ends.first : ends.last);
      slider.setAttribute("aria-valuetext", dayOf(Number(slider.value)));
    }
    find(".map-time").hidden = ends.first === ends.last;
    const days = ends.last - ends.first + 1;
    const width = Math.ceil(days / 80);
    const heights = new Array(Math.ceil(days / width)).fill(0);
    for (const spot of all) heights[Math.floor((Math.min(spot.d, ends.last) - ends.first) / width)]++;
    const most = Math.max(1, ...heights);
    const bars = find(".bars");
    bars.setAttribute("viewBox", `0 0 ${heights.length} 20`);
    bars.replaceChildren(...heights.map((count, at) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const height = count && Math.max(1, (20 * count) / most);
      const set = { x: at + 0.1, width: 0.8, y: 20 - height, height, "data-day": ends.first + at * width, "data-days": width };
      for (const [name, value] of Object.entries(set)) bar.setAttribute(name, String(value));
      return bar;
    }));
  }

  let sliding = 0;
  for (const slider of sliders) {
    slider.addEventListener("input", () => {
      const value = Number(slider.value);
      if (slider.name === "first") ends.from = Math.min(value, ends.to);
      else ends.to = Math.max(value, ends.from);
      slider.value = String(slider.name === "first" ? ends.from : ends.to);
      slider.setAttribute("aria-valuetext", dayOf(Number(slider.value)));
      clearTimeout(sliding);
      sliding = setTimeout(show, 60);
    });
  }

  const chosen = find("#map-chosen");
  let asked = 0;
  /** Shows the cards of these incidents. @param {string[]} ids @param {number} total */
  async function choose(ids, total) {
    const mine = ++asked;
    try {
      const answer = await ask("/map/cards?" + new URLSearchParams(ids.map((id) => ["id", id])));
      const text = await answer.text();
      if (mine !== asked) return;
      chosen.querySelector("ul").innerHTML = text;
    } catch {
      return lost();
    }
    const rest = chosen.querySelector("[data-rest]");
    rest.textContent = total > ids.length ? (say.more ?? "").replace("%s", number.format(ids.length)).replace("%t", number.format(total)) : "";
    chosen.hidden = false;
    chosen.focus({ preventScroll: innerWidth >= 960 });
  }

  function lost() {
    const problem = find("#map-problem");
    problem.textContent = say.lost;
    problem.hidden = false;
  }

  /** Goes into what was drawn at a place. @param {any} feature */
  async function into(feature) {
    const { properties, geometry } = feature;
    if (properties.cluster) {
      const source = map.getSource("spots");
      const [leaves, zoom] = await Promise.all([
        source.getClusterLeaves(properties.cluster_id, MOST_CARDS, 0), source.getClusterExpansionZoom(properties.cluster_id),
      ]);
      if (zoom <= 13) map.easeTo({ center: geometry.coordinates, zoom: Math.min(zoom + 0.3, 13.5), animate: !calm.matches });
      return choose(leaves.map((/** @type {any} */ leaf) => all[leaf.properties.i].id), properties.point_count);
    }
    if ("g" in properties) {
      const there = inRegion.get(properties.g) ?? [];
      return choose(there.slice(0, MOST_CARDS).map((spot) => spot.id), there.length);
    }
    return choose([all[properties.i].id], 1);
  }

  const LAYERS = ["cluster", "spot", "coarse-count"];
  map.on("click", (/** @type {any} */ event) => {
    const box = [[event.point.x - 6, event.point.y - 6], [event.point.x + 6, event.point.y + 6]];
    const [first] = map.queryRenderedFeatures(box, { layers: LAYERS });
    const [surface] = first ? [] : map.queryRenderedFeatures(event.point, { layers: ["coarse-fill"] });
    if (first || surface) into(first ?? surface);
  });
  for (const layer of LAYERS) {
    map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
  }

  const seen = find("#map-seen");
  /** Lists what is in view, so that it can be read and reached without the map. */
  function list() {
    const known = new Set();
    const features = map.queryRenderedFeatures({ layers: LAYERS }).filter((/** @type {any} */ feature) => {
      const { cluster_id, g, i } = feature.properties;
      const key = cluster_id !== undefined ? "c" + cluster_id : g !== undefined ? "g" + g : "i" + i;
      return !known.has(key) && known.add(key);
    });
    const many = (/** @type {any} */ feature) => feature.properties.point_count ?? (inRegion.get(feature.properties.g)?.length || 1);
    features.sort((/** @type {any} */ a, /** @type {any} */ b) => many(b) - many(a));
    const focus = seen.contains(document.activeElement) ? document.activeElement.dataset.at : "";
    const items = features.slice(0, MOST_SEEN).map((/** @type {any} */ feature) => {
      const { properties, geometry } = feature;
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      const name = document.createElement("bdi");
      const what = document.createElement("span");
      const spot = all[properties.i];
      name.textContent = "g" in properties ? regions[properties.g].name : land.near(towns, geometry.coordinates[0], geometry.coordinates[1]).name;
      if (spot) what.textContent = [names.categories[spot.c], names.statuses[spot.s], dayOf(spot.d)].filter(Boolean).join(" · ");
      else [what.textContent, what.className] = [number.format(many(feature)), "count"];
      button.dataset.at = geometry.coordinates.map((/** @type {number} */ x) => x.toFixed(3)).join();
      button.append(name, " ", what);
      button.addEventListener("click", () => into(feature));
      item.append(button);
      return item;
    });
    seen.querySelector("ul").replaceChildren(...items);
    seen.querySelector("[data-none]").hidden = items.length > 0;
    if (focus) seen.querySelector(`[data-at="${focus}"]`)?.focus({ preventScroll: true });
  }
  map.on("idle", () => {
    find(".map-wait").hidden = true;
    root.dataset.idle = String(Math.round(performance.now()));
    list();
  });

  root.addEventListener("click", (event) => {
    const act = event.target instanceof Element ? event.target.closest("[data-do]")?.getAttribute("data-do") : "";
    const animate = !calm.matches;
    if (act === "in") map.zoomIn({ animate });
    if (act === "out") map.zoomOut({ animate });
    if (act === "all") map.fitBounds(REGION, { padding: 8, animate });
    if (act === "close") chosen.hidden = true;
    if (act === "whole-time") { span(); show(); }
  });

  const filter = /** @type {HTMLFormElement} */ (find("#map-filter"));
  const dates = () => { find(".dates").hidden = filter.elements.namedItem("period").value !== "dates"; };
  /** What the list below would be for another filter; empty while it is the right one. */
  let stale = "";
  async function relist() {
    const list = find(".map-list");
    if (!stale || !list.open) return;
    const wanted = stale;
    try {
      const page = new DOMParser().parseFromString(await (await ask(wanted)).text(), "text/html");
      if (wanted !== stale) return;
      list.replaceChildren(...(page.querySelector(".map-list")?.childNodes ?? []));
      stale = "";
    } catch {
      lost();
    }
  }
  find(".map-list").addEventListener("toggle", relist);
  /** What the filter asks for goes into the address, and is fetched; the list below is, once it is opened. */
  async function filtered() {
    dates();
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(filter)) if (typeof value === "string" && value) query.append(name, value);
    if (query.get("period") !== "dates") { query.delete("from"); query.delete("to"); }
    for (const many of document.querySelectorAll("[data-count]")) {
      const count = query.getAll(many.getAttribute("data-count") ?? "").length;
      many.textContent = count > 0 ? number.format(count) : "";
    }
    const mine = ++asked;
    try {
      const fresh = await load("/map/points?" + query);
      if (mine !== asked) return;
      all = spotsOf(fresh);
      ({ regions, nowhere } = fresh.rest);
    } catch {
      return lost();
    }
    chosen.hidden = true;
    history.replaceState(null, "", "/map?" + query + location.hash);
    stale = "/map?" + query;
    relist();
    span();
    show();
  }
  filter.addEventListener("change", filtered);
  dates();

  function keys() {
    const ratio = Math.min(devicePixelRatio || 1, 3);
    for (const canvas of /** @type {NodeListOf<HTMLCanvasElement>} */ (document.querySelectorAll(".map-legend canvas"))) {
      const key = canvas.dataset.key ?? "";
      canvas.width = canvas.height = 40 * ratio;
      const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      pen.scale(ratio, ratio);
      if (key === "cluster") images.badge(pen, paint, number.format(12), false, 20, 17);
      else if (key === "region") images.badge(pen, paint, number.format(3), true, 20, 14);
      else if (key === "area" || key === "border" || key === "unsettled") {
        pen.strokeStyle = key === "area" ? paint.deep : paint.line;
        pen.lineWidth = 2;
        if (key === "unsettled") pen.setLineDash([6, 5]);
        pen.beginPath();
        pen.moveTo(2, 26);
        pen.bezierCurveTo(14, 8, 24, 34, 38, 14);
        pen.stroke();
      } else images.spot(pen, paint, "kidnapping-ransom", key === "coarse" ? "new" : key, key === "coarse", 20);
    }
  }
  dark.addEventListener("change", () => {
    paint = images.colours();
    map.setStyle(style(), { diff: false });
    map.once("styledata", show);
    keys();
  });
  keys();
  span();
  map.once("load", show);
  find(".map-list").open = false;
}

begin().catch(fail);
