// @ts-check
/* What every map of these pages stands on: land and water, borders, towns. Whose line a disputed border follows is
   decided here and nowhere else. */
"use strict";

/** Where the region is: west, south, east, north. */
export const REGION = [-18.5, 4, 39, 38];
/** How far a map can be moved. */
export const BOUNDS = [-31, -11, 61, 49];
/** Metres that one pixel of zoom 0 is at the equator. */
export const METRES = 78271.517;

const is = (/** @type {string} */ kind) => ["==", ["get", "k"], kind];

/** A point. @param {number} lon @param {number} lat */
export const point = (lon, lat) => ({ type: "Point", coordinates: [lon, lat] });

/** Features as one. @param {any[]} features */
export const collection = (features) => ({ type: "FeatureCollection", features });

/** Names the countries of the base map in a language. @param {any} base @param {string} language */
export function nameCountries(base, language) {
  const country = new Intl.DisplayNames([language], { type: "region" });
  for (const feature of base.features) {
    if (feature.properties.k === "country") feature.properties.l = "k:" + country.of(feature.properties.n);
  }
}

/** Towns as features, large ones from farther away. @param {[string, number, number, number, string][]} names */
export const townsOf = (names) => names.map(([name, lon, lat, people, own]) => ({
  type: "Feature", geometry: point(lon, lat),
  properties: { l: (people > 150000 ? "T:" : "t:") + name, n: name, own, p: -people, z: people > 800000 ? 3.2 : people > 150000 ? 4.6 : people > 30000 ? 6 : 7.5 },
}));

/** Land and water. @param {Record<string, string>} paint */
export const ground = (paint) => [
  { id: "sea", type: "background", paint: { "background-color": paint.tint } },
  { id: "land", type: "fill", source: "base", filter: is("land"), paint: { "fill-color": paint.ground } },
  { id: "lake", type: "fill", source: "base", filter: is("lake"), paint: { "fill-color": paint.tint } },
  { id: "river", type: "line", source: "base", filter: ["all", is("river"), ["<=", ["get", "r"], ["step", ["zoom"], 1, 5, 2, 6.5, 3]]],
    paint: { "line-color": paint.deep, "line-opacity": 0.35, "line-width": ["interpolate", ["linear"], ["zoom"], 3, 0.6, 9, 1.8] } },
];

/** Borders, those that are not settled dashed. @param {Record<string, string>} paint */
export const borders = (paint) => [
  { id: "inner", type: "line", source: "base", filter: is("inner"), minzoom: 4.2,
    paint: { "line-color": paint.line, "line-opacity": 0.55, "line-width": 0.8, "line-dasharray": [1, 2] } },
  { id: "border", type: "line", source: "base", filter: is("border"), layout: { "line-join": "round" },
    paint: { "line-color": paint.line, "line-width": ["interpolate", ["linear"], ["zoom"], 3, 1, 9, 2] } },
  { id: "unsettled", type: "line", source: "base", filter: is("unsettled"),
    paint: { "line-color": paint.line, "line-width": ["interpolate", ["linear"], ["zoom"], 3, 1.2, 9, 2.2], "line-dasharray": [3, 2.5] } },
];

/** The dots of towns. @param {Record<string, string>} paint */
export const dots = (paint) => ({ id: "dot", type: "circle", source: "towns", filter: [">=", ["zoom"], ["get", "z"]],
  paint: { "circle-radius": 2, "circle-color": paint.soft, "circle-stroke-color": paint.ground, "circle-stroke-width": 1 } });

/** The names of towns. */
export const townNames = { id: "town", type: "symbol", source: "towns", filter: [">=", ["zoom"], ["get", "z"]],
  layout: { "icon-image": ["get", "l"], "icon-anchor": "bottom", "icon-offset": [0, -2], "symbol-sort-key": ["get", "p"] } };

/** The names of countries. */
export const countryNames = { id: "country", type: "symbol", source: "base", filter: is("country"), maxzoom: 7, layout: { "icon-image": ["get", "l"] } };

/** The town nearest to a point, and how many metres away it is. @param {any[]} towns @param {number} lon @param {number} lat */
export function near(towns, lon, lat) {
  let best = "";
  let least = Infinity;
  let metres = Infinity;
  const narrow = Math.cos((lat * Math.PI) / 180) ** 2;
  for (const town of towns) {
    const [x, y] = town.geometry.coordinates;
    const away = (x - lon) ** 2 * narrow + (y - lat) ** 2;
    // A large town says more than the village beside it.
    const felt = away / (town.properties.p < -30000 ? 4 : 1);
    if (felt < least) [least, best, metres] = [felt, town.properties.n, Math.sqrt(away) * 111_195];
  }
  return { name: best, metres };
}
