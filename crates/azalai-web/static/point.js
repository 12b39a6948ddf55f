// @ts-check
/* A point on the map in the form of a report. The map moves under a cross that stays in the middle, so that finger,
   keys and a tap do the same. The ring around the cross is as large as the point is uncertain. */
"use strict";

const root = document.querySelector("[data-point]");
/** Pixels from the cross to its ring: half a finger. */
const RING = 22;
/** Closest: here the ring is a kilometre, and the base map is not better than 600 metres. */
const CLOSEST = 10.75;
/** Closest on the operator's own map, which has roads and houses: the ring is a hundred metres. */
const CLOSEST_OWN = 14;
/** Metres within which a point says something. */
const USEFUL = 20_000;
/** Metres within which a town is said to be near. */
const NEAR = 60_000;

if (root instanceof HTMLElement) {
  const say = root.dataset;
  const form = /** @type {HTMLFormElement} */ (root.closest("form"));
  const find = (/** @type {string} */ selector) => /** @type {any} */ (root.querySelector(selector));
  const field = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  const panel = find("#point-map");
  const opens = find("[data-do=open]");
  const said = find(":scope > [role=status]");
  const number = new Intl.NumberFormat(document.documentElement.lang + "-u-nu-" + say.numbers);
  /** @type {any} */
  let map;
  /** What is under the cross now: degrees, and metres to the ring. */
  let here = { lat: 0, lon: 0, metres: 0 };
  root.hidden = false;

  async function load() {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = say.style ?? "";
    const styled = new Promise((done) => style.addEventListener("load", done));
    document.head.append(style);
    const json = (/** @type {string} */ path) => fetch(path, { redirect: "manual" }).then((answer) => answer.json());
    const [draw, images, land, base, names] = await Promise.all([
      import(/** @type {string} */ (say.draw)), import(/** @type {string} */ (say.images)), import(/** @type {string} */ (say.land)),
      json(say.base ?? ""), json("/places/towns"), styled,
    ]);
    draw.setWorkerUrl(new URL(say.work ?? "", location.href).href);
    land.nameCountries(base, document.documentElement.lang);
    const towns = land.townsOf(names);
    // The operator's own map goes over the base map, as on the page of the map.
    const mine = await (say.own
      ? import(/** @type {string} */ (say.ownDraw)).then((own) => own.own(draw, say.ownRead, say.own, document.documentElement.lang)).catch((problem) => {
          console.warn(problem);
          said.textContent = say.ownFailed;
        })
      : undefined);
    if (mine?.credit) find("#point-how").append(" ", say.ownBy ?? "", " ", mine.credit);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    let paint = images.colours();
    const drawn = () => ({
      version: 8,
      sources: {
        base: { type: "geojson", data: base, tolerance: 0.3 },
        ...(mine ? { own: mine.source } : {}),
        towns: { type: "geojson", data: land.collection(towns) },
      },
      layers: [
        ...land.ground(paint), ...(mine?.ground(paint) ?? []), ...land.borders(paint), land.dots(paint), ...(mine?.names() ?? []), land.townNames, land.countryNames,
      ],
    });
    map = new draw.Map({
      container: find(".map-canvas"), style: drawn(), ...start(towns, land.REGION), minZoom: 2.2, maxZoom: mine ? CLOSEST_OWN : CLOSEST,
      maxBounds: land.BOUNDS, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
      validateStyle: false, locale: { "Map.Title": say.title },
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.getCanvas().setAttribute("aria-describedby", "point-how");
    map.setMissingStyleImageResolver((/** @type {string} */ id) => {
      const ratio = Math.min(devicePixelRatio || 1, 3);
      if (!map.hasImage(id)) map.addImage(id, images.image(id, paint, ratio), { pixelRatio: ratio });
    });
    dark.addEventListener("change", () => {
      paint = images.colours();
      map.setStyle(drawn(), { diff: false });
    });
    map.on("error", (/** @type {any} */ event) => console.warn(event.error));
    map.on("click", (/** @type {any} */ event) => map.easeTo({ center: event.lngLat, animate: calm() }));
    const look = () => {
      const { lng, lat } = map.getCenter();
      const metres = (RING * land.METRES * Math.cos((lat * Math.PI) / 180)) / 2 ** map.getZoom();
      // No more digits than the ring bears out.
      here = { lat: Number(lat.toFixed(3)), lon: Number(lng.toFixed(3)), metres: Math.ceil(metres / 100) * 100 };
      const town = land.near(towns, lng, lat);
      const parts = [say.here?.replace("§", number.format(here.metres)), town.metres < NEAR ? say.near?.replace("§", town.name) : ""];
      find(".now span").textContent = parts.filter(Boolean).join(" · ");
      find(".now bdi").textContent = `${here.lat}, ${here.lon}`;
    };
    map.on("moveend", look);
    map.on("load", look);
    map.on("idle", () => {
      find(".map-wait").hidden = true;
      panel.dataset.idle = "1";
    });
  }

  const calm = () => !matchMedia("(prefers-reduced-motion: reduce)").matches;

  /** Where the map begins: at the point that was taken, the town that was written, one's own area, or the region. @param {any[]} towns @param {number[]} region */
  function start(towns, region) {
    const [lat, lon] = [field("lat").value, field("lon").value];
    if (lat && lon) return { center: [Number(lon), Number(lat)], zoom: 9.5 };
    const name = field("place").value.trim().toLowerCase();
    const [town, other] = towns.filter(({ properties: { n, own } }) => n.toLowerCase() === name || own.toLowerCase() === name);
    if (town && !other) return { center: town.geometry.coordinates, zoom: 9.5 };
    const around = say.around?.split(",").map(Number);
    if (around?.length === 2) return { center: around, zoom: 6.5 };
    return { bounds: region };
  }

  /** @param {boolean} open */
  async function show(open) {
    panel.hidden = !open;
    opens.setAttribute("aria-expanded", String(open));
    if (!open) return opens.focus();
    try {
      if (map) map.resize();
      else await load();
      map.getCanvas().focus({ preventScroll: true });
      panel.scrollIntoView({ block: "nearest" });
    } catch (problem) {
      console.warn(problem);
      panel.hidden = true;
      said.textContent = say.failed;
    }
  }

  root.addEventListener("click", (event) => {
    const act = event.target instanceof Element ? event.target.closest("[data-do]")?.getAttribute("data-do") : "";
    if (act === "open") show(panel.hidden);
    if (act === "close") show(false);
    if (act === "in") map.zoomIn({ animate: calm() });
    if (act === "out") map.zoomOut({ animate: calm() });
    if (act !== "take" || !map) return;
    if (here.metres > USEFUL) {
      said.textContent = say.closer?.replace("§", number.format(here.metres));
      return;
    }
    for (const kept of form.querySelectorAll(".said-gps")) kept.textContent = "";
    const values = { lat: here.lat, lon: here.lon, accuracy: here.metres, by: "map" };
    for (const [name, value] of Object.entries(values)) field(name).value = String(value);
    const none = form.querySelector("[name=where]");
    if (none instanceof HTMLInputElement) none.checked = false;
    said.textContent = `${say.said?.replace("§", number.format(here.metres))} ${here.lat}, ${here.lon}`;
    form.dispatchEvent(new Event("input"));
    show(false);
  });
}
