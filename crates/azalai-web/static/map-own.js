// @ts-check
/* The operator's own map, from the file `map.pmtiles` of the home: water, roads, houses and names of places, in this
   page's colours. Borders are not taken from it: whose line a disputed border follows is decided by the base map. */
"use strict";

/* What the layers are called in the three layouts that such files have: OpenMapTiles, Protomaps, Shortbread. */
const WATER = ["water", "ocean", "water_polygons"];
const STREAMS = ["waterway", "water_lines", "water"];
const ROADS = ["transportation", "roads", "streets"];
const HOUSES = ["building", "buildings"];
const PLACES = ["place", "places", "place_labels"];
/** What the three call a road for cars from town to town. */
const GREAT = ["motorway", "trunk", "primary", "secondary", "highway", "major_road"];
const VECTOR = 1;

/** Loads a file of this origin that is no module. @param {string} address */
const script = (address) => new Promise((done, failed) => {
  const element = document.createElement("script");
  element.src = address;
  element.addEventListener("load", done);
  element.addEventListener("error", failed);
  document.head.append(element);
});

/**
 * Opens the file: what to give the map as its source, its layers in given colours, and who made it.
 * @param {any} draw the drawing library @param {string} reader @param {string} address @param {string} language
 */
export async function own(draw, reader, address, language) {
  await script(reader);
  const { PMTiles, Protocol } = /** @type {any} */ (globalThis).pmtiles;
  const archive = new PMTiles(new URL(address, location.href).href);
  const [header, about] = await Promise.all([archive.getHeader(), archive.getMetadata()]);
  const protocol = new Protocol();
  protocol.add(archive);
  draw.addProtocol("pmtiles", protocol.tile);
  const credit = new DOMParser().parseFromString(String(about?.attribution ?? ""), "text/html").body.textContent ?? "";
  const url = "pmtiles://" + archive.source.getKey();
  if (header.tileType !== VECTOR) {
    const source = { type: "raster", url, tileSize: 256 };
    return { credit, source, ground: () => [{ id: "own", type: "raster", source: "own" }], names: () => [] };
  }
  const there = new Set((about?.vector_layers ?? []).map((/** @type {any} */ layer) => layer.id));
  /** @param {string[]} known @param {(layer: string) => any} make */
  const each = (known, make) => known.filter((layer) => there.has(layer)).map((layer) =>
    ({ source: "own", "source-layer": layer, ...make(layer) }));
  const kind = ["coalesce", ["get", "class"], ["get", "kind"], ""];
  const great = ["in", kind, ["literal", GREAT]];
  const name = ["coalesce", ["get", "name:" + language], ["get", "name_" + language], ["get", "name"], ""];
  const surface = ["==", ["geometry-type"], "Polygon"];
  const stroke = ["==", ["geometry-type"], "LineString"];
  /** @param {any} paint */
  const ground = (paint) => [
    ...each(WATER, (layer) => ({ id: "own-" + layer, type: "fill", filter: surface, paint: { "fill-color": paint.tint } })),
    ...each(STREAMS, (layer) => ({ id: "own-stream-" + layer, type: "line", filter: stroke, minzoom: 7,
      paint: { "line-color": paint.deep, "line-opacity": 0.35, "line-width": 1 } })),
    ...each(HOUSES, (layer) => ({ id: "own-" + layer, type: "fill", minzoom: 13, paint: { "fill-color": paint.line, "fill-opacity": 0.4 } })),
    ...each(ROADS, (layer) => ({ id: "own-" + layer, type: "line", filter: ["all", stroke, ["any", great, [">=", ["zoom"], 10]]],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": paint.soft, "line-opacity": 0.6, "line-width": ["case", great, 1.6, 0.8] } })),
  ];
  const names = () => each(PLACES, (layer) => ({ id: "own-" + layer, type: "symbol", minzoom: 8,
    filter: ["all", ["==", ["geometry-type"], "Point"], ["!=", name, ""]], layout: { "icon-image": ["concat", "t:", name] } }));
  return { credit, source: { type: "vector", url }, ground, names };
}
